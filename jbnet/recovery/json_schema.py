"""JSON Schemas of dr/, whose files are read key by key (``fields``) and not by a model."""

from __future__ import annotations

from typing import Any

from jbnet.recovery import backups_plan
from jbnet.recovery.drill_limits import BOUNDS, CHECKPOINTS
from jbnet.recovery.limits import LEAST_EVERY_S, MOST_EVERY_S, MOST_LOOKS, MOST_PERCENT
from jbnet.recovery.runbook import ACTIONS, APPROVE, FOREACH, LEADING, OnFail
from jbnet.recovery.scoring.table import table
from jbnet.recovery.step_params import FOREIGN

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}
_NAMES = {"type": "array", "items": _TEXT}
_FOREIGN = {"type": "string", "pattern": f"^{FOREIGN.pattern}$", "description": "OWNER.ACTION of another package"}
_PARAMS = {"type": "object", "description": "parameters of the action; {database} and the like are filled in"}


def _object(required: list[str], **properties: object) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _file(title: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": _DIALECT, "title": title, **schema}


def plan_schema() -> dict[str, Any]:
    """Return the schema of dr/plan.yaml."""
    fence = _object(
        ["rings", "vantages"],
        rings={"type": "array", "minItems": 1, "items": {**_NAMES, "minItems": 1},
               "description": "routers around the host, the nearest ring first"},
        vantages={**_NAMES, "minItems": 2, "description": "hosts from which the proof is taken, over disjoint paths"},
    )  # fmt: skip
    sites = _object(["primary", "standby"], primary=_TEXT, standby=_TEXT)
    return _file(
        "The recovery plan",
        _object(
            ["sites", "run_from", "fences"],
            sites={**sites, "description": "locations: which one leads, which one stands by"},
            run_from={**_TEXT, "description": "the device from which a recovery is run"},
            fences={"type": "object", "additionalProperties": fence, "description": "by host"},
            readiness=_limits(),
            drills=_drills(),
            backups=_backups(),
            journal_copies={**_NAMES, "description": "devices elsewhere to which the journal is copied as it grows"},
        ),
    )


def _limits() -> dict[str, Any]:
    days = {"type": "number", "exclusiveMinimum": 0, "description": "days"}
    percent = {"type": "number", "exclusiveMinimum": 0, "maximum": MOST_PERCENT, "description": "of a volume's size"}
    often = {"anyOf": [{"const": 0}, {"type": "number", "minimum": LEAST_EVERY_S, "maximum": MOST_EVERY_S}],
             "description": "seconds between two looks of jbnet monitor; 0: never"}  # fmt: skip
    looks = {"type": "integer", "minimum": 1, "maximum": MOST_LOOKS, "description": "looks in a row that are an alarm"}
    amber = {"type": "boolean", "description": "an amber check is an alarm, too (a warning)"}
    limits = _object([], drill_days=days, restore_test_days=days, disk_free_percent=percent, every_s=often,
                     alarm_after=looks, alarm_amber=amber)  # fmt: skip
    return {**limits, "description": "what jbnet dr check measures against, and how often the monitor looks"}


def _drills() -> dict[str, Any]:
    whole = {key: {"type": "integer", "minimum": least, "maximum": most} for key, (least, most) in BOUNDS.items()}
    smoke = {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": _TEXT},
             "description": "by database and name: SQL whose answer must be t"}  # fmt: skip
    percent = {"type": "number", "exclusiveMinimum": 0, "maximum": MOST_PERCENT,
               "description": "of the volume, stays free"}  # fmt: skip
    drills = _object([], **whole, checkpoint={"enum": list(CHECKPOINTS)}, free_percent=percent, smoke=smoke)
    return {**drills, "description": "what a drill in a bubble may take of the standby's host"}


def _backups() -> dict[str, Any]:
    bounds = {key: {"minimum": least, "maximum": most} for key, (least, most) in backups_plan.BOUNDS.items()}
    backups = _object(
        ["repository"],
        repository={**_TEXT, "description": "the host on which all backups lie, at the standby's location"},
        hours={"type": "number", **bounds["hours"], "description": "a full backup is taken when the newest is older"},
        keep={"type": "integer", **bounds["keep"], "description": "full backups"},
        queue_mb={"type": "integer", **bounds["queue_mb"], "description": "MiB of log that may wait at a leader"},
        encrypted={"type": "boolean", "description": "by the secret backup-passphrase; true where nothing is said"},
    )
    return {**backups, "description": "one repository for all database hosts; without it each has its own"}


def runbook_schema() -> dict[str, Any]:
    """Return the schema of dr/runbooks/*.yaml."""
    undo = _object(
        ["action"], action={"anyOf": [{"enum": sorted(ACTIONS - LEADING - {APPROVE})}, _FOREIGN]}, params=_PARAMS
    )
    step = _object(
        ["name", "action"],
        name=_TEXT,
        action={"anyOf": [{"enum": sorted(ACTIONS)}, _FOREIGN]},
        params=_PARAMS,
        needs={**_NAMES, "description": "earlier steps; without it, the one before"},
        timeout={"type": "number", "description": "seconds"},
        retry={"type": "integer", "minimum": 0},
        on_fail={"enum": [str(way) for way in OnFail]},
        point_of_no_return={"type": "boolean"},
        foreach={"enum": list(FOREACH)},
        undo=undo,
        approvals={"type": "integer", "minimum": 2, "description": "people; for the action approve"},
        expires={"type": "number", "description": "seconds; for the action approve"},
    )
    steps = {"type": "array", "minItems": 1, "items": step}
    return _file("A runbook", _object(["name", "title", "steps"], name=_TEXT, title=_TEXT, title_zh=_TEXT, steps=steps))


def approvers_schema() -> dict[str, Any]:
    """Return the schema of dr/approvers.yaml."""
    person = _object([], login=_TEXT, name_zh=_TEXT, roles=_NAMES)
    people = {"type": ["object", "null"], "additionalProperties": person}
    return _file("Who may approve", _object([], people=people))


def standard_schema() -> dict[str, Any]:
    """Return the schema of dr/standard.yaml."""
    declared = [name for name, requirement in table().requirements.items() if requirement.fact is None]
    claim = _object(
        ["holds", "reason"],
        holds={"type": "boolean"},
        reason={**_TEXT, "minLength": 1, "description": "what shows it: a contract, a roster, a building"},
        by={**_TEXT, "description": "who answers for it"},
        date={**_TEXT, "format": "date"},
    )
    claims = {"type": ["object", "null"], "additionalProperties": False, "properties": dict.fromkeys(declared, claim)}
    return _file("What of GB/T 20988 cannot be seen", _object([], declared=claims))
