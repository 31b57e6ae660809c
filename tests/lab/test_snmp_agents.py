"""The poll engine and the trap receiver against net-snmp, and against three other managers reading the same agent."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from gufo.snmp import (
    Aes128Key,
    Aes192Key,
    Aes256Key,
    DesKey,
    Md5Key,
    Sha1Key,
    Sha224Key,
    Sha256Key,
    Sha384Key,
    Sha512Key,
    SnmpVersion,
)
from gufo.snmp import User as GufoUser
from gufo.snmp.sync import SnmpSession
from gufo.snmp.user import KeyExpansion
from snmp_daemon import COMMUNITY, ENGINE, PAIRS, USERS, Daemon, User, environment

from jbnet.adapters.traps import TrapReceiver
from jbnet.adapters.udp import UdpSnmpTransport
from jbnet.model.secrets import Secret
from jbnet.snmp import mibs
from jbnet.snmp.ber import Tag
from jbnet.snmp.types import Oid, SnmpTarget, VarBind

pytestmark = pytest.mark.lab

# system, interfaces, ifMIB, ip, snmp, host resources: every type of value, and tables of every shape.
SUBTREES: tuple[Oid, ...] = tuple((1, 3, 6, 1, 2, 1, *arcs) for arcs in ((1,), (2,), (31,), (4, 20), (11,), (25, 3)))
Plain = dict[Oid, object]


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    started = Daemon(tmp_path_factory.mktemp("snmpd"))
    started.start()
    yield started
    started.stop()


@pytest.fixture
def transport() -> Iterator[UdpSnmpTransport]:
    opened = UdpSnmpTransport()
    yield opened
    opened.close()


def plain(varbinds: tuple[VarBind, ...]) -> Plain:
    """Values as every manager can give them: addresses and names dotted, the rest as it is."""
    return {varbind.oid: plain_value(varbind.tag, varbind.value) for varbind in varbinds}


def plain_value(tag: int, value: object) -> object:
    if tag == Tag.IP_ADDRESS:
        assert isinstance(value, bytes)
        return str(ipaddress.IPv4Address(value))
    return ".".join(map(str, value)) if isinstance(value, tuple) else value


def dotted(text: str) -> Oid:
    return tuple(map(int, text.strip(".").split(".")))


@dataclass(frozen=True)
class Way:
    """How an agent is spoken to: by which user or by community, in which version, at which address."""

    user: User | None = None
    version: str = "2c"
    address: str = "127.0.0.1"

    def target(self, daemon: Daemon) -> SnmpTarget:
        """Return what jbnet polls."""
        if self.user is not None:
            return daemon.user(self.user, self.address)
        return replace(daemon.community(self.address), version=self.version)

    def arguments(self) -> list[str]:
        """Return what net-snmp's commands want to hear."""
        return self.user.arguments() if self.user else [f"-v{self.version}", "-c", COMMUNITY]


def read_by_net_snmp(daemon: Daemon, way: Way, subtree: Oid, folder: Path) -> Plain:
    name = ".".join(map(str, subtree))
    walk = "snmpwalk" if way.version == "1" else "snmpbulkwalk"
    argv = [walk, *way.arguments(), "-On", "-Oe", "-OU", "-Ox", "-Ot", daemon.place(way.address), name]
    run = subprocess.run(argv, env=environment(folder), capture_output=True, text=True, check=True)
    lines = re.split(r"\n(?=\.1\.)", run.stdout.strip())
    return dict(parse_line(line) for line in lines if line and "No more variables" not in line)


def parse_line(line: str) -> tuple[Oid, object]:
    name, _, said = line.partition(" = ")
    kind, _, value = said.partition(": ")
    if kind == "Hex-STRING":
        return dotted(name), bytes.fromhex(value)
    if kind == "IpAddress":
        return dotted(name), value.strip()
    if kind == "Network Address":
        return dotted(name), str(ipaddress.IPv4Address(bytes.fromhex(value.replace(":", ""))))
    if kind == "OID":
        return dotted(name), value.strip(". \n")
    if said.startswith('"'):
        return dotted(name), bytes.fromhex(said.strip().strip('"'))
    return dotted(name), int(value or said)


def gufo_user(user: User) -> GufoUser:
    auth, priv = (password.encode() for password in user.passwords)
    kinds: dict[str, Any] = {
        "": lambda _: None, "MD5": Md5Key, "SHA": Sha1Key, "SHA-224": Sha224Key, "SHA-256": Sha256Key,
        "SHA-384": Sha384Key, "SHA-512": Sha512Key,
    }  # fmt: skip
    privacy: dict[str, Any] = {
        "": lambda _: None, "DES": DesKey, "AES": Aes128Key, "AES-192": Aes192Key, "AES-256": Aes256Key,
    }  # fmt: skip
    return GufoUser(
        user.name,
        auth_key=kinds[user.auth](auth),
        priv_key=privacy[user.priv.removesuffix("-C")](priv),
        key_expansion=KeyExpansion.Cisco if user.priv.endswith("-C") else KeyExpansion.Blumenthal,
    )


