"""Laws of the SNMP engine: whatever comes, the decoder only refuses; whatever the network does, the answer is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st
from snmp_agent import TABLE, UPTIME, Agent, Engine, OldAgent, community_answer, mib
from snmp_wire import TARGET, Wire

from jbnet.snmp import ber
from jbnet.snmp.ber import BerError, Tag
from jbnet.snmp.envelope import Envelope
from jbnet.snmp.faults import Fault
from jbnet.snmp.layout import layout_of
from jbnet.snmp.message import CommunityMessage, SecureMessage, decode_message, decode_scoped, encode_secure
from jbnet.snmp.pdu import Pdu, PduType, decode_pdu, decode_varbinds, encode_pdu
from jbnet.snmp.types import Oid, VarBind

arcs = st.integers(0, 2**32 - 1)
oids: st.SearchStrategy[Oid] = st.one_of(
    st.tuples(st.integers(0, 1), st.integers(0, 39)), st.tuples(st.just(2), st.integers(0, 2**32 - 81))
).flatmap(lambda head: st.lists(arcs, max_size=126).map(lambda rest: (*head, *rest)))
values = st.one_of(
    st.tuples(st.just(Tag.INTEGER), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.sampled_from([Tag.COUNTER32, Tag.GAUGE32, Tag.TIME_TICKS]), st.integers(0, 2**32 - 1)),
    st.tuples(st.just(Tag.COUNTER64), st.integers(0, 2**64 - 1)),
    st.tuples(st.sampled_from([Tag.OCTET_STRING, Tag.OPAQUE]), st.binary(max_size=400)),
    st.tuples(st.just(Tag.IP_ADDRESS), st.binary(min_size=4, max_size=4)),
    st.tuples(st.just(Tag.OBJECT_IDENTIFIER), oids),
    st.tuples(st.sampled_from([Tag.NULL, Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW]), st.none()),
)
varbinds = st.builds(lambda oid, typed: VarBind(oid, int(typed[0]), typed[1]), oids, values)
pdus = st.builds(
    Pdu,
    st.just(int(PduType.RESPONSE)),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(0, 18),
    st.integers(0, 100),
    st.lists(varbinds, max_size=30).map(tuple),
)


@given(pdus)
def test_decoding_undoes_encoding(pdu: Pdu) -> None:
    whole = encode_pdu(pdu)
    assert decode_pdu(whole, 0, len(whole)) == pdu


@given(oids)
def test_an_object_identifier_survives(oid: Oid) -> None:
    encoded = ber.encode_oid(oid)
    start, stop = ber.read(encoded, 0, len(encoded), ber.OBJECT_IDENTIFIER)
    assert ber.decode_oid(encoded[start:stop]) == oid


@given(st.integers(0, 2**31 - 1), st.sampled_from([0, 1, 3, 4, 5, 7]), *[st.binary(max_size=64) for _ in range(5)])
def test_a_secure_message_survives(
    number: int, flags: int, engine: bytes, user: bytes, digest: bytes, salt: bytes, scoped: bytes
) -> None:
    content = scoped if flags & 2 else ber.encode(ber.SEQUENCE, scoped)
    message = SecureMessage(number, flags, engine, number, number, user, digest, 0, salt, content, b"")
    whole, at = encode_secure(message)
    decoded = decode_message(whole)
    assert isinstance(decoded, SecureMessage)
    assert (decoded.digest_at, whole[at : at + len(digest)]) == (at, digest)
    assert encode_secure(decoded) == (whole, at)


@settings(max_examples=500)
@given(st.binary(max_size=600))
@example(b"\x30\x84\xff\xff\xff\xff")
@example(b"\x30\x80" * 2000)
@example(b"\x06\x82\xff\xff" + b"\xff" * 65000)
def test_any_bytes_are_decoded_or_refused_and_nothing_else(data: bytes) -> None:
    for decode in (decode_message, decode_scoped):
        try:
            decode(data)
        except BerError:
            continue
    try:
        found = decode_varbinds(data, 0, len(data))
    except BerError:
        return
    assert len(found) * 6 <= len(data), "what comes out is bounded by what came in"


@settings(max_examples=500)
@given(pdus, st.data())
def test_a_damaged_answer_is_decoded_or_refused_and_nothing_else(pdu: Pdu, data: st.DataObject) -> None:
    whole = bytearray(community_answer(pdu))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    for damaged in (bytes(whole), cut):
        try:
            decoded = decode_message(damaged)
        except BerError:
            continue
        assert isinstance(decoded, CommunityMessage | SecureMessage)


@given(pdus, st.integers(0, 2**31))
def test_every_truncation_is_refused(pdu: Pdu, where: int) -> None:
    whole = community_answer(pdu)
    try:
        decode_message(whole[: where % len(whole)])
    except BerError:
        return
    raise AssertionError("a truncated message was taken for a whole one")


# Delays of each reply's copies in seconds; the timeout is one second, so some are late for their try.
copies = st.lists(st.sampled_from([0.001, 0.01, 0.3, 0.9, 1.1, 1.7, 2.5, 20.0]), max_size=3)
schedules = st.lists(copies, min_size=1, max_size=12)


@settings(max_examples=300, deadline=None)
@given(schedules, st.integers(0, 60), st.booleans())
def test_late_lost_and_repeated_answers_never_change_the_result(
    schedule: list[list[float]], rows: int, secure: bool
) -> None:
    def delays(order: int) -> Sequence[float]:
        return schedule[order] if order < len(schedule) else (0.01,)

    def wire_and_agent() -> tuple[Wire, Agent]:
        if secure:
            engine = Engine(content=mib(rows))
            return Wire(engine.target()), engine
        return Wire(), Agent(mib(rows))

    calm, agent = wire_and_agent()
    expected = calm.walk(agent.replies, [UPTIME, *TABLE])
    stormy, agent = wire_and_agent()
    answer = stormy.walk(agent.replies, [UPTIME, *TABLE], delays)
    assert stormy.most_out <= 2 * (1 + stormy.timing.retries)
    if answer.error == "":
        assert answer.varbinds == expected.varbinds
    else:
        # A wrong privacy key cannot be told from many lost datagrams with certainty, but it is never cried early.
        assert answer.error == "timeout" or (answer.error == "decryptionError" and len(stormy.sent) > 5)
        assert set(answer.varbinds) <= set(expected.varbinds)


def damaged(whole: bytes, changes: Sequence[tuple[int, int]]) -> bytes:
    """Return the datagram with bytes replaced; a value past 255 cuts it there instead."""
    made = bytearray(whole)
    for at, value in changes:
        if value > 255:
            del made[at % (len(made) + 1) :]
        elif made:
            made[at % len(made)] = value
    return bytes(made)


damages = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 259)), max_size=4)


@settings(max_examples=200)
@given(pdus, damages)
def test_an_answer_read_by_layout_is_what_decoding_in_full_gives(pdu: Pdu, changes: list[tuple[int, int]]) -> None:
    given_pdu = pdu._replace(request_id=0x01020304, error_status=0, error_index=0)
    whole = community_answer(given_pdu)
    decoded = decode_message(whole)
    assert isinstance(decoded, CommunityMessage)
    layout = layout_of(whole, decoded.pdu_at, decoded.pdu)
    assert layout.read(whole) == given_pdu
    mutant = damaged(whole, changes)
    found = layout.read(mutant)
    if found is not None:
        again = decode_message(mutant)
        assert isinstance(again, CommunityMessage)
        assert (again.pdu, again.version, again.community) == (found, decoded.version, decoded.community)


@settings(max_examples=200)
@given(
    st.integers(2**24, 2**31 - 1), st.sampled_from([0, 1, 3]), st.integers(0, 2**31 - 1),
    st.binary(max_size=32), st.binary(max_size=64), damages,
)  # fmt: skip
def test_an_envelope_opens_to_what_decoding_in_full_gives(
    number: int, flags: int, time: int, user: bytes, scoped: bytes, changes: list[tuple[int, int]]
) -> None:
    digest, salt = b"d" * (12 if flags & 1 else 0), b"s" * (8 if flags & 2 else 0)
    content = scoped if flags & 2 else ber.encode(ber.SEQUENCE, scoped)
    whole, _ = encode_secure(SecureMessage(number, flags, b"engine", 7, time, user, digest, 0, salt, content, b""))
    decoded = decode_message(whole)
    assert isinstance(decoded, SecureMessage)
    envelope = Envelope(whole, decoded)
    assert envelope.read(whole) == decoded
    assert envelope.fill(decoded) == whole
    mutant = damaged(whole, changes)
    found = envelope.read(mutant)
    if found is not None and flags & 2:
        assert decode_message(mutant) == found
    elif found is not None:  # what is not encrypted is checked when the scopedPDU is read
        assert (found.whole, found.engine_id, found.user, found.boots) == (mutant, b"engine", user, 7)


RECEIVED = (
    Fault.MALFORMED, Fault.UNASKED, Fault.DUPLICATE, Fault.LATE, Fault.WRONG_SOURCE, Fault.WRONG_VERSION,
    Fault.WRONG_COMMUNITY, Fault.BAD_DIGEST, Fault.UNREADABLE, Fault.FOREIGN_ENGINE, Fault.LEVEL_TOO_LOW,
    Fault.REPLAYED, Fault.UNKNOWN_REPORT, Fault.UNKNOWN_ENGINE, Fault.NOT_IN_TIME_WINDOW, Fault.CLOCK_BACKWARDS,
    Fault.UNSUPPORTED_LEVEL, Fault.UNKNOWN_USER, Fault.WRONG_DIGEST, Fault.DECRYPTION_ERROR,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["1", "2c", "3"]), st.booleans(), st.lists(damages, max_size=30), st.integers(1, 20))
def test_whatever_is_damaged_a_poll_ends_and_every_datagram_is_used_or_counted(
    version: str, walk: bool, storm: list[list[tuple[int, int]]], rows: int
) -> None:
    """Polled until it is calm: answers read by layout and envelope are damaged as well."""
    content = mib(rows)
    agent: Agent = {"1": OldAgent, "2c": Agent}[version](content) if version != "3" else Engine(content=content)
    wire = Wire(agent.target() if isinstance(agent, Engine) else replace(TARGET, version=version))
    delivered, remaining = 0, iter(storm)

    def stormy(datagram: bytes) -> list[bytes]:
        nonlocal delivered
        replies = [damaged(reply, next(remaining, [])) for reply in agent.replies(datagram)]
        delivered += len(replies)
        return replies

    ask = wire.walk if walk else wire.get
    asked = [UPTIME, *TABLE] if walk else [UPTIME, *[(*TABLE[0], row) for row in range(1, rows + 1)]]
    for _ in range(4):
        before = len(wire.sent)
        ask(stormy, asked)
        assert len(wire.sent) - before < 200
    counted = sum(wire.counters[fault] for fault in RECEIVED)
    assert delivered <= counted + len(wire.sent), "each request takes one answer at most; all others have a name"
    assert counted <= delivered + wire.counters[Fault.DECRYPTION_ERROR]
