"""The proxy behind a service edge of the lab: answers with the edge's name, or as badly as it is told to.

Usage: proxy.py <name> <address> <port>... How it behaves stands in /host/behaviour: normal, silent, html, redirect,
drip. A request with `x-lab-lasts: <seconds>` is answered at a pace that makes it last as long, one with
`x-lab-bytes: <count>` by so many bytes.
"""
import collections
import resource
import socket
import sys
import threading
import time

BLOCK = bytes(64 * 1024)
HELD = collections.deque(maxlen=1000)
resource.setrlimit(resource.RLIMIT_NOFILE, (16384, 16384))
NAME, ADDRESS = sys.argv[1:3]
PORTS = [int(port) for port in sys.argv[3:]]


def behaviour():
    try:
        with open("/host/behaviour") as file:
            return file.read().strip()
    except OSError:
        return "normal"


def respond(status, body, more=""):
    head = "HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n%s\r\n" % (status, len(body), more)
    return head.encode() + body.encode()


def serve(connection):
    connection.settimeout(10)
    with connection:
        while True:
            request = b""
            while b"\r\n\r\n" not in request:
                part = connection.recv(4096)
                if not part:
                    return
                request += part
            how = behaviour()
            if how == "silent":
                # Held without a thread: clients that give up come again, many at a time.
                HELD.append(connection.dup())
                return
            elif how == "html":
                connection.sendall(respond("200 OK", "<html><body>Sign in</body></html>"))
            elif how == "redirect":
                connection.sendall(respond("307 Temporary Redirect", "", "Location: http://login.example.net/\r\n"))
            elif how == "drip":
                for byte in b"HTTP/1.1 200 OK\r\n" * 20:
                    connection.sendall(bytes([byte]))
                    time.sleep(1)
            else:
                answer(connection, request)


def answer(connection, request):
    lasts, count = wished(request, b"x-lab-lasts:"), int(wished(request, b"x-lab-bytes:"))
    if count:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % count)
        while count > 0:
            count -= connection.send(BLOCK[:count])
        return
    whole = respond("200 OK", NAME)
    if lasts == 0:
        connection.sendall(whole)
        return
    # The last byte comes when the time is over, or when the client says anything. Who leaves isn't waited for.
    connection.sendall(whole[:-1])
    connection.settimeout(lasts)
    try:
        has_left = not connection.recv(1)
    except TimeoutError:
        has_left = False
    if not has_left:
        connection.sendall(whole[-1:])


def wished(request, name):
    for line in request.split(b"\r\n"):
        if line.lower().startswith(name):
            return float(line.split(b":")[1])
    return 0.0


def listen(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((ADDRESS, port))
    listener.listen(512)
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            # Too many are open: the listener outlives them.
            time.sleep(0.1)
            continue
        threading.Thread(target=guarded, args=(connection,), daemon=True).start()


def guarded(connection):
    try:
        serve(connection)
    except OSError:
        pass


for port in PORTS[1:]:
    threading.Thread(target=listen, args=(port,), daemon=True).start()
listen(PORTS[0])
