"""The declared repository of backups (``backups:`` in dr/plan.yaml): on which host it lies, and what it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from jbnet.inventory.reading.source import Source
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.recovery.fields import Fields, Findings

PORT: Final = 8432
"""Of ``pgbackrest server`` (its reference, "tls-server-port")."""
BOUNDS: Final[Mapping[str, tuple[int, int]]] = {"hours": (1, 744), "keep": (1, 366), "queue_mb": (64, 1 << 20)}
"""Hours between two full backups, how many are kept, and MiB of log that may wait."""
NumberT = TypeVar("NumberT", int, float)


@dataclass(frozen=True, slots=True)
class BackupsPlan:
    """``repository``: the host. ``hours``: as old as the newest full backup may be; ``keep``: full backups.

    ``queue_mb``: MiB of log that may wait at a leader; what is beyond is dropped, so that the database goes on.
    """

    repository: str
    hours: float = 20.0
    keep: int = 2
    queue_mb: int = 4096
    encrypted: bool = True


def read_backups(source: Source, raw: object, findings: Findings) -> BackupsPlan | None:
    """Read the section; None: it is absent, and each database host keeps a repository of its own."""
    if raw is None:
        return None
    fields, usual = Fields(source, ("backups",), raw, findings), BackupsPlan("")
    encrypted = fields.take("encrypted", bool, usual.encrypted)
    found = BackupsPlan(
        repository=fields.require("repository", str, ""),
        hours=_bounded(fields, "hours", float, usual.hours),
        keep=_bounded(fields, "keep", int, usual.keep),
        queue_mb=_bounded(fields, "queue_mb", int, usual.queue_mb),
        encrypted=usual.encrypted if encrypted is None else encrypted,
    )
    fields.end()
    return found


def _bounded(fields: Fields, key: str, kind: type[NumberT], usual: NumberT) -> NumberT:
    least, most = BOUNDS[key]
    value = fields.take(key, kind, usual)
    if value is not None and least <= value <= most:
        return value
    expected = text("{least} to {most}", least=least, most=most)
    message = text("{key} is {value!r}; expected {expected}", key=key, value=value, expected=expected)
    fields.findings.add("JB703", message, fields.place(key))
    return usual


def check_repository(source: Source, plan: BackupsPlan, standby: str, network: Network, findings: Findings) -> None:
    """Report (JB718) a repository that is lost with the primary's site, or whose host does not hold every database.

    ``standby``: the location that stands by. Backups are taken from the server on the repository's own host.
    """
    host, place = plan.repository, source.place(("backups", "repository"))
    home = network.devices[host].home
    if home != standby:
        message = text("{host} stands in {home}; backups lie in {location}, which is left when the other burns",
                       host=host, home=home, location=standby)  # fmt: skip
        findings.add("JB718", message, place, source.place(("sites", "standby")))
    for database in network.databases.values():
        if host not in database.hosts:
            related = [database.place] if database.place else []
            message = text("{host} does not hold the database {database}: nothing could be backed up or restored there",
                           host=host, database=database.name)  # fmt: skip
            findings.add("JB718", message, place, *related)
