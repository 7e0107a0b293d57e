"""What is reported when, and what follows when nobody takes it?"""
import copy
import json
import unittest

from cases import Gateway, a_file, the_settings

import decide
import reports
import tokens
import web

URL = "https://keeper.example.net/api/reports?code=secret-key"


def a_state(**difference):
    return {
        "site": "berlin",
        "slot": "berlin-z1-1",
        "probe": 200,
        "because": "ok: primary",
        "route": "primary",
        "tunnels": [
            {"role": "primary", "isUp": True, "trouble": None},
            {"role": "secondary", "isUp": True, "trouble": None},
        ],
        **difference,
    }


def with_primary_down():
    state = copy.deepcopy(a_state(route="secondary", because="ok: secondary"))
    state["tunnels"][0].update(isUp=False, trouble="silent")
    return state


MOVE = decide.Action("move", "secondary", "")


class State(unittest.TestCase):
    def test_a_gateway_that_serves_and_one_that_has_lost_a_tunnel(self):
        gateway = Gateway()
        gateway.pass_seconds(10)
        self.assertEqual(
            reports.report(gateway.settings, gateway.memory.tunnels, "primary", gateway.answer()), a_state()
        )
        gateway.states["primary"] = "silent"
        gateway.pass_seconds(20)
        self.assertEqual(
            reports.report(gateway.settings, gateway.memory.tunnels, gateway.route, gateway.answer()),
            with_primary_down(),
        )

    def test_a_long_reason_is_cut(self):
        gateway = Gateway()
        told = reports.report(gateway.settings, gateway.memory.tunnels, None, (503, "x" * 300))
        self.assertEqual((len(told["because"]), told["route"]), (200, None))

    def test_what_counts_as_a_change(self):
        restart = decide.Action("restart", None, "")
        for before, now, actions, drains, said in (
            (a_state(), a_state(), [], [], []),
            (a_state(), a_state(because="ok, still"), [], [], []),
            (a_state(), with_primary_down(), [MOVE], [], ["primary is down: silent", "moved to secondary"]),
            (with_primary_down(), a_state(), [], [], ["primary is up", "route leads to primary"]),
            (a_state(), a_state(probe=503), [restart], [], ["pluto restarted", "probe gets 503"]),
            (a_state(), a_state(), [], ["drain begun: Reboot has started"], ["drain begun: Reboot has started"]),
            (a_state(), a_state(), [decide.Action("reset", "all", "")], [], []),
            (a_state(), a_state(), [MOVE], [], []),
        ):
            with self.subTest(now=now, actions=actions):
                self.assertEqual(reports.changes(before, now, actions, drains), said)


    def test_the_beginning_is_a_change_where_the_gateway_serves(self):
        for state, said in (
            (a_state(), ["primary is up", "secondary is up", "probe gets 200"]),
            (reports.at_first(a_state()), []),
        ):
            self.assertEqual(reports.changes(reports.at_first(state), state, [], []), said)


class Outbox(unittest.TestCase):
    def setUp(self):
        self.box = reports.Outbox()

    def test_nothing_is_sent_without_a_change(self):
        self.assertIsNone(self.box.take(1000))

    def test_at_most_one_in_ten_seconds_and_the_newest(self):
        self.box.put(a_state(), ["first"])
        self.assertEqual(self.box.take(1000)["changes"], ["first"])
        self.box.taken()
        self.box.put(a_state(probe=503), ["second"])
        self.box.put(a_state(), ["third"])
        self.assertIsNone(self.box.take(1009.9))
        told = self.box.take(1010)
        self.assertEqual((told["probe"], told["changes"]), (200, ["second", "third"]))

    def test_the_pause_grows_to_five_minutes_and_the_newest_state_is_kept(self):
        self.box.put(a_state(), ["0"])
        now, tried = 1000.0, []
        while now < 1000 + 3600:
            told = self.box.take(now)
            if told:
                tried.append(now)
                self.box.keep(told, now)
                self.box.put(a_state(because=str(now)), [str(len(tried))])
            now += 1
        pauses = [later - at for at, later in zip(tried, tried[1:])]
        self.assertEqual(pauses[:6], [10, 20, 40, 80, 160, 300])
        self.assertEqual(set(pauses[6:]), {300})
        told = self.box.take(now + 300)
        self.assertEqual(told["because"], str(tried[-1]))
        self.assertEqual(told["changes"], [str(n) for n in range(len(tried) - 9, len(tried) + 1)])

    def test_what_came_while_one_was_sent_is_not_overwritten_by_it(self):
        self.box.put(a_state(probe=503), ["old"])
        told = self.box.take(1000)
        self.box.put(a_state(probe=200), ["new"])
        self.box.keep(told, 1001)
        told = self.box.take(1100)
        self.assertEqual((told["probe"], told["changes"]), (200, ["old", "new"]))

    def test_a_success_ends_the_growing(self):
        self.box.put(a_state(), ["x"])
        for _ in range(5):
            self.box.keep(self.box.take(self.box.not_before), self.box.not_before)
        self.assertEqual(self.box.pause, 160)
        self.box.take(self.box.not_before)
        self.box.taken()
        self.assertEqual(self.box.pause, 0)


