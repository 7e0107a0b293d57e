"""Does a request through one tunnel succeed? One HTTP request, within a time that nothing extends."""
import socket
import time

SO_BINDTODEVICE = 25
# A status line is shorter; whoever sends so much without ending it speaks something else.
MOST_BYTES = 4096

#: What became of a request. Only `answered` is a success; docs/gateway.md has the table.
ANSWERED = "answered"
SERVER_ERROR = "server-error"
GARBAGE = "garbage"
CLOSED = "closed"
SILENT = "silent"
SLOW = "slow"
RESET = "reset"
REFUSED = "refused"
UNREACHABLE = "unreachable"
NO_DEVICE = "no-device"


def request(settings, tunnel):
    """Asks through one tunnel; gives the outcome's word and the seconds that it took."""
    began = time.monotonic()
    return ask(settings, tunnel.get("device"), began), time.monotonic() - began


def ask(settings, device, began):
    proxy, host = settings.proxy, settings.check["host"]
    deadline = began + settings.check["timeoutSeconds"]
    head = b""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
            if device and not bound(sock, device):
                return NO_DEVICE
            sock.settimeout(left(deadline))
            sock.connect((proxy["address"], proxy["ports"][0]))
            sock.sendall(
                ("GET http://%s/vpntest HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (host, host)).encode()
            )
            while True:
                # Set before each read: a byte now and then must not extend the time.
                sock.settimeout(left(deadline))
                part = sock.recv(1024)
                head += part
                outcome = judged(head, ended=not part)
                if outcome:
                    return outcome
    except TimeoutError:
        return SLOW if head else SILENT
    except ConnectionRefusedError:
        return REFUSED
    except (ConnectionResetError, BrokenPipeError):
        return RESET
    except OSError:
        return UNREACHABLE


def bound(sock, device):
    """Leads the socket into one tunnel, whichever the route says; false where its device is missing."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, device.encode() + b"\0")
    except OSError:
        return False
    return True


def left(deadline):
    """Seconds until the deadline; 0 would mean 'never wait' to a socket, which is an error of another kind."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def judged(head, ended):
    """Pure: what the first bytes of an answer say; None while more is needed.

    Any status below 500 is an answer, whatever stands in its body: the proxy's sign-in page and its redirects come
    through the tunnel too."""
    start = b"HTTP/1."
    if not start.startswith(head[: len(start)]):
        return GARBAGE
    if b"\n" in head or ended or len(head) >= MOST_BYTES:
        if not head:
            return CLOSED
        words = head.split(b"\n", 1)[0].split()
        if len(words) < 2 or len(words[1]) != 3 or not words[1].isdigit():
            return CLOSED if ended and b"\n" not in head else GARBAGE
        if words[1][:1] in (b"2", b"3", b"4"):
            return ANSWERED
        return SERVER_ERROR if words[1][:1] == b"5" else GARBAGE
    return None
