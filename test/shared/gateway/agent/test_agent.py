"""When does the agent give itself up? When checks hang, and not when the whole machine stood still."""
import unittest

from cases import the_settings

import agent


class Hanging(unittest.TestCase):
    def setUp(self):
        self.agent = agent.Agent(the_settings())
        self.began = self.agent.beat

    def lives_until(self, seconds, checked):
        """The main loop at work each second, with the roles that are still checked."""
        for second in range(seconds + 1):
            now = self.began + second
            for role in checked:
                self.agent.view.requests[role] = {"at": now}
            self.agent.end_when_stuck(now)

    def test_it_goes_on_while_checks_end(self):
        self.lives_until(600, ["primary", "secondary"])

    def test_it_ends_when_the_checks_of_one_tunnel_hang(self):
        with self.assertRaisesRegex(RuntimeError, "^No check of secondary has ended for 60 s.$"):
            self.lives_until(61, ["primary"])

    def test_it_ends_when_no_check_ever_ends(self):
        self.lives_until(60, [])
        with self.assertRaises(RuntimeError):
            self.agent.end_when_stuck(self.began + 61)

    def test_a_machine_that_stood_still_has_its_checks_end_first(self):
        self.lives_until(10, ["primary", "secondary"])
        thawed = self.began + 1000
        self.agent.end_when_stuck(thawed)
        self.agent.end_when_stuck(thawed + 1)


if __name__ == "__main__":
    unittest.main()
