"""How is read what others write: answers of a proxy, pluto's words, the kernel's tables, requests of a probe?"""
import unittest

import cases  # noqa: F401
import checks
import pluto
import probe
import routes


class Answers(unittest.TestCase):
    def test_the_outcome_of_the_first_bytes(self):
        for head, ended, outcome in (
            (b"", False, None),
            (b"", True, checks.CLOSED),
            (b"HTT", False, None),
            (b"HTT", True, checks.CLOSED),
            (b"HTTP/1.1 200 OK\r\n", False, checks.ANSWERED),
            (b"HTTP/1.0 200\n", False, checks.ANSWERED),
            (b"HTTP/1.1 307 Temporary Redirect\r\nLocation: x\r\n", False, checks.ANSWERED),
            (b"HTTP/1.1 407 Proxy Authentication Required\r\n", False, checks.ANSWERED),
            (b"HTTP/1.1 200 OK\r\n\r\n<html>", False, checks.ANSWERED),
            (b"HTTP/1.1 500 Internal Server Error\r\n", False, checks.SERVER_ERROR),
            (b"HTTP/1.1 503 Unavailable\r\n", False, checks.SERVER_ERROR),
            (b"HTTP/1.1 100 Continue\r\n", False, checks.GARBAGE),
            (b"HTTP/1.1 2000 OK\r\n", False, checks.GARBAGE),
            (b"HTTP/1.1\r\n", False, checks.GARBAGE),
            (b"HTTP/2 200\r\n", False, checks.GARBAGE),
            (b"<html>", False, checks.GARBAGE),
            (b"\x15\x03\x01\x00", False, checks.GARBAGE),
            (b"HTTP/1.1 " + b"x" * 5000, False, checks.GARBAGE),
        ):
            with self.subTest(head=head[:40], ended=ended):
                self.assertEqual(checks.judged(head, ended), outcome)


class Traffic(unittest.TestCase):
    def test_the_child_sas_of_both_releases(self):
        for release, text in (
            ("4.10", '006 #2: "primary", type=ESP, add_time=1700000000, inBytes=84, outBytes=168, maxBytes=2^63B, id=\'1.2.3.4\'\n'),
            ("5.2", '#2: "primary", type=ESP, add_time=1700000000, inBytes=84, outBytes=168, maxBytes=2^63B, id=\'1.2.3.4\'\n'),
            ("an instance", '006 #2: "primary"[1] 1.2.3.4, type=ESP, add_time=1700000000, inBytes=84, outBytes=168, id=\'x\'\n'),
        ):
            with self.subTest(release=release):
                found = pluto.children(text)
                self.assertEqual(list(found), ["primary"])
                one = found["primary"]
                self.assertEqual((one.made_at, one.bytes_in, one.bytes_out), (1700000000, 84, 168))

    def test_two_children_of_one_connection_count_together(self):
        line = '006 #%d: "secondary", type=ESP, add_time=%d, inBytes=1, outBytes=2, id=\'x\'\n'
        one = pluto.children(line % (2, 5) + line % (3, 9))["secondary"]
        self.assertEqual((one.made_at, one.bytes_in, one.bytes_out), (9, 2, 4))

    def test_nothing_in_other_words(self):
        for text in ("", "whack: Pluto is not running (no \"/run/pluto/pluto.ctl\")\n", '000 #1: "primary":4500 STATE\n'):
            self.assertEqual(pluto.children(text), {})


HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
DEFAULT = "eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
BLACKHOLE = "*\t58D42EB9\t00000000\t0005\t0\t0\t4000\tFFFFFFFF\t0\t0\t0\n"
INTO = "vti1\t58D42EB9\t00000000\t0001\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n"
WIDER = "vti1\t00002EB9\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"


class Route(unittest.TestCase):
    def test_the_device_of_the_proxys_route(self):
        for when, table, device in (
            ("there is none", HEAD + DEFAULT, None),
            ("only the blackhole stands", HEAD + DEFAULT + BLACKHOLE, None),
            ("it stands above the blackhole", HEAD + DEFAULT + INTO + BLACKHOLE, "vti1"),
            ("a wider one stands", HEAD + WIDER, None),
            ("the table is empty", "", None),
        ):
            with self.subTest(when=when):
                self.assertEqual(routes.device_of(table, "185.46.212.88"), device)


class Requests(unittest.TestCase):
    def test_the_status_of_the_reply(self):
        for heard, status in (
            (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"503"),
            (b"HEAD / HTTP/1.0\r\n\r\n", b"503"),
            (b"GET / HTTP/1.1\n\n", b"503"),
            (b"POST / HTTP/1.1\r\n\r\n", b"400"),
            (b"GET /\r\n", b"400"),
            (b"\x16\x03\x01\x00\n", b"400"),
            (b"x" * 2048, b"400"),
            (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 400, b"400"),
        ):
            with self.subTest(heard=heard[:30]):
                reply = probe.reply_to(heard, False, lambda: (503, "down"))
                self.assertEqual(reply.split()[1], status)

    def test_more_is_waited_for(self):
        for heard in (b"", b"GET", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n"):
            self.assertIsNone(probe.reply_to(heard, False, lambda: (503, "down")))

    def test_the_body_is_left_out_when_only_the_head_was_asked_for(self):
        reply = probe.reply_to(b"HEAD / HTTP/1.1\r\n\r\n", False, lambda: (200, "ok: primary"))
        self.assertTrue(reply.endswith(b"Content-Length: 12\r\nConnection: close\r\n\r\n"), reply)


if __name__ == "__main__":
    unittest.main()
