"""Which tunnel is up, which one do new connections take, and what does the probe get?"""
import unittest

from cases import Gateway, a_file, decide, policy_based, the_settings

RULES = a_file()["check"]


def after(checks, child=True):
    """State after checks, `y` for a success and `n` for a failure, three seconds apart."""
    tunnel = decide.NEW
    for index, sign in enumerate(checks):
        check = decide.Check("primary", child, sign == "y", "answered" if sign == "y" else "silent")
        tunnel = decide.judge(tunnel, check, RULES, 3 * index)
    return tunnel


class Judge(unittest.TestCase):
    def test_up_or_down_by_the_checks_in_a_row(self):
        for checks, is_up in {
            "y": True,
            "nnnn": False,
            "ynn": True,
            "ynnn": False,
            "ynnynn": True,
            "ynnnyy": False,
            "ynnnyyy": True,
            "ynnnyyny": False,
            "nny": True,
        }.items():
            with self.subTest(checks=checks):
                self.assertEqual(after(checks).is_up, is_up)

    def test_a_child_sa_that_is_gone_is_a_failure_whatever_the_request(self):
        tunnel = after("yyy", child=False)
        self.assertFalse(tunnel.is_up)
        self.assertEqual((tunnel.trouble, tunnel.missing_since), (decide.NO_CHILD, 0))

    def test_a_request_decides_when_pluto_does_not_say(self):
        self.assertTrue(after("yyy", child=None).is_up)
        self.assertFalse(after("ynnn", child=None).is_up)
        self.assertIsNone(after("ynnn", child=None).missing_since)

    def test_down_only_when_it_was_judged(self):
        for checks, is_down in {"": False, "nn": False, "nnn": True, "y": False, "ynnn": True}.items():
            with self.subTest(checks=checks):
                self.assertEqual(decide.is_down(after(checks), RULES), is_down)

    def test_failing_since_the_first_of_the_failures_in_a_row(self):
        self.assertEqual(after("ynnn").failing_since, 3)
        self.assertIsNone(after("ynnny").failing_since)
        self.assertEqual(after("ynnnyn").failing_since, 15)


UP = decide.Tunnel(True, True, 9, 0, 100, None, None, "")
DOWN = decide.Tunnel(False, True, 0, 3, 100, 90, None, "silent")
FAILED_ONCE = decide.Tunnel(False, False, 0, 1, 0, 90, None, "silent")


class Choose(unittest.TestCase):
    def test_the_tunnel_of_new_connections(self):
        for when, first, second, current, now, chosen in (
            ("both are up and the first is in use", UP, UP, "a", 0, "a"),
            ("the first is down", DOWN, UP, "a", 0, "b"),
            ("no route stands and the second alone is up", DOWN, UP, None, 0, "b"),
            ("all are down", DOWN, DOWN, "b", 0, "b"),
            ("no check of the first has ended yet", decide.NEW, UP, "a", 0, "a"),
            ("the very first check failed", FAILED_ONCE, UP, "a", 0, "b"),
            ("the first is back since 299 s", UP, UP, "b", 399, "b"),
            ("the first is back since 300 s", UP, UP, "b", 400, "a"),
            ("the second fails and the first is just back", UP, DOWN, "b", 101, "a"),
        ):
            with self.subTest(when=when):
                self.assertEqual(decide.choose({"a": first, "b": second}, current, now, 300), chosen)

    def test_a_tunnel_whose_device_is_gone_is_left_at_once(self):
        gateway = Gateway()
        gateway.pass_seconds(9)
        # The kernel takes the route along with its device.
        gateway.route, gateway.missing = None, frozenset(["primary"])
        self.assertEqual(gateway.look([], 1.0), [("move", "secondary")])

    def test_nothing_is_moved_when_policy_based(self):
        gateway = Gateway(policy_based())
        gateway.pass_seconds(10)
        gateway.states["primary"] = "silent"
        gateway.pass_seconds(60)
        self.assertEqual(gateway.kinds("move"), [])


class Answer(unittest.TestCase):
    def test_status_and_reason(self):
        for when, first, second, current, expected in (
            ("the tunnel in use is up", UP, DOWN, "a", (200, "ok: a")),
            ("only the idle tunnel is up", DOWN, UP, "a", (503, "down: a failed 3 times, b failed 0 times")),
            ("no route stands", UP, UP, None, (503, "down: a failed 0 times, b failed 0 times")),
            ("nothing is known", decide.NEW, decide.NEW, "a", (503, "no request through a tunnel has succeeded yet")),
        ):
            with self.subTest(when=when):
                memory = decide.Memory(0, {"a": first, "b": second}, ())
                self.assertEqual(decide.answer(memory, current), expected)

    def test_missing_rules_keep_clients_away_from_a_tunnel_that_works(self):
        memory = decide.Memory(0, {"a": UP}, ())
        said = decide.answer(memory, "a", missing_rules=("TK-DNAT", "TK-PIN"))
        self.assertEqual(said, (503, "rules are missing: TK-DNAT, TK-PIN"))


class Resets(unittest.TestCase):
    def test_connections_of_a_tunnel_are_reset_while_it_is_down(self):
        gateway = Gateway()
        gateway.pass_seconds(9)
        gateway.states["secondary"] = "silent"
        gateway.pass_seconds(9)
        self.assertEqual(gateway.kinds("reset", "release", "move"), [(1016.0, "reset", "secondary")])
        gateway.states["secondary"] = "up"
        gateway.pass_seconds(9)
        self.assertEqual(gateway.kinds("release"), [(1025.0, "release", "secondary")])

    def test_new_connections_are_led_away_before_old_ones_are_reset(self):
        gateway = Gateway()
        gateway.pass_seconds(9)
        gateway.states["primary"] = "silent"
        self.assertEqual(gateway.pass_seconds(9), [("move", "secondary"), ("reset", "primary")])

    def test_all_are_refused_when_no_tunnel_is_up(self):
        gateway = Gateway()
        gateway.states = {"primary": "silent", "secondary": "silent"}
        gateway.pass_seconds(9)
        self.assertEqual(gateway.refused, {"primary", "secondary", decide.ALL})
        gateway.states["secondary"] = "up"
        gateway.pass_seconds(9)
        self.assertEqual(gateway.refused, {"primary"})

    def test_the_single_tunnel_has_no_mark_when_policy_based(self):
        gateway = Gateway(policy_based())
        gateway.states["primary"] = "gone"
        gateway.pass_seconds(9)
        self.assertEqual(gateway.refused, {decide.ALL})

    def test_nothing_is_refused_before_a_tunnel_was_judged(self):
        gateway = Gateway()
        gateway.states = {"primary": "silent", "secondary": "silent"}
        gateway.pass_seconds(6)
        self.assertEqual(gateway.done, [])

    def test_what_is_not_known_to_be_refused_is_set_anew(self):
        gateway = Gateway()
        gateway.refused = None
        self.assertEqual(gateway.look([]), [("release", decide.ALL)])

    def test_what_could_not_be_set_is_tried_again(self):
        settings, tunnels = the_settings(), {"primary": DOWN, "secondary": UP}
        for _ in range(2):
            actions = decide.resets(settings, tunnels, frozenset())
            self.assertEqual([(action.kind, action.role) for action in actions], [("reset", "primary")])


if __name__ == "__main__":
    unittest.main()
