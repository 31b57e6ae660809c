"""What ansible-runner tells of a run, task by task, gathered into one outcome a host. No secret leaves here."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jbnet.ports import HostOutcome, HostState, Progress, Reporter

RESULT_FACT = "jbnet_result"
"""The fact in which a playbook lays down what it found on a host."""
STARTED = "runner_on_start"
OK = "runner_on_ok"
SKIPPED = "runner_on_skipped"
FAILED = ("runner_on_failed", "runner_on_async_failed")
UNREACHABLE = "runner_on_unreachable"
STATS = "playbook_on_stats"
JUDGING = ("assert", "fail", "ansible.builtin.assert", "ansible.builtin.fail")
"""Actions whose failure is an answer and no accident; so is that of a module which says ``unmet``."""
UNNAMED = "a task without log"
"""Stands for one of several tasks with secrets, where only their number is known."""
SAYING_NOTHING = ("non-zero return code", "One or more items failed", "MODULE FAILURE")
REASON_LENGTH = 300
MASK = "<secret>"
MIN_SECRET = 4
"""Shorter values are not blanked: they would be found inside plain words."""


@dataclass
class _Host:
    """What happened on one host so far."""

    ok: int = 0
    changed: list[str] = field(default_factory=list)
    state: HostState | None = None
    reason: str | None = None
    found: dict[str, object] = field(default_factory=dict)
    running: str = ""
    censored: list[str] = field(default_factory=list)


class Events:
    """Takes the events of a run. ``secrets`` are blanked wherever a task repeats one."""

    def __init__(self, secrets: Iterable[str] = (), reporter: Reporter | None = None):
        self._secrets = sorted({s for s in secrets if len(s) >= MIN_SECRET}, key=len, reverse=True)
        self._reporter = reporter
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}
        self._over = False

    @property
    def changed(self) -> tuple[str, ...]:
        """Return the tasks that changed something, as ``HOST: TASK``."""
        return tuple(f"{name}: {task}" for name, host in self._hosts.items() for task in host.changed)

    @property
    def failed(self) -> tuple[str, ...]:
        """Return what went wrong, as ``HOST: TASK: REASON``."""
        return tuple(f"{name}: {host.reason}" for name, host in self._hosts.items() if host.reason is not None)

    def outcomes(self) -> tuple[HostOutcome, ...]:
        """Return one outcome a host, by name. A host is through when the run was, and nothing stopped it."""
        return tuple(self._outcome(name, host) for name, host in sorted(self._hosts.items()))

    def _outcome(self, name: str, host: _Host) -> HostOutcome:
        state = host.state or (HostState.OK if self._over else HostState.UNFINISHED)
        reason = host.reason or (host.running or None if state is HostState.UNFINISHED else None)
        return HostOutcome(name, state, host.ok, tuple(host.changed), reason, dict(host.found))

    def take(self, event: Mapping[str, Any]) -> bool:
        """Take one event; return False: its artifact is not kept."""
        kind, data = event.get("event"), event.get("event_data") or {}
        with self._lock:
            if kind == STATS:
                self._over = True
                self._complete(data.get("changed") or {})
            elif data.get("host") and kind in (STARTED, OK, SKIPPED, UNREACHABLE, *FAILED):
                self._take(str(kind), str(data["host"]), str(data.get("task") or ""), data)
        return False

    def _take(self, kind: str, name: str, task: str, data: Mapping[str, Any]) -> None:
        host = self._hosts.setdefault(name, _Host())
        result = data.get("res") or {}
        if kind == STARTED:
            host.running = task
            return
        if kind == SKIPPED or (data.get("ignore_errors") and kind in FAILED):
            return
        word = self._done(host, task, result) if kind == OK else self._stopped(host, kind, task, data, result)
        if self._reporter is not None:
            seen = {"task": task, "outcome": word, "reason": host.reason}
            self._reporter.report(Progress("playbook.task", name, seen))

    def _done(self, host: _Host, task: str, result: Mapping[str, Any]) -> str:
        host.ok += 1
        facts = result.get("ansible_facts")
        if isinstance(facts, Mapping) and isinstance(facts.get(RESULT_FACT), Mapping):
            host.found.update(facts[RESULT_FACT])
        if "censored" in result:
            host.censored.append(task)
        if not result.get("changed"):
            return "ok"
        host.changed.append(task)
        return "changed"

    def _complete(self, counts: Mapping[str, int]) -> None:
        """Add the tasks of which nothing may be said (no_log): the events lack whether they changed something."""
        for name, host in self._hosts.items():
            lacking = counts.get(name, 0) - len(host.changed)
            several = host.censored if lacking == len(host.censored) else [UNNAMED] * lacking
            host.changed += several if lacking > 0 else []

    def _stopped(self, host: _Host, kind: str, task: str, data: Mapping[str, Any], result: Mapping[str, Any]) -> str:
        judged = kind != UNREACHABLE and (data.get("task_action") in JUDGING or bool(result.get("unmet")))
        failed = HostState.UNMET if judged else HostState.FAILED
        host.state = HostState.UNREACHABLE if kind == UNREACHABLE else failed
        host.reason = f"{self._masked(task)}: {self._reason(result)}"
        return host.state.value

    def _reason(self, result: Mapping[str, Any]) -> str:
        """Return what a failed task said, on one line; a censored one says only that it is.

        It is cut after its secrets are blanked: a part of one is none that could be found.
        """
        for item in (result, *(r for r in result.get("results") or () if isinstance(r, Mapping) and r.get("failed"))):
            for key in ("stderr", "msg", "stdout"):
                said = " ".join(self._masked(str(item.get(key) or "")).split())
                if said and said not in SAYING_NOTHING:
                    return said[-REASON_LENGTH:]
        return self._masked(str(result.get("censored") or result.get("msg") or "no reason given"))

    def _masked(self, said: str) -> str:
        for secret in self._secrets:
            said = said.replace(secret, MASK)
        return said


def secrets_in(value: object) -> Iterable[str]:
    """Yield every text below a value of plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from secrets_in(item)
