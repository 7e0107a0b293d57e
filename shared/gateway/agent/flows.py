"""How are connections reset that can't go on? By a rule that refuses them, and a nudge for those that only wait."""
import itertools
import os
import re
import socket
import struct

import limited
from decide import ALL

TABLE = "/proc/net/nf_conntrack"
#: Lines of the table that are looked through, some 15 MB, one after the other; and connections that are kept.
MOST_LINES = 100_000
MOST_FLOWS = 20_000
LIMIT_SECONDS = 10
#: A table counts as full when less than this part of it is free: entries that end are taken out now and then.
FULL_WITHIN = 100
SO_MARK = 36
ACK = 0x10

# The original direction comes first, then the reply's; a port follows only where the protocol has some.
FLOW = re.compile(
    r" tcp +6 \d+ ESTABLISHED src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) .*?src=(\S+) .*mark=(\d+) "
)


class Flow:
    """A client's connection: the client, the address and port that it talks to, and its tunnel's mark."""

    __slots__ = ("client", "client_port", "server", "server_port", "mark")

    def __init__(self, client, client_port, server, server_port, mark):
        self.client = client
        self.client_port = client_port
        self.server = server
        self.server_port = server_port
        self.mark = mark


def flows(lines, proxy):
    """Pure: clients' established connections into the proxy, in lines of the kernel's table."""
    found = []
    for line in lines:
        if len(found) == MOST_FLOWS:
            break
        # Most lines of a long table are none of these, and the expression is slow to find that out.
        match = " ESTABLISHED " in line and FLOW.search(line)
        # A connection of the agent's own goes to the proxy; a client's is led there, and comes back from it.
        if match and match[5] == proxy and match[2] != proxy:
            found.append(Flow(match[1], int(match[3]), match[2], int(match[4]), int(match[6]) & 0xF0))
    return found


def now(proxy):
    """Those of now, of the first lines of a long table; None where the kernel doesn't list connections."""
    try:
        with open(TABLE, encoding="ascii", errors="replace") as file:
            return flows(itertools.islice(file, MOST_LINES), proxy)
    except OSError:
        return None


def table_use():
    """Entries of the connection table, and its size; None where the kernel doesn't tell."""
    return tuple(number_in("/proc/sys/net/netfilter/nf_conntrack_" + name) for name in ("count", "max"))


def is_full(use):
    """Pure: whether a use of the table leaves no place for one more; it is noticed a little early."""
    count, most = use
    return count is not None and bool(most) and count >= most - most // FULL_WITHIN - 1


def number_in(path):
    try:
        with open(path, encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def rules(settings, refused):
    """Pure: what `iptables-restore` gets for the connections that are refused; the chain is replaced at once."""
    lines = ["*filter", ":TK-RESET - [0:0]"]
    reject = "-j REJECT --reject-with tcp-reset"
    for tunnel in settings.tunnels:
        if tunnel["role"] in refused:
            lines.append("-A TK-RESET -p tcp -m connmark --mark %s/0xf0 %s" % (tunnel["flowMark"], reject))
    if ALL in refused:
        lines.append("-A TK-RESET -p tcp -d %s %s" % (settings.proxy["address"], reject))
    return "\n".join([*lines, "COMMIT", ""])


def refuse(settings, refused):
    """Refuses these connections and no others; gives the trouble, or nothing."""
    return limited.run(["iptables-restore", "-w", "5", "--noflush"], LIMIT_SECONDS, rules(settings, refused)).trouble


def concerned(settings, all_flows, refused):
    """Pure: the connections that are refused now."""
    if ALL in refused:
        return all_flows
    marks = {int(tunnel["flowMark"], 16) for tunnel in settings.tunnels if tunnel["role"] in refused}
    return [flow for flow in all_flows if flow.mark in marks]


def nudge(some, mark):
    """Has each client say something, so that the rule can reset its connection; gives how many were nudged.

    A client that only waits sends nothing, and learns nothing. A bare ACK with a sequence number from nowhere makes
    its TCP answer with an ACK of its own (RFC 9293, 3.10.7.4; RFC 5961 for one within the window), which meets the
    rule, and is answered by a reset that the client takes. The mark keeps the nudge itself out of the connection
    table, which would take it for a connection of its own."""
    try:
        sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    except OSError:
        return 0
    count = 0
    with sock:
        try:
            sock.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
        except OSError:
            return 0
        for flow in some:
            try:
                sock.sendto(segment(flow, os.urandom(8)), (flow.client, 0))
                count += 1
            except OSError:
                continue
    return count


def segment(flow, numbers):
    """Pure: the IP packet with the bare ACK; the kernel fills in the IP header's length, id and checksum."""
    source, to = socket.inet_aton(flow.server), socket.inet_aton(flow.client)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, socket.IPPROTO_TCP, 0, source, to)
    ports = struct.pack("!HH", flow.server_port, flow.client_port)
    rest = struct.pack("!BBH", 5 << 4, ACK, 1024)
    pseudo = source + to + struct.pack("!BBH", 0, socket.IPPROTO_TCP, 20)
    check = checksum(pseudo + ports + numbers + rest + b"\0\0\0\0")
    return head + ports + numbers + rest + struct.pack("!HH", check, 0)


def checksum(data):
    """Pure: the Internet checksum (RFC 1071) of an even number of bytes."""
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
