"""What is carried from round to round, spells and maintenance windows as compact JSON, and back. Exact."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from jbnet.monitor.alarms import Alarm, AlarmId, Severity
from jbnet.monitor.carried import Carried
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.codec import dump, micros, moment
from jbnet.monitor.codec_words import pack_said, pack_words, unpack_said, unpack_words
from jbnet.monitor.flaps import Flap
from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.monitor.spells import Loss, Spell, SpellKind
from jbnet.monitor.state import Subject, SubjectKind


def pack_carried(carried: Carried) -> bytes:
    """Return what is carried as JSON."""
    return dump(
        {
            "flaps": [[*_cause(c), f.penalty, micros(f.at), f.changes] for c, f in carried.flaps.items()],
            "alarms": [[*_alarm_id(i), *_alarm(a)] for i, a in carried.alarms.items()],
            "spells": [_spell(spell) for spell in carried.spells.values()],
            "last": _time(carried.last),
            "ended": [[str(k), n, micros(at)] for (k, n), at in carried.ended.items()],
        }
    )


def unpack_carried(data: bytes | str | None) -> Carried:
    """Return what was packed; None (a store from before there was any of it) is nothing carried."""
    if not data:
        return Carried()
    packed: Any = json.loads(data)
    spells = [_unpack_spell(found) for found in packed["spells"]]
    return Carried(
        flaps={CauseId(CauseKind(k), n): Flap(p, moment(at), changes) for k, n, p, at, changes in packed["flaps"]},
        alarms=dict(_unpack_alarm(found) for found in packed["alarms"]),
        spells={(s.kind, s.name, s.incident): s for s in spells},
        last=_moment(packed["last"]),
        # a store may be from before these were kept
        ended={(SpellKind(k), n): moment(at) for k, n, at in packed.get("ended", ())},
    )


def pack_spell(spell: Spell) -> bytes:
    """Return a spell as JSON; a store keeps one row for each ``Spell.id``, the later replacing the earlier."""
    return dump(_spell(spell))


def unpack_spell(data: bytes | str) -> Spell:
    """Return the spell that was packed."""
    return _unpack_spell(json.loads(data))


def pack_maintenance(window: Maintenance) -> bytes:
    """Return a window as JSON."""
    times = {key: _time(getattr(window, key)) for key in ("begins", "ends", "registered", "ended")}
    names = {"devices": sorted(window.devices), "circuits": sorted(window.circuits)}
    said = {"id": window.id, "opener": str(window.opener), "reason": window.reason, "who": window.who}
    said["work"] = window.work
    return dump({**said, **times, **names})


def unpack_maintenance(data: bytes | str) -> Maintenance:
    """Return the window that was packed."""
    packed: Any = json.loads(data)
    return Maintenance(
        id=packed["id"],
        opener=Opener(packed["opener"]),
        begins=moment(packed["begins"]),
        ends=moment(packed["ends"]),
        devices=frozenset(packed["devices"]),
        circuits=frozenset(packed["circuits"]),
        reason=packed["reason"],
        who=packed["who"],
        registered=_moment(packed["registered"]),
        ended=_moment(packed["ended"]),
        work=packed.get("work", ""),  # windows outlive the version that wrote them
    )


def _time(time: datetime | None) -> int | None:
    return None if time is None else micros(time)


def _moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def _cause(cause: CauseId) -> list[str]:
    return [str(cause.kind), cause.name]


def _alarm_id(found: AlarmId) -> list[str]:
    return [found.rule, str(found.subject.kind), found.subject.device, found.subject.part]


def _alarm(alarm: Alarm) -> list[object]:
    said = [str(alarm.severity), alarm.measure, _time(alarm.raised), _time(alarm.doubt)]
    found: list[object] = [*said, alarm.looks, alarm.value, alarm.limit]
    words = pack_said(alarm.said) or [None, None]
    if alarm.advice:
        return [*found, *words, alarm.part, pack_words(alarm.advice)]
    if alarm.part:
        return [*found, *words, alarm.part]
    return [*found, *words] if alarm.said else found


def _unpack_alarm(packed: list[Any]) -> tuple[AlarmId, Alarm]:
    rule, kind, device, part, severity, measure, raised, doubt, looks, value, limit, *words = packed
    missing: list[Any] = [None, None, "", None]
    expected, actual, of, advice = words + missing[len(words) :]  # rows of earlier releases end sooner
    said = unpack_said((expected, actual)) if expected is not None else None
    alarm = Alarm(Severity(severity), measure, _moment(raised), _moment(doubt), looks, value, limit, said, of,
                  unpack_words(advice) if advice is not None else None)  # fmt: skip
    return AlarmId(rule, Subject(SubjectKind(kind), device, part)), alarm


def _spell(spell: Spell) -> list[object]:
    named = [str(spell.kind), spell.name, str(spell.loss), micros(spell.begins), _time(spell.ends), spell.incident]
    return [*named, _cause(spell.cause) if spell.cause else None, spell.sites]


def _unpack_spell(packed: list[Any]) -> Spell:
    kind, name, loss, begins, ends, incident, cause, sites = packed
    root = CauseId(CauseKind(cause[0]), cause[1]) if cause else None
    return Spell(SpellKind(kind), name, Loss(loss), moment(begins), _moment(ends), incident, root, sites)
