"""What does the balancer's probe get? One thread answers everybody, and nobody can hold it up."""
import selectors
import socket
import time

#: Connections at once; when one more comes, the oldest is closed, since a probe asks at once and then goes.
MOST_OPEN = 256
#: The balancer gives up after 5 s.
PATIENCE_SECONDS = 5
#: After its answer a connection is read on for so long, so that the kernel doesn't reset it under the answer.
LINGER_SECONDS = 1
MOST_BYTES = 2048
WORDS = {200: "OK", 400: "Bad Request", 503: "Service Unavailable"}


class Open:
    """A connection that was accepted."""

    __slots__ = ("sock", "until", "heard", "is_answered")

    def __init__(self, sock, until):
        self.sock = sock
        self.until = until
        self.heard = b""
        self.is_answered = False


class Probe:
    """Listens on a port; `answer()` gives the status and the reason."""

    def __init__(self, port, answer):
        self.answer = answer
        self.selector = selectors.DefaultSelector()
        # In the order in which they came: the first is the oldest.
        self.open = {}
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("0.0.0.0", port))
        self.listener.listen(1024)
        self.listener.setblocking(False)
        self.selector.register(self.listener, selectors.EVENT_READ)

    def serve_for_ever(self):
        while True:
            self.serve_once(1)

    def serve_once(self, seconds):
        for key, _ in self.selector.select(seconds):
            if key.fileobj is self.listener:
                self.accept()
            elif key.fileobj in self.open:
                self.hear(self.open[key.fileobj])
        now = time.monotonic()
        for one in [one for one in self.open.values() if one.until <= now]:
            self.close(one)

    def accept(self):
        for _ in range(MOST_OPEN):
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            while len(self.open) >= MOST_OPEN:
                self.close(next(iter(self.open.values())))
            sock.setblocking(False)
            one = self.open[sock] = Open(sock, time.monotonic() + PATIENCE_SECONDS)
            self.selector.register(sock, selectors.EVENT_READ)
            # A request mostly stands there already; heard at once, it can't lose its place to the next ones.
            self.hear(one)

    def hear(self, one):
        try:
            part = one.sock.recv(MOST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self.close(one)
            return
        if one.is_answered:
            # What comes after the answer isn't looked at; its end is what is waited for.
            if not part:
                self.close(one)
            return
        one.heard += part
        reply = reply_to(one.heard, ended=not part, answer=self.answer)
        if reply:
            self.say(one, reply)
        elif not part:
            self.close(one)

    def say(self, one, reply):
        one.is_answered = True
        one.until = time.monotonic() + LINGER_SECONDS
        try:
            # Some hundred bytes fit into any socket's buffer.
            one.sock.send(reply)
            one.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.close(one)

    def close(self, one):
        self.open.pop(one.sock, None)
        try:
            self.selector.unregister(one.sock)
        except KeyError:
            pass
        one.sock.close()


def reply_to(heard, ended, answer):
    """Pure but for `answer`: the reply to what was heard so far; None while a request isn't complete."""
    line, found, _ = heard.partition(b"\n")
    words = line.split()
    is_readable = len(words) == 3 and words[0] in (b"GET", b"HEAD") and words[2].startswith(b"HTTP/1.")
    if found and not is_readable or len(heard) >= MOST_BYTES:
        return response(400, "This is the probe of a gateway: GET / HTTP/1.1", b"GET")
    if b"\r\n\r\n" in heard or b"\n\n" in heard:
        return response(*answer(), method=words[0])
    return None


def response(status, reason, method):
    body = (reason + "\n").encode()
    head = "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (
        status,
        WORDS[status],
        len(body),
    )
    return head.encode() + (b"" if method == b"HEAD" else body)
