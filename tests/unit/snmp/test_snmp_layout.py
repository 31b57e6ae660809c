"""Answers read by the layout of earlier ones: the same values as decoding in full, or not read at all."""

from __future__ import annotations

import gc
import weakref

import pytest
from snmp_agent import TABLE, UPTIME, Agent, Engine, community_answer, mib
from snmp_wire import Wire

from jbnet.snmp import ber, layout
from jbnet.snmp.ber import Tag
from jbnet.snmp.layout import Layout, Layouts, layout_of
from jbnet.snmp.message import CommunityMessage, decode_message
from jbnet.snmp.pdu import Pdu, PduType, request
from jbnet.snmp.types import Oid, Value, VarBind

NUMBER = 0x01020304
EVERY: tuple[tuple[int, Value], ...] = (
    (Tag.INTEGER, -5), (Tag.INTEGER, 300), (Tag.INTEGER, -70_000), (Tag.INTEGER, 2**31 - 1),
    (Tag.COUNTER32, 7), (Tag.COUNTER32, 2**14), (Tag.GAUGE32, 2**22), (Tag.TIME_TICKS, 2**30),
    (Tag.COUNTER32, 2**32 - 1), (Tag.COUNTER64, 2**38), (Tag.COUNTER64, 2**46), (Tag.COUNTER64, 2**54),
    (Tag.COUNTER64, 2**62), (Tag.COUNTER64, 2**64 - 1), (Tag.OCTET_STRING, b"up1"), (Tag.OCTET_STRING, b""),
    (Tag.OCTET_STRING, b"x" * 200), (Tag.OPAQUE, b"yz"), (Tag.IP_ADDRESS, b"\x0a\x00\x00\x01"),
    (Tag.OBJECT_IDENTIFIER, (1, 3, 6, 1, 4, 1, 2011)), (Tag.NULL, None), (Tag.NO_SUCH_OBJECT, None),
    (Tag.NO_SUCH_INSTANCE, None), (Tag.END_OF_MIB_VIEW, None),
)  # fmt: skip


def pdu_of(values: tuple[tuple[int, Value], ...], number: int = NUMBER) -> Pdu:
    varbinds = [VarBind((1, 3, 6, 1, 9, at), int(tag), value) for at, (tag, value) in enumerate(values)]
    return Pdu(PduType.RESPONSE, number, 0, 0, tuple(varbinds))


def learn(data: bytes) -> Layout:
    decoded = decode_message(data)
    assert isinstance(decoded, CommunityMessage)
    return layout_of(data, decoded.pdu_at, decoded.pdu)


def test_every_type_and_size_is_read_as_it_is_decoded() -> None:
    data = community_answer(pdu_of(EVERY))
    assert learn(data).read(data) == pdu_of(EVERY)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((Tag.COUNTER32, 2**31), (Tag.COUNTER32, 2**32 - 1)),
        ((Tag.COUNTER64, 2**63), (Tag.COUNTER64, 2**64 - 1)),
        ((Tag.INTEGER, -(2**22)), (Tag.INTEGER, 2**22)),
        ((Tag.TIME_TICKS, 2**20), (Tag.TIME_TICKS, 2**20 + 17)),
        ((Tag.OCTET_STRING, b"up"), (Tag.OCTET_STRING, b"in")),
        ((Tag.OBJECT_IDENTIFIER, (1, 3, 5)), (Tag.OBJECT_IDENTIFIER, (1, 3, 9))),
    ],
)
def test_a_value_of_the_same_size_is_read_anew(before: tuple[int, Value], after: tuple[int, Value]) -> None:
    found = learn(community_answer(pdu_of((before,)))).read(community_answer(pdu_of((after,), NUMBER + 1)))
    assert found == pdu_of((after,), NUMBER + 1)


def changed(data: bytes, at: int, by: int = 1) -> bytes:
    return data[:at] + bytes(((data[at] + by) & 0xFF,)) + data[at + 1 :]


def test_whatever_byte_changes_the_answer_is_what_decoding_in_full_gives_or_none() -> None:
    data = community_answer(pdu_of(EVERY))
    known, fitted = learn(data), 0
    for at in range(len(data)):
        for by in (1, 0x7F, 0x80):
            mutant = changed(data, at, by)
            found = known.read(mutant)
            if found is not None:
                fitted += 1
                decoded = decode_message(mutant)
                assert isinstance(decoded, CommunityMessage)
                assert decoded.pdu == found
                assert (decoded.version, decoded.community) == (1, b"public")
    assert fitted > len(data), "values may change"


