"""What does Azure Monitor learn of this gateway? Custom metrics, once a minute, added up here before they leave.

Microsoft Learn, "Ingest custom metrics for an Azure resource using the REST API": one POST a metric to the region's
endpoint, at most 20 min old, with a token whose audience has its slash at the end. Only the newest minute is kept: what
can't be told now isn't worth room.
"""
import json
import threading
import time

import imds
import web

EVERY_SECONDS = 60
NAMESPACE = "Tunnelkeeper"
AUDIENCE = "https://monitoring.azure.com/"


class Minute:
    """Pure: values of one minute, by metric and by the value of its dimension."""

    def __init__(self):
        #: By metric and dimension's name: by dimension's value, [least, greatest, sum, count].
        self.values = {}

    def add(self, metric, value, name=None, of=None):
        """Adds a value; `name` and `of` are those of its dimension, None for a metric without one."""
        series = self.values.setdefault((metric, name), {})
        least, greatest, total, count = series.get(of, (value, value, 0, 0))
        series[of] = (min(least, value), max(greatest, value), total + value, count + 1)

    def bodies(self, told_at):
        """What is posted, one JSON text a metric; `told_at` is in ISO 8601."""
        return [
            json.dumps({"time": told_at, "data": {"baseData": base_data(metric, name, series)}})
            for (metric, name), series in self.values.items()
        ]


def base_data(metric, name, series):
    return {
        "metric": metric,
        "namespace": NAMESPACE,
        "dimNames": [] if name is None else [name],
        "series": [
            {
                "dimValues": [] if name is None else [of],
                "min": least,
                "max": greatest,
                "sum": total,
                "count": count,
            }
            for of, (least, greatest, total, count) in series.items()
        ],
    }


class Bytes:
    """Pure: bytes since the last look, of counters that begin anew with each child SA."""

    def __init__(self):
        self.seen = {}

    def since(self, child, role):
        """Bytes in and out since the last look; None at the first one."""
        before = self.seen.get(role)
        self.seen[role] = now = (child.made_at, child.bytes_in, child.bytes_out)
        if before is None:
            return None
        is_anew = now[1] < before[1] or now[2] < before[2]
        return now[1:] if is_anew else (now[1] - before[1], now[2] - before[2])


class Gatherer:
    """Adds up what the loop that decides has seen. Pure: times come from outside."""

    def __init__(self, roles, now):
        self.roles = roles
        self.minute = Minute()
        self.bytes = Bytes()
        self.until = now + EVERY_SECONDS
        self.begin()

    def begin(self):
        """A minute in which nothing is done has its zeros: a rule can tell it from one that wasn't told."""
        self.minute = Minute()
        self.counts = {"move": 0, "initiate": 0, "reconnect": 0, "restart": 0}

    def request(self, role, is_answered, milliseconds):
        self.minute.add("RequestAnswered", int(is_answered), "Tunnel", role)
        if is_answered:
            self.minute.add("RequestMilliseconds", milliseconds, "Tunnel", role)

    def look(self, tunnels, actions):
        for role, tunnel in tunnels.items():
            self.minute.add("TunnelUp", int(tunnel.is_up), "Tunnel", role)
        for action in actions:
            if action.kind in self.counts:
                self.counts[action.kind] += 1

    def take(self, now, wall, children, flow_count, table):
        """The bodies of a minute that is over, or None. What wasn't learned is left out: it is not 0."""
        if now < self.until:
            return None
        self.until = now + EVERY_SECONDS
        add = self.minute.add
        for role, child in (children or {}).items():
            if role not in self.roles:
                continue
            add("ChildAgeSeconds", max(0, int(wall - child.made_at)), "Tunnel", role)
            moved = self.bytes.since(child, role)
            if moved:
                add("BytesIn", moved[0], "Tunnel", role)
                add("BytesOut", moved[1], "Tunnel", role)
        if flow_count is not None:
            add("Flows", flow_count)
        count, most = table
        if count is not None and most:
            add("ConnectionTablePercent", round(100 * count / most, 1))
        add("Moves", self.counts.pop("move"))
        for kind, number in self.counts.items():
            add("Mends", number, "Kind", kind)
        bodies = self.minute.bodies(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(wall)))
        self.begin()
        return bodies


class Metrics:
    """Sends in a thread of its own."""

    def __init__(self, host, tokens):
        self.host = host
        self.tokens = tokens
        self.waiting = None
        self.wake = threading.Event()
        self.trouble = ""

    def put(self, bodies):
        self.waiting = bodies
        self.wake.set()

    def send_for_ever(self):
        while True:
            self.wake.wait()
            self.wake.clear()
            bodies, self.waiting = self.waiting, None
            if bodies:
                self.trouble = self.send(bodies)

    def send(self, bodies):
        """The trouble; no text here holds a token."""
        machine = self.host.machine
        if machine is None:
            return "Metrics: the host hasn't told which machine this is."
        try:
            token = self.tokens.of(AUDIENCE)
            statuses, trouble = web.post([web.Post(url(machine), token, body) for body in bodies])
        except (OSError, ValueError) as error:
            return "Metrics: the host gives no token: %s." % (error or type(error).__name__)
        bad = next((status for status in statuses if not 200 <= status < 300), None)
        if bad == 401:
            self.tokens.drop(AUDIENCE)
        if bad in (401, 403):
            return "Metrics: Monitor refuses them: %d. The identity needs Monitoring Metrics Publisher on this machine." % bad
        if bad:
            return "Metrics: Monitor answers %d." % bad
        return "" if len(statuses) == len(bodies) else "Metrics: Monitor doesn't answer: %s." % trouble


def url(machine):
    """Pure: the region's endpoint for this machine's metrics; a resource group may have letters of any alphabet."""
    resource = imds.percent_encoded(machine.resource, str.isascii)
    return "https://%s.monitoring.azure.com%s/metrics" % (machine.region, resource)

