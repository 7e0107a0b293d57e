"""What does a diagnosis show, and what does it never show? Without I/O."""
import socket
import struct
import unittest

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
        (packet(6, (40000, 9400)), "10.0.0.4:40000 > 198.51.101.10:9400 TCP"),
        (packet(1), "10.0.0.4 > 198.51.101.10 ICMP"),
        (packet(50), "10.0.0.4 > 198.51.101.10 ESP"),
        (b"\x60" + bytes(39), "not IPv4"),
        (b"", "not IPv4"),
    )

    def test_each_kind_in_words(self):
        for given, words in self.ROWS:
            self.assertEqual(diagnose.packet_line(given), words)


if __name__ == "__main__":
    unittest.main()