@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_shorter_or_longer_answer_does_not_fit(size: int) -> None:
    data = community_answer(pdu_of(EVERY))
    assert learn(data).read(data[:size]) is None
    assert learn(data).read(data + b"\0") is None


def test_an_object_identifier_that_became_none_does_not_fit() -> None:
    data = community_answer(pdu_of(((Tag.OBJECT_IDENTIFIER, (1, 3, 5)),)))
    assert learn(data).read(data[:-1] + b"\xff") is None


def test_devices_that_answer_alike_share_one_layout_which_goes_with_the_last_of_them() -> None:
    first, second = (community_answer(pdu_of(((Tag.COUNTER32, value),), number))
                     for value, number in ((5, NUMBER), (7, NUMBER + 9)))  # fmt: skip
    one, two = learn(first), learn(second)
    assert one is two
    gone = weakref.ref(one)
    del one, two
    gc.collect()
    assert gone() is None


def note(layouts: Layouts, asked: tuple[Oid, ...], values: tuple[tuple[int, Value], ...]) -> None:
    pdu = pdu_of(values)
    data = community_answer(pdu)
    decoded = decode_message(data)
    assert isinstance(decoded, CommunityMessage)
    layouts.learn(request(PduType.GET, asked), data, decoded.pdu_at, pdu)


def test_a_layout_is_made_when_two_answers_in_a_row_have_one_size() -> None:
    layouts, asked = Layouts(), (UPTIME,)
    for value in (5, 500, 5):
        note(layouts, asked, ((Tag.COUNTER32, value),))
        assert layouts.known(request(PduType.GET, asked)) is None
    note(layouts, asked, ((Tag.COUNTER32, 9),))
    assert layouts.known(request(PduType.GET, asked)) is not None


def test_values_that_change_their_sizes_all_the_time_stop_the_making(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(layout, "layout_of", lambda *given: made.append(given))
    layouts = Layouts()
    for _ in range(100):
        note(layouts, (UPTIME,), ((Tag.COUNTER32, 5),))
    assert len(made) == 8


def test_requests_that_are_always_others_do_not_fill_the_memory() -> None:
    layouts = Layouts()
    for number in range(1000):
        note(layouts, ((1, 3, 6, number),), ((Tag.COUNTER32, 5),))
    assert len(layouts._sizes) <= 64


@pytest.mark.parametrize("secure", [False, True])
def test_polls_read_by_layout_give_what_polls_decoded_in_full_give(secure: bool) -> None:
    content = mib(20)
    engine = Engine(content=content) if secure else Agent(content)
    wire = Wire(engine.target()) if isinstance(engine, Engine) else Wire()
    for poll in range(6):
        for row in range(1, 21):
            content[*TABLE[1], row] = (Tag.COUNTER64, 2**63 + poll * 1000 + row)
        content[UPTIME] = (Tag.TIME_TICKS, 1000 + poll)
        asked = [UPTIME, *[(*column, row) for column in TABLE for row in range(1, 21)]]
        answer = wire.get(engine.replies, asked)
        assert [(v.tag, v.value) for v in answer.varbinds] == [content[oid] for oid in asked]
        walked = wire.walk(engine.replies, [UPTIME, *TABLE])
        assert [(v.tag, v.value) for v in walked.varbinds] == [content[v.oid] for v in walked.varbinds]
        assert len(walked.varbinds) == 41
    if not secure:
        assert wire.recognised > 6


def test_an_error_is_never_read_by_the_layout_of_a_good_answer() -> None:
    names = tuple((1, 3, 6, 1, 9, at) for at in range(3))
    good = pdu_of(((Tag.COUNTER32, 5),) * 3)
    bad = community_answer(good._replace(error_status=5, error_index=1))
    assert names == tuple(varbind.oid for varbind in good.varbinds)
    assert learn(community_answer(good)).read(bad) is None
    layouts = Layouts()
    for _ in range(3):
        start, _ = ber.read(bad, 0, len(bad), ber.SEQUENCE)
        layouts.learn(request(PduType.GET, names), bad, start, good._replace(error_status=5))
    assert layouts.known(request(PduType.GET, names)) is None


def test_another_community_does_not_fit() -> None:
    known = learn(community_answer(pdu_of(EVERY)))
    assert known.read(community_answer(pdu_of(EVERY), "pubLic")) is None
    assert known.read(community_answer(pdu_of(EVERY), version=0)) is None
