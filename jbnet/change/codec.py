"""A plan as JSON, and back. The hash is checked: what is applied is what was shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from jbnet.change.model import Change, Plan, Unit, Wave
from jbnet.model.errors import Refused, UsageError
from jbnet.model.findings import Finding, Place, Severity
from jbnet.model.text import Text, text

SCHEMA = "jbnet/plan/1"


def to_json(plan: Plan) -> dict[str, Any]:
    """Return the plan in the shape of its file, its hash included."""
    return {"schema": SCHEMA, "hash": plan.hash, **_body(plan)}


def from_json(data: object) -> Plan:
    """Return the plan of a file. Raises UsageError (not a plan) and Refused (it is not what its hash says)."""
    try:
        plan = _plan(data)
        claimed = data["hash"] if isinstance(data, dict) else ""
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            "this is not a plan: {reason}", reason=_reason(error), hint=text("make one with: jbnet plan")
        ) from error
    if plan.hash != claimed:
        raise Refused(
            "the plan was changed after it was made: its hash is {actual}, it says {claimed}",
            actual=plan.hash[:12],
            claimed=str(claimed)[:12],
            hint=text("plan again; what is applied is only what was shown"),
        )
    return plan


def digest(plan: Plan) -> str:
    """Return the SHA-256 over the plan's canonical JSON."""
    canonical = json.dumps(_body(plan), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _body(plan: Plan) -> dict[str, Any]:
    return {
        "network": plan.network,
        "waves": [{"number": wave.number, "devices": list(wave.devices)} for wave in plan.waves],
        "changes": {name: _change_json(change) for name, change in plan.changes.items()},
        "unchanged": list(plan.unchanged),
        "unasked": {name: _text_json(reason) for name, reason in plan.unasked.items()},
        **_units_json(plan),
        **({"unverified": list(plan.unverified)} if plan.unverified else {}),
        **({"faults": [_fault_json(fault) for fault in plan.faults]} if plan.faults else {}),
    }


def _units_json(plan: Plan) -> dict[str, Any]:
    """Return the units; a plan without any reads, and hashes, as one made before there were units."""
    said = [{"devices": list(unit.devices), "circuits": list(unit.circuits)} for unit in plan.units]
    return {"units": said} if said else {}


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "diff": list(change.diff),
        "before": change.before,
        "intended": change.intended,
        "reached": change.reached,
        "first": change.first,
        "at_risk": list(change.at_risk),
        "dangers": [_text_json(danger) for danger in change.dangers],
        "timer": _text_json(change.timer) if change.timer else None,
        **({"source": change.source} if change.source else {}),
        **({"secrets": list(change.secrets)} if change.secrets else {}),
    }


def _fault_json(fault: Finding) -> dict[str, Any]:
    """Return a fault with its text to be translated, unlike ``Finding.as_json``."""
    places = [[place.file, place.line, place.column] for place in ((fault.place,) if fault.place else ())]
    return {
        "code": fault.code,
        "severity": str(fault.severity),
        "text": _text_json(fault.text),
        "place": places[0] if places else None,
        "count": fault.count,
    }


def _text_json(said: Text) -> dict[str, Any]:
    """Return a text; one within it stays one, everything else becomes a word."""
    params = {n: _text_json(value) if isinstance(value, Text) else str(value) for n, value in said.params.items()}
    return {"template": said.template, "params": params}


def _plan(data: Any) -> Plan:
    if data["schema"] != SCHEMA:
        raise ValueError(f"schema {data['schema']!r}, expected {SCHEMA!r}")
    return Plan(
        network=data["network"],
        waves=tuple(Wave(wave["number"], tuple(wave["devices"])) for wave in data["waves"]),
        changes={name: _change(name, change) for name, change in data["changes"].items()},
        unchanged=tuple(data["unchanged"]),
        unasked={name: _text(reason) for name, reason in data["unasked"].items()},
        units=tuple(Unit(tuple(u["devices"]), tuple(u["circuits"])) for u in data.get("units", ())),
        unverified=tuple(data.get("unverified", ())),
        faults=tuple(_fault(fault) for fault in data.get("faults", ())),
    )


def _change(name: str, data: Mapping[str, Any]) -> Change:
    return Change(
        device=name,
        diff=tuple(data["diff"]),
        before=data["before"],
        intended=data["intended"],
        reached=data["reached"],
        first=data["first"],
        at_risk=tuple(data["at_risk"]),
        dangers=tuple(_text(danger) for danger in data["dangers"]),
        source=data.get("source", ""),
        secrets=tuple(data.get("secrets", ())),
        timer=_text(data["timer"]) if data["timer"] else None,
    )


def _fault(data: Mapping[str, Any]) -> Finding:
    place = Place(*data["place"]) if data["place"] else None
    return Finding(data["code"], Severity(data["severity"]), _text(data["text"]), place, count=data["count"])


def _text(data: Mapping[str, Any]) -> Text:
    params = {n: _text(value) if isinstance(value, dict) else value for n, value in data["params"].items()}
    return Text(data["template"], params)


def _reason(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)
