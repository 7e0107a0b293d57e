"""What does an operator read, and what does the exit code say?"""
import unittest

from cases import Gateway, policy_based

import flows
import pluto
import state
import status
from agent import View
from decide import Seen

NOW = 100000.0


def told(gateway=None, **difference):
    gateway = gateway or Gateway(now=NOW - 7200)
    if not gateway.memory.tunnels["primary"].is_checked:
        gateway.pass_seconds(60)
    seen = Seen([], gateway.route, frozenset(), gateway.pluto_age, True, gateway.is_held, False, gateway.refused, False)
    view = View()
    view.route, view.answer, view.refused = gateway.route, gateway.answer(), gateway.refused
    view.children = {"primary": pluto.Child(1000, 84, 3 * 1024 * 1024)}
    view.requests = {"primary": {"outcome": "answered", "ms": 41, "at": NOW - 2}}
    view.failures = {"secondary": {"outcome": "silent", "ms": 3000, "at": NOW - 65}}
    view.flows = [flows.Flow("10.0.0.50", 40000, "10.0.0.4", 9400, 16)] * 3
    view.table = (12, 262144)
    view.recent.append({"at": NOW - 30, "line": "New connections take primary: they took none."})
    return {
        "version": state.VERSION,
        "writtenAt": NOW - 3,
        **state.told(gateway.settings, gateway.memory, seen, view, NOW),
        **difference,
    }


class Screen(unittest.TestCase):
    def screen(self, of):
        text, code = status.screen(of, NOW, 1060)
        self.assertLessEqual(max(map(len, text.split("\n"))), 80)
        return text, code

    def test_one_that_serves(self):
        text, code = self.screen(told())
        self.assertEqual(code, status.SERVED)
        for line in (
            "berlin-z1-1 of site berlin, route-based. The agent runs for 2 h 0 min.",
            "Probe         200, ok: primary",
            "New           connections take primary",
            "Flows         3; connection table 12 of 262144 (0 %)",
            "Primary       up for",
            "  child SA    up for 1 min 0 s, 84 bytes in, 3 MB out",
            "  request     answered in 41 ms, 2 s ago",
            "  flows       3",
            "  child SA    none",
            "  failed      silent, 1 min 5 s ago",
            "  restart of pluto               3 this hour, next now",
            "  30 s ago  New connections take primary: they took none.",
        ):
            self.assertIn(line, text)

    def test_one_that_does_not_serve(self):
        gateway = Gateway(now=NOW - 120)
        gateway.pass_seconds(60)
        gateway.states = {"primary": "gone", "secondary": "gone"}
        gateway.pass_seconds(60)
        text, code = self.screen(told(gateway))
        self.assertEqual(code, status.NOT_SERVED)
        self.assertIn("Probe         503, down: primary failed", text)
        self.assertIn("Refused       connections of all, primary, secondary", text)
        self.assertIn("  restart of pluto               2 this hour", text)

    def test_what_is_announced_is_shown(self):
        text, code = self.screen(told(announced=["Redeploy has started"], probe=[503, "drains: Redeploy has started"]))
        self.assertEqual(code, status.NOT_SERVED)
        self.assertIn("Announced     Redeploy has started", text)

    def test_policy_based_has_no_device_and_no_marks(self):
        text, code = self.screen(told(Gateway(policy_based(), now=NOW - 7200)))
        self.assertEqual(code, status.SERVED)
        self.assertNotIn("by vti0", text)

    def test_what_is_old_says_so_with_the_mend(self):
        text, code = self.screen(told(writtenAt=NOW - 31))
        self.assertEqual(code, status.CANNOT_TELL)
        self.assertIn("The agent has said nothing for 31 s: what follows is old.", text)
        self.assertIn(status.MEND, text)

    def test_what_is_of_another_boot_is_old(self):
        self.assertEqual(self.screen(told(writtenAt=NOW + 500))[1], status.CANNOT_TELL)

    def test_a_kernel_that_lists_no_connections(self):
        text, _ = self.screen(told(flows=None, table=[None, None]))
        self.assertIn("Flows         not listed by this kernel; connection table unknown", text)

    def test_pluto_that_does_not_run_or_answer(self):
        gateway = Gateway(now=NOW - 7200)
        gateway.pluto_age = None
        text, _ = self.screen(told(gateway))
        self.assertIn("pluto doesn't run, so nothing is mended", text)
        self.assertEqual(status.child(None, 0), "unknown: pluto doesn't answer")


class Words(unittest.TestCase):
    def test_durations_and_sizes(self):
        for seconds, text in ((0, "0 s"), (59.9, "59 s"), (60, "1 min 0 s"), (3661, "1 h 1 min"), (90000, "1 d 1 h")):
            self.assertEqual(status.span(seconds), text)
        for count, text in ((0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KB"), (5 * 1024**4, "5120 GB")):
            self.assertEqual(status.size(count), text)


if __name__ == "__main__":
    unittest.main()
