"""The trap receiver: what it takes, what it refuses, and that nothing that arrives ends it."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator

import pytest
from snmp_agent import Engine

from jbnet.adapters.traps import TrapReceiver
from jbnet.model.errors import Missing
from jbnet.model.secrets import Secret
from jbnet.snmp import ber, mibs
from jbnet.snmp.ber import Tag
from jbnet.snmp.message import AUTH, PRIV, SecureMessage
from jbnet.snmp.pdu import Pdu, encode_pdu
from jbnet.snmp.types import SnmpTarget, VarBind

TRAP = 0xA7
ENTERPRISE = (1, 3, 6, 1, 4, 1, 2011, 2, 224)
SENDER = SnmpTarget("core-r1", "127.0.0.1", community=Secret("community", "public"))


def trap(number: int, community: str = "public") -> bytes:
    varbinds = (
        VarBind(mibs.SYS_UPTIME, Tag.TIME_TICKS, number),
        VarBind(mibs.SNMP_TRAP_OID, Tag.OBJECT_IDENTIFIER, mibs.TRAP_LINK_DOWN),
        VarBind((*mibs.IF_HC_IN_OCTETS, 7), Tag.COUNTER64, 2**63),
    )
    content = ber.encode_integer(1) + ber.encode(ber.OCTET_STRING, community.encode())
    return ber.encode(ber.SEQUENCE, content + encode_pdu(Pdu(TRAP, number, 0, 0, varbinds)))


def old_trap(generic: int, specific: int, agent: str, community: str = "public") -> bytes:
    """Return a Trap-PDU of RFC 1157 section 4.1.6."""
    varbind = ber.encode(ber.SEQUENCE, ber.encode_oid((*mibs.IF_NAME, 7)) + ber.encode(ber.OCTET_STRING, b"up1"))
    fields = (
        ber.encode_oid(ENTERPRISE),
        ber.encode(Tag.IP_ADDRESS, socket.inet_aton(agent)),
        ber.encode_integer(generic),
        ber.encode_integer(specific),
        ber.encode_integer(4711, Tag.TIME_TICKS),
        ber.encode(ber.SEQUENCE, varbind),
    )
    content = ber.encode_integer(0) + ber.encode(ber.OCTET_STRING, community.encode())
    return ber.encode(ber.SEQUENCE, content + ber.encode(0xA4, b"".join(fields)))


@pytest.fixture
def receiver() -> Iterator[TrapReceiver]:
    opened = TrapReceiver([SENDER], bind="127.0.0.1", port=0)
    opened.start()
    yield opened
    opened.close()


def send(receiver: TrapReceiver, *datagrams: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.8", 0))
        for datagram in datagrams:
            opened.sendto(datagram, ("127.0.0.1", receiver.port))


def test_a_trap_says_who_sent_what_and_when(receiver: TrapReceiver) -> None:
    send(receiver, trap(42))
    got = receiver.take(10)
    assert got is not None
    assert (got.source, got.oid) == ("127.0.0.8", mibs.TRAP_LINK_DOWN)
    assert got.varbinds[0] == VarBind(mibs.SYS_UPTIME, Tag.TIME_TICKS, 42)
    assert got.varbinds[2] == VarBind((*mibs.IF_HC_IN_OCTETS, 7), Tag.COUNTER64, 2**63)
    assert got.received_at > 0


def test_rubbish_and_strangers_are_counted_and_do_not_end_it(receiver: TrapReceiver) -> None:
    source = random.Random(4)
    rubbish = [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x80" * 500, trap(1)[:-5], trap(1, "stranger")]
    rubbish += [source.randbytes(size) for size in range(1, 60)]
    for at in range(0, len(trap(1)), 3):
        damaged = bytearray(trap(1, "stranger"))
        damaged[at] ^= 0xFF
        rubbish.append(bytes(damaged))
    send(receiver, *rubbish, trap(99))
    got = receiver.take(10)
    while got is not None and got.varbinds[0].value != 99:
        got = receiver.take(10)
    assert got is not None
    assert receiver.counters["trapRefused"] > len(rubbish) - 10


def test_a_full_queue_drops_and_counts(receiver: TrapReceiver) -> None:
    receiver._queue.maxsize = 3
    send(receiver, *[trap(number) for number in range(1, 6)], trap(6, "stranger"))
    while receiver.counters["trap"] + receiver.counters["trapRefused"] < 6:
        threading.Event().wait(0.01)
    assert [got.varbinds[0].value for got in iter(lambda: receiver.take(0), None)] == [1, 2, 3]
    assert receiver.counters["trapQueueFull"] == 2


@pytest.mark.parametrize(
    ("generic", "specific", "oid"),
    [(2, 0, mibs.TRAP_LINK_DOWN), (0, 0, mibs.TRAP_COLD_START), (6, 15, (*ENTERPRISE, 0, 15))],
    ids=["linkDown", "coldStart", "enterprise"],
)
def test_a_trap_of_snmpv1_arrives_as_rfc_3584_makes_it_new(
    receiver: TrapReceiver, generic: int, specific: int, oid: tuple[int, ...]
) -> None:
    send(receiver, old_trap(generic, specific, "10.63.0.7"))
    got = receiver.take(10)
    assert got is not None
    assert (got.source, got.agent, got.oid) == ("127.0.0.8", "10.63.0.7", oid)
    assert VarBind(mibs.SYS_UPTIME, Tag.TIME_TICKS, 4711) in got.varbinds
    assert VarBind((*mibs.IF_NAME, 7), Tag.OCTET_STRING, b"up1") in got.varbinds


def test_a_trap_of_snmpv1_that_names_no_agent_has_none(receiver: TrapReceiver) -> None:
    send(receiver, old_trap(3, 0, "0.0.0.0"), trap(1))
    for _ in range(2):
        got = receiver.take(10)
        assert got is not None
        assert got.agent == ""


def test_a_stranger_with_snmpv1_is_refused(receiver: TrapReceiver) -> None:
    send(receiver, old_trap(2, 0, "10.63.0.7", "stranger"), trap(1))
    assert receiver.take(10) is not None
    assert receiver.take(0) is None
    assert receiver.counters["trapRefused"] == 1


def test_traps_arrive_over_ipv6_and_ipv4_on_one_port() -> None:
    opened = TrapReceiver([SENDER], port=0)
    opened.start()
    sources = []
    for family, here in ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")):
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.sendto(trap(42), (here, opened.port))
        got = opened.take(10)
        assert got is not None
        sources.append(got.source)
    opened.close()
    assert sources == ["::1", "127.0.0.1"]


def test_one_address_of_ipv6_can_be_listened_on_alone() -> None:
    opened = TrapReceiver([SENDER], bind="::1", port=0)
    opened.start()
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sender:
        sender.sendto(trap(42), ("::1", opened.port))
    got = opened.take(10)
    opened.close()
    assert got is not None
    assert got.source == "::1"


def secure_trap(engine: Engine, number: int) -> bytes:
    """Return an SNMPv2-Trap secured by its sender's engine."""
    varbinds = (
        VarBind(mibs.SYS_UPTIME, Tag.TIME_TICKS, number),
        VarBind(mibs.SNMP_TRAP_OID, Tag.OBJECT_IDENTIFIER, mibs.TRAP_LINK_DOWN),
    )
    like = SecureMessage(number, AUTH | PRIV, b"", 0, 0, b"", b"", 0, b"", b"", b"")
    return engine.wrap(like, Pdu(TRAP, number, 0, 0, varbinds), AUTH | PRIV)


