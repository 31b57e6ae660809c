"""Devices polled per second of CPU, 22 variables each: jbnet and its peers, against the same agent.

One snmpd on 0.0.0.0 answers for all of 127.0.0.0/8, so that thousands of addresses are thousands of devices to a
manager. CPU time is that of the process that polls, user and system; of several runs the best counts, for both sides.

Run it alone: ``python tests/bench/snmp.py`` prints a JSON list of rows (design section 8).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "lab"))

import snmp_peers
from gufo.snmp import Aes128Key, Sha1Key, aio, sync
from gufo.snmp import User as GufoUser
from snmp_daemon import COMMUNITY, USERS, Daemon, User

from jbnet.adapters.udp import UdpSnmpTransport
from jbnet.services.watch.collected import seldom_collected
from jbnet.snmp.types import Oid, SnmpTarget

NAMES: tuple[Oid, ...] = (
    *((1, 3, 6, 1, 2, 1, 2, 2, 1, column, 1) for column in range(10, 21)),
    *((1, 3, 6, 1, 2, 1, 31, 1, 1, 1, column, 1) for column in range(2, 13)),
)
USER = USERS[0]
RUNS = 8  # the first ones learn engines and layouts


def addresses(count: int, net: int) -> list[str]:
    """Return so many addresses of 127.0.0.0/8."""
    return [f"127.{net}.{i // 200}.{i % 200 + 1}" for i in range(count)]


def per_cpu_second(devices: int, poll: Callable[[], None], runs: int = RUNS) -> float:
    """Return devices per CPU-second of the best run."""
    return devices / min(cpu_of(poll) for _ in range(runs))


def cpu_of(poll: Callable[[], None]) -> float:
    """Return the CPU seconds that this process spent in a call."""
    before = cpu()
    poll()
    return cpu() - before


def cpu() -> float:
    """Return user and system time of this process in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def jbnet(targets: list[SnmpTarget]) -> float:
    """Poll with jbnet; engines are known after the first run, as in a collector that runs on."""
    transport = UdpSnmpTransport(window=64)

    def poll() -> None:
        for answer in transport.get(targets, NAMES, timeout=2, retries=3):
            if answer.error or len(answer.varbinds) != len(NAMES):
                raise RuntimeError(f"{answer.target}: {answer.error}, {len(answer.varbinds)} variables")

    best = per_cpu_second(len(targets), poll)
    transport.close()
    return best


def gufo_sessions(daemon: Daemon, secure: bool, count: int, kind: Any) -> list[Any]:
    """Return a session for each device."""
    auth, priv = (password.encode() for password in USER.passwords)
    user = GufoUser(USER.name, auth_key=Sha1Key(auth), priv_key=Aes128Key(priv))
    how: dict[str, Any] = {"user": user} if secure else {"community": COMMUNITY}
    return [kind(addr=address, port=daemon.port, timeout=5.0, **how) for address in addresses(count, 6)]


def gufo(daemon: Daemon, secure: bool, count: int) -> float:
    """Poll with gufo-snmp's asyncio sessions, as many at once as jbnet; engines are known before the clock runs."""
    names = [".".join(map(str, name)) for name in NAMES]

    async def one(session: Any, gate: asyncio.Semaphore) -> None:
        async with gate:
            try:
                found = await session.get_many(names)
            except TimeoutError:  # it does not repeat requests: one lost datagram must not end the measurement
                return
            if len(found) != len(names):
                raise RuntimeError(f"{len(found)} variables")

    async def measure() -> float:
        sessions = gufo_sessions(daemon, secure, count, aio.SnmpSession)
        gate = asyncio.Semaphore(64)
        for session in sessions if secure else ():
            await session.refresh()
        best = float("inf")
        for _ in range(RUNS):
            before = cpu()
            await asyncio.gather(*[one(session, gate) for session in sessions])
            best = min(best, cpu() - before)
        return count / best

    return asyncio.run(measure())


def gufo_in_turn(daemon: Daemon, secure: bool, count: int) -> float:
    """Poll with gufo-snmp's synchronous sessions: one device after the other, which no real network would bear."""
    names = [".".join(map(str, name)) for name in NAMES]
    sessions = gufo_sessions(daemon, secure, count, sync.SnmpSession)
    for session in sessions if secure else ():
        session.refresh()

    def poll() -> None:
        for session in sessions:
            with contextlib.suppress(TimeoutError):
                session.get_many(names)

    return per_cpu_second(count, poll)


