"""What does the host tell this machine? The Instance Metadata Service, over a plain socket: http.client costs 6 MB."""
import json
import re
import socket
import time
from collections import namedtuple

from checks import left

#: Microsoft Learn, Azure Instance Metadata Service: it answers there alone, and never behind a proxy.
ADDRESS = ("169.254.169.254", 80)
MOST_BYTES = 256 * 1024
#: It answers within milliseconds as a rule.
LIMIT_SECONDS = 5
MACHINE = "/metadata/instance/compute?api-version=2021-02-01"

#: Name, region and resource id of this machine.
Machine = namedtuple("Machine", "name region resource")

LENGTH = re.compile(rb"\r\ncontent-length: *(\d{1,7}) *\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked *\r\n", re.IGNORECASE)


def ask(path, seconds=LIMIT_SECONDS, body=None):
    """Status and text of an answer; raises OSError when none comes in time, ValueError when it can't be read."""
    deadline = time.monotonic() + seconds
    heard = b""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.settimeout(left(deadline))
        sock.connect(ADDRESS)
        sock.sendall(request(path, body))
        while True:
            # Set before each read: a byte now and then must not extend the time.
            sock.settimeout(left(deadline))
            part = sock.recv(16384)
            heard += part
            found = answer(heard, ended=not part)
            if found:
                return found


def request(path, body=None):
    """Pure: the bytes of a request; the header shows that it is meant for here."""
    head = "%s %s HTTP/1.1\r\nHost: %s\r\nMetadata: true\r\nConnection: close\r\n" % (
        "GET" if body is None else "POST",
        path,
        ADDRESS[0],
    )
    if body is None:
        return (head + "\r\n").encode()
    return (head + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)).encode()


def answer(heard, ended):
    """Pure: status and text in what was heard so far; None while more is needed; raises ValueError for what is no HTTP."""
    if len(heard) > MOST_BYTES:
        raise ValueError("the answer is too long")
    head, found, body = heard.partition(b"\r\n\r\n")
    words = head.split(b"\r\n", 1)[0].split()
    if found and (len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit()):
        raise ValueError("the answer is no HTTP")
    if not found:
        if ended:
            raise ValueError("the answer is cut off")
        return None
    status, head = int(words[1]), head + b"\r\n"
    if CHUNKED.search(head):
        body = joined(body)
    else:
        length = LENGTH.search(head)
        wanted = int(length[1]) if length else None
        if wanted is None:
            body = body if ended else None
        else:
            body = body[:wanted] if len(body) >= wanted else None
    if body is None:
        if ended:
            raise ValueError("the answer is cut off")
        return None
    return status, body.decode("utf-8", "replace")


def joined(body):
    """Pure: a body in chunks as one; None while it isn't whole."""
    whole = b""
    while True:
        line, found, body = body.partition(b"\r\n")
        if not found:
            return None
        try:
            size = int(line.split(b";")[0], 16)
        except ValueError:
            raise ValueError("the answer's chunks can't be read") from None
        if size == 0:
            return whole
        if size < 0 or len(body) < size + 2:
            return None
        whole, body = whole + body[:size], body[size + 2:]


def object_in(text):
    """Pure: the JSON object in a text; raises ValueError for anything else."""
    try:
        values = json.loads(text)
    except RecursionError:
        values = None
    if not isinstance(values, dict):
        raise ValueError("the answer is no JSON object")
    return values


def get(path, seconds=LIMIT_SECONDS):
    """The JSON object that is answered; raises OSError and ValueError."""
    status, text = ask(path, seconds)
    if status != 200:
        raise ValueError("it answers %d%s" % (status, why(text)))
    return object_in(text)


def why(text):
    """Pure: what an error says of itself, in brackets; nothing where it says nothing."""
    try:
        values = object_in(text)
    except ValueError:
        return ""
    said = values.get("error_description") or values.get("error")
    return " (%s)" % printable(said, 120) if isinstance(said, str) else ""


def printable(text, most):
    """Pure: a text of others' as it may stand in one line of ours."""
    return "".join(char if char.isprintable() else " " for char in text[:most])


def percent_encoded(text, keep):
    """Pure: a text as a part of a URL; `keep` says which of its characters stay."""
    return "".join(char if keep(char) else "".join("%%%02X" % byte for byte in char.encode()) for char in text)


def machine(values):
    """Pure: this machine in what the host tells of it; raises ValueError. Both parts of a URL are looked at."""
    found = Machine(*(values.get(name) for name in ("name", "location", "resourceId")))
    fits = (r"[^\s\x00-\x1f]{1,128}", r"[a-z0-9-]{1,64}", r"(/[\w.()-]{1,128}){8}")
    for value, pattern in zip(found, fits):
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise ValueError("it doesn't tell which machine this is")
    return found
