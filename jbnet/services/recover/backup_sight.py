"""Looking at backups: the repository and the log of all database hosts, side by side. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.recovery.backups import ArchiverLook, BackupView, RepositoryLook
from jbnet.recovery.backups_plan import BackupsPlan
from jbnet.recovery.observed import Unseen
from jbnet.recovery.readiness import Result
from jbnet.recovery.readiness_backups import about_backups
from jbnet.services.recover.side_by_side import Asked

LOOK_S = 10.0
"""Seconds for all of it: pgBackRest is asked twice for each database, from its files."""


class BackupLooks(Protocol):
    """Looks at backups on database hosts."""

    def look(
        self, host: str, databases: Sequence[str], *, here: bool
    ) -> Mapping[str, tuple[ArchiverLook, RepositoryLook | None]]:
        """Return how the log of each database stands there, and with ``here`` what the repository has of it."""


def look_at_backups(
    eyes: BackupLooks, network: Network, names: Sequence[str], plan: BackupsPlan, now: float, seconds: float = LOOK_S
) -> tuple[Result, ...]:
    """Look at the backups of databases, and judge them. Never raises for a host that does not answer."""
    hosts: dict[str, list[str]] = {}
    for name in names:
        for host in network.databases[name].hosts:
            hosts.setdefault(host, []).append(name)
    looks = {host: partial(eyes.look, host, on, here=host == plan.repository) for host, on in hosts.items()}
    seen = Asked(looks, seconds).answers()
    nothing = Unseen(text("it said nothing"))

    def of(host: str, name: str) -> tuple[ArchiverLook, RepositoryLook | None] | Unseen:
        said = seen.get(host, nothing)
        return said if isinstance(said, Unseen) else said.get(name, nothing)

    return tuple(about_backups(_view(name, network.databases[name].hosts, of, plan), plan, now) for name in names)


class _Of(Protocol):
    def __call__(self, host: str, name: str, /) -> tuple[ArchiverLook, RepositoryLook | None] | Unseen: ...


def _view(name: str, hosts: Sequence[str], of: _Of, plan: BackupsPlan) -> BackupView:
    found = {host: of(host, name) for host in hosts}
    there = found.get(plan.repository, Unseen(text("it said nothing")))
    repository = there if isinstance(there, Unseen) else there[1] or RepositoryLook(said="-")
    return BackupView(name, repository, {h: s if isinstance(s, Unseen) else s[0] for h, s in found.items()})
