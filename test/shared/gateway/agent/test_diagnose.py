"""What does a diagnosis show, and what does it never show? Without I/O, but for one look at loopback."""
import socket
import struct
import time
import unittest
import unittest.mock

import cases  # noqa: F401
import diagnose

PSK = "VerySecretPsk0123"


def packet(protocol, ports=(0, 0), payload=b"", source="10.0.0.4", destination="198.51.101.10"):
    head = bytes([0x45]) + bytes(8) + bytes([protocol]) + bytes(2)
    head += socket.inet_aton(source) + socket.inet_aton(destination)
    return head + struct.pack("!HH", *ports) + bytes(4) + payload


class Blank(unittest.TestCase):
    def test_a_psk_is_blanked_wherever_it_stands(self):
        secrets = diagnose.secrets_of('203.0.113.5 198.51.101.10 : PSK "%s"\n' % PSK)
        self.assertEqual(secrets, [PSK])
        told = diagnose.blank('said %s; auth 0x%s' % (PSK, "ab" * 16), secrets)
        self.assertEqual(told, "said (secret); auth (key)")

    def test_an_spi_is_no_key(self):
        self.assertEqual(diagnose.blank("ESPinUDP=>0x978d4866", []), "ESPinUDP=>0x978d4866")


class Section(unittest.TestCase):
    def test_what_is_too_long_keeps_its_end(self):
        text = diagnose.section("Title", "\n".join(str(line) for line in range(100)))
        self.assertIn("(40 lines before)\n40\n", text)
        self.assertTrue(text.endswith("99\n\n"))


class Packets(unittest.TestCase):
    ROWS = (
        (packet(17, (500, 500)), "10.0.0.4 > 198.51.101.10 IKE"),
        (packet(17, (4500, 4500), b"\0\0\0\0ike"), "10.0.0.4 > 198.51.101.10 IKE"),
        (packet(17, (4500, 4500), b"\x01\x02\x03\x04esp"), "10.0.0.4 > 198.51.101.10 ESP in UDP"),
        (packet(17, (4500, 4500), b"\xff"), "10.0.0.4 > 198.51.101.10 NAT keepalive"),
        (packet(6, (40000, 9400)), "10.0.0.4 > 198.51.101.10:9400 TCP"),
        (packet(6, (9400, 40000)), "10.0.0.4:9400 > 198.51.101.10 TCP"),
        (packet(17, (123, 123)), "10.0.0.4:123 > 198.51.101.10:123 UDP"),
        (packet(1), "10.0.0.4 > 198.51.101.10 ICMP"),
        (packet(50), "10.0.0.4 > 198.51.101.10 ESP"),
        (b"\x60" + bytes(39), "not IPv4"),
        (b"", "not IPv4"),
    )

    def test_each_kind_in_words(self):
        for given, words in self.ROWS:
            self.assertEqual(diagnose.packet_line(given), words)


class Table(unittest.TestCase):
    def test_what_comes_often_never_hides_what_comes_once(self):
        kinds = {"in  clients": (900, 0.0, 4.96), "out ESP": (7, 0.04, 4.1)}
        self.assertEqual(
            diagnose.table_of(kinds).split("\n"),
            [
                "    900   0.0 to 5.0 s  in  clients",
                "      7   0.0 to 4.1 s  out ESP",
                "907 packets of 2 kinds",
            ],
        )

    def test_more_kinds_than_a_screen_takes(self):
        lines = diagnose.table_of({"in  %d" % at: (1, 0, 0) for at in range(23)}).split("\n")
        self.assertEqual(len(lines), 21)
        self.assertEqual(lines[-1], "23 packets of 23 kinds, 3 not shown")


class Listens(unittest.TestCase):
    def test_to_both_ways(self):
        try:
            socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM).close()
        except PermissionError:
            self.skipTest("listening to packets needs CAP_NET_RAW")
        with unittest.mock.patch.object(diagnose, "CAPTURE_SECONDS", 0.3):
            capture = diagnose.Capture("lo")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                deadline = time.monotonic() + 0.3
                while time.monotonic() < deadline:
                    sender.sendto(b"x", ("127.0.0.1", 9))
                    time.sleep(0.01)
            shown = capture.text()
        self.assertIn("in  127.0.0.1 > 127.0.0.1:9 UDP", shown)
        self.assertIn("out 127.0.0.1 > 127.0.0.1:9 UDP", shown)


if __name__ == "__main__":
    unittest.main()
