"""What is this gateway told? Reads gateway.json; what is wrong with it is said in one line, with the mend."""
import json
import re

MEND = "Run the gateway's setup again, which writes this file anew and starts the agent."


class Unusable(Exception):
    """The file can't be used; the text names the field, its value and the mend."""


class Settings:
    """What was read, checked: names as in the file, but for the blocks, which are dicts."""

    __slots__ = (
        "site", "slot", "routing", "probe_port", "nudge_mark", "proxy", "check", "mend", "tunnels", "reports", "complaints"
    )

    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)

    @property
    def roles(self):
        """The tunnels' names, the preferred one first."""
        return tuple(tunnel["role"] for tunnel in self.tunnels)

    @property
    def is_route_based(self):
        return self.routing == "route-based"


def load(path):
    """Reads the file; raises Unusable."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(1_000_000)
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable("%s can't be read: %s. %s" % (path, error, MEND)) from error
    return parse(text, path)


def parse(text, path="gateway.json"):
    """Pure: the settings in a text; raises Unusable."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unusable("%s is no JSON: %s. %s" % (path, error, MEND)) from error
    checked = {name: check(values, name, path) for name, check in FIELDS.items()}
    for name, fields in BLOCKS.items():
        block = an_object(values, name, path)
        checked[name] = {field: check(block, field, path, name + ".") for field, check in fields.items()}
    checked["probe_port"] = checked.pop("probePort")
    checked["nudge_mark"] = int(checked.pop("nudgeMark"), 16)
    checked["tunnels"] = tunnels(values, path, checked["routing"])
    checked["reports"], checked["complaints"] = reports(values, path)
    return Settings(**checked)


def tunnels(values, path, routing):
    """One or two tunnels, each role once; their devices and marks when they are route-based."""
    listed = values.get("tunnels")
    most = 2 if routing == "route-based" else 1
    if not isinstance(listed, list) or not 1 <= len(listed) <= most:
        refuse(path, "tunnels", listed, "a list of %s" % ("1 or 2 tunnels" if most == 2 else "1 tunnel"))
    fields = {**TUNNEL, **(DEVICE if routing == "route-based" else {})}
    read = []
    for index, tunnel in enumerate(listed):
        where = "tunnels[%d]" % index
        if not isinstance(tunnel, dict):
            refuse(path, where, tunnel, "an object")
        read.append({field: check(tunnel, field, path, where + ".") for field, check in fields.items()})
    if len({tunnel["role"] for tunnel in read}) < len(read):
        refuse(path, "tunnels", [tunnel["role"] for tunnel in read], "tunnels of different roles")
    return tuple(read)


def reports(values, path):
    """Where reports go, None when nowhere, and what is to be complained of. Nobody is served by a report, so one that
    can't be sent is no reason to serve nobody: what is wrong here costs the reports alone."""
    if values.get("reports") is None:
        return None, ()
    try:
        block = an_object(values, "reports", path)
        audience = None if block.get("audience") is None else REPORTS["audience"](block, "audience", path, "reports.")
        return {"url": REPORTS["url"](block, "url", path, "reports."), "audience": audience}, ()
    except Unusable as unusable:
        return None, ("Nothing is reported: %s" % unusable,)


#: What may hold a key: its value is never shown.
SECRET = ("reports", "reports.url")


def refuse(path, field, value, wanted):
    shown = "missing" if value is None else "unusable" if field in SECRET else json.dumps(value)[:80]
    raise Unusable("%s: %s is %s, and must be %s. %s" % (path, field, shown, wanted, MEND))


def an_object(values, name, path):
    block = values.get(name) if isinstance(values, dict) else None
    if not isinstance(block, dict):
        refuse(path, name, block, "an object")
    return block


def field_check(fits, wanted):
    """A check of one field: gives its value, or refuses it by name."""

    def check(values, name, path, prefix=""):
        value = values.get(name) if isinstance(values, dict) else None
        if not fits(value):
            refuse(path, prefix + name, value, wanted)
        return value

    return check


def whole(least, most):
    return field_check(
        lambda value: type(value) is int and least <= value <= most, "a whole number from %d to %d" % (least, most)
    )


def number(least, most):
    # A comparison with NaN is never true, so it is refused too; True is no number here.
    return field_check(
        lambda value: type(value) in (int, float) and least <= value <= most, "a number from %g to %g" % (least, most)
    )


def word(wanted, *allowed):
    def fits(value):
        if not isinstance(value, str) or not 0 < len(value) <= 253 or not value.isprintable() or " " in value:
            return False
        return not allowed or value in allowed

    return field_check(fits, wanted)


def is_address(value):
    if not isinstance(value, str):
        return False
    parts = value.split(".")
    return len(parts) == 4 and all(part.isascii() and part.isdigit() and int(part) < 256 for part in parts)


def is_mark(value, mask=0xF0):
    try:
        return isinstance(value, str) and int(value, 16) & mask == int(value, 16) > 0
    except ValueError:
        return False


#: Neither can hold what would end a quoted line of curl's configuration.
URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!#-\[\]-~]*)?")
AUDIENCE = re.compile(r"[!#-\[\]-~]+")


def like(pattern, wanted):
    return field_check(
        lambda value: isinstance(value, str) and len(value) <= 500 and pattern.fullmatch(value) is not None, wanted
    )


REPORTS = {
    "url": like(URL, "an http or https URL of a host and a path"),
    "audience": like(AUDIENCE, "an audience"),
}
FIELDS = {
    "site": word("a name"),
    "slot": word("a name"),
    "routing": word('"route-based" or "policy-based"', "route-based", "policy-based"),
    "probePort": whole(1, 65535),
    "nudgeMark": field_check(lambda value: is_mark(value, 0xFF00), "a mark within 0xff00"),
}
BLOCKS = {
    "proxy": {
        "address": field_check(is_address, "an IPv4 address"),
        "ports": field_check(
            lambda value: isinstance(value, list)
            and len(value) > 0
            and all(type(port) is int and 0 < port < 65536 for port in value),
            "a list of ports",
        ),
        "masquerade": field_check(lambda value: type(value) is bool, "true or false"),
    },
    "check": {
        "host": word("a host's name"),
        # Both together stay below the time after which an agent whose checks don't end gives itself up.
        "everySeconds": number(0.05, 20),
        "timeoutSeconds": number(0.05, 20),
        "failuresDown": whole(1, 100),
        "successesUp": whole(1, 100),
        "stableSeconds": number(0, 86400),
    },
    "mend": {
        "initiateAfterSeconds": number(0, 3600),
        "reconnectAfterSeconds": number(0, 3600),
        "restartAfterSeconds": number(0, 3600),
        "settleSeconds": number(0, 3600),
        "afterStartSeconds": number(0, 3600),
        "perHour": whole(1, 60),
        "pauseSeconds": number(0, 3600),
    },
}
TUNNEL = {"role": word('"primary" or "secondary"', "primary", "secondary"), "edge": word("a host's name or address")}
DEVICE = {
    "device": word("a device's name"),
    "table": whole(1, 252),
    "flowMark": field_check(is_mark, "a mark within 0xf0"),
    "rulePreference": whole(1, 32765),
}
