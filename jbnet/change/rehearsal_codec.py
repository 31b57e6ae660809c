"""The evidence of a rehearsal as JSON, and back. Its hash is checked: evidence that was edited is none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jbnet.change.rehearsal import Counts, Evidence, Likeness, Lost, Pair, Scale, Stead, Trial
from jbnet.model.errors import UsageError
from jbnet.model.text import Text, text

SCHEMA = "jbnet/rehearsal/1"
AGAIN = text("rehearse the plan again: jbnet rehearse PLAN")


def to_json(evidence: Evidence) -> dict[str, Any]:
    """Return the evidence in the shape of its file."""
    judged = {"blessed": evidence.blessed, "culprits": list(evidence.culprits)}
    return {"schema": SCHEMA, "hash": evidence.hash, **judged, **_body(evidence)}


def from_json(data: Any) -> Evidence:
    """Return the evidence of a file. Raises UsageError where it is none, or was changed after it was written."""
    try:
        found, claimed = _evidence(data), data["hash"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError("this is no evidence of a rehearsal: {reason}", reason=repr(error), hint=AGAIN) from error
    if found.hash != claimed:
        raise UsageError("the evidence of the rehearsal was changed after it was written", hint=AGAIN)
    return found


def digest(evidence: Evidence) -> str:
    """Return the SHA-256 over the evidence's canonical JSON."""
    canonical = json.dumps(_body(evidence), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _body(evidence: Evidence) -> dict[str, Any]:
    scale, counts, likeness = evidence.scale, evidence.counts, evidence.likeness
    return {
        "plan": evidence.plan,
        "time": evidence.time.isoformat(),
        "seconds": evidence.seconds,
        "scale": {"devices": scale.devices, "circuits": scale.circuits, "sites": scale.sites},
        "pairs": {"wanted": counts.wanted, "before": counts.before, "after": counts.after},
        "waves": [_trial_json(trial) for trial in evidence.trials],
        "missing": [_pair_json(pair) for pair in evidence.missing],
        "not_started": list(evidence.not_started),
        "left_out": _texts_json(likeness.left_out),
        "assumed": _texts_json(likeness.assumed),
        "down": list(likeness.down),
        **(
            {"stood_in": {n: _stead_json(stead) for n, stead in likeness.stood_in.items()}} if likeness.stood_in else {}
        ),
    }


def _stead_json(stead: Stead) -> dict[str, Any]:
    return {
        "platform": stead.platform,
        "unproved": [_text_json(said) for said in stead.unproved],
        "not_rehearsed": list(stead.untried),
        "against": list(stead.against),
    }


def _trial_json(trial: Trial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "devices": list(trial.devices),
        "reached": trial.reached,
        "lost": [{**_pair_json(lost.pair), "after": lost.after} for lost in trial.lost],
        "outages": [{**_pair_json(pair), "seconds": seconds} for pair, seconds in trial.outages.items()],
        "failed": _texts_json(trial.failed),
    }


def _pair_json(pair: Pair) -> dict[str, Any]:
    return {"from": pair.source, "to": pair.target}


def _texts_json(texts: Mapping[str, Text]) -> dict[str, Any]:
    return {name: _text_json(said) for name, said in texts.items()}


def _text_json(said: Text) -> dict[str, Any]:
    return {"template": said.template, "params": {key: str(value) for key, value in said.params.items()}}


def _evidence(data: Any) -> Evidence:
    if data["schema"] != SCHEMA:
        raise ValueError(f"schema {data['schema']!r}, expected {SCHEMA!r}")
    return Evidence(
        plan=data["plan"],
        time=datetime.fromisoformat(data["time"]),
        seconds=data["seconds"],
        scale=Scale(**data["scale"]),
        counts=Counts(**data["pairs"]),
        trials=tuple(_trial(trial) for trial in data["waves"]),
        missing=tuple(_pair(pair) for pair in data["missing"]),
        not_started=tuple(data["not_started"]),
        likeness=Likeness(
            _texts(data["left_out"]),
            _texts(data["assumed"]),
            tuple(data["down"]),
            {name: _stead(stead) for name, stead in data.get("stood_in", {}).items()},
        ),
    )


def _trial(data: Mapping[str, Any]) -> Trial:
    return Trial(
        number=data["number"],
        devices=tuple(data["devices"]),
        reached=data["reached"],
        lost=tuple(Lost(_pair(lost), lost["after"]) for lost in data["lost"]),
        outages={_pair(outage): outage["seconds"] for outage in data["outages"]},
        failed=_texts(data["failed"]),
    )


def _pair(data: Mapping[str, Any]) -> Pair:
    return Pair(data["from"], data["to"])


def _texts(data: Mapping[str, Any]) -> dict[str, Text]:
    return {name: _text(said) for name, said in data.items()}


def _text(said: Mapping[str, Any]) -> Text:
    return Text(said["template"], dict(said["params"]))


def _stead(data: Mapping[str, Any]) -> Stead:
    unproved = tuple(_text(said) for said in data["unproved"])
    return Stead(data["platform"], unproved, tuple(data["not_rehearsed"]), tuple(data["against"]))
