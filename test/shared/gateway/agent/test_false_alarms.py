"""Does a bad line make the agent act? A day with 1 % of the packets lost and a stall of 4 s each hour, many times."""
import random
import unittest

from cases import Gateway

HOUR = 3600
DAY = 24 * HOUR
LOSS = 0.01
STALL = 4.0
#: Seconds for a packet there and back.
ROUND_TRIP = 0.03
#: Linux sends a SYN again after a second, then after two more; data on such a path after 0.2 s, then twice as long.
SYN_AGAIN = 1.0
DATA_AGAIN = 0.2


class Line:
    """A path that loses packets by chance, and all of them in its stalls; the loss of a packet or of its answer counts."""

    def __init__(self, seed, loss=LOSS, stall=STALL):
        self.random = random.Random(seed)
        self.loss = loss
        self.stalls = [(hour * HOUR + self.random.uniform(0, HOUR - 60), stall) for hour in range(24)]

    def loses(self, at):
        if any(begin <= at < begin + length for begin, length in self.stalls):
            return True
        return self.random.random() < self.loss or self.random.random() < self.loss

    def arrives(self, at, again):
        """When a packet sent now has been answered; it is sent again after ever longer pauses."""
        while self.loses(at):
            at += again
            again *= 2
        return at + ROUND_TRIP

    def request(self, began):
        """When a request's answer is there: a connection, then a question."""
        return self.arrives(self.arrives(began, SYN_AGAIN), DATA_AGAIN)


def a_day(line):
    """Checks as the agent times them: each tunnel every 3 s, with 3 s to answer; one ends before the next begins."""
    gateway = Gateway()
    gateway.pass_seconds(60)
    start = gateway.now
    begins = {role: 0.0 for role in gateway.settings.roles}
    while min(begins.values()) < DAY:
        role = min(begins, key=begins.get)
        began = begins[role]
        ends = min(line.request(began), began + 3.0)
        gateway.states[role] = "up" if ends < began + 3.0 else "silent"
        gateway.look([gateway.check(role)], max(0.0, start + ends - gateway.now))
        begins[role] = max(began + 3.0, ends + 0.1)
    return gateway


class FalseAlarms(unittest.TestCase):
    def test_a_day_of_loss_and_stalls_moves_at_most_once_and_mends_nothing(self):
        for seed in range(5):
            gateway = a_day(Line(seed))
            self.assertLessEqual(len(gateway.kinds("move")), 1, seed)
            self.assertEqual(gateway.kinds("initiate", "reconnect", "restart"), [], seed)

    def test_the_line_is_bad_enough_to_fail_checks(self):
        line = Line(1)
        failed = sum(line.request(at) - at >= 3.0 for at in range(0, DAY, 3))
        self.assertGreater(failed, 24)

    def test_a_stall_that_outlasts_three_checks_is_no_false_alarm(self):
        gateway = a_day(Line(1, stall=25.0))
        self.assertGreater(len(gateway.kinds("reset")), 0)


if __name__ == "__main__":
    unittest.main()
