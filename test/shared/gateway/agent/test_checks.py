"""What does a check make of what comes back? Asked for real, of edges on loopback that behave badly."""
import contextlib
import socket
import struct
import threading
import time
import types
import unittest

import cases  # noqa: F401
import checks

#: Seconds that a check may take here; three in use.
LIMIT = 0.3


def says(*parts, pause=0.0):
    """An edge that reads the request and answers in parts."""
    def behave(sock, over):
        sock.recv(4096)
        for part in parts:
            sock.sendall(part)
            if over.wait(pause):
                return
    return behave


def silent(sock, over):
    sock.recv(4096)
    over.wait(5)


def drips(sock, over):
    for byte in b"HTTP/1.1 200 OK" * 100:
        sock.sendall(bytes([byte]))
        if over.wait(0.05):
            return


def floods(sock, over):
    sock.sendall(b"x" * 20000)
    over.wait(5)


def resets(sock, _):
    sock.recv(4096)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Answers(unittest.TestCase):
    ROWS = (
        ("the page that is asked for", says(b"HTTP/1.1 200 OK\r\n\r\nok"), checks.ANSWERED),
        ("HTML with a status line", says(b"HTTP/1.0 200 OK\r\n\r\n<html>"), checks.ANSWERED),
        ("a redirect", says(b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n\r\n"), checks.ANSWERED),
        ("a sign-in", says(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), checks.ANSWERED),
        ("a status line in two parts", says(b"HTTP/1.", b"1 200 OK\r\n\r\n", pause=0.05), checks.ANSWERED),
        ("an error of the proxy", says(b"HTTP/1.1 503 Service Unavailable\r\n\r\n"), checks.SERVER_ERROR),
        ("HTML without a status line", says(b"<html>Blocked</html>\r\n"), checks.GARBAGE),
        ("4 KB without a line's end", floods, checks.GARBAGE),
        ("TLS", says(b"\x15\x03\x01\x00\x02\x02\x28\r\n"), checks.GARBAGE),
        ("an end before a status line", says(), checks.CLOSED),
        ("nothing", silent, checks.SILENT),
        ("a slow drip", drips, checks.SLOW),
        ("a reset amid the connection", resets, checks.RESET),
    )

    def test_each_in_its_word_and_within_its_time(self):
        for what, behave, outcome in self.ROWS:
            with self.subTest(what), edge(behave) as port:
                began = time.monotonic()
                self.assertEqual(asked(port), outcome)
                self.assertLess(time.monotonic() - began, LIMIT + 0.5)

    def test_nobody_listens(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.assertEqual(asked(port), checks.REFUSED)

    def test_no_way_there(self):
        self.assertEqual(asked(9, address="255.255.255.255"), checks.UNREACHABLE)

    def test_a_device_that_is_missing(self):
        self.assertEqual(asked(9, device="vti9-is-not-there"), checks.NO_DEVICE)


def asked(port, address="127.0.0.1", device=None):
    settings = types.SimpleNamespace(
        proxy={"address": address, "ports": [port]},
        check={"host": "gateway.zscaler.net", "timeoutSeconds": LIMIT},
    )
    return checks.request(settings, {"device": device})[0]


@contextlib.contextmanager
def edge(behave):
    """The port of an edge that takes one connection and behaves like this."""
    over = threading.Event()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def serve():
            sock = listener.accept()[0]
            with sock, contextlib.suppress(OSError):
                behave(sock, over)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join(5)


if __name__ == "__main__":
    unittest.main()