def read_by_gufo(daemon: Daemon, way: Way, subtree: Oid) -> Plain:
    credentials: dict[str, Any] = {"user": gufo_user(way.user)} if way.user else {"community": COMMUNITY}
    version = {"1": SnmpVersion.v1, "2c": SnmpVersion.v2c}[way.version] if way.user is None else SnmpVersion.v3
    with SnmpSession(addr=way.address, port=daemon.port, timeout=5.0, version=version, **credentials) as session:
        walk = session.getnext if way.version == "1" else session.fetch
        return {dotted(name): value for name, value in walk(".".join(map(str, subtree)))}


def read_by_pysnmp(daemon: Daemon, way: Way, subtree: Oid) -> Plain:
    return asyncio.run(_read_by_pysnmp(daemon, way, subtree))


async def _read_by_pysnmp(daemon: Daemon, way: Way, subtree: Oid) -> Plain:
    from pyasn1.codec.ber import encoder  # type: ignore[import-untyped]  # pyasn1 ships no types
    from pysnmp.hlapi.v3arch import asyncio as hlapi

    from jbnet.snmp import ber

    engine = hlapi.SnmpEngine()
    kind = hlapi.Udp6TransportTarget if ":" in way.address else hlapi.UdpTransportTarget
    transport = await kind.create((way.address, daemon.port), timeout=5)
    asked = hlapi.ObjectType(hlapi.ObjectIdentity(subtree))
    found: Plain = {}
    said = (engine, pysnmp_user(way), transport, hlapi.ContextData())
    how = {"lexicographicMode": False, "lookupMib": False}
    walk = (
        hlapi.walk_cmd(*said, asked, **how) if way.version == "1" else hlapi.bulk_walk_cmd(*said, 0, 40, asked, **how)
    )
    async for error, status, _, varbinds in walk:
        assert not error, error
        assert not status
        for name, value in varbinds:
            encoded = encoder.encode(value)
            tag, start, stop = ber.read_header(encoded, 0, len(encoded))
            found[tuple(name)] = plain_value(tag, ber.decode_value(encoded, tag, start, stop))
    engine.close_dispatcher()
    return {name: value for name, value in found.items() if name[: len(subtree)] == subtree}


def pysnmp_user(way: Way) -> Any:
    from pysnmp.hlapi.v3arch import asyncio as hlapi

    if way.user is None:
        return hlapi.CommunityData(COMMUNITY, mpModel=0 if way.version == "1" else 1)
    from jbnet.adapters.traps_pysnmp import _AUTH, _PRIV
    from jbnet.snmp.keys import protocol_name

    user, (auth, priv) = way.user, way.user.passwords
    chosen = {"authProtocol": _AUTH[protocol_name(user.auth)], "privProtocol": _PRIV[protocol_name(user.priv)]}
    return hlapi.UsmUserData(user.name, auth if user.auth else None, priv if user.priv else None, **chosen)


def check(transport: UdpSnmpTransport, daemon: Daemon, way: Way, folder: Path, subtrees: tuple[Oid, ...]) -> int:
    """Compare every value that held still between two reads of ours with what the others read in between."""
    others: list[Callable[[Oid], Plain]] = [
        lambda subtree: read_by_net_snmp(daemon, way, subtree, folder),
        lambda subtree: read_by_gufo(daemon, way, subtree),
        lambda subtree: read_by_pysnmp(daemon, way, subtree),
    ]
    target, compared = way.target(daemon), 0
    for subtree in subtrees:
        (before,) = transport.walk([target], [subtree], timeout=5, retries=1)
        theirs = [read(subtree) for read in others]
        (after,) = transport.walk([target], [subtree], timeout=5, retries=1)
        assert before.error == after.error == ""
        first, second = plain(before.varbinds), plain(after.varbinds)
        still = {name: value for name, value in first.items() if second.get(name) == value}
        assert len(still) > len(first) * 0.7
        for found in theirs:
            assert set(found) == set(first), "the same variables"
            assert {name: found[name] for name in still} == still, "with the same values"
        compared += len(still) * len(theirs)
    return compared


WAYS = [Way(version=version, address=address) for version in ("1", "2c") for address in ("127.0.0.1", "::1")]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"v{way.version}-{way.address}")
def test_every_value_of_an_agent_is_what_three_other_managers_read(
    daemon: Daemon, transport: UdpSnmpTransport, tmp_path: Path, way: Way
) -> None:
    subtrees = SUBTREES if way.version == "2c" else SUBTREES[:2]
    assert check(transport, daemon, way, tmp_path, subtrees) > (500 if way.version == "2c" else 100)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
