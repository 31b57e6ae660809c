"""What is seen of the one repository of backups, and of the log on its way there. Pure: looks come in as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jbnet.recovery.observed import Unseen


@dataclass(frozen=True, slots=True)
class Span:
    """Segments without a gap: of a timeline, from one place in the log to another (counted in segments)."""

    timeline: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class TakenBackup:
    """A full backup: label, when it ended (seconds since 1970), its timeline, and where in the log it begins."""

    label: str
    ended: float
    timeline: int
    first: int


@dataclass(frozen=True, slots=True)
class RepositoryLook:
    """What the repository has of a database. ``said``: why it could not be read; empty: it was."""

    newest: TakenBackup | None = None
    spans: tuple[Span, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class ArchiverLook:
    """A database's log on a host: files that wait to be archived, since when (seconds), of which size; the timeline.

    ``archives``: its archive command is set. ``version``: of pgBackRest there.
    """

    leads: bool
    timeline: int
    waiting: int
    oldest_s: float
    segment_bytes: int
    archives: bool
    version: str


@dataclass(frozen=True, slots=True)
class BackupView:
    """Both, of one database. ``hosts``: by name."""

    database: str
    repository: RepositoryLook | Unseen
    hosts: Mapping[str, ArchiverLook | Unseen] = field(default_factory=dict)

    @property
    def leader(self) -> str | None:
        """Return the host that leads; None: none, or more than one, is seen to."""
        leading = [name for name, look in self.hosts.items() if isinstance(look, ArchiverLook) and look.leads]
        return leading[0] if len(leading) == 1 else None


def hole(newest: TakenBackup, spans: Iterable[Span]) -> tuple[int, int] | None:
    """Return timeline and place of the first segment that is missing behind a backup's beginning; None: none is.

    Along the newest timeline there is at each place, never one older than the last: what a dead leader archived
    behind the fork counts for nothing. What is behind the newest segment is not missing.
    """
    kept = sorted(spans, key=lambda span: (-span.timeline, span.first))
    timeline, number = newest.timeline, newest.first
    while True:
        here = next((s for s in kept if s.timeline >= timeline and s.first <= number <= s.last), None)
        if here is None:
            later = any(span.timeline >= timeline and span.last > number for span in kept)
            return (timeline, number) if later else None
        newer = [s.first for s in kept if s.timeline > here.timeline and number < s.first <= here.last]
        timeline, number = here.timeline, min([*newer, here.last + 1])
