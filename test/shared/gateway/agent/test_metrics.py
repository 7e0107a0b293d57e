"""What is told of a minute, and what follows when nobody takes it?"""
import json
import unittest

from cases import Gateway

import decide
import imds
import metrics
import pluto
import web

NOW = 10000.0
#: Tue, 01 Sep 2026 12:00:00 GMT.
WALL = 1788264000
ROLES = ("primary", "secondary")
RESOURCE = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-1"


def told(bodies):
    """By metric: its series, by the value of its dimension."""
    found = {}
    for body in bodies:
        base = json.loads(body)["data"]["baseData"]
        found[base["metric"]] = {
            (one["dimValues"] or [None])[0]: (one["min"], one["max"], one["sum"], one["count"]) for one in base["series"]
        }
    return found


class Gathered(unittest.TestCase):
    def setUp(self):
        self.gatherer = metrics.Gatherer(ROLES, NOW)
        self.now = NOW

    def end(self, children=None, flows=None, table=(None, None)):
        self.now += 60
        return self.gatherer.take(self.now, WALL, children, flows, table)

    def test_the_documented_form(self):
        self.gatherer.request("primary", True, 40)
        self.gatherer.request("primary", True, 60)
        self.gatherer.request("primary", False, 3000)
        bodies = [json.loads(body) for body in self.end()]
        self.assertEqual(
            bodies[1],
            {
                "time": "2026-09-01T12:00:00Z",
                "data": {
                    "baseData": {
                        "metric": "RequestMilliseconds",
                        "namespace": "Tunnelkeeper",
                        "dimNames": ["Tunnel"],
                        "series": [{"dimValues": ["primary"], "min": 40, "max": 60, "sum": 100, "count": 2}],
                    }
                },
            },
        )

    def test_all_that_is_told(self):
        gateway = Gateway()
        gateway.pass_seconds(10)
        for actions in ([decide.Action("move", "secondary", "")], [decide.Action("restart", None, "")], []):
            self.gatherer.look(gateway.memory.tunnels, actions)
        self.gatherer.request("secondary", True, 40)
        self.end({"primary": pluto.Child(WALL - 300, 100, 200)})
        self.gatherer.request("secondary", True, 40)
        self.gatherer.look(gateway.memory.tunnels, [decide.Action("move", "secondary", ""), decide.Action("reset", "all", "")])
        child = {"primary": pluto.Child(WALL - 360, 150, 500), "other": pluto.Child(0, 1, 1)}
        self.assertEqual(
            told(self.end(child, 7, (655, 262144))),
            {
                "RequestAnswered": {"secondary": (1, 1, 1, 1)},
                "RequestMilliseconds": {"secondary": (40, 40, 40, 1)},
                "TunnelUp": {"primary": (1, 1, 1, 1), "secondary": (1, 1, 1, 1)},
                "ChildAgeSeconds": {"primary": (360, 360, 360, 1)},
                "BytesIn": {"primary": (50, 50, 50, 1)},
                "BytesOut": {"primary": (300, 300, 300, 1)},
                "Flows": {None: (7, 7, 7, 1)},
                "ConnectionTablePercent": {None: (0.2, 0.2, 0.2, 1)},
                "Moves": {None: (1, 1, 1, 1)},
                "Mends": {"initiate": (0, 0, 0, 1), "reconnect": (0, 0, 0, 1), "restart": (0, 0, 0, 1)},
            },
        )

    def test_what_was_not_learned_is_left_out(self):
        self.assertEqual(set(told(self.end())), {"Moves", "Mends"})

    def test_a_minute_is_told_once_it_is_over(self):
        self.assertIsNone(self.gatherer.take(NOW + 59.9, WALL, None, None, (None, None)))
        self.assertIsNotNone(self.gatherer.take(NOW + 60, WALL, None, None, (None, None)))
        self.assertIsNone(self.gatherer.take(NOW + 61, WALL, None, None, (None, None)))

    def test_counters_that_begin_anew(self):
        seen = metrics.Bytes()
        for child, since in (
            (pluto.Child(1, 1000, 2000), None),
            (pluto.Child(1, 1500, 2000), (500, 0)),
            (pluto.Child(2, 40, 60), (40, 60)),
            (pluto.Child(2, 40, 60), (0, 0)),
        ):
            self.assertEqual(seen.since(child, "primary"), since)

    def test_a_clock_that_went_back_makes_no_negative_age(self):
        self.assertEqual(told(self.end({"primary": pluto.Child(WALL + 5, 0, 0)}))["ChildAgeSeconds"]["primary"][0], 0)


class Sent(unittest.TestCase):
    machine = imds.Machine("vm-1", "westeurope", RESOURCE)

    def setUp(self):
        self.answer = ([200, 200], "")
        self.posted = []
        self.dropped = []
        self.addCleanup(setattr, web, "post", web.post)
        web.post = self.post
        self.metrics = metrics.Metrics(self, self)

    def post(self, posts):
        self.posted = posts
        return self.answer

    def of(self, audience):
        if audience is None:
            raise ValueError
        return "a-token"

    def drop(self, audience):
        self.dropped.append(audience)

    def test_where_they_go(self):
        self.assertEqual(self.metrics.send(["{}", "{}"]), "")
        self.assertEqual(self.posted[1].url, "https://westeurope.monitoring.azure.com%s/metrics" % RESOURCE)
        self.assertEqual(self.posted[1].token, "a-token")

    def test_what_goes_wrong_is_one_line_without_the_token(self):
        for answer, says in (
            (([200], "curl ended with 28: x"), "doesn't answer: curl ended with 28"),
            (([], "curl can't be started"), "doesn't answer: curl can't be started"),
            (([200, 403], ""), "refuses them: 403. The identity needs Monitoring Metrics Publisher"),
            (([401], ""), "refuses them: 401"),
            (([429, 429], ""), "answers 429"),
            (([500, 200], ""), "answers 500"),
        ):
            with self.subTest(answer=answer):
                self.answer = answer
                trouble = self.metrics.send(["{}", "{}"])
                self.assertIn(says, trouble)
                self.assertNotIn("a-token", trouble)
        self.assertEqual(self.dropped, [metrics.AUDIENCE])

    def test_without_a_machine_or_a_token(self):
        self.machine = None
        self.assertIn("which machine this is", self.metrics.send(["{}"]))
        self.machine = Sent.machine

        def refused(audience):
            raise TimeoutError("timed out")

        self.of = refused
        self.assertIn("gives no token: timed out", self.metrics.send(["{}"]))

    def test_only_the_newest_minute_waits(self):
        for minute in range(60):
            self.metrics.put([str(minute)])
        self.assertEqual(self.metrics.waiting, ["59"])


class Url(unittest.TestCase):
    def test_a_resource_group_of_another_alphabet_is_encoded(self):
        machine = imds.Machine("vm-1", "westeurope", RESOURCE.replace("/rg/", "/rg-zürich/"))
        self.assertIn("/resourceGroups/rg-z%C3%BCrich/providers/", metrics.url(machine))


if __name__ == "__main__":
    unittest.main()