def test_every_security_level_reads_what_the_others_read(
    daemon: Daemon, transport: UdpSnmpTransport, tmp_path: Path, user: User, address: str
) -> None:
    subtrees = SUBTREES[:2] if address == "127.0.0.1" else SUBTREES[:1]
    assert check(transport, daemon, Way(user, "3", address), tmp_path, subtrees) > len(subtrees) * 40


@pytest.fixture(scope="module")
def every_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    started = Daemon(tmp_path_factory.mktemp("pairs"), users=PAIRS)
    started.start()
    yield started
    started.stop()


@pytest.mark.parametrize("user", PAIRS, ids=lambda user: user.name)
def test_every_pair_of_protocols_of_net_snmp_reads_what_the_others_read(
    every_pair: Daemon, transport: UdpSnmpTransport, tmp_path: Path, user: User
) -> None:
    assert check(transport, every_pair, Way(user, "3"), tmp_path, ((1, 3, 6, 1, 2, 1, 1, 9),)) > 20


def test_interfaces_are_those_of_the_kernel(daemon: Daemon, transport: UdpSnmpTransport) -> None:
    columns = (*mibs.SYSTEM_COLUMNS, *mibs.INTERFACE_COLUMNS, *mibs.OSPF_COLUMNS, *mibs.BGP_COLUMNS)
    (answer,) = transport.walk([daemon.user(USERS[0])], columns, timeout=5, retries=1)
    assert answer.error == ""
    rows = {row.name: row for row in mibs.parse_interfaces(answer.varbinds)}
    names = {
        path.name: int((path / "ifindex").read_text()) for path in Path("/sys/class/net").iterdir() if path.is_dir()
    }
    assert {name: row.index for name, row in rows.items()} == names
    assert rows["lo"].oper == mibs.OperStatus.UP
    assert None not in (rows["lo"].in_octets, rows["lo"].out_octets, rows["lo"].last_change)
    system = mibs.parse_system(answer.varbinds)
    assert (system.name, system.engine_boots) == ("core-r1", 1)
    assert mibs.parse_ospf(answer.varbinds) == ()
    assert mibs.parse_bgp(answer.varbinds) == ()


def test_hundreds_of_devices_at_once_are_all_read(daemon: Daemon) -> None:
    transport = UdpSnmpTransport(window=32)  # all of them are one process with one receive buffer
    targets = [daemon.community(f"127.3.{i // 200}.{i % 200 + 1}") for i in range(400)]
    targets += [daemon.user(USERS[i % len(USERS)], f"127.4.{i // 200}.{i % 200 + 1}") for i in range(400)]
    answers = transport.walk(targets, (*mibs.SYSTEM_COLUMNS, *mibs.INTERFACE_COLUMNS), timeout=2, retries=4)
    transport.close()
    assert [answer.target for answer in answers] == [target.name for target in targets]
    assert {answer.error for answer in answers} == {""}
    assert len({len(answer.varbinds) for answer in answers}) == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"auth_key": Secret("wrong", "another password")}, "wrongDigest"),
        ({"priv_key": Secret("wrong", "another password")}, "decryptionError"),
        ({"user": "stranger"}, "unknownUserName"),
        ({"priv_protocol": ""}, "authorizationError"),
        ({"auth_protocol": "MD5"}, "wrongDigest"),
    ],
)
def test_wrong_credentials_are_named_and_not_called_a_timeout(
    daemon: Daemon, transport: UdpSnmpTransport, changes: dict[str, Any], error: str
) -> None:
    target = replace(daemon.user(USERS[0]), **changes)
    (answer,) = transport.get([target], [mibs.SYS_NAME], timeout=0.5, retries=1)
    assert (answer.error, answer.varbinds) == (error, ())


def test_a_wrong_community_cannot_be_told_from_silence(daemon: Daemon, transport: UdpSnmpTransport) -> None:
    target = replace(daemon.community(), community=Secret("wrong", "stranger"))
    assert transport.get([target], [mibs.SYS_NAME], timeout=0.2, retries=0)[0].error == "timeout"


def test_a_restarted_agent_is_read_in_the_same_poll(tmp_path: Path, transport: UdpSnmpTransport) -> None:
    daemon = Daemon(tmp_path)
    boots = []
    for _ in range(3):
        daemon.start()
        answers = transport.walk([daemon.user(user) for user in USERS], mibs.SYSTEM_COLUMNS, timeout=2, retries=0)
        assert [answer.error for answer in answers] == [""] * len(USERS)
        boots.append(mibs.parse_system(answers[0].varbinds).engine_boots)
        daemon.stop()
    assert boots == [1, 2, 3]
    assert transport.counters["retransmission"] == 0


