"""What is read from the host's answers, and what is refused?"""
import socket
import threading
import unittest

import cases  # noqa: F401
import imds

RESOURCE = "/subscriptions/0-1/resourceGroups/rg_a/providers/Microsoft.Compute/virtualMachines/vm-berlin-z1-1-g1"


class Answers(unittest.TestCase):
    def test_an_answer_is_whole_by_its_length_its_chunks_or_its_end(self):
        for heard, ended, found in (
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", False, (200, "{}")),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{", False, None),
            (b"HTTP/1.1 200 OK\r\n\r\n{}", False, None),
            (b"HTTP/1.0 400 Bad\r\n\r\n{}", True, (400, "{}")),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", False, (200, "{}")),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", False, None),
            (b"HTTP/1.1 200", False, None),
        ):
            with self.subTest(heard=heard):
                self.assertEqual(imds.answer(heard, ended), found)

    def test_garbage_is_refused(self):
        for heard, ended in (
            (b"", True),
            (b"SSH-2.0-x\r\n\r\n", False),
            (b"HTTP/1.1 many\r\n\r\n", False),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", True),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", False),
            (b"x" * (imds.MOST_BYTES + 1), False),
        ):
            with self.subTest(heard=heard[:20]):
                self.assertRaises(ValueError, imds.answer, heard, ended)

    def test_the_request_shows_that_it_is_meant_for_the_host(self):
        self.assertIn(b"GET /a HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\n", imds.request("/a"))
        self.assertTrue(imds.request("/a", "{}").endswith(b"Content-Length: 2\r\n\r\n{}"))


class Machine(unittest.TestCase):
    GOOD = {"name": "vm-berlin-z1-1-g1", "location": "westeurope", "resourceId": RESOURCE}

    def test_what_is_needed_is_taken(self):
        self.assertEqual(imds.machine(self.GOOD), ("vm-berlin-z1-1-g1", "westeurope", RESOURCE))

    def test_a_resource_group_of_another_alphabet_is_taken(self):
        elsewhere = RESOURCE.replace("rg_a", "rg-zürich")
        self.assertEqual(imds.machine({**self.GOOD, "resourceId": elsewhere}).resource, elsewhere)

    def test_what_would_lead_elsewhere_is_refused(self):
        for name, value in (
            ("name", ""),
            ("name", None),
            ("location", "evil.example.net/"),
            ("location", 5),
            ("resourceId", RESOURCE + "/.."),
            ("resourceId", RESOURCE + '"'),
            ("resourceId", ""),
        ):
            with self.subTest(name=name, value=value):
                self.assertRaises(ValueError, imds.machine, {**self.GOOD, name: value})


class Asking(unittest.TestCase):
    """Over real sockets: one that listens on loopback stands in for the host."""

    def ask(self, answer, seconds=0.3):
        listener = socket.create_server(("127.0.0.1", 0))
        before, imds.ADDRESS = imds.ADDRESS, listener.getsockname()
        self.addCleanup(setattr, imds, "ADDRESS", before)
        self.addCleanup(listener.close)

        def serve():
            sock, _ = listener.accept()
            with sock:
                sock.recv(4096)
                answer(sock)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            return imds.get("/metadata", seconds)
        finally:
            thread.join(2)

    def test_an_object_comes_back(self):
        said = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a": 1}'
        self.assertEqual(self.ask(lambda sock: sock.sendall(said)), {"a": 1})

    def test_silence_and_a_slow_drip_end_in_time(self):
        ended = threading.Event()

        def drip(sock):
            try:
                while not ended.wait(0.05):
                    sock.sendall(b"H")
            except OSError:
                pass

        for answer in (lambda sock: ended.wait(1), drip):
            with self.subTest(answer=answer):
                self.assertRaises(TimeoutError, self.ask, answer)
        ended.set()

    def test_a_refusal_is_told_in_the_hosts_words(self):
        said = b'HTTP/1.1 400 Bad\r\n\r\n{"error":"invalid_request","error_description":"Identity\\nnot found"}'
        with self.assertRaisesRegex(ValueError, r"^it answers 400 \(Identity not found\)$"):
            self.ask(lambda sock: sock.sendall(said))

    def test_what_is_no_object_is_refused(self):
        for body in (b"[]", b"<html>", b"null", b"[" * 5000):
            with self.subTest(body=body[:6]):
                said = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
                self.assertRaises(ValueError, self.ask, lambda sock, said=said: sock.sendall(said))


if __name__ == "__main__":
    unittest.main()
