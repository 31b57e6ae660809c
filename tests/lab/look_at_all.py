"""Runs in a device's network: asks all devices given on stdin, prints the names of those that answered. JSON.

usage: look_at_all.py ping|ssh|snmp < {name: [address, SNMP version]}
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from jbnet.adapters.ping import IcmpProber

AT_ONCE = 8
TIMEOUT_S = 5.0
SYS_NAME = "1.3.6.1.2.1.1.5.0"
Asked = Mapping[str, tuple[str, str]]


def ping(asked: Asked) -> list[str]:
    answers = IcmpProber().ping([address for address, _ in asked.values()], 1.0)
    return [name for name, (address, _) in asked.items() if answers.get(address)]


def ssh(name: str, address: str, _: str) -> bool:
    with socket.create_connection((address, 22), TIMEOUT_S) as connection:
        connection.settimeout(TIMEOUT_S)
        return connection.recv(64).startswith(b"SSH-2.0")


def snmp(name: str, address: str, version: str) -> bool:
    argv = ["snmpget", f"-v{version}", "-Oqv", f"-t{TIMEOUT_S}", "-r1", address, SYS_NAME]
    return name in subprocess.run(argv, capture_output=True, text=True, check=False).stdout


def each(asked: Asked, look: Callable[[str, str, str], bool]) -> list[str]:
    def answered(name: str) -> bool:
        try:
            return look(name, *asked[name])
        except OSError:
            return False

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [name for name, yes in zip(asked, pool.map(answered, asked), strict=True) if yes]


if __name__ == "__main__":
    told = json.load(sys.stdin)
    print(json.dumps(ping(told) if sys.argv[1] == "ping" else each(told, {"ssh": ssh, "snmp": snmp}[sys.argv[1]])))
