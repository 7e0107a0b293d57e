"""How does the agent say what it knows? In a file that is replaced as a whole, for `tk-gateway status`."""
import json
import os

import decide

PATH = "/run/tunnelkeeper/state.json"
#: Written at least so often, so that a file that is older tells that the agent doesn't run.
EVERY_SECONDS = 10
VERSION = 1


def told(settings, memory, seen, view, now):
    """Pure: all that is told. `view` is the agent's: what it measured and did, which decides nothing."""
    return {
        "site": settings.site,
        "slot": settings.slot,
        "routing": settings.routing,
        "startedAt": memory.began,
        "tunnels": [tunnel(settings, one, memory.tunnels[one["role"]], view, now) for one in settings.tunnels],
        "route": view.route,
        "probe": list(view.answer),
        "announced": list(view.announced),
        "refused": sorted(view.refused or ()),
        "flows": None if view.flows is None else len(view.flows),
        "table": list(view.table),
        "pluto": seen.pluto_age,
        "isHeld": seen.is_held,
        "limits": limits(settings, memory, now),
        "mends": [list(mend) for mend in memory.mends],
        "recent": list(view.recent),
    }


def tunnel(settings, one, known, view, now):
    role = one["role"]
    is_judged = known.is_up or decide.is_down(known, settings.check)
    return {
        "role": role,
        "edge": one["edge"],
        "device": one.get("device"),
        "isUp": known.is_up,
        "isJudged": is_judged,
        "since": known.since,
        "child": child(view.children, role),
        "request": view.requests.get(role),
        "lastFailure": view.failures.get(role),
        "flows": flow_count(one, view.flows),
    }


def child(children, role):
    """None when pluto didn't answer, empty when there is none."""
    if children is None:
        return None
    one = children.get(role)
    return {"madeAt": one.made_at, "bytesIn": one.bytes_in, "bytesOut": one.bytes_out} if one else {}


def flow_count(one, flows):
    if flows is None or "flowMark" not in one:
        return None
    mark = int(one["flowMark"], 16)
    return sum(flow.mark == mark for flow in flows)


def limits(settings, memory, now):
    """What is left of each mend, and from when one more may be."""
    kinds = [("initiate", role) for role in settings.roles] + [("reconnect", role) for role in settings.roles]
    found = []
    for kind, role in [*kinds, ("restart", None)]:
        used = sum(mend.kind == kind and mend.role == role and now - mend.at < decide.HOUR for mend in memory.mends)
        found.append(
            {
                "what": WORDS[kind] % (role or "pluto"),
                "left": max(0, settings.mend["perHour"] - used),
                "from": decide.allowed_from(memory.mends, kind, role, settings.mend),
            }
        )
    return found


WORDS = {"initiate": "child SA of %s", "reconnect": "%s down and up", "restart": "restart of %s"}


def mends_before(now, path=PATH):
    """Mends of the agent that ran before this one since the boot: its end doesn't make the limits forget them."""
    try:
        mends = [decide.Mend(kind, role, float(at)) for kind, role, at in load(path)["mends"]]
        return tuple(mend for mend in mends if mend.kind in WORDS and mend.at <= now)
    except (OSError, ValueError, LookupError, TypeError):
        return ()


class Writer:
    """Replaces the file, in one step."""

    def __init__(self, path=PATH):
        self.path = path
        self.at = None

    def is_due(self, now):
        return self.at is None or now - self.at >= EVERY_SECONDS

    def write(self, told, now):
        """Gives the trouble, or nothing."""
        text = json.dumps({"version": VERSION, "writtenAt": now, **told})
        try:
            with open(self.path + ".new", "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(self.path + ".new", self.path)
        except OSError as error:
            return "%s can't be written: %s" % (self.path, error)
        self.at = now
        return ""


def load(path=PATH):
    """What was written; raises OSError where the file can't be read, ValueError where it isn't whole."""
    with open(path, encoding="utf-8") as file:
        told = json.loads(file.read(1_000_000))
    if not isinstance(told, dict) or told.get("version") != VERSION:
        raise ValueError("it is of another version of the agent")
    return told
