"""What happened, for people: the timeline, what was put before whom, the steps with their answers, the checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from jbnet.recovery.approval import ApprovalRequest
from jbnet.recovery.canonical import plain
from jbnet.recovery.replay import Entry, replay
from jbnet.recovery.report.nouns import Asked, Check, Moment, Signed, StepRun
from jbnet.recovery.report.reading import Act, acts, mapping, seq_of, time_of

SAID = ("text", "template", "params")


def timeline(entries: Sequence[Entry]) -> tuple[Moment, ...]:
    """Return every entry as people read it."""
    if not entries:
        return ()
    start = time_of(entries[0])
    return tuple(
        Moment(
            seq_of(entry),
            str(entry["time"]),
            round((time_of(entry) - start).total_seconds(), 3),
            str(entry["subject"]),
            str(entry["kind"]),
            _said(mapping(entry["data"])),
        )
        for entry in entries
    )


def approvals(entries: Sequence[Entry]) -> tuple[Asked, ...]:
    """Return every request, what it showed, and who signed it."""
    found: list[Asked] = []
    for entry in entries:
        kind, data = str(entry["kind"]), mapping(entry["data"])
        if kind == "request":
            found.append(_asked(entry, data))
        elif found and kind in ("approval", "refused-approval"):
            found[-1] = replace(found[-1], given=(*found[-1].given, _signed(entry, kind, data)))
        elif found and kind == "renew":
            found[-1] = replace(found[-1], outcome="renewed")
        elif found and kind == "verified" and entry["subject"] == found[-1].step:
            found[-1] = replace(found[-1], outcome="granted")
    return tuple(found)


def waited_s(entries: Sequence[Entry], asked: Sequence[Asked]) -> float | None:
    """Return for how many seconds people were waited for; None while an approval is open."""
    times = {seq_of(entry): time_of(entry) for entry in entries}
    total = 0.0
    for one in asked:
        kinds = ("verified", "renew")
        ends = [e for e in entries if e["subject"] == one.step and e["kind"] in kinds and seq_of(e) > one.entry]
        if not ends:
            return None
        total += (time_of(ends[0]) - times[one.entry]).total_seconds()
    return round(total, 3)


def steps(entries: Sequence[Entry]) -> tuple[StepRun, ...]:
    """Return every step that was begun, in the order of their beginnings."""
    state = replay(entries)
    by_key: dict[str, list[Act]] = {}
    for act in acts(entries):
        by_key.setdefault(act.key, []).append(act)
    return tuple(_run(key, own, str(state.step(key).status)) for key, own in by_key.items())


def checks(entries: Sequence[Entry]) -> tuple[Check, ...]:
    """Return every look at a step's effect after the act, and whether it held."""
    return tuple(
        Check(act.seq, act.time.isoformat(), act.key, act.action, act.kind == "verified", _said(act.data))
        for act in acts(entries)
        if act.kind == "verified" or (act.kind == "failed" and act.data.get("phase") == "verify")
    )


def _run(key: str, own: Sequence[Act], status: str) -> StepRun:
    began, last = own[0], own[-1]
    done = last.kind in ("verified", "failed", "skip")
    answers = [act for act in own if act.kind in ("result", "failed")]
    return StepRun(
        key=key,
        action=began.action,
        database=began.database,
        params=began.params,
        status=status,
        attempts=sum(act.kind == "intent" for act in own),
        began=began.time.isoformat(),
        ended=last.time.isoformat() if done else None,
        seconds=round((last.time - began.time).total_seconds(), 3) if done else None,
        said=_said(answers[-1].data) if answers else {},
        answer=answers[-1].seq if answers else None,
        entries=tuple(act.seq for act in own),
    )


def _asked(entry: Entry, data: Mapping[str, object]) -> Asked:
    try:
        request = ApprovalRequest.from_json(data)
    except ValueError:
        return Asked(seq_of(entry), str(entry["subject"]), "", "", 0, (), mapping(plain(data)), "")
    return Asked(
        entry=seq_of(entry),
        step=request.step,
        issued=request.issued,
        expires=request.expires,
        needed=request.needed,
        databases=request.databases,
        figures=request.figures,
        figures_sha256=request.figures_sha256,
    )


def _signed(entry: Entry, kind: str, data: Mapping[str, object]) -> Signed:
    if kind == "refused-approval":
        return Signed(seq_of(entry), str(entry["time"]), str(entry["subject"]), refusal=_said(data))
    time = str(data.get("time") or entry["time"])
    return Signed(seq_of(entry), time, str(data.get("person", "")), str(data.get("key", "")))


def _said(data: Mapping[str, object]) -> dict[str, object]:
    return {key: data[key] for key in SAID if key in data}
