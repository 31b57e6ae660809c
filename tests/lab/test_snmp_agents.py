"""The poll engine and the trap receiver against net-snmp, and against three other managers reading the same agent."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gufo.snmp import Aes128Key, DesKey, Md5Key, Sha1Key, Sha224Key, Sha256Key, Sha384Key, Sha512Key
from gufo.snmp import User as GufoUser
from gufo.snmp.sync import SnmpSession
from snmp_daemon import COMMUNITY, ENGINE, USERS, Daemon, User, environment

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


def read_by_net_snmp(daemon: Daemon, credentials: list[str], subtree: Oid, folder: Path) -> Plain:
    name = ".".join(map(str, subtree))
    argv = ["snmpbulkwalk", *credentials, "-On", "-Oe", "-OU", "-Ox", "-Ot", f"127.0.0.1:{daemon.port}", name]
    run = subprocess.run(argv, env=environment(folder), capture_output=True, text=True, check=True)
    lines = re.split(r"\n(?=\.1\.)", run.stdout.strip())
    return dict(parse_line(line) for line in lines if "No more variables" not in line)


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
        "MD5": Md5Key, "SHA": Sha1Key, "SHA-224": Sha224Key, "SHA-256": Sha256Key, "SHA-384": Sha384Key,
        "SHA-512": Sha512Key,
    }  # fmt: skip
    privacy = {"DES": DesKey(priv), "AES": Aes128Key(priv)}.get(user.priv)
    return GufoUser(user.name, auth_key=kinds[user.auth](auth), priv_key=privacy)


def read_by_gufo(daemon: Daemon, user: User | None, subtree: Oid) -> Plain:
    credentials: dict[str, Any] = {"community": COMMUNITY} if user is None else {"user": gufo_user(user)}
    with SnmpSession(addr="127.0.0.1", port=daemon.port, timeout=5.0, **credentials) as session:
        return {dotted(name): value for name, value in session.fetch(".".join(map(str, subtree)))}


def read_by_pysnmp(daemon: Daemon, user: User | None, subtree: Oid) -> Plain:
    return asyncio.run(_read_by_pysnmp(daemon, user, subtree))


async def _read_by_pysnmp(daemon: Daemon, user: User | None, subtree: Oid) -> Plain:
    from pyasn1.codec.ber import encoder  # type: ignore[import-untyped]  # pyasn1 ships no types
    from pysnmp.hlapi.v3arch import asyncio as hlapi

    from jbnet.snmp import ber

    engine = hlapi.SnmpEngine()
    transport = await hlapi.UdpTransportTarget.create(("127.0.0.1", daemon.port), timeout=5)
    asked = hlapi.ObjectType(hlapi.ObjectIdentity(subtree))
    found: Plain = {}
    walk = hlapi.bulk_walk_cmd(
        engine,
        pysnmp_user(user),
        transport,
        hlapi.ContextData(),
        0,
        40,
        asked,
        lexicographicMode=False,
        lookupMib=False,
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


def pysnmp_user(user: User | None) -> Any:
    from pysnmp.hlapi.v3arch import asyncio as hlapi

    if user is None:
        return hlapi.CommunityData(COMMUNITY)
    from jbnet.adapters.traps_pysnmp import _AUTH, _PRIV
    from jbnet.snmp.keys import protocol_name

    auth, priv = user.passwords
    chosen = {"authProtocol": _AUTH[protocol_name(user.auth)], "privProtocol": _PRIV[protocol_name(user.priv)]}
    return hlapi.UsmUserData(user.name, auth, priv if user.priv else None, **chosen)


def check(
    transport: UdpSnmpTransport, target: SnmpTarget, others: list[Callable[[Oid], Plain]], subtrees: tuple[Oid, ...]
) -> int:
    """Compare every value that held still between two reads of ours with what the others read in between."""
    compared = 0
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


def test_every_value_of_an_agent_is_what_three_other_managers_read(
    daemon: Daemon, transport: UdpSnmpTransport, tmp_path: Path
) -> None:
    credentials = ["-v2c", "-c", COMMUNITY]
    others = [
        lambda subtree: read_by_net_snmp(daemon, credentials, subtree, tmp_path),
        lambda subtree: read_by_gufo(daemon, None, subtree),
        lambda subtree: read_by_pysnmp(daemon, None, subtree),
    ]
    assert check(transport, daemon.community(), others, SUBTREES) > 500


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
def test_every_security_level_reads_what_the_others_read(
    daemon: Daemon, transport: UdpSnmpTransport, tmp_path: Path, user: User
) -> None:
    others = [
        lambda subtree: read_by_net_snmp(daemon, user.arguments(), subtree, tmp_path),
        lambda subtree: read_by_gufo(daemon, user, subtree),
        lambda subtree: read_by_pysnmp(daemon, user, subtree),
    ]
    assert check(transport, daemon.user(user), others, SUBTREES[:2]) > 100


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
