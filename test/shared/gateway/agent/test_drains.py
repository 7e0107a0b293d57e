"""When does the gateway leave the pool for what Azure announces, and when does it acknowledge?"""
import unittest

import cases  # noqa: F401
import decide
import drains
import imds
import scheduled

NOW = 10000.0
#: Tue, 01 Sep 2026 12:00:00 GMT.
WALL = 1788264000
MACHINE = "vm-berlin-z1-1-g1"


def an_entry(**difference):
    return {
        "EventId": "A-1",
        "EventType": "Redeploy",
        "ResourceType": "VirtualMachine",
        "Resources": [MACHINE],
        "EventStatus": "Scheduled",
        "NotBefore": "Tue, 01 Sep 2026 12:10:00 GMT",
        **difference,
    }


def seen(*entries):
    return drains.events({"DocumentIncarnation": 1, "Events": list(entries)}, MACHINE)


class Read(unittest.TestCase):
    def test_an_event_of_this_machine(self):
        said_at = "Tue, 01 Sep 2026 12:10:00 GMT"
        self.assertEqual(seen(an_entry()), (("A-1", "Redeploy", "Scheduled", WALL + 600, said_at),))
        self.assertEqual(len(seen(an_entry(Resources=["other", MACHINE.upper()]))), 1)

    def test_others_events_and_garbage_cost_themselves_alone(self):
        for entry in (
            an_entry(Resources=["vm-berlin-z1-1-g10"]),
            an_entry(Resources=[]),
            an_entry(Resources=None),
            an_entry(Resources=[None, 5]),
            an_entry(EventId=None),
            an_entry(EventId=""),
            an_entry(EventType="Upgrade"),
            an_entry(EventStatus="Completed"),
            None,
            "Redeploy",
            [],
        ):
            with self.subTest(entry=entry):
                self.assertEqual([one.id for one in seen(entry, an_entry(EventId="B-2"))], ["B-2"])

    def test_a_document_that_is_none(self):
        for document in ({}, {"Events": None}, {"Events": {}}):
            self.assertRaises(ValueError, drains.events, document, MACHINE)

    def test_times(self):
        for text, epoch in (
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1709251199),
            ("Sat, 01 Mar 2025 00:00:00 GMT", 1740787200),
            ("Mon, 19 Sep 2016 18:29:47 GMT", 1474309787),
            ("", None),
            ("Tue, 01 Foo 2026 12:10:00 GMT", None),
            ("2026-09-01T12:10:00Z", None),
        ):
            self.assertEqual(drains.epoch(text), epoch)


