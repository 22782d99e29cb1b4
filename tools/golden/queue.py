"""Public and private addresses by Python's ipaddress, and rows of CSV by its csv.

Writes test/golden/queue.json.
Run: /usr/bin/python3 tools/golden/queue.py
"""

import csv
import io
import ipaddress
import json
import pathlib
import platform
import random

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden"
ORIGIN = {
    "tool": "python",
    "version": platform.python_version(),
    "command": "/usr/bin/python3 tools/golden/queue.py",
    "date": "2026-11-25",
}

EDGES = [
    "0.0.0.0", "0.255.255.255", "9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0", "127.0.0.1", "127.255.255.255",
    "128.0.0.0", "169.253.255.255", "169.254.169.254", "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0",
    "192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0", "192.0.2.1", "198.17.255.255", "198.18.0.0",
    "198.19.255.255", "198.20.0.0", "198.51.100.7", "203.0.113.9", "240.0.0.1", "255.255.255.255", "8.8.8.8", "1.1.1.1",
    "100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0",
    "::", "::1", "::ffff:10.0.0.1", "fc00::1", "fdff::1", "fe80::1", "2001:db8::1", "2606:4700::1111", "2a00:1450::1",
    "2001:4860:4860::8888",
]
# Global by Python, refused by us: they lead to IPv4 addresses of any kind, or are no hosts.
STRICTER = ["64:ff9b::a00:1", "::ffff:8.8.8.8", "2002:a00:1::", "ff0e::1", "224.0.0.1", "192.88.99.1"]


def address_cases():
    generator = random.Random(0)
    texts = EDGES + [str(ipaddress.IPv4Address(generator.getrandbits(32))) for _ in range(300)]
    texts = [text for text in texts if not ipaddress.ip_address(text).is_multicast]
    texts = [text for text in texts if text not in STRICTER]
    return {text: not ipaddress.ip_address(text).is_global for text in texts}


def csv_cases():
    generator = random.Random(1)
    alphabet = ['a', '"', ',', '\n', '\r\n', ' ', 'é', '日']
    rows = [["".join(generator.choices(alphabet, k=generator.randrange(8))) for _ in range(3)] for _ in range(60)]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return {"text": out.getvalue(), "rows": rows}


content = ORIGIN | {"isPrivate": address_cases(), "stricter": STRICTER, "csv": csv_cases()}
(GOLDEN / "queue.json").write_text(json.dumps(content) + "\n")
