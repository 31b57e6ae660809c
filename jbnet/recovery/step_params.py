"""What the actions of general use want as parameters: checked when a runbook is read, not at three in the morning.

``command`` runs a program on a declared host, ``playbook`` one of playbooks/ on some, ``wait`` lets time pass,
``notify`` tells people by the channels of monitors/notify.yaml, ``drill`` practises in a bubble, ``compare-rows`` reads
both copies of a database, ``set-cost`` sets the OSPF cost of a circuit, ``set-session`` closes or opens the BGP session
over one, ``move-name`` has a name lead to another site. An action whose name has a dot in it belongs to somebody else's
package, and so do its parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from jbnet.inventory.exchange.ansible_variables import is_special, is_template
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.recovery.fields import Findings
    from jbnet.recovery.runbook import Step

FOREIGN: Final = re.compile(r"[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*")
"""Names of actions that other packages provide: OWNER.ACTION."""
ON_RECORD: Final = "on_record"
"""Given to ``rebuild-standby`` by the engine, never by a runbook: what that host has alone is on record, or a person
said in so many words that it may be lost unlisted.
"""
MOST_WAIT_S: Final = 3600
MOST_RATE_MB_S: Final = 1024
SURPRISES: Final = ("none", "killed-following", "killed-leading", "any")
"""What befalls the copy of a drill: its server is killed while it follows, or when it leads; or one of these, drawn."""

STANDBY: Final = "standby"
BACKUP: Final = "backup"
SOURCES: Final = (STANDBY, BACKUP)
"""What a drill copies: the standby, or the newest backup with its archived log."""

COSTS: Final = ("drained", "declared")
"""Costs that a step names: taken only where there is no other way (MaxLinkMetric, RFC 6987), and the declared one."""
MOST_COST: Final = 65535
"""That of a drained line, which is asked for by its name (RFC 2328, A.4.2: 16 bits)."""


SESSIONS: Final = ("shutdown", "open", "declared")
"""What a BGP session shall be: closed on purpose (RFC 4486, 4), open, or as the declaration says."""


def is_foreign(action: str) -> bool:
    """Say whether an action is some other package's; it counts as one that touches production."""
    return FOREIGN.fullmatch(action) is not None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_argv(value: object) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(isinstance(word, str) for word in value) and _is_text(value[0])
    )


def _is_names(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_text(name) for name in value)


def _is_surprise(value: object) -> bool:
    return isinstance(value, str) and value in SURPRISES


def _is_source(value: object) -> bool:
    return isinstance(value, str) and value in SOURCES


def _is_time(value: object) -> bool:
    """Say whether it is a time with its zone; what YAML makes a time of is none: it may have lost it."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_wait(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= MOST_WAIT_S


def _is_rate(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_RATE_MB_S


def _is_cost(value: object) -> bool:
    known = isinstance(value, str) and value in COSTS
    return known or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value < MOST_COST)


def _is_session(value: object) -> bool:
    return isinstance(value, str) and value in SESSIONS


def _is_settings(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str)
        and name.isidentifier()
        and not is_special(name)
        and isinstance(one, str | int | float | bool)
        and not is_template(one)
        for name, one in value.items()
    )


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: what it must be, in words and as a test."""

    expected: str
    holds: Callable[[object], bool]
    required: bool = False


