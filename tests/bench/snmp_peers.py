"""Peers of the poll engine that are no Python library: bare sockets, and Prometheus' snmp_exporter where it is found.

snmp_exporter is in Debian (``prometheus-snmp-exporter``). It is not installed for jbnet, for its package starts a
service; where the program is in PATH, or named by SNMP_EXPORTER, it is measured.
"""

from __future__ import annotations

import json
import os
import resource
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from snmp_daemon import COMMUNITY, Daemon, User

from jbnet.snmp.message import VERSION_2C, encode_community
from jbnet.snmp.pdu import PduType, request
from jbnet.snmp.types import Oid

_AT_ONCE = 16
_TICKS = os.sysconf("SC_CLK_TCK")


def bare_sockets(daemon: Daemon, addresses: Sequence[str], names: tuple[Oid, ...], runs: int) -> float:
    """Return devices per CPU-second of sending one ready-made datagram and throwing its answer away.

    The bound of everything that uses one system call for each datagram. A lost datagram counts as a device.
    """
    whole = encode_community(VERSION_2C, COMMUNITY.encode(), request(PduType.GET, names)).with_id(0x01020304)
    best = float("inf")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.setblocking(False)
        for _ in range(runs):
            before = _own_cpu()
            for at in range(0, len(addresses), _AT_ONCE):
                group = addresses[at : at + _AT_ONCE]
                for address in group:
                    opened.sendto(whole, (address, daemon.port))
                _drain(opened, len(group))
            best = min(best, _own_cpu() - before)
    return len(addresses) / best


def _drain(opened: socket.socket, expected: int) -> None:
    while expected and select.select([opened], [], [], 0.5)[0]:
        try:
            while expected:
                opened.recvfrom(65535)
                expected -= 1
        except BlockingIOError:
            continue


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def exporter_program() -> str | None:
    """Return snmp_exporter's path, or None."""
    return os.environ.get("SNMP_EXPORTER") or shutil.which("prometheus-snmp-exporter")


def exporter_version(program: str) -> str:
    """Return its version as it says it."""
    run = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return (run.stdout + run.stderr).split("version ")[1].split(" ")[0].rstrip(",")


def exporter(
    program: str, daemon: Daemon, addresses: Sequence[str], names: tuple[Oid, ...], user: User | None, folder: Path
) -> float:
    """Return devices per CPU-second of snmp_exporter's process: one scrape for each device, eight at once."""
    _configure(folder / "snmp.yml", names, user)
    with _running(program, folder / "snmp.yml") as (scrape, cpu):
        with ThreadPoolExecutor(8) as pool:
            targets = [f"{address}:{daemon.port}" for address in addresses]
            list(pool.map(scrape, targets[:8]))
            before = cpu()
            found = list(pool.map(scrape, targets))
        used = cpu() - before
    if not all(found):
        raise RuntimeError("a scrape without the values asked for")
    return len(addresses) / used


def _configure(path: Path, names: tuple[Oid, ...], user: User | None) -> None:
    dotted = [".".join(map(str, name)) for name in names]
    metrics = [
        {"name": f"m{at}", "oid": name.rpartition(".")[0], "type": "counter", "help": "bench",
         "indexes": [{"labelname": "index", "type": "gauge"}]}
        for at, name in enumerate(dotted)
    ]  # fmt: skip
    auth: dict[str, object] = {"community": COMMUNITY}
    if user is not None:
        passwords = dict(zip(("password", "priv_password"), user.passwords, strict=True))
        auth = {"username": user.name, "security_level": "authPriv", "auth_protocol": user.auth, **passwords}
        auth["priv_protocol"] = user.priv
    module = {"get": dotted, "metrics": metrics, "version": 3 if user else 2, "auth": auth}
    path.write_text(json.dumps({"bench": module}))  # JSON is YAML


@contextmanager
def _running(program: str, config: Path) -> Iterator[tuple[Callable[[str], bool], Callable[[], float]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    argv = [program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"]
    process = subprocess.Popen(argv, stderr=subprocess.DEVNULL)

    def scrape(target: str) -> bool:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", f"/snmp?module=bench&target={target}")
        text = connection.getresponse().read()
        connection.close()
        return b"m0{" in text or b"m0 " in text

    def cpu() -> float:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    try:
        _await(port)
        yield scrape, cpu
    finally:
        process.terminate()
        process.wait()


def _await(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("snmp_exporter does not listen")
