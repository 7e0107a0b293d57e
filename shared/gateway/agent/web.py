"""How does a request leave for the web? By curl in a child, everything on its stdin.

The agent itself knows no TLS: Python's http.client and ssl would cost it 9 MB for good (measured, 3.11), a Python child
18 MB and 40 ms each time; curl takes 11 MB for the moment of the request, and is on every gateway.
"""
import re
from collections import namedtuple

import limited

#: Of one request; and of all that go in one call.
CONNECT_SECONDS = 5
REQUEST_SECONDS = 10
CALL_SECONDS = 30

#: A JSON text to be posted; `token` None for none.
Post = namedtuple("Post", "url token body")

STATUS = re.compile(r"^(\d{3})$", re.MULTILINE)
TOOK = re.compile(r" after \d+ (ms|milliseconds)")
TROUBLE = re.compile(r"^curl: \((\d+)\) ?(.*)$", re.MULTILINE)


def post(posts):
    """The statuses of the answers, in order, as many as came, and the trouble; a token stands in neither."""
    # -q: nobody's .curlrc adds to it.
    ended = limited.run(["curl", "-q", "-K", "-"], CALL_SECONDS, config(posts))
    return read(ended.out, ended.trouble)


def config(posts):
    """Pure: what curl reads. After the first that gets no answer the others aren't tried."""
    lines = ["fail-early"]
    for index, one in enumerate(posts):
        lines += ["next"] if index else []
        lines += [
            "silent",
            "show-error",
            "url = %s" % quoted(one.url),
            'noproxy = "*"',
            'proto = "=http,https"',
            "connect-timeout = %d" % CONNECT_SECONDS,
            "max-time = %d" % REQUEST_SECONDS,
            'header = "Content-Type: application/json"',
            # It would wait a second for a `100 Continue`.
            'header = "Expect:"',
            "data-binary = %s" % quoted(one.body),
            'output = "/dev/null"',
            'write-out = "%{http_code}\\n"',
        ]
        if one.token is not None:
            lines.append("header = %s" % quoted("Authorization: Bearer " + one.token))
    return "\n".join([*lines, ""])


def quoted(text):
    """Pure: a value of curl's configuration; a line's end would begin another setting."""
    if not text.isprintable():
        raise ValueError("a value that curl would misread")
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def read(said, trouble=""):
    """Pure: statuses and trouble in what curl said; 000 is no answer."""
    statuses = [int(found) for found in STATUS.findall(said)]
    failed = TROUBLE.search(said)
    if failed:
        # Without the time that it took: the same trouble is the same line, which is said once.
        trouble = "curl ended with %s: %s" % (failed[1], TOOK.sub("", failed[2])[:120])
    return [status for status in statuses if status], trouble