_PLACE: Final = {
    "database": Param("the name of a database", _is_text, required=True),
    "host": Param("the name of a device", _is_text, required=True),
}
_ARGV = Param("a list of texts: the program and its arguments", _is_argv)
_SECONDS = Param(f"a number of seconds up to {MOST_WAIT_S}", _is_wait, required=True)
PARAMS: Final[Mapping[str, Mapping[str, Param]]] = {
    "command": {
        "host": Param("the name of a device", _is_text, required=True),
        "do": Param(_ARGV.expected, _is_argv, required=True),
        "probe": _ARGV,
        "verify": _ARGV,
        "repeatable": Param("true or false", lambda value: isinstance(value, bool)),
    },
    "playbook": {
        "playbook": Param("the name of a playbook", _is_text, required=True),
        "hosts": Param("a list of devices", _is_names, required=True),
        "seconds": _SECONDS,
        "variables": Param("variables of its own with their values, no secrets and no templates", _is_settings),
    },
    "set-cost": {
        "circuit": Param("the name of a circuit", _is_text, required=True),
        "ends": Param("a list of devices", _is_names, required=True),
        "cost": Param(f"drained, declared, or a cost below {MOST_COST}", _is_cost, required=True),
    },
    "set-session": {
        "circuit": Param("the name of a circuit", _is_text, required=True),
        "device": Param("the name of a device", _is_text, required=True),
        "session": Param(f"one of {', '.join(SESSIONS)}", _is_session, required=True),
    },
    "move-name": {
        "name": Param("a name that is declared in a zone, whole and without its last dot", _is_text, required=True),
        "from": Param("the location that it leads to now", _is_text, required=True),
        "to": Param("the location that it is to lead to", _is_text, required=True),
    },
    "wait": {"seconds": _SECONDS},
    "notify": {
        "channels": Param("a list of channels of monitors/notify.yaml", _is_names, required=True),
        "message": Param("text", _is_text, required=True),
    },
    "verify-applications": {
        "site": Param("primary or standby", lambda value: value in ("primary", "standby"), required=True),
        "applications": Param("a list of applications, the first one first", _is_names, required=True),
        "payment": Param("the application at which one payment is registered", _is_text),
    },
    "drill": {
        **_PLACE,
        "surprise": Param(f"one of {', '.join(SURPRISES)}", _is_surprise),
        "from": Param(f"one of {', '.join(SOURCES)}", _is_source),
        "at": Param("a time in quotes with its zone, like '2026-11-23T08:00:00+08:00'", _is_time),
    },
    "clear-drill": _PLACE,
    "compare-rows": {
        **_PLACE,
        "seconds": _SECONDS,
        "rate_mb_s": Param(f"a whole number, 1 to {MOST_RATE_MB_S}", _is_rate),
    },
}
"""By action, those that are checked here. Which database and host the others act on is checked by the safety rules."""


def check_params(step: Step, findings: Findings) -> None:
    """Report parameters that are missing, unknown, or not what the action wants (JB701, JB702, JB703, JB705, JB715)."""
    known = PARAMS.get(step.action)
    if known is None:
        return
    for key, param in known.items():
        if key not in step.params and param.required:
            message = "step {step}: the action {action} wants the parameter {key}"
            findings.add("JB702", text(message, step=step.name, action=step.action, key=key), step.place)
        elif key in step.params and not param.holds(step.params[key]):
            found = {"key": f"{step.name}: {key}", "value": step.params[key], "expected": param.expected}
            findings.add("JB703", text("{key} is {value!r}; expected {expected}", **found), step.place)
    for key in step.params.keys() - known.keys():
        options = ", ".join(known)
        findings.add("JB701", text("unknown key {key}; expected one of {known}", key=key, known=options), step.place)
    if not findings.has_errors and (wrong := _together(step)) is not None:
        findings.add(*wrong, step.place)


def _together(step: Step) -> tuple[str, Text] | None:
    """Return what is wrong with parameters that are right one by one."""
    if step.action in ("wait", "playbook", "compare-rows") and float(str(step.params["seconds"])) >= step.timeout:
        told = text("step {step} may take {seconds} s, and its timeout is {timeout} s; expected a longer timeout",
                    step=step.name, seconds=step.params["seconds"], timeout=step.timeout)  # fmt: skip
        return "JB705", told
    if step.action == "move-name" and step.params["from"] == step.params["to"]:
        return "JB703", text("step {step}: from and to are both {home}", step=step.name, home=step.params["to"])
    if step.action == "drill" and "at" in step.params and step.params.get("from") != BACKUP:
        return "JB703", text("step {step}: at goes with from: backup; a standby has one time only", step=step.name)
    if step.action == "command" and "probe" not in step.params and not _may_run_twice(step):
        message = (
            "step {step}: after a kill nobody could tell whether its command ran; expected probe (exit code 0: it "
            "holds already), or repeatable: true and verify"
        )
        return "JB715", text(message, step=step.name)
    return None


def _may_run_twice(step: Step) -> bool:
    return step.params.get("repeatable") is True and "verify" in step.params
