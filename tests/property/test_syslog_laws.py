"""Laws of reading syslog: nothing that anybody sends raises, grows without bound or reaches a terminal as a command."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jbnet.monitor.senders import Senders
from jbnet.monitor.syslog import MOST_BYTES, MOST_NAME, MOST_TAG, MOST_TEXT, parse
from jbnet.monitor.syslog_frames import Framer
from jbnet.monitor.syslog_meaning import is_news

HEADS = st.sampled_from(
    [b"", b"<189>", b"<34>1 ", b"<34>1 - - - - - ", b"<189>Nov 22 2026 04:00:01+08:00 r1 %%01IFNET/4/LINK_STATE(l)[5]:",
     b"<13>1 2026-11-22T04:00:01Z h a - - [x y=\"", b"<45>12: *Mar 1 00:00:01.1: %LINK-3-UPDOWN: ", b"<999>"]
)  # fmt: skip
MESSAGES = st.builds(bytes.__add__, HEADS, st.binary(max_size=300))
CUTS = st.lists(st.integers(1, 40), max_size=60)


@given(MESSAGES)
def test_whatever_is_sent_is_understood_as_something_and_bounded(data: bytes) -> None:
    found = parse(data)
    assert 0 <= found.severity <= 7
    assert 0 <= found.facility <= 23
    assert len(found.text) <= MOST_TEXT
    assert len(found.host) <= MOST_NAME
    assert len(found.tag) <= MOST_TAG
    assert (found.stamped + found.host + found.tag + found.text).isprintable()
    assert is_news(found) in (True, False)


@given(st.text(max_size=200), st.sampled_from(["utf-8", "gb18030"]))
def test_a_text_survives_in_either_encoding_also_when_its_last_character_was_cut(said: str, encoding: str) -> None:
    said = "接口 " + "".join(c for c in said if c.isprintable())
    whole = f"<13>1 - - - - - - {said}x中".encode(encoding)
    assert parse(whole[:-1]).text.startswith("接口")


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(data[at : at + size])
        at += size
    return [piece for piece in (*pieces, data[at:]) if piece]


LINES = st.lists(st.binary(min_size=1, max_size=120).map(lambda b: b"<13>" + b.replace(b"\n", b"").replace(b"\0", b"")))


@given(LINES, CUTS)
def test_messages_with_counts_come_out_whole_however_the_stream_is_cut(messages: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(b"%d %s" % (len(m), m) for m in messages)
    framer = Framer()
    assert [m for piece in cut(stream, sizes) for m in framer.feed(piece)] == messages
    assert not framer.broken


@given(LINES, CUTS)
def test_messages_that_end_with_a_line_feed_come_out_whole_too(messages: list[bytes], sizes: list[int]) -> None:
    messages = [m.rstrip(b"\r") for m in messages]
    framer = Framer()
    assert [m for piece in cut(b"\n".join([*messages, b""]), sizes) for m in framer.feed(piece)] == messages


@given(st.binary(max_size=4000), CUTS)
def test_a_stream_of_rubbish_never_raises_and_never_holds_much(data: bytes, sizes: list[int]) -> None:
    framer = Framer()
    for piece in cut(data * 8, sizes):
        for message in framer.feed(piece):
            assert len(message) <= MOST_BYTES
        assert framer.held <= MOST_BYTES + len(piece)
    framer.rest()
    assert framer.held == 0


@given(st.lists(st.tuples(st.integers(0, 60), st.floats(0, 5)), max_size=300))
def test_no_sender_gets_more_than_its_share_and_forged_ones_take_no_memory(calls: list[tuple[int, float]]) -> None:
    senders, now, taken = Senders(per_second=1.0, burst=5.0, most=20), 0.0, dict[str, int]()
    for number, waited in calls:
        now += waited
        name = f"10.0.0.{number}"
        taken[name] = taken.get(name, 0) + senders.may(name, now)
    assert all(count <= 5.0 + now for count in taken.values())
    assert len(senders) <= 21
