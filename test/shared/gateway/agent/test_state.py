"""What does an agent know of the one before it? Its mends, which count within the limits as its own do."""
import os
import tempfile
import unittest

from cases import Gateway

import decide
import state

MENDS = [["reconnect", "primary", 900.5], ["restart", None, 950.0]]


class Before(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "state.json")

    def left(self, now=1000.0, **told):
        self.assertEqual(state.Writer(self.path).write(told, now), "")
        return state.mends_before(now, self.path)

    def test_the_mends_of_the_one_before_are_known(self):
        known = (decide.Mend("reconnect", "primary", 900.5), decide.Mend("restart", None, 950.0))
        self.assertEqual(self.left(mends=MENDS), known)

    def test_nothing_is_known_without_a_file_that_can_be_read(self):
        self.assertEqual(state.mends_before(1000.0, self.path), ())
        for mends in (None, 5, [["restart"]], [["restart", None, "soon"]], [[{}, None, 1]]):
            with self.subTest(mends=mends):
                self.assertEqual(self.left(mends=mends), ())
        self.assertEqual(self.left(), ())

    def test_what_is_of_another_boot_or_another_kind_counts_for_nothing(self):
        self.assertEqual(self.left(mends=[["restart", None, 1001.0], ["replace", "primary", 900.0]]), ())

    def test_the_limits_hold_over_a_start_of_the_agent(self):
        gateway = Gateway()
        past = [decide.Mend("reconnect", role, gateway.now - 60 * ago) for role in gateway.states for ago in (3, 2, 1)]
        gateway.memory = decide.begin(gateway.settings, gateway.now, past)
        gateway.states = dict.fromkeys(gateway.states, "silent")
        gateway.pass_seconds(600)
        self.assertEqual(gateway.kinds("reconnect"), [])
        gateway.pass_seconds(3600)
        self.assertNotEqual(gateway.kinds("reconnect"), [])


if __name__ == "__main__":
    unittest.main()
