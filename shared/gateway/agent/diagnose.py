"""What does an engineer look at when a gateway doesn't serve? All of it, in one text that holds no secret.

Everything has a limit, so the text comes also where pluto, DNS and the network are dead; with `--console` it goes to
the serial console as well, which Azure shows when nothing else works (boot diagnostics).
"""
import os
import re
import socket
import struct
import sys
import threading
import time

import limited
from pluto import WHACK

SECRETS_FILE = "/etc/ipsec.d/tunnelkeeper.secrets"
CONSOLE = "/dev/console"
#: How long packets are listened to, and how many kinds of each device are shown.
CAPTURE_SECONDS = 5
CAPTURE_KINDS = 20
#: Packets of every protocol: a socket of IPv4 alone doesn't hear what is sent (packet(7)).
ETH_P_ALL = 3
#: Lines of one command that are shown: its last ones.
SHOWN_LINES = 60

#: What is asked, in the order in which a packet meets it; seconds that each may take.
COMMANDS = (
    ("The machine", ("uptime",), 2),
    ("Addresses", ("ip", "-br", "address"), 2),
    ("Routes", ("ip", "route", "show", "table", "all", "type", "unicast"), 2),
    ("Rules of routing", ("ip", "rule"), 2),
    ("What is dropped", ("iptables", "-w", "2", "-nvL"), 5),
    ("What is translated", ("iptables", "-w", "2", "-nvL", "-t", "nat"), 5),
    ("What is marked", ("iptables", "-w", "2", "-nvL", "-t", "mangle"), 5),
    ("Kernel settings", ("sysctl", "net.ipv4.ip_forward", "net.netfilter.nf_conntrack_count",
                         "net.netfilter.nf_conntrack_max"), 2),
    ("Units", ("systemctl", "--no-pager", "--plain", "list-units", "ipsec*", "tunnelkeeper*"), 5),
    ("pluto's connections", (*WHACK, "--status"), 5),
    ("pluto's traffic", (*WHACK, "--trafficstatus"), 5),
    ("Libreswan's own check", ("ipsec", "verify"), 10),
    ("Tunnel devices", ("ip", "-s", "tunnel", "show"), 2),
    ("The kernel's policies", ("ip", "xfrm", "policy"), 2),
    ("The kernel's states", ("ip", "-s", "xfrm", "state", "list", "nokeys"), 2),
    ("What pluto said", ("journalctl", "--no-pager", "-q", "-b", "-n", "40", "-o", "short", "-u", "ipsec"), 5),
    ("What the agent said", ("journalctl", "--no-pager", "-q", "-b", "-n", "20", "-u", "tunnelkeeper-agent"), 5),
    ("Memory", ("free", "-m"), 2),
    ("Disks", ("df", "-h", "/"), 2),
)

#: Keeps a 1:1 NAT's entry alive (RFC 3948, 2.3).
KEEPALIVE = b"\xff"

#: The value of an entry of ipsec.secrets: `<ids> : <kind> "<value>"`.
SECRET = re.compile(r':\s*\w+\s+"([^"]*)"')
KEY = re.compile(r"0x[0-9a-f]{24,}")


def secrets_of(text):
    """Pure: the values of a secrets file."""
    return [found for found in SECRET.findall(text) if found]


def blank(text, secrets):
    """Pure: the text without these secrets, nor anything that looks like a key."""
    for secret in secrets:
        text = text.replace(secret, "(secret)")
    return KEY.sub("(key)", text)


def section(title, text):
    """Pure: a heading, and the last lines below it."""
    lines = text.rstrip("\n").split("\n")
    left_out = len(lines) - SHOWN_LINES
    if left_out > 0:
        lines = ["(%d lines before)" % left_out] + lines[-SHOWN_LINES:]
    return "== %s\n%s\n\n" % (title, "\n".join(lines))


def show(words):
    """What `tk-gateway diagnose` does; 0 when all was told."""
    outputs = [sys.stdout]
    if "--console" in words:
        outputs.append(open(CONSOLE, "w", encoding="utf-8", errors="replace"))

    def write(text):
        for output in outputs:
            output.write(text)
            output.flush()

    diagnose(write)
    return 0