class Sent(unittest.TestCase):
    """What follows from each answer; `web.post` stands at the wire."""

    def setUp(self):
        self.answers = []
        self.posted = []
        self.dropped = []
        self.addCleanup(setattr, web, "post", web.post)
        web.post = self.post

    def post(self, posts):
        self.posted += posts
        return self.answers.pop(0)

    def of(self, audience):
        return "token-for-" + audience

    def drop(self, audience):
        self.dropped.append(audience)

    def reports(self, audience=None, token=None):
        told = reports.Reports(the_settings(a_file(reports={"url": URL, "audience": audience})), token or self)
        told.last = a_state()
        told.look(with_primary_down(), [MOVE], [])
        return told

    def test_what_is_sent(self):
        self.answers = [([202], "")]
        told = self.reports("api://keeper")
        told.send_once(1000)
        self.assertEqual((self.posted[0].url, self.posted[0].token), (URL, "token-for-api://keeper"))
        changes = ["primary is down: silent", "moved to secondary"]
        self.assertEqual(json.loads(self.posted[0].body), {**with_primary_down(), "changes": changes})
        self.assertEqual(told.trouble, "")

    def test_without_an_audience_no_token_goes(self):
        self.answers = [([202], "")]
        self.reports().send_once(1000)
        self.assertIsNone(self.posted[0].token)

    def test_what_is_refused_is_not_sent_again_and_what_is_not_taken_is(self):
        for answer, is_kept, says in (
            (([400], ""), False, "refuses them: 400"),
            (([401], ""), False, "refuses them: 401"),
            (([404], ""), False, "refuses them: 404"),
            (([429], ""), True, "answers 429"),
            (([500], ""), True, "answers 500"),
            (([302], ""), True, "answers 302"),
            (([], "curl ended with 7: refused"), True, "doesn't answer: curl ended with 7"),
        ):
            with self.subTest(answer=answer):
                self.answers = [answer]
                told = self.reports("api://keeper")
                told.send_once(1000)
                self.assertEqual(told.outbox.state is not None, is_kept)
                self.assertIn(says, told.trouble)
                self.assertNotIn("secret-key", told.trouble)
        self.assertEqual(self.dropped, ["api://keeper"])

    def test_the_next_change_is_sent_after_one_was_refused(self):
        self.answers = [([403], ""), ([202], "")]
        told = self.reports()
        told.send_once(1000)
        told.look(a_state(), [], [])
        told.send_once(1000 + reports.LEAST_SECONDS)
        self.assertEqual(json.loads(self.posted[1].body)["changes"], ["primary is up", "route leads to primary"])
        self.assertEqual(told.trouble, "")

    def test_without_a_token_it_is_kept(self):
        class Nobody:
            def of(self, audience):
                raise ValueError("it answers 400 (Identity not found)")

        told = self.reports("api://keeper", Nobody())
        told.send_once(1000)
        self.assertIsNotNone(told.outbox.state)
        self.assertIn("the host gives no token: it answers 400 (Identity not found)", told.trouble)
        self.assertEqual(self.posted, [])

    def test_nothing_is_collected_where_nobody_wants_it(self):
        told = reports.Reports(the_settings(), self)
        told.look(a_state(), [], [])
        told.look(with_primary_down(), [MOVE], [])
        self.assertIsNone(told.outbox.state)


class Curl(unittest.TestCase):
    def test_the_configuration_holds_everything_quoted(self):
        text = web.config([web.Post(URL, "tok", '{"a": "b\\\\c"}'), web.Post(URL, None, "{}")])
        self.assertIn('data-binary = "{\\"a\\": \\"b\\\\\\\\c\\"}"\n', text)
        self.assertEqual(text.count("Authorization: Bearer tok"), 1)
        self.assertEqual(text.count("\nnext\n"), 1)
        self.assertRaises(ValueError, web.config, [web.Post(URL, "a\noutput = /etc/passwd", "{}")])

    def test_what_curl_said(self):
        self.assertEqual(web.read("202\n429\n"), ([202, 429], ""))
        self.assertEqual(
            web.read("202\n000\ncurl: (6) Could not resolve host: x\n", "curl -q -K ended with 6"),
            ([202], "curl ended with 6: Could not resolve host: x"),
        )
        for took in (5000, 5003):
            said = "000\ncurl: (28) Resolving timed out after %d milliseconds\n" % took
            self.assertEqual(web.read(said), ([], "curl ended with 28: Resolving timed out"))
        self.assertEqual(web.read("", "curl can't be started"), ([], "curl can't be started"))


class Tokens(unittest.TestCase):
    def setUp(self):
        self.now = 1000.0
        self.asked = []
        for module, name, value in (
            (tokens.time, "monotonic", lambda: self.now),
            (tokens.imds, "get", self.get),
        ):
            self.addCleanup(setattr, module, name, getattr(module, name))
            setattr(module, name, value)

    def get(self, path):
        self.asked.append(path)
        return {"access_token": "t%d" % len(self.asked), "expires_in": "3600"}

    def test_one_is_kept_until_near_its_end(self):
        held = tokens.Tokens()
        for seconds, token in ((0, "t1"), (3299, "t1"), (3300, "t2")):
            self.now = 1000.0 + seconds
            self.assertEqual(held.of("https://monitoring.azure.com/"), token)
        self.assertTrue(self.asked[0].endswith("&resource=https%3A%2F%2Fmonitoring%2Eazure%2Ecom%2F"))

    def test_a_refused_one_is_forgotten(self):
        held = tokens.Tokens()
        held.of("a")
        held.drop("a")
        held.drop("never")
        self.assertEqual(held.of("a"), "t2")

    def test_what_is_no_token(self):
        for values in (
            {},
            {"access_token": "", "expires_in": "1"},
            {"access_token": 'a"b', "expires_in": "1"},
            {"access_token": "a\nb", "expires_in": "1"},
            {"access_token": "a"},
            {"access_token": "a", "expires_in": "soon"},
            {"access_token": "a", "expires_in": -1},
        ):
            with self.subTest(values=values):
                self.assertRaises(ValueError, tokens.read, values)
        self.assertEqual(tokens.read({"access_token": "a", "expires_in": 9**9})[1], 86400)


if __name__ == "__main__":
    unittest.main()
