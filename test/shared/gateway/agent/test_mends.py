"""What is mended on the spot, when, and how often? Rows on both sides of each limit, then long and random times."""
import random
import unittest

from cases import Gateway, a_file, policy_based

MENDS = ("initiate", "reconnect", "restart")


def serving(file=None):
    gateway = Gateway(file)
    gateway.pass_seconds(60)
    assert gateway.done == [], gateway.done
    return gateway


class Rungs(unittest.TestCase):
    def mends_of(self, gateway, seconds):
        began = gateway.now
        gateway.pass_seconds(seconds)
        return [(at - began, kind, role) for at, kind, role in gateway.kinds(*MENDS)]

    def test_a_child_sa_that_is_gone_is_asked_for_at_the_second_look(self):
        gateway = serving()
        gateway.states["secondary"] = "gone"
        self.assertEqual(self.mends_of(gateway, 3), [])
        self.assertEqual(gateway.pass_seconds(1), [("initiate", "secondary")])

    def test_a_child_sa_that_comes_back_by_itself_is_left_alone(self):
        gateway = serving()
        gateway.states["secondary"] = "gone"
        gateway.pass_seconds(3)
        gateway.states["secondary"] = "up"
        self.assertEqual(self.mends_of(gateway, 60), [])

    def test_a_connection_goes_down_and_up_after_20_seconds(self):
        gateway = serving()
        gateway.states["primary"] = "silent"
        self.assertEqual(self.mends_of(gateway, 20), [])
        self.assertEqual(gateway.pass_seconds(1), [("reconnect", "primary")])

    def test_pluto_is_restarted_after_40_seconds_without_any_tunnel(self):
        gateway = serving()
        gateway.states = {"primary": "silent", "secondary": "silent"}
        mends = self.mends_of(gateway, 41)
        self.assertEqual([kind for _, kind, _ in mends], ["reconnect", "reconnect", "restart"])
        self.assertEqual(mends[-1], (41, "restart", None))

    def test_each_rung_in_its_turn_when_the_child_sas_are_gone(self):
        gateway = serving()
        gateway.states = {"primary": "gone", "secondary": "gone"}
        kinds = [(kind, role) for _, kind, role in self.mends_of(gateway, 41)]
        initiated, reconnected = [("initiate", role) for role in gateway.states], [
            ("reconnect", role) for role in gateway.states
        ]
        self.assertEqual(kinds, initiated + reconnected + [("restart", None)])

    def test_pluto_is_not_restarted_while_another_tunnel_works(self):
        gateway = serving()
        gateway.states["primary"] = "silent"
        gateway.pass_seconds(3600)
        self.assertEqual(gateway.kinds("restart"), [])
        self.assertEqual(len(gateway.kinds("reconnect")), 3)

    def test_a_pluto_that_answers_nothing_is_restarted_and_asked_for_nothing(self):
        gateway = serving()
        gateway.states = {"primary": "hung", "secondary": "hung"}
        self.assertEqual(self.mends_of(gateway, 41), [(41, "restart", None)])

    def test_the_single_tunnel_is_mended_when_policy_based(self):
        gateway = serving(policy_based())
        gateway.states["primary"] = "gone"
        kinds = [kind for _, kind, _ in self.mends_of(gateway, 41)]
        self.assertEqual(kinds, ["initiate", "reconnect", "restart"])


class Never(unittest.TestCase):
    def broken(self, **difference):
        gateway = serving()
        gateway.states = {"primary": "gone", "secondary": "gone"}
        for name, value in difference.items():
            setattr(gateway, name, value)
        return gateway

    def test_while_a_script_of_the_control_plane_is_at_work(self):
        gateway = self.broken(is_held=True)
        gateway.pass_seconds(600)
        self.assertEqual(gateway.kinds(*MENDS), [])

    def test_until_what_a_script_did_has_had_its_time_to_work(self):
        gateway = self.broken(is_held=True)
        gateway.pass_seconds(600)
        gateway.is_held = False
        gateway.pass_seconds(14)
        self.assertEqual(gateway.kinds(*MENDS), [])
        gateway.pass_seconds(1)
        self.assertEqual(gateway.kinds(*MENDS), [(gateway.now, "restart", None)])

    def test_while_pluto_does_not_run(self):
        gateway = self.broken(pluto_age=None)
        gateway.pass_seconds(600)
        self.assertEqual(gateway.kinds(*MENDS), [])

    def test_while_a_mend_is_under_way(self):
        gateway = self.broken(is_busy=True)
        gateway.pass_seconds(600)
        self.assertEqual(gateway.kinds(*MENDS), [])

    def test_as_long_as_pluto_has_just_started(self):
        gateway = self.broken(pluto_age=0.0)
        gateway.pass_seconds(29)
        self.assertEqual(gateway.kinds(*MENDS), [])
        gateway.pass_seconds(2)
        self.assertEqual(len(gateway.kinds(*MENDS)), 2)

    def test_as_long_as_the_agent_has_just_started(self):
        gateway = Gateway()
        gateway.states = {"primary": "gone", "secondary": "gone"}
        gateway.pass_seconds(29)
        self.assertEqual(gateway.kinds(*MENDS), [])
        gateway.pass_seconds(1)
        self.assertEqual(len(gateway.kinds(*MENDS)), 1)


