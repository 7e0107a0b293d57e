"""Which connections are reset, and what does a nudge look like?"""
import struct
import unittest

from cases import decide, policy_based, the_settings

import flows

PROXY = "185.46.212.88"
LINE = (
    "ipv4     2 tcp      6 431999 %s src=%s dst=%s sport=40000 dport=9400 "
    "src=185.46.212.88 dst=10.0.0.4 sport=9400 dport=40000 [ASSURED] mark=%d zone=0 use=2\n"
)


def a_line(state="ESTABLISHED", client="10.0.0.50", server="10.0.0.4", mark=16):
    return LINE % (state, client, server, mark)


class Table(unittest.TestCase):
    def test_a_client_is_found_with_what_it_talks_to(self):
        [flow] = flows.flows([a_line()], PROXY)
        self.assertEqual(
            (flow.client, flow.client_port, flow.server, flow.server_port, flow.mark), ("10.0.0.50", 40000, "10.0.0.4", 9400, 16)
        )

    def test_what_is_no_clients_established_connection_is_left_out(self):
        for when, line in (
            ("it begins", a_line("SYN_SENT")),
            ("it ends", a_line("TIME_WAIT")),
            ("it is the agent's own", a_line(client="10.0.0.4", server=PROXY)),
            ("it leads elsewhere", a_line().replace("src=185.46.212.88", "src=10.0.0.9")),
            ("it is no TCP", a_line().replace("tcp      6", "udp      17")),
            ("it is no line of the table", "ipv4\n"),
        ):
            with self.subTest(when=when):
                self.assertEqual(flows.flows([line], PROXY), [])

    def test_counters_and_bits_of_others_do_not_hide_one(self):
        line = a_line(mark=0x110).replace("src=185", "packets=3 bytes=4 src=185")
        self.assertEqual([flow.mark for flow in flows.flows([line], PROXY)], [0x10])


class Full(unittest.TestCase):
    def test_a_table_is_full_when_less_than_a_hundredth_is_free(self):
        for use, is_full in (
            ((262144, 262144), True),
            ((259523, 262144), True),
            ((259000, 262144), False),
            ((8, 8), True),
            ((6, 8), False),
            ((None, None), False),
            ((5, None), False),
            ((0, 0), False),
        ):
            with self.subTest(use=use):
                self.assertEqual(flows.is_full(use), is_full)


class Rules(unittest.TestCase):
    def test_nothing_is_refused_at_rest(self):
        self.assertEqual(flows.rules(the_settings(), frozenset()), "*filter\n:TK-RESET - [0:0]\nCOMMIT\n")

    def test_a_tunnel_by_its_mark_and_all_by_the_proxy(self):
        one = "-A TK-RESET -p tcp -m connmark --mark 0x20/0xf0 -j REJECT --reject-with tcp-reset"
        every = "-A TK-RESET -p tcp -d 185.46.212.88 -j REJECT --reject-with tcp-reset"
        text = flows.rules(the_settings(), frozenset(["secondary", decide.ALL]))
        self.assertEqual(text.split("\n"), ["*filter", ":TK-RESET - [0:0]", one, every, "COMMIT", ""])
        alone = flows.rules(the_settings(policy_based()), frozenset([decide.ALL]))
        self.assertEqual(alone.split("\n")[2:-2], [every])

    def test_those_concerned_are_the_tunnels_or_all(self):
        table = flows.flows([a_line(mark=16), a_line(mark=32), a_line(mark=0)], PROXY)
        for refused, marks in ((["secondary"], [32]), ([], []), ([decide.ALL], [16, 32, 0])):
            with self.subTest(refused=refused):
                found = flows.concerned(the_settings(), table, frozenset(refused))
                self.assertEqual([flow.mark for flow in found], marks)


class Nudge(unittest.TestCase):
    def test_a_bare_ack_from_what_the_client_talks_to(self):
        [flow] = flows.flows([a_line()], PROXY)
        packet = flows.segment(flow, b"\1\2\3\4\5\6\7\10")
        self.assertEqual(len(packet), 40)
        self.assertEqual((packet[12:16], packet[16:20]), (b"\x0a\0\0\4", b"\x0a\0\0\x32"))
        ports = struct.unpack("!HH", packet[20:24])
        self.assertEqual((ports, packet[33]), ((9400, 40000), flows.ACK))
        pseudo = packet[12:20] + struct.pack("!BBH", 0, 6, 20)
        # A sum over what holds its own checksum is 0.
        self.assertEqual(flows.checksum(pseudo + packet[20:]), 0)


if __name__ == "__main__":
    unittest.main()
