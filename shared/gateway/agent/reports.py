"""What does the control plane learn, and when? The newest state at each change; a report is a nudge, never needed."""
import json
import threading
import time
from collections import deque

import web

#: At most one so often.
LEAST_SECONDS = 10
#: The longest pause after failures; each is twice the one before.
MOST_SECONDS = 300
MOST_CHANGES = 10
BECAUSE_CHARACTERS = 200

WORDS = {
    "move": "moved to %s",
    "initiate": "child SA of %s asked for",
    "reconnect": "%s taken down and up",
    "restart": "%s restarted",
}


def report(settings, tunnels, route, answer):
    """Pure: the state, but for what has changed."""
    return {
        "site": settings.site,
        "slot": settings.slot,
        "probe": answer[0],
        "because": answer[1][:BECAUSE_CHARACTERS],
        "route": route,
        "tunnels": [
            {"role": role, "isUp": tunnel.is_up, "trouble": None if tunnel.is_up else tunnel.trouble or None}
            for role, tunnel in tunnels.items()
        ],
    }


def at_first(state):
    """Pure: the state of an agent that has seen nothing yet."""
    return {**state, "probe": 503, "tunnels": [{**one, "isUp": False} for one in state["tunnels"]]}


def changes(before, now, actions, drains):
    """Pure: what has changed between two states, in words; `actions` are those that were begun in between."""
    said = list(drains)
    for old, new in zip(before["tunnels"], now["tunnels"]):
        if old["isUp"] != new["isUp"]:
            said.append("%s is %s" % (new["role"], "up" if new["isUp"] else "down: %s" % (new["trouble"] or "unchecked")))
    # A move that failed has moved nothing.
    begun = [one for one in actions if one.kind in WORDS and (one.kind != "move" or one.role == now["route"])]
    said += [WORDS[action.kind] % (action.role or "pluto") for action in begun]
    if before["route"] != now["route"] and not any(action.kind == "move" for action in begun):
        said.append("route leads to %s" % (now["route"] or "no tunnel"))
    if before["probe"] != now["probe"]:
        said.append("probe gets %d" % now["probe"])
    return said


class Outbox:
    """The newest state that isn't told yet. Pure: times come from outside."""

    def __init__(self):
        self.state = None
        self.changes = deque(maxlen=MOST_CHANGES)
        self.not_before = 0
        self.pause = 0

    def put(self, state, said):
        self.state = state
        self.changes.extend(said)

    def take(self, now):
        """The report to send now, or None; it is told, or given back by `keep`."""
        if self.state is None or now < self.not_before:
            return None
        told = {**self.state, "changes": list(self.changes)}
        self.state = None
        self.changes.clear()
        self.not_before = now + LEAST_SECONDS
        return told

    def taken(self):
        self.pause = 0

    def keep(self, told, now):
        """Gives back what wasn't taken; what came meanwhile is newer, and what changed before stays before it."""
        if self.state is None:
            self.state = {name: value for name, value in told.items() if name != "changes"}
        self.changes = deque([*told["changes"], *self.changes], maxlen=MOST_CHANGES)
        self.pause = min(MOST_SECONDS, 2 * self.pause or LEAST_SECONDS)
        self.not_before = now + self.pause


class Reports:
    """Sends in a thread of its own."""

    def __init__(self, settings, tokens):
        self.to = settings.reports
        self.tokens = tokens
        self.outbox = Outbox()
        self.lock = threading.Lock()
        self.last = None
        self.trouble = ""

    def look(self, state, actions, drains):
        """Notes what has changed since the last look; before the first one the gateway served nobody."""
        before, self.last = self.last or at_first(state), state
        said = changes(before, state, actions, drains)
        if said and self.to:
            with self.lock:
                self.outbox.put(state, said)

    def send_for_ever(self):
        while True:
            self.send_once(time.monotonic())
            time.sleep(1)

    def send_once(self, now):
        with self.lock:
            told = self.outbox.take(now)
        if told is None:
            return
        is_over, self.trouble = self.send(json.dumps(told))
        with self.lock:
            if is_over:
                self.outbox.taken()
            else:
                self.outbox.keep(told, time.monotonic())

    def send(self, body):
        """Whether it is over, taken or refused for good, and the trouble. No text here holds the URL: it may hold a key."""
        audience = self.to["audience"]
        try:
            token = None if audience is None else self.tokens.of(audience)
            statuses, trouble = web.post([web.Post(self.to["url"], token, body)])
        except (OSError, ValueError) as error:
            return False, "Reports: the host gives no token: %s." % (error or type(error).__name__)
        if not statuses:
            return False, "Reports: the control plane doesn't answer: %s." % trouble
        status = statuses[0]
        if 200 <= status < 300:
            return True, ""
        if status == 401 and audience is not None:
            self.tokens.drop(audience)
        if 400 <= status < 500 and status != 429:
            return True, "Reports: the control plane refuses them: %d." % status
        return False, "Reports: the control plane answers %d." % status
