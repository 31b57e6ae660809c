"""States, samples and incidents as compact JSON, and back. Round trips are exact; the store keeps what this makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

from jbnet.monitor.agencies import AgencyImpact
from jbnet.monitor.alarms import Severity
from jbnet.monitor.causes import CauseId, CauseKind, Part
from jbnet.monitor.codec_seldom import pack_seldom, unpack_seldom
from jbnet.monitor.codec_words import pack_said, pack_words, unpack_said, unpack_words
from jbnet.monitor.incidents import Incident
from jbnet.monitor.lines import Symptom
from jbnet.monitor.measured import Measured
from jbnet.monitor.samples import Sample
from jbnet.monitor.state import DeviceState, InterfaceState, Subject, SubjectKind
from jbnet.monitor.watch import Condition, Watch
from jbnet.snmp.ifquality import QualityRow
from jbnet.snmp.mibs import AdminStatus, BgpPeer, BgpState, InterfaceRow, OperStatus, OspfNeighbor, OspfState, System
from jbnet.topology.needs import ServiceImpact

_MICRO = 1_000_000


def dump(value: object) -> bytes:
    """Return JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def micros(time: datetime) -> int:
    """Return a time as microseconds since 1970 UTC: exact, unlike a float."""
    delta = time - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86400 + delta.seconds) * _MICRO + delta.microseconds


def moment(value: int) -> datetime:
    """Return the time of so many microseconds since 1970 UTC."""
    seconds, rest = divmod(value, _MICRO)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def _maybe_micros(time: datetime | None) -> int | None:
    return None if time is None else micros(time)


def _maybe_moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def pack_sample(sample: Sample) -> bytes:
    """Return a sample as JSON; device and time are kept beside it."""
    system = sample.system
    more: list[object] = []
    seldom = pack_seldom(sample)
    if sample.quality is not None or sample.gauges or seldom:  # seldom: what is not there takes no room
        rows = None if sample.quality is None else [list(astuple(row)) for row in sample.quality]
        more = [rows, dict(sample.gauges), *([seldom] if seldom else [])]
    return dump(
        [
            sample.answered,
            sample.rtt_s,
            system and [system.uptime, system.name, system.engine_boots, system.engine_time],
            None if sample.interfaces is None else [_pack_row(row) for row in sample.interfaces],
            None if sample.ospf is None else [[n.address, n.router_id, n.state] for n in sample.ospf],
            None if sample.bgp is None else [[p.remote, p.state] for p in sample.bgp],
            sample.pinged,
            *more,
        ]
    )


def unpack_sample(device: str, time: datetime, data: bytes) -> Sample:
    """Return the sample that was packed."""
    answered, rtt, system, rows, ospf, bgp, pinged, *more = json.loads(data)
    quality, gauges, seldom = list(more) + [None, {}, {}][len(more) :]  # rows of earlier releases end sooner
    return Sample(
        device=device,
        time=time,
        answered=answered,
        rtt_s=rtt,
        system=System(*system) if system else None,
        interfaces=None if rows is None else tuple(_unpack_row(row) for row in rows),
        ospf=None if ospf is None else tuple(OspfNeighbor(a, r, s and OspfState(s)) for a, r, s in ospf),
        bgp=None if bgp is None else tuple(BgpPeer(remote, s and BgpState(s)) for remote, s in bgp),
        pinged=pinged,
        quality=None if quality is None else tuple(QualityRow(*row) for row in quality),
        gauges=gauges,
        **unpack_seldom(seldom),
    )


def _pack_row(row: InterfaceRow) -> list[object]:
    fields = [row.name, row.index, row.admin, row.oper]
    return [*fields, row.in_octets, row.out_octets, row.discontinuity, row.last_change]


def _unpack_row(row: list[Any]) -> InterfaceRow:
    name, index, admin, oper, *counters = row
    return InterfaceRow(name, index, admin and AdminStatus(admin), oper and OperStatus(oper), *counters)


def pack_state(state: DeviceState) -> bytes:
    """Return what must outlive the monitor: conditions. Counters come back from the last sample."""
    return dump(
        {
            "answer": _pack_watch(state.answer),
            "alive": state.alive,
            "interfaces": {n: [_pack_watch(i.watch), i.shut] for n, i in state.interfaces.items()},
            "ospf": {address: _pack_watch(watch) for address, watch in state.ospf.items()},
            "bgp": {address: _pack_watch(watch) for address, watch in state.bgp.items()},
            **({"bfd": {address: _pack_watch(watch) for address, watch in state.bfd.items()}} if state.bfd else {}),
        }
    )