class Drained(unittest.TestCase):
    def follow(self, *entries, known=(), now=NOW, wall=WALL):
        return drains.follow(dict(known), seen(*entries), now, wall)

    def test_which_events_drain(self):
        for kind, reason in (
            ("Redeploy", "drains: Redeploy at Tue, 01 Sep 2026 12:10:00 GMT"),
            ("Reboot", "drains: Reboot at Tue, 01 Sep 2026 12:10:00 GMT"),
            ("Preempt", "drains: Preempt at Tue, 01 Sep 2026 12:10:00 GMT"),
            ("Terminate", "drains: Terminate at Tue, 01 Sep 2026 12:10:00 GMT"),
            ("Freeze", None),
        ):
            with self.subTest(kind=kind):
                self.assertEqual(drains.reason(self.follow(an_entry(EventType=kind))), reason)

    def test_the_probe_says_why_and_nothing_else_changes(self):
        gateway = cases.Gateway()
        gateway.pass_seconds(10)
        why = drains.reason(self.follow(an_entry()))
        self.assertEqual(decide.answer(gateway.memory, "primary", why), (503, why))
        self.assertEqual(decide.answer(gateway.memory, "primary", None), (200, "ok: primary"))

    def test_what_is_days_ahead_is_told_and_waited_with(self):
        for not_before, is_drained in (
            ("Tue, 01 Sep 2026 13:00:01 GMT", False),
            ("Tue, 01 Sep 2026 13:00:00 GMT", True),
            ("soon", True),
        ):
            entry = an_entry(NotBefore=not_before)
            with self.subTest(not_before=not_before):
                self.assertEqual(bool(self.follow(entry)), is_drained)
                told = drains.only_told(seen(entry), self.follow(entry))
                self.assertEqual(len(told), 0 if is_drained else 1)

    def test_when_it_is_acknowledged(self):
        for not_before, flows, seconds, is_due in (
            ("12:10:00", 0, 14, False),
            ("12:10:00", 0, 15, True),
            ("12:10:00", 3, 119, False),
            ("12:10:00", 3, 120, True),
            ("12:10:00", None, 119, False),
            ("12:10:00", None, 120, True),
            ("12:00:30", 3, 24, False),
            ("12:00:30", 3, 25, True),
            ("12:00:03", 3, 0, True),
            # The clock is wrong, or the host late: nobody is cut off for that.
            ("11:00:00", 3, 119, False),
            ("11:00:00", 3, 120, True),
        ):
            with self.subTest(not_before=not_before, flows=flows, seconds=seconds):
                begun = self.follow(an_entry(NotBefore="Tue, 01 Sep 2026 %s GMT" % not_before))
                self.assertEqual(drains.due(begun, flows, NOW + seconds), ("A-1",) if is_due else ())

    def test_what_has_started_is_drained_and_needs_no_acknowledgement(self):
        begun = self.follow(an_entry())
        started = self.follow(an_entry(EventStatus="Started", NotBefore=""), known=begun, now=NOW + 60)
        self.assertEqual(drains.reason(started), "drains: Redeploy has started")
        self.assertEqual(drains.due(started, 0, NOW + 500), ())

    def test_the_time_runs_from_the_first_sight_of_it(self):
        begun = self.follow(an_entry())
        self.assertEqual(self.follow(an_entry(), known=begun, now=NOW + 60)["A-1"].until, NOW + 120)

    def test_a_machine_that_has_it_behind_it_serves(self):
        entry = an_entry(EventType="Reboot", EventStatus="Started", NotBefore="")
        for now, reason in ((899, None), (900, "drains: Reboot has started")):
            with self.subTest(now=now):
                first = self.follow(entry, now=now)
                self.assertEqual(drains.reason(first), reason)
                self.assertEqual(drains.reason(self.follow(entry, known=first, now=now + 500)), reason)

    def test_changes_are_told_once(self):
        begun = self.follow(an_entry())
        self.assertEqual(
            drains.changes({}, begun), ["drain begun: Redeploy at Tue, 01 Sep 2026 12:10:00 GMT"]
        )
        self.assertEqual(drains.changes(begun, begun), [])
        self.assertEqual(drains.changes(begun, {}), ["drain ended: Redeploy is over"])


class Host:
    """Answers what `imds.get` and `imds.ask` ask."""

    def __init__(self, test):
        self.entries = []
        self.is_silent = False
        self.posted = []
        self.refusal = None
        for name in ("get", "ask"):
            test.addCleanup(setattr, imds, name, getattr(imds, name))
        imds.get, imds.ask = self.get, self.ask

    def get(self, path, seconds=5):
        if self.is_silent:
            raise TimeoutError("timed out")
        if path == imds.MACHINE:
            resource = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/" + MACHINE
            return {"name": MACHINE, "location": "westeurope", "resourceId": resource}
        return {"Events": self.entries}

    def ask(self, path, seconds=5, body=None):
        self.posted.append(body)
        return self.refusal or (200, "")


