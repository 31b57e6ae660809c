"""Laws of the SNMP engine: whatever comes, the decoder only refuses; whatever the network does, the answer is one."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st
from snmp_agent import TABLE, UPTIME, Agent, Engine, community_answer, mib
from snmp_wire import Wire

from jbnet.snmp import ber
from jbnet.snmp.ber import BerError, Tag
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
