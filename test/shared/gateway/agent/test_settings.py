"""What is taken from gateway.json, and how is what is wrong with it told?"""
import copy
import json
import tempfile
import unittest

from cases import a_file, policy_based, settings, the_settings


class Taken(unittest.TestCase):
    def test_both_routings(self):
        self.assertEqual(the_settings().roles, ("primary", "secondary"))
        self.assertTrue(the_settings().is_route_based)
        self.assertEqual(the_settings(policy_based()).roles, ("primary",))
        self.assertFalse(the_settings(policy_based()).is_route_based)


class Reports(unittest.TestCase):
    def test_none_are_sent_where_none_are_wanted(self):
        self.assertIsNone(the_settings().reports)
        self.assertEqual(the_settings().complaints, ())

    def test_an_audience_may_be_left_out(self):
        url = "https://keeper.example.net:8443/api/reports?code=a%20b"
        for audience in (None, "api://keeper"):
            told = the_settings(a_file(reports={"url": url, "audience": audience}))
            self.assertEqual(told.reports, {"url": url, "audience": audience})

    def test_what_is_wrong_costs_the_reports_alone(self):
        good = "https://keeper.example.net/"
        for block, says in (
            ("https://x/?code=Secret1", "reports is unusable, and must be an object"),
            ({}, "reports.url is missing, and must be an http or https URL of a host and a path"),
            ({"url": "keeper.example.net?code=Secret1"}, "reports.url is unusable, and must be an http or https URL"),
            ({"url": "https://keeper.example.net?code=Secret1"}, "reports.url is unusable"),
            ({"url": "file:///etc/shadow"}, "reports.url"),
            ({"url": "https://user:Secret1@keeper.example.net/"}, "reports.url is unusable"),
            ({"url": good + "?code=Secret1 b"}, "reports.url is unusable"),
            ({"url": good + '"\noutput=/etc/passwd'}, "reports.url"),
            ({"url": good + "\\"}, "reports.url"),
            ({"url": good + "x" * 500}, "reports.url"),
            ({"url": good, "audience": ""}, 'reports.audience is "", and must be an audience'),
            ({"url": good, "audience": 5}, "reports.audience is 5"),
        ):
            with self.subTest(block=block):
                told = the_settings(a_file(reports=block))
                self.assertIsNone(told.reports)
                self.assertEqual(told.roles, ("primary", "secondary"))
                self.assertEqual(len(told.complaints), 1)
                self.assertIn("Nothing is reported: gateway.json: " + says, told.complaints[0])
                self.assertNotIn("\n", told.complaints[0])
                self.assertNotIn("Secret1", told.complaints[0])


