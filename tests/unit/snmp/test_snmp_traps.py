"""The trap receiver: what it takes, what it refuses, and that nothing that arrives ends it."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator

import pytest

from jbnet.adapters.traps import TrapReceiver
from jbnet.model.errors import Missing
from jbnet.model.secrets import Secret
from jbnet.snmp import ber, mibs
from jbnet.snmp.ber import Tag
from jbnet.snmp.pdu import Pdu, encode_pdu
from jbnet.snmp.types import SnmpTarget, VarBind

TRAP = 0xA7
SENDER = SnmpTarget("core-r1", "127.0.0.1", community=Secret("community", "public"))


def trap(number: int, community: str = "public") -> bytes:
    varbinds = (
        VarBind(mibs.SYS_UPTIME, Tag.TIME_TICKS, number),
        VarBind(mibs.SNMP_TRAP_OID, Tag.OBJECT_IDENTIFIER, mibs.TRAP_LINK_DOWN),
        VarBind((*mibs.IF_HC_IN_OCTETS, 7), Tag.COUNTER64, 2**63),
    )
    content = ber.encode_integer(1) + ber.encode(ber.OCTET_STRING, community.encode())
    return ber.encode(ber.SEQUENCE, content + encode_pdu(Pdu(TRAP, number, 0, 0, varbinds)))


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
