"""Which tunnel do new connections take? The route itself is the truth: a setup or a reboot may have set it."""
import socket
import struct

import limited

#: `ip` asks the kernel alone; it takes milliseconds.
LIMIT_SECONDS = 5


def current(settings):
    """Role of the tunnel that the proxy's route leads into; None where there is no such route."""
    if not settings.is_route_based:
        return settings.roles[0]
    try:
        with open("/proc/net/route", encoding="ascii") as file:
            device = device_of(file.read(), settings.proxy["address"])
    except OSError:
        return None
    return next((tunnel["role"] for tunnel in settings.tunnels if tunnel["device"] == device), None)


def device_of(table, address):
    """Pure: the device of the route to exactly this address in the text of /proc/net/route; a blackhole has none."""
    wanted = "%08X" % struct.unpack("=I", socket.inet_aton(address))[0]
    for line in table.split("\n")[1:]:
        words = line.split()
        if len(words) > 7 and words[1] == wanted and words[7] == "FFFFFFFF" and words[0] != "*":
            return words[0]
    return None


def move(settings, role):
    """Leads new connections into a tunnel; gives the trouble, or nothing."""
    device = next(tunnel["device"] for tunnel in settings.tunnels if tunnel["role"] == role)
    return limited.run(
        ["ip", "route", "replace", settings.proxy["address"] + "/32", "dev", device], LIMIT_SECONDS
    ).trouble


#: Routes and rules are looked after again so often, in case that somebody took them away.
LEAD_AGAIN_SECONDS = 60


def missing(settings):
    """Roles whose device isn't there: nothing can be led into them."""
    if not settings.is_route_based:
        return frozenset()
    return frozenset(tunnel["role"] for tunnel in settings.tunnels if number_of(tunnel["device"]) is None)


class Leads:
    """Keeps each tunnel's table leading into its device; pluto makes a device anew after its end."""

    def __init__(self, settings):
        self.tunnels = settings.tunnels if settings.is_route_based else ()
        self.address = settings.proxy["address"]
        #: By device: the kernel's number of it and the time when it was last led to.
        self.led = {}
        #: When the route to lo was last looked after: put there, or taken away.
        self.fallback_at = None

    def keep(self, now):
        """Gives a line for each device that was led to anew, and for each that couldn't be."""
        said = []
        if self.fallback_at is None and not self.tunnels:
            self.fallback_at = now
            stand_aside(self.address)
        if self.tunnels and (self.fallback_at is None or now - self.fallback_at >= LEAD_AGAIN_SECONDS):
            self.fallback_at = now
            trouble = stand_in(self.address)
            said += ["Without a device clients wait for a no: %s" % trouble] if trouble else []
        for tunnel in self.tunnels:
            device = tunnel["device"]
            number = number_of(device)
            known, at = self.led.get(device, (None, now))
            if number is None or (number == known and now - at < LEAD_AGAIN_SECONDS):
                continue
            trouble = lead(tunnel)
            if trouble:
                said.append("Routes of %s: %s" % (device, trouble))
            else:
                self.led[device] = (number, now)
                if known not in (None, number):
                    said.append("Routes lead into %s again: it was made anew." % device)
        return said


def stand_in(address):
    """A route beneath the tunnels' and above the blackhole, which takes packets before any rule sees them.

    Without a device a packet is led towards `lo` so, and meets TK-RESET, which refuses it, and then the rule that
    drops whatever doesn't leave by a tunnel. Gives the trouble, or nothing."""
    return limited.run(["ip", "route", "replace", *route_to_lo(address)], LIMIT_SECONDS).trouble


def stand_aside(address):
    """Takes that route away, which a gateway has that was route-based: on the way to `lo` no IPsec policy is looked
    for. It may well not be there."""
    limited.run(["ip", "route", "del", *route_to_lo(address)], LIMIT_SECONDS)


def route_to_lo(address):
    return (address + "/32", "dev", "lo", "metric", "3000")


def number_of(device):
    """The kernel's number of a device, another one after it was made anew; None where it is missing."""
    try:
        return socket.if_nametoindex(device)
    except OSError:
        return None


def lead(tunnel):
    """Leads established connections of a tunnel into its device, as the forwarding script does; gives the trouble."""
    device, table = tunnel["device"], str(tunnel["table"])
    preference = str(tunnel["rulePreference"])
    for words in (
        ["ip", "link", "set", device, "mtu", "1400", "up"],
        ["ip", "route", "replace", "default", "dev", device, "table", table],
    ):
        ended = limited.run(words, LIMIT_SECONDS)
        if not ended.is_good:
            return ended.trouble
    ended = limited.run(["ip", "rule", "show", "pref", preference], LIMIT_SECONDS)
    if not ended.is_good or ended.out.strip():
        return ended.trouble
    mark = tunnel["flowMark"] + "/0xf0"
    return limited.run(
        ["ip", "rule", "add", "pref", preference, "fwmark", mark, "lookup", table], LIMIT_SECONDS
    ).trouble