class Refused(unittest.TestCase):
    def test_the_field_the_value_and_the_mend_are_named(self):
        for path, value, says in (
            (("site",), None, "site is missing, and must be a name"),
            (("slot",), 5, "slot is 5, and must be a name"),
            (("routing",), "bgp", 'routing is "bgp", and must be "route-based" or "policy-based"'),
            (("probePort",), 0, "probePort is 0, and must be a whole number from 1 to 65535"),
            (("probePort",), 65536, "probePort is 65536"),
            (("probePort",), "8100", 'probePort is "8100"'),
            (("probePort",), True, "probePort is true"),
            (("proxy",), None, "proxy is missing, and must be an object"),
            (("proxy", "address"), "185.46.212", 'proxy.address is "185.46.212", and must be an IPv4 address'),
            (("proxy", "address"), "185.46.212.256", "proxy.address"),
            (("proxy", "ports"), [], "proxy.ports is [], and must be a list of ports"),
            (("proxy", "ports"), [0], "proxy.ports is [0]"),
            (("check", "host"), "", 'check.host is ""'),
            (("check", "host"), "a\r\nb", "check.host"),
            (("check", "everySeconds"), 0, "check.everySeconds is 0, and must be a number from 0.05 to 20"),
            (("check", "everySeconds"), 20.1, "check.everySeconds is 20.1"),
            (("check", "timeoutSeconds"), 0, "check.timeoutSeconds is 0"),
            (("check", "timeoutSeconds"), 20.1, "check.timeoutSeconds is 20.1, and must be a number from 0.05 to 20"),

            (("check", "everySeconds"), float("nan"), "check.everySeconds is NaN"),
            (("check", "failuresDown"), 1.5, "check.failuresDown is 1.5"),
            (("check", "failuresDown"), 101, "check.failuresDown is 101, and must be a whole number from 1 to 100"),
            (("check", "successesUp"), 0, "check.successesUp is 0"),
            (("check", "successesUp"), 101, "check.successesUp is 101"),
            (("check", "stableSeconds"), 86401, "check.stableSeconds is 86401, and must be a number from 0 to 86400"),
            (("mend", "perHour"), 0, "mend.perHour is 0"),
            (("mend", "perHour"), 61, "mend.perHour is 61, and must be a whole number from 1 to 60"),
            (("mend", "initiateAfterSeconds"), 3601, "mend.initiateAfterSeconds is 3601"),
            (("mend", "reconnectAfterSeconds"), 3601, "mend.reconnectAfterSeconds is 3601"),
            (("mend", "restartAfterSeconds"), 3601, "mend.restartAfterSeconds is 3601"),
            (("mend", "settleSeconds"), 3601, "mend.settleSeconds is 3601"),
            (("mend", "afterStartSeconds"), 3601, "mend.afterStartSeconds is 3601"),
            (("mend", "pauseSeconds"), 3601, "mend.pauseSeconds is 3601, and must be a number from 0 to 3600"),
            (("mend",), [], "mend is [], and must be an object"),
            (("tunnels",), [], "tunnels is [], and must be a list of 1 or 2 tunnels"),
            (("tunnels",), None, "tunnels is missing"),
            (("tunnels", 0), "vti0", 'tunnels[0] is "vti0", and must be an object'),
            (("tunnels", 1, "role"), "primary", "and must be tunnels of different roles"),
            (("tunnels", 1, "role"), "third", 'tunnels[1].role is "third"'),
            (("tunnels", 0, "device"), None, "tunnels[0].device is missing"),
            (("tunnels", 0, "flowMark"), "0x100", 'tunnels[0].flowMark is "0x100", and must be a mark within 0xf0'),
            (("tunnels", 0, "table"), 254, "tunnels[0].table is 254"),
        ):
            with self.subTest(path=path, value=value):
                self.assertRaisesRegex(settings.Unusable, "^[^\n]*$", self.parse, path, value)
                with self.assertRaises(settings.Unusable) as refused:
                    self.parse(path, value)
                self.assertIn(says, str(refused.exception))
                self.assertIn(settings.MEND, str(refused.exception))

    def parse(self, path, value):
        file = copy.deepcopy(a_file())
        *to, last = path
        block = file
        for step in to:
            block = block[step]
        block[last] = value
        settings.parse(json.dumps(file))

    def test_two_tunnels_when_policy_based(self):
        file = {**a_file(), "routing": "policy-based"}
        self.assertRaisesRegex(settings.Unusable, "a list of 1 tunnel", the_settings, file)

    def test_what_is_no_object(self):
        for text in ("", "{", "[]", "null", "5", '"x"', "[" * 100000):
            with self.subTest(text=text[:10]):
                self.assertRaises(settings.Unusable, settings.parse, text)

    def test_bytes_that_are_no_text(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(json.dumps(a_file()).encode().replace(b"berlin", b"berl\xefn"))
            file.flush()
            self.assertRaisesRegex(settings.Unusable, "^%s can't be read: .*0xef[^\n]*$" % file.name, settings.load, file.name)

    def test_a_file_that_is_not_there(self):
        self.assertRaisesRegex(settings.Unusable, "/none can't be read", settings.load, "/none")


if __name__ == "__main__":
    unittest.main()