def diagnose(write):
    """Tells section by section, each as soon as it is there."""
    secrets = held_secrets()
    captures = [Capture(device) for device in listened_to()]
    for title, words, seconds in COMMANDS:
        ended = limited.run(list(words), seconds)
        write(section("%s: %s" % (title, " ".join(words)), blank(ended.out or ended.trouble, secrets)))
    for capture in captures:
        write(section("Packets of %s in %d s" % (capture.device, CAPTURE_SECONDS), capture.text()))


def listened_to():
    """The NIC, by which tunnels and clients come, and the tunnels' devices."""
    return [name for name in sorted(os.listdir("/sys/class/net")) if name.startswith(("eth", "en", "vti"))]


def held_secrets():
    try:
        with open(SECRETS_FILE, encoding="ascii", errors="replace") as file:
            return secrets_of(file.read())
    except OSError:
        return []


class Capture:
    """Listens to a device's packets from its making on, in a thread of its own."""

    def __init__(self, device):
        self.device = device
        self.kinds = {}
        self.trouble = ""
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        began = time.monotonic()
        try:
            with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL)) as packets:
                packets.bind((self.device, ETH_P_ALL))
                while time.monotonic() - began < CAPTURE_SECONDS:
                    packets.settimeout(max(0.01, CAPTURE_SECONDS - (time.monotonic() - began)))
                    packet, sender = packets.recvfrom(256)
                    way = "out" if sender[2] == socket.PACKET_OUTGOING else "in"
                    self.take(time.monotonic() - began, "%-3s %s" % (way, packet_line(packet)))
        except socket.timeout:
            pass
        except OSError as error:
            self.trouble = "Not listened to: %s" % error

    def take(self, at, kind):
        count, first, _ = self.kinds.get(kind, (0, at, at))
        self.kinds[kind] = (count + 1, first, at)

    def text(self):
        self.thread.join(CAPTURE_SECONDS + 1)
        return self.trouble or table_of(self.kinds)


def table_of(kinds):
    """Pure: the commonest kinds of packets, which are given as kind -> (how many, seconds of the first, of the last)."""
    often = sorted(kinds.items(), key=lambda entry: (-entry[1][0], entry[0]))
    lines = ["%7d  %4.1f to %3.1f s  %s" % (*seen, kind) for kind, seen in often[:CAPTURE_KINDS]]
    total = sum(count for count, _, _ in kinds.values())
    left_out = len(often) - len(lines)
    lines.append("%d packets of %d kinds%s" % (total, len(often), ", %d not shown" % left_out if left_out > 0 else ""))
    return "\n".join(lines)


def packet_line(packet):
    """Pure: an IPv4 packet in words; of what is inside ESP nothing is told."""
    if len(packet) < 20 or packet[0] >> 4 != 4:
        return "not IPv4"
    length = (packet[0] & 15) * 4
    protocol = packet[9]
    source, destination = (socket.inet_ntoa(packet[at:at + 4]) for at in (12, 16))
    if protocol in (6, 17) and len(packet) >= length + 4:
        ports = struct.unpack("!HH", packet[length:length + 4])
        if protocol == 17 and 4500 in ports and packet[length + 8:] == KEEPALIVE:
            return "%s > %s NAT keepalive" % (source, destination)
        if protocol == 17 and 4500 in ports and packet[length + 8:length + 12] != b"\0\0\0\0":
            return "%s > %s ESP in UDP" % (source, destination)
        if protocol == 17 and (500 in ports or 4500 in ports):
            return "%s > %s IKE" % (source, destination)
        name = "TCP" if protocol == 6 else "UDP"
        return "%s > %s %s" % (*with_service((source, ports[0]), (destination, ports[1])), name)
    return "%s > %s %s" % (source, destination, {1: "ICMP", 50: "ESP"}.get(protocol, "protocol %d" % protocol))


def with_service(source, destination):
    """Pure: both ends; the port of the service alone, or each connection would be a kind of its own."""
    service = min(source[1], destination[1])
    return [address if port > service else "%s:%d" % (address, port) for address, port in (source, destination)]