@pytest.fixture
def receiver(daemon: Daemon) -> Iterator[TrapReceiver]:
    senders = [daemon.community(), *[daemon.user(user) for user in USERS]]
    opened = TrapReceiver(senders, bind="127.0.0.1", port=0)
    opened.start()
    yield opened
    opened.close()


def send_trap(receiver: TrapReceiver, credentials: list[str], folder: Path) -> None:
    link_down = ".".join(map(str, mibs.TRAP_LINK_DOWN))
    name = [".".join(map(str, (*mibs.IF_NAME, 7))), "s", "up1"]
    argv = ["snmptrap", *credentials, f"127.0.0.1:{receiver.port}", "42", link_down, *name]
    subprocess.run(argv, env=environment(folder), check=True, capture_output=True, timeout=60)


@pytest.mark.parametrize("inform", [[], ["-Ci"]], ids=["trap", "inform"])
@pytest.mark.parametrize("user", [None, *USERS], ids=lambda user: user.name if user else "v2c")
def test_traps_and_informs_arrive_at_every_security_level(
    receiver: TrapReceiver, tmp_path: Path, user: User | None, inform: list[str]
) -> None:
    credentials = ["-v2c", "-c", COMMUNITY] if user is None else user.arguments()
    engine = ["-e", f"0x{ENGINE}"] if user and not inform else []
    send_trap(receiver, [*inform, *credentials, *engine], tmp_path)
    trap = receiver.take(30)
    assert trap is not None
    assert (trap.source, trap.oid) == ("127.0.0.1", mibs.TRAP_LINK_DOWN)
    assert VarBind((*mibs.IF_NAME, 7), Tag.OCTET_STRING, b"up1") in trap.varbinds


@pytest.mark.parametrize("inform", [[], ["-Ci"]], ids=["trap", "inform"])
@pytest.mark.parametrize(
    "user", [None, *USERS[:2], User("long", "SHA", "AES-256-C")], ids=lambda u: u.name if u else "v2c"
)
def test_traps_and_informs_arrive_over_ipv6(tmp_path: Path, user: User | None, inform: list[str]) -> None:
    senders = [Way(user).target(Daemon(tmp_path / "none"))]
    opened = TrapReceiver(senders, bind="::1", port=0)
    opened.start()
    credentials = user.arguments() if user else ["-v2c", "-c", COMMUNITY]
    engine = ["-e", f"0x{ENGINE}"] if user and not inform else []
    link_down = ".".join(map(str, mibs.TRAP_LINK_DOWN))
    argv = ["snmptrap", *inform, *credentials, *engine, f"udp6:[::1]:{opened.port}", "42", link_down]
    subprocess.run(argv, env=environment(tmp_path), check=True, capture_output=True, timeout=60)
    trap = opened.take(30)
    opened.close()
    assert trap is not None
    assert (trap.source, trap.oid) == ("::1", mibs.TRAP_LINK_DOWN)


def test_a_trap_of_snmpv1_names_its_agent(receiver: TrapReceiver, tmp_path: Path) -> None:
    argv = ["snmptrap", "-v1", "-c", COMMUNITY, f"127.0.0.1:{receiver.port}", "1.3.6.1.4.1.2011.2.224", "10.63.0.7"]
    name = [".".join(map(str, (*mibs.IF_NAME, 7))), "s", "up1"]
    subprocess.run([*argv, "2", "0", "4711", *name], env=environment(tmp_path), check=True, capture_output=True)
    trap = receiver.take(30)
    assert trap is not None
    assert (trap.source, trap.agent, trap.oid) == ("127.0.0.1", "10.63.0.7", mibs.TRAP_LINK_DOWN)
    assert VarBind((*mibs.IF_NAME, 7), Tag.OCTET_STRING, b"up1") in trap.varbinds


def test_traps_of_engines_never_seen_before_are_verified_each_with_its_own_key(
    receiver: TrapReceiver, tmp_path: Path
) -> None:
    for number in range(5):
        send_trap(receiver, [*USERS[0].arguments(), "-e", f"0x80001f88040000000{number}"], tmp_path)
        assert receiver.take(30) is not None


def test_a_trap_signed_with_a_wrong_password_is_refused(receiver: TrapReceiver, tmp_path: Path) -> None:
    wrong = [word.replace("auth-of-", "not-of-") for word in USERS[0].arguments()]
    send_trap(receiver, [*wrong, "-e", f"0x{ENGINE}"], tmp_path)
    send_trap(receiver, ["-v2c", "-c", COMMUNITY], tmp_path)
    assert receiver.take(30) is not None
    assert receiver.take(0) is None
    assert receiver.counters["trapRefused"] == 1