def unpack_state(device: str, data: bytes, last: Sample | None) -> DeviceState:
    """Return the state that was packed, with the counters of the device's last answered sample."""
    packed = json.loads(data)
    rows = {row.name: row for row in (last.interfaces or ())} if last else {}
    read = last.time if last else None
    return DeviceState(
        device=device,
        answer=_unpack_watch(packed["answer"]),
        alive=packed["alive"],
        last_seen=read,
        system=last.system if last else None,
        interfaces={
            name: InterfaceState(_unpack_watch(watch), shut, rows.get(name), read if name in rows else None)
            for name, (watch, shut) in packed["interfaces"].items()
        },
        ospf={address: _unpack_watch(watch) for address, watch in packed["ospf"].items()},
        bgp={address: _unpack_watch(watch) for address, watch in packed["bgp"].items()},
        bfd={address: _unpack_watch(watch) for address, watch in packed.get("bfd", {}).items()},
    )


def _pack_watch(watch: Watch) -> list[object]:
    return [str(watch.condition), _maybe_micros(watch.since), watch.ever_up, _maybe_micros(watch.doubt), watch.looks]


def _unpack_watch(packed: list[Any]) -> Watch:
    condition, since, ever_up, doubt, looks = packed
    return Watch(Condition(condition), _maybe_moment(since), ever_up, _maybe_moment(doubt), looks)


_TIMES = ("since", "opened", "cleared", "closed")
_NAMES = ("devices", "sites", "peak", "degraded", "on_backup", "others")


def pack_incident(incident: Incident) -> bytes:
    """Return an incident as JSON."""
    packed: dict[str, object] = {key: _maybe_micros(getattr(incident, key)) for key in _TIMES}
    packed |= {key: list(getattr(incident, key)) for key in _NAMES}
    packed |= {
        "cause": [str(incident.root_cause.kind), incident.root_cause.name],
        "services": [[s.name, s.sites] for s in incident.services],
        "agencies": [[a.name, a.offices] for a in incident.agencies],
        "symptoms": [[str(s.subject.kind), s.subject.device, s.subject.part, s.state] for s in incident.symptoms],
        "merged_into": incident.merged_into,
        "flapping": incident.flapping,
        "maintenance": incident.maintenance,
        "reading": incident.reading,
        "alarm": incident.alarm,
        "said": pack_said(incident.said),
        **({"advice": pack_words(incident.advice)} if incident.advice else {}),
        "related": incident.related,
        "parts": [_pack_part(part) for part in incident.parts],
        "readings": [[r.measure, r.value, r.limit, r.over_s, r.part] for r in incident.readings],
    }
    return dump(packed)


def _pack_part(part: Part) -> list[object]:
    return [str(part.id.kind), part.id.name, micros(part.since), _maybe_micros(part.cleared)]


def _unpack_part(packed: list[Any]) -> Part:
    kind, name, since, cleared = packed
    return Part(CauseId(CauseKind(kind), name), moment(since), _maybe_moment(cleared))


def unpack_incident(number: str, data: bytes) -> Incident:
    """Return the incident that was packed."""
    packed: Mapping[str, Any] = json.loads(data)
    kind, name = packed["cause"]
    times: dict[str, Any] = {key: _maybe_moment(packed[key]) for key in _TIMES}
    names: dict[str, Any] = {key: tuple(packed.get(key, ())) for key in _NAMES}
    # "others" and all after "merged_into" came later: incidents are kept for years
    return Incident(
        id=number,
        root_cause=CauseId(CauseKind(kind), name),
        services=tuple(ServiceImpact(service, sites) for service, sites in packed["services"]),
        agencies=tuple(AgencyImpact(agency, offices) for agency, offices in packed.get("agencies", ())),
        symptoms=tuple(Symptom(Subject(SubjectKind(k), d, p), s) for k, d, p, s in packed["symptoms"]),
        merged_into=packed["merged_into"],
        flapping=packed.get("flapping", False),
        maintenance=packed.get("maintenance"),
        reading=packed.get("reading", ""),
        alarm=Severity(alarm) if (alarm := packed.get("alarm")) else None,
        said=unpack_said(said) if (said := packed.get("said")) else None,
        advice=unpack_words(packed["advice"]) if "advice" in packed else None,
        related=packed.get("related", ""),
        parts=tuple(_unpack_part(part) for part in packed.get("parts", ())),
        readings=tuple(Measured(*reading) for reading in packed.get("readings", ())),
        **times,
        **names,
    )
