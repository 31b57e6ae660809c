"""Ansible playbooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from jbnet.ports.progress import Reporter


class HostState(StrEnum):
    """How a playbook ended on one host."""

    OK = "ok"
    UNMET = "unmet"
    """A condition of the playbook does not hold there (a task ``assert`` or ``fail``): the answer is no."""
    FAILED = "failed"
    """A task failed."""
    UNREACHABLE = "unreachable"
    UNFINISHED = "unfinished"
    """It was cut short, by Ctrl-C or by its time limit, before its tasks were through."""


@dataclass(frozen=True, slots=True)
class HostOutcome:
    """What a playbook did on one host. ``ok`` counts tasks that ran, ``changed`` names those that changed something.

    ``reason`` says why it did not end well, without secrets; ``found`` is what the playbook's fact ``jbnet_result``
    holds.
    """

    host: str
    state: HostState
    ok: int = 0
    changed: tuple[str, ...] = ()
    reason: str | None = None
    found: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaybookResult:
    """What a playbook did. ``changed`` and ``failed`` name tasks as ``HOST: TASK``; ``hosts`` are those it was for.

    ``interrupted``: Ctrl-C came in between, and everything of the run on this machine was ended.
    """

    ok: bool
    changed: tuple[str, ...]
    failed: tuple[str, ...]
    seconds: float
    hosts: tuple[HostOutcome, ...] = ()
    interrupted: bool = False


class PlaybookRunner(Protocol):
    """Runs an Ansible playbook. Secrets in ``variables`` stay out of every argument list and artifact."""

    def run(
        self,
        playbook: str,
        inventory: Mapping[str, object],
        variables: Mapping[str, object],
        timeout: float,
        *,
        check: bool = False,
        reporter: Reporter | None = None,
    ) -> PlaybookResult:
        """Run ``playbooks/NAME.yaml``, at most ``timeout`` seconds. Never raises for a task that failed.

        ``check``: only say what would change (Ansible's check mode). Each task's end on each host is reported as
        ``playbook.task``.
        """