@pytest.mark.parametrize("priv", ["DES", "AES", "AES192", "AES256C"])
def test_a_secured_trap_is_taken_and_its_damaged_copies_are_refused(priv: str) -> None:
    engine, source = Engine(auth="SHA256", priv=priv), random.Random(priv)
    opened = TrapReceiver([engine.target()], bind="127.0.0.1", port=0)
    opened.start()
    whole = secure_trap(engine, 0x01020304)
    damaged = [bytearray(whole) for _ in range(20)]
    for copy in damaged:
        copy[source.randrange(len(copy))] ^= source.randrange(1, 256)
    send(opened, *map(bytes, damaged), whole)
    got = opened.take(20)
    opened.close()
    assert got is not None
    assert (got.oid, got.varbinds[0].value) == (mibs.TRAP_LINK_DOWN, 0x01020304)
    assert (opened.counters["trap"], opened.counters["trapRefused"]) == (1, 20)


def test_every_notification_is_taken_or_refused_however_damaged(receiver: TrapReceiver) -> None:
    source, sent = random.Random(7), 120
    for number in range(sent):
        made = bytearray(old_trap(2, 0, "10.63.0.7") if number % 2 else trap(number))
        for _ in range(source.randrange(1, 4)):
            made[source.randrange(len(made))] = source.randrange(256)
        send(receiver, bytes(made[: source.choice([len(made), source.randrange(len(made))])]))
    while receiver.counters["trap"] + receiver.counters["trapRefused"] < sent:
        threading.Event().wait(0.01)
    assert receiver.counters["trapRefused"] > 0


def test_no_trap_is_none(receiver: TrapReceiver) -> None:
    assert receiver.take(0) is None


def test_a_port_that_is_taken_is_said_so(receiver: TrapReceiver) -> None:
    with pytest.raises(Missing, match=f"port {receiver.port}|receive"):
        TrapReceiver([SENDER], bind="127.0.0.1", port=receiver.port).start()


def test_it_can_be_closed_twice_and_before_it_began() -> None:
    opened = TrapReceiver([SENDER], bind="127.0.0.1", port=0)
    opened.close()
    opened.start()
    opened.close()
    opened.close()