class InTime(unittest.TestCase):
    """The thread that asks and the loop that decides, second by second."""

    def setUp(self):
        self.host = Host(self)
        self.watch = scheduled.Watch()
        self.now = NOW
        self.flows = [object()]
        self.addCleanup(setattr, scheduled.flows, "now", scheduled.flows.now)
        scheduled.flows.now = lambda proxy: self.flows
        self.addCleanup(setattr, scheduled.time, "monotonic", scheduled.time.monotonic)
        scheduled.time.monotonic = lambda: self.now
        self.begin()

    def begin(self):
        self.watch = scheduled.Watch()
        self.drains = scheduled.Drains(self.watch, "185.46.212.88")

    def pass_seconds(self, seconds):
        lines = []
        for _ in range(seconds):
            self.now += 1
            self.watch.look()
            changes, told = self.drains.keep(self.now, WALL + self.now - NOW)
            lines += changes + told
        return lines

    def test_from_the_announcement_to_the_end(self):
        self.host.entries = [an_entry()]
        self.assertEqual(self.pass_seconds(119), ["drain begun: Redeploy at Tue, 01 Sep 2026 12:10:00 GMT"])
        self.assertEqual(self.host.posted, [])
        self.pass_seconds(10)
        self.assertEqual(self.host.posted, ['{"StartRequests": [{"EventId": "A-1"}]}'])
        self.assertEqual(self.drains.in_words(), ["Redeploy at Tue, 01 Sep 2026 12:10:00 GMT, acknowledged"])
        self.host.entries = []
        self.assertEqual(self.pass_seconds(2), ["drain ended: Redeploy is over"])
        self.assertIsNone(self.drains.reason)

    def test_a_gateway_that_carries_nothing_acknowledges_early(self):
        self.host.entries, self.flows = [an_entry()], []
        self.pass_seconds(20)
        self.assertEqual(len(self.host.posted), 1)

    def test_a_refused_acknowledgement_is_tried_again_and_said(self):
        self.host.entries, self.flows, self.host.refusal = [an_entry()], [], (400, '{"error": "Bad request"}')
        self.pass_seconds(20)
        self.assertIn("it answers 400 to an acknowledgement (Bad request)", self.watch.trouble)
        self.host.refusal = None
        self.pass_seconds(2)
        self.assertEqual(self.watch.trouble, "")
        self.assertEqual(self.watch.acknowledged, {"A-1"})

    def test_an_agent_that_was_restarted_amid_drains_again(self):
        self.host.entries = [an_entry()]
        self.pass_seconds(60)
        self.begin()
        self.assertEqual(self.pass_seconds(3), ["drain begun: Redeploy at Tue, 01 Sep 2026 12:10:00 GMT"])

    def test_an_event_that_went_a_moment_ago_is_not_acknowledged_once_more(self):
        self.host.entries, self.flows = [an_entry()], []
        self.pass_seconds(20)
        self.host.entries = []
        self.watch.look()
        self.watch.look()
        self.assertEqual(len(self.host.posted), 1)

    def test_a_freeze_is_told_once_and_neither_drained_nor_acknowledged(self):
        self.host.entries = [an_entry(EventType="Freeze")]
        self.assertEqual(len(self.pass_seconds(300)), 1)
        self.assertEqual(self.host.posted, [])
        self.assertIsNone(self.drains.reason)

    def test_a_host_that_is_silent_for_an_hour_changes_nothing(self):
        self.host.is_silent = True
        self.assertEqual(self.pass_seconds(3600), [])
        self.assertIsNone(self.drains.reason)
        self.assertIn("timed out", self.watch.trouble)
        self.host.is_silent, self.host.entries = False, [an_entry(NotBefore="")]
        self.assertEqual(len(self.pass_seconds(2)), 1)

    def test_a_host_that_falls_silent_amid_a_drain_keeps_nobody_away_for_long(self):
        self.host.entries = [an_entry()]
        self.pass_seconds(5)
        self.host.is_silent = True
        self.pass_seconds(895)
        self.assertIsNotNone(self.drains.reason)
        self.assertEqual(self.pass_seconds(10), ["drain ended: Redeploy is over"])

    def test_garbage_for_an_hour(self):
        for entries in (None, "x", {}):
            self.host.entries = entries
            self.assertEqual(self.pass_seconds(20), [])
            self.assertIn("The host doesn't tell what it plans", self.watch.trouble)


if __name__ == "__main__":
    unittest.main()
