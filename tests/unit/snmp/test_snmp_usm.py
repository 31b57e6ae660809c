"""SNMPv3 (RFC 3414) in simulated time: discovery, clocks, reports, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from snmp_agent import IF_NAME, TABLE, UPTIME, Engine, decode_asked, mib
from snmp_wire import Wire

from jbnet.model.secrets import Secret
from jbnet.snmp.faults import Fault
from jbnet.snmp.keyring import KeyRing
from jbnet.snmp.keys import PRIV_PROTOCOLS
from jbnet.snmp.message import AUTH, PRIV, decode_message, encode_secure
from jbnet.snmp.pdu import Pdu
from jbnet.snmp.security import BadTarget, CommunitySecurity
from jbnet.snmp.types import SnmpTarget

WRONG = Secret("key", "not the password")


def wire_to(engine: Engine, **changes: object) -> Wire:
    return Wire(replace(engine.target(), **changes))  # type: ignore[arg-type]  # any of its fields


@pytest.mark.parametrize("priv", PRIV_PROTOCOLS)
@pytest.mark.parametrize("auth", ["MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512"])
def test_every_pair_of_protocols_carries_a_walk(auth: str, priv: str) -> None:
    engine = Engine(auth=auth, priv=priv)
    answer = wire_to(engine).walk(engine.replies, TABLE)
    assert (answer.error, len(answer.varbinds)) == ("", 10)


def test_a_device_is_discovered_once_and_costs_one_datagram_a_request_from_then_on() -> None:
    engine = Engine()
    wire = wire_to(engine)
    wire.get(engine.replies, [UPTIME])
    assert len(wire.sent) == 2
    wire.get(engine.replies, [UPTIME])
    assert len(wire.sent) == 3


def test_a_restart_of_the_engine_is_recovered_in_the_same_poll() -> None:
    engine = Engine()
    wire = wire_to(engine)
    wire.get(engine.replies, [UPTIME])
    engine.boots, engine.time = 8, 3
    assert wire.get(engine.replies, [UPTIME]).error == ""
    assert engine.reports == [4, 2]


def test_a_restart_that_does_not_count_boots_is_recovered_and_counted() -> None:
    engine = Engine(time=500_000)
    wire = wire_to(engine)
    wire.get(engine.replies, [UPTIME])
    engine.time = 3
    assert wire.get(engine.replies, [UPTIME]).error == ""
    assert wire.counters[Fault.CLOCK_BACKWARDS] == 1


def test_an_engine_id_that_changed_is_discovered_in_the_same_poll() -> None:
    engine = Engine()
    wire = wire_to(engine)
    wire.get(engine.replies, [UPTIME])
    engine.engine_id, engine.boots = b"\x80\x00\x1f\x88\x04another", 1
    assert wire.get(engine.replies, [UPTIME]).error == ""


def test_the_clock_runs_on_between_polls() -> None:
    engine = Engine()
    wire = wire_to(engine)
    wire.get(engine.replies, [UPTIME])
    wire.now += 86_400
    engine.time += 86_400
    wire.get(engine.replies, [UPTIME])
    assert engine.reports == [4], "no resynchronisation is needed"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"auth_key": WRONG}, "wrongDigest"),
        ({"user": "nobody"}, "unknownUserName"),
        ({"priv_key": WRONG}, "decryptionError"),
        ({"auth_protocol": "SHA256"}, "wrongDigest"),
        ({"priv_protocol": "DES"}, "decryptionError"),
    ],
)
def test_wrong_credentials_have_a_name_that_is_not_timeout(changes: dict[str, object], error: str) -> None:
    engine = Engine()
    answer = wire_to(engine, **changes).get(engine.replies, [UPTIME])
    assert (answer.error, answer.varbinds) == (error, ())


def test_an_agent_that_dies_after_discovery_is_a_timeout() -> None:
    engine, left = Engine(), iter([True])
    answer = wire_to(engine).get(lambda datagram: engine.replies(datagram) if next(left, False) else [], [UPTIME])
    assert answer.error == "timeout"


def test_losses_at_the_first_meeting_are_not_taken_for_a_wrong_key() -> None:
    engine, lost = Engine(), iter([False, True, True, True, False, False])
    answer = wire_to(engine).get(lambda datagram: [] if next(lost) else engine.replies(datagram), [UPTIME])
    assert answer.error == ""


def test_a_dead_agent_is_discovered_anew_when_it_comes_back_as_another() -> None:
    engine = Engine()
    wire = wire_to(engine)
    wire.get(engine.replies, [UPTIME])
    assert wire.get(lambda _: [], [UPTIME]).error == "timeout"
    back = Engine(engine_id=b"\x80\x00\x1f\x88\x04other", boots=1)
    assert wire.get(back.replies, [UPTIME]).error == ""


class Forged(Engine):
    """Sends a changed copy of its answer before the right one, or instead of it."""

    change: Callable[[bytes], bytes]
    also_right: bool = True

    def serve(self, asked):  # type: ignore[no-untyped-def]  # its arguments come from the test library
        """See Engine."""
        right = super().serve(asked)
        return [*map(self.change, right), *(right if self.also_right else [])]


def flip_digest(datagram: bytes) -> bytes:
    decoded = decode_asked(datagram)
    at = decoded.digest_at
    return datagram[:at] + bytes(byte ^ 1 for byte in decoded.digest) + datagram[at + len(decoded.digest) :]


def flip_last_byte(datagram: bytes) -> bytes:
    return datagram[:-1] + bytes((datagram[-1] ^ 1,))


def strip_security(datagram: bytes) -> bytes:
    decoded = decode_asked(datagram)
    engine = Engine()
    plain = engine.privacy().decrypt(decoded.scoped, decoded.boots, decoded.time, decoded.salt)
    return encode_secure(decoded._replace(flags=0, digest=b"", salt=b"", scoped=plain))[0]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (flip_digest, Fault.BAD_DIGEST),
        (flip_last_byte, Fault.BAD_DIGEST),
        (strip_security, Fault.LEVEL_TOO_LOW),
    ],
)
@pytest.mark.parametrize("also_right", [True, False])
def test_a_forged_answer_is_counted_and_never_believed(
    change: Callable[[bytes], bytes], fault: Fault, also_right: bool
) -> None:
    engine = Forged()
    engine.change, engine.also_right = change, also_right
    wire = wire_to(engine)
    answer = wire.get(engine.replies, [UPTIME])
    assert answer.error == ("" if also_right else fault)
    assert wire.counters[fault] > 0


def test_an_old_answer_played_again_is_refused() -> None:
    engine = Engine()
    wire = wire_to(engine)
    wire.get(engine.replies, [UPTIME])

    def behind(datagram: bytes) -> list[bytes]:
        """Answer as the engine would have ten minutes ago."""
        asked = decode_asked(datagram)
        old = replace_time(engine, engine.time - 600)
        return [old.wrap(asked, Pdu(0xA2, asked.id, 0, 0, ()), AUTH | PRIV)]

    assert wire.get(behind, [UPTIME]).error == Fault.REPLAYED


def replace_time(engine: Engine, time: int) -> Engine:
    return Engine(boots=engine.boots, time=time)


def test_an_engine_that_never_accepts_the_time_is_given_up() -> None:
    engine = Engine()
    wire = wire_to(engine)

    def moody(datagram: bytes) -> list[bytes]:
        engine.boots += 1
        return engine.replies(datagram)

    assert wire.get(moody, [UPTIME]).error == "notInTimeWindow"
    assert len(wire.sent) < 20


def test_an_engine_whose_identifier_always_changes_is_given_up() -> None:
    number = iter(range(1000))
    engine = Engine()

    def moody(datagram: bytes) -> list[bytes]:
        engine.engine_id = b"\x80\x00\x1f\x88\x04" + str(next(number)).encode()
        return engine.replies(datagram)

    wire = wire_to(engine)
    assert wire.get(moody, [UPTIME]).error == "unknownEngineID"
    assert len(wire.sent) < 20


def test_an_unsigned_report_does_not_move_a_trusted_clock() -> None:
    engine = Engine()
    wire = wire_to(engine)
    wire.get(engine.replies, [UPTIME])

    def forged(datagram: bytes) -> list[bytes]:
        liar = Engine(boots=99, time=1)
        return [liar.report(decode_asked(datagram), 2, flags=0), *engine.replies(datagram)]

    assert wire.get(forged, [UPTIME]).error == ""
    assert wire.memory.engine is not None
    assert wire.memory.engine.boots == 7


def test_an_unknown_report_ends_the_poll_with_a_name() -> None:
    engine = Engine()
    assert wire_to(engine).get(lambda d: [engine.report(decode_asked(d), 99)], [UPTIME]).error == "unknownReport"


def test_authentication_without_privacy_and_neither_work() -> None:
    class Lenient(Engine):
        def serve(self, asked):  # type: ignore[no-untyped-def]  # its arguments come from the test library
            """Answer at any level."""
            from snmp_agent import decode_scoped_request

            answer = self.respond(decode_scoped_request(asked.scoped))
            return [self.wrap(asked, answer, asked.flags)] if answer else []

    engine = Lenient()
    for changes in ({"priv_protocol": ""}, {"priv_protocol": "", "auth_protocol": ""}):
        answer = wire_to(engine, **changes).walk(engine.replies, [IF_NAME])
        assert (answer.error, len(answer.varbinds)) == ("", 5)


@pytest.mark.parametrize(
    "changes",
    [{"auth_protocol": "ROT13"}, {"priv_protocol": "XOR"}, {"auth_key": None}, {"priv_key": None},
     {"auth_protocol": ""}, {"auth_key": Secret("key", "")}, {"priv_key": Secret("key", "")}],
)  # fmt: skip
def test_credentials_that_cannot_be_used_are_found_before_anything_is_sent(changes: dict[str, object]) -> None:
    wire = wire_to(Engine(), **changes)
    with pytest.raises(BadTarget):
        wire.get(lambda _: [], [UPTIME])
    assert wire.sent == []


def test_a_community_is_needed_for_snmpv2c() -> None:
    with pytest.raises(BadTarget):
        CommunitySecurity(SnmpTarget("core-r1", "127.0.0.1"), KeyRing())


def test_no_key_is_ever_shown() -> None:
    target = Engine().target()
    assert "authentication" not in repr(target)
    assert "encryption" not in repr(target)


def test_a_secure_message_survives_encoding_and_decoding() -> None:
    engine = Engine(content=mib(1))
    wire = wire_to(engine)
    wire.get(engine.replies, [UPTIME])
    for datagram in wire.sent:
        decoded = decode_asked(datagram)
        assert encode_secure(decoded)[0] == datagram
        assert decode_message(datagram) == decoded