def pysnmp(daemon: Daemon, secure: bool, count: int) -> float:
    """Poll with pysnmp, many at once on one engine."""
    from pysnmp.hlapi.v3arch import asyncio as hlapi

    auth, priv = USER.passwords
    credentials = (
        hlapi.UsmUserData(
            USER.name, auth, priv, authProtocol=hlapi.USM_AUTH_HMAC96_SHA, privProtocol=hlapi.USM_PRIV_CFB128_AES
        )
        if secure
        else hlapi.CommunityData(COMMUNITY)
    )
    asked = [hlapi.ObjectType(hlapi.ObjectIdentity(name)) for name in NAMES]

    async def one(engine: hlapi.SnmpEngine, address: str) -> None:
        transport = await hlapi.UdpTransportTarget.create((address, daemon.port), timeout=5)
        error, _, _, found = await hlapi.get_cmd(
            engine, credentials, transport, hlapi.ContextData(), *asked, lookupMib=False
        )
        if error or len(found) != len(NAMES):
            raise RuntimeError(f"{address}: {error}")

    async def all_of(engine: hlapi.SnmpEngine, listed: list[str]) -> None:
        for at in range(0, len(listed), 10):
            await asyncio.gather(*[one(engine, address) for address in listed[at : at + 10]])

    async def measure() -> float:
        engine = hlapi.SnmpEngine()
        await all_of(engine, addresses(1, 7))
        before = cpu()
        await all_of(engine, addresses(count, 7))
        used = cpu() - before
        engine.close_dispatcher()
        return count / used

    return asyncio.run(measure())


def row(name: str, ours: float, goal: float, peers: dict[str, float], beside: dict[str, float]) -> dict[str, object]:
    """Return one row. The peer is the faster of those that poll many devices at once, as a collector must.

    ``beside`` are figures of another kind: bare sockets, which decode nothing, and gufo-snmp asking one device after
    the other, which no network with a single slow device would bear.
    """
    best = max(peers, key=lambda peer: peers[peer])
    return {
        "id": name,
        "value": round(ours),
        "unit": "devices/CPU-s",
        "better": "higher",
        "goal": goal,
        "peer": best,
        "peer_value": round(peers[best]),
        "ratio": round(ours / peers[best], 2),
        "peers": {peer: round(value) for peer, value in peers.items()},
        "beside": {peer: round(value) for peer, value in beside.items()},
    }


def rows(devices: int = 3000) -> list[dict[str, object]]:
    """Measure everything and return the rows."""
    with tempfile.TemporaryDirectory(prefix="jbnet-bench-") as folder:
        daemon = Daemon(Path(folder))
        daemon.start()
        try:
            secure = (False, True)
            with seldom_collected():  # as the monitor runs, and so are the peers
                return [_measured(daemon, devices, USER if v3 else None, Path(folder)) for v3 in secure]
        finally:
            daemon.stop()


def _measured(daemon: Daemon, devices: int, user: User | None, folder: Path) -> dict[str, object]:
    listed = addresses(devices, 5)
    targets = [daemon.user(user, address) if user else daemon.community(address) for address in listed]
    ours = jbnet(targets)
    secure = user is not None
    peers = {
        f"gufo_snmp {version('gufo_snmp')}": gufo(daemon, secure, 500),
        f"pysnmp {version('pysnmp')}": pysnmp(daemon, secure, 50),
    }
    if program := snmp_peers.exporter_program():
        found = snmp_peers.exporter(program, daemon, addresses(400, 8), NAMES, user, folder)
        peers[f"snmp_exporter {snmp_peers.exporter_version(program)}"] = found
    beside = {"gufo_snmp one after the other": gufo_in_turn(daemon, secure, 500)}
    if user is None:
        beside["bare sockets"] = snmp_peers.bare_sockets(daemon, listed[:1000], NAMES, RUNS)
    name, goal = ("snmp.v3_devices_per_cpu_s", 5000) if secure else ("snmp.v2c_devices_per_cpu_s", 20000)
    return row(name, ours, goal, peers, beside)


if __name__ == "__main__":
    json.dump(rows(), sys.stdout, indent=1)
    print()
