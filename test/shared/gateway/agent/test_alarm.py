"""When is everything shown on the console though nobody asked?"""
import os
import tempfile
import unittest

import cases  # noqa: F401
import alarm

HOUR = 3600


class Due(unittest.TestCase):
    def shown(self, seconds, status=503, is_drained=False, told=None, now=1000):
        """The seconds at which it is shown."""
        told = told or alarm.Alarm()
        return [at for at in range(seconds) if told.is_due(status, is_drained, now + at)]

    def test_after_five_minutes_and_once_in_six_hours(self):
        self.assertEqual(self.shown(300), [])
        self.assertEqual(self.shown(13 * HOUR), [300, 300 + 6 * HOUR, 300 + 12 * HOUR])

    def test_not_while_it_serves_or_drains(self):
        self.assertEqual(self.shown(HOUR, status=200), [])
        self.assertEqual(self.shown(HOUR, is_drained=True), [])

    def test_the_minutes_are_in_a_row_and_the_hours_are_not(self):
        told = alarm.Alarm()
        self.assertEqual(self.shown(299, told=told), [])
        self.assertEqual(self.shown(1, status=200, told=told, now=1300), [])
        self.assertEqual(self.shown(301, told=told, now=1301), [300])
        self.assertEqual(self.shown(1, status=200, told=told, now=1700), [])
        self.assertEqual(self.shown(HOUR, told=told, now=1701), [])


class Asked(unittest.TestCase):
    def test_by_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "wanted")
            self.assertEqual(alarm.ask(path), "")
            self.assertTrue(os.path.exists(path))
            self.assertIn("can't be asked for", alarm.ask(os.path.join(folder, "none", "wanted")))


if __name__ == "__main__":
    unittest.main()