def full(primary="silent", seconds=300):
    """A gateway that has served until its connection table was full."""
    gateway = serving()
    gateway.is_table_full = True
    gateway.states = {"primary": primary, "secondary": "silent"}
    gateway.pass_seconds(seconds)
    return gateway


class Full(unittest.TestCase):
    def test_checks_fail_in_a_full_connection_table_and_nothing_follows_but_the_probes_503(self):
        gateway = full()
        self.assertEqual(gateway.kinds(*MENDS, "reset", "move"), [])
        self.assertEqual(gateway.answer(), (503, "the connection table is full"))

    def test_it_is_as_before_once_there_is_room(self):
        gateway = full()
        gateway.is_table_full = False
        gateway.states = {"primary": "up", "secondary": "up"}
        gateway.pass_seconds(30)
        self.assertEqual(gateway.kinds(*MENDS, "reset", "move"), [])
        self.assertEqual(gateway.answer(), (200, "ok: primary"))

    def test_a_tunnel_that_is_dead_is_judged_once_there_is_room(self):
        gateway = full()
        gateway.is_table_full = False
        gateway.pass_seconds(50)
        self.assertEqual([kind for _, kind, _ in gateway.kinds(*MENDS)][-1], "restart")

    def test_a_child_sa_that_is_gone_counts_all_the_same(self):
        gateway = full(primary="gone", seconds=30)
        self.assertEqual([role for _, _, role in gateway.kinds("reset")], ["primary"])
        self.assertEqual(gateway.kinds(*MENDS), [])


class Limits(unittest.TestCase):
    def test_the_pauses_between_restarts_double_and_the_fourth_waits_for_the_hour(self):
        gateway = serving()
        gateway.states = {"primary": "silent", "secondary": "silent"}
        gateway.pass_seconds(3 * 3600)
        times = [at for at, _, _ in gateway.kinds("restart")]
        pauses = [later - before for before, later in zip(times, times[1:])]
        self.assertEqual(pauses[:3], [60, 120, 3600 - 180])
        self.assertLessEqual(len(times), 9)

    def test_an_edge_that_is_silent_for_a_day_leads_to_three_restarts_an_hour_at_most(self):
        gateway = serving()
        gateway.states = {"primary": "gone", "secondary": "gone"}
        gateway.pass_seconds(86400)
        self.assertLessEqual(len(gateway.kinds("restart")), 3 * 24)
        for role in gateway.states:
            for kind in ("initiate", "reconnect"):
                mine = [one for one in gateway.kinds(kind) if one[2] == role]
                self.assertLessEqual(len(mine), 3 * 24)


class LongTimes(unittest.TestCase):
    def test_a_day_with_loss_and_stalls_moves_once_at_most_and_mends_nothing(self):
        for seed in range(3):
            with self.subTest(seed=seed):
                self.a_day(random.Random(seed))

    def a_day(self, chance):
        gateway = serving()
        for second in range(0, 86400, 3):
            # A stall of 4 s an hour meets two checks of both tunnels; 1 % of the others are lost.
            is_stalled = second % 3600 < 6
            gateway.states = {
                role: "silent" if is_stalled or chance.random() < 0.01 else "up" for role in gateway.states
            }
            gateway.look([gateway.check(role) for role in gateway.states], 3.0)
        # A move away and the move back are one.
        self.assertLessEqual(len(gateway.kinds("move")), 2)
        self.assertEqual(gateway.kinds(*MENDS), [])

    def test_random_days_never_break_a_rule(self):
        for seed in range(20):
            with self.subTest(seed=seed):
                self.a_random_day(random.Random(seed))

    def a_random_day(self, chance):
        gateway = Gateway(policy_based() if chance.random() < 0.2 else a_file())
        for _ in range(2 * 3600):
            if chance.random() < 0.02:
                role = chance.choice(list(gateway.states))
                gateway.states[role] = chance.choice(["up", "silent", "gone", "hung"])
            if chance.random() < 0.01:
                gateway.is_held = chance.random() < 0.3
            if chance.random() < 0.01:
                gateway.pluto_age = chance.choice([None, 0.0, 1000.0, 1000.0])
            before = gateway.memory
            age, held = gateway.pluto_age, gateway.is_held
            roles = [role for role in gateway.states if chance.random() < 0.4]
            actions = gateway.look([gateway.check(role) for role in roles], 1.0)
            mends = [action for action in actions if action[0] in MENDS]
            self.assertLessEqual(len(mends), 1)
            if mends:
                self.assertFalse(held)
                self.assertIsNotNone(age)
                self.assertGreaterEqual(gateway.now - before.began, 30)
            if ("restart", None) in mends:
                self.assertFalse(any(tunnel.is_up for tunnel in gateway.memory.tunnels.values()))
        self.keeps_limits(gateway)

    def keeps_limits(self, gateway):
        for kind in MENDS:
            for role in [*gateway.states, None]:
                times = [at for at, done, of in gateway.kinds(kind) if of == role]
                for before, later in zip(times, times[3:]):
                    self.assertGreaterEqual(later - before, 3600)
                for before, later in zip(times, times[1:]):
                    self.assertGreaterEqual(later - before, 60)


if __name__ == "__main__":
    unittest.main()
