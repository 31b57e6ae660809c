"""Law: whatever byte of a report is changed, page or document, ``dr verify`` says no; untouched, it says yes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from recovery_story import APPROVERS, LOST, PRIMARY, SIGNER, STANDBY, failback, failover, losing

from jbnet.adapters.report_keys import genuine, judge_of, key_fingerprint
from jbnet.cli.recovery_page import MARK, page
from jbnet.model.business import Database, Replication
from jbnet.model.network import Network
from jbnet.recovery.report.build import Made, Sources, build
from jbnet.recovery.report.nouns import Told
from jbnet.recovery.report.prove import findings_of
from jbnet.recovery.report.sealed import CLOSING, OPENING, open_report, page_with, seal, written

HOSTILE = "</script><script>alert(1)</script>\u2028<!--report-->农行'\"&amp;"
KINDS = ("json", "en", "zh")


@cache
def document() -> Mapping[str, object]:
    exchange = Database(
        "exchange", HOSTILE, IPv4Address("10.3.0.2"), 5433, PRIMARY, STANDBY, Replication.ASYNC, 900, 60
    )
    network = Network("q", HOSTILE, 64512, IPv4Network("10.0.0.0/8"), databases={"exchange": exchange})
    journals = (failover(("exchange",)), failback(("exchange",), lost={"exchange": losing(*LOST)}))
    made = Made(datetime(2026, 11, 24, tzinfo=UTC), "zhao", "0", in_lab=True, utc_offset_minutes=480)
    ledger = [Told("", "771", "", HOSTILE, remark=HOSTILE)]
    found = build(Sources(journals, network, made, ledger=ledger, approvers=APPROVERS))
    return seal(found, SIGNER)


@cache
def report(kind: str) -> bytes:
    if kind == "json":
        return written(document())
    return page_with(page(document(), kind), document(), kind, SIGNER, MARK)


def findings(raw: bytes) -> list[str]:
    opened = open_report(raw, genuine)
    return [found.code for found in findings_of(opened, "report", judge_of, key_fingerprint)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_touched_is_proved_by_itself(kind: str) -> None:
    assert findings(report(kind)) == []


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=250, deadline=None)
@given(place=st.integers(0), bits=st.integers(1, 255))
@example(place=0, bits=1)
@example(place=-1, bits=0x20)
def test_any_byte_that_is_changed_is_found(kind: str, place: int, bits: int) -> None:
    raw = bytearray(report(kind))
    raw[place % len(raw)] ^= bits
    assert findings(bytes(raw)) != []


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(place=st.integers(0), more=st.binary(max_size=3), gone=st.integers(0, 3))
def test_bytes_put_in_or_taken_out_are_found(kind: str, place: int, more: bytes, gone: int) -> None:
    raw = report(kind)
    at = place % len(raw)
    changed = raw[:at] + more + raw[at + gone :]
    assert (findings(changed) == []) == (changed == raw)


@pytest.mark.parametrize("kind", KINDS)
def test_every_byte_of_the_signatures_and_at_the_edges_counts(kind: str) -> None:
    """The places where one meaning has several spellings: hexadecimal, the edges of the element."""
    raw = report(kind)
    own = raw.index(str(document()["signature"]).encode())
    places = [*range(own, own + 128)]
    if kind != "json":
        of_page = raw.index(b'"signature":"', raw.index(OPENING)) + len(b'"signature":"')
        assert of_page < own
        places += range(of_page, of_page + 128)
        inner = raw.index(OPENING)
        places += [*range(inner - 3, inner + len(OPENING) + 3), *range(raw.rindex(CLOSING) - 20, len(raw))]
    for place in places:
        for bits in (0x01, 0x20):
            changed = bytearray(raw)
            changed[place] ^= bits
            assert findings(bytes(changed)) != [], place


def test_the_same_meaning_in_another_spelling_is_a_changed_report() -> None:
    page_, data = report("en"), report("json")
    assert findings(page_.replace(b"\\u003c", b"\\u003C", 1)) == ["JB792"]
    assert findings(data.replace(b"\n", b"\n ", 1)) == ["JB792"]
    assert findings(data.replace(b'"in_lab": true', b'"in_lab":  true', 1)) == ["JB792"]


@pytest.mark.parametrize("kind", ["en", "zh"])
def test_nothing_that_was_told_ends_the_page_or_runs_in_it(kind: str) -> None:
    raw = report(kind).decode()
    assert raw.count("<script") == 1
    assert raw.count("</script") == 1
    assert "alert(1)" in raw
    assert "src=" not in raw
    assert "http:" not in raw
    assert "https:" not in raw


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@example(b"[" * 100_000)
@example(b'{"schema": "jbnet/recovery-report/1", "x": ' + b"[" * 900 + b"]" * 900 + b"}")
@example(b'{"schema": "jbnet/recovery-report/1", "journals": 1e999}')
@example(b'{"schema": "jbnet/recovery-report/1", "journals": [{"entries": [{"seq": "x"}, 3]}, 4]}')
@example(b"<html>" + OPENING + b'{"page": {}, "report": {}}' + CLOSING)
@example(b"")
def test_what_is_no_report_is_a_finding_and_never_an_error(raw: bytes) -> None:
    assert findings(raw) != []
