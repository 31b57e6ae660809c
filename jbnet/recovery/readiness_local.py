"""Readiness of a local standby: the checks of a standby, of the one at the primary's own site. No move leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from jbnet.model.text import text
from jbnet.recovery.limits import Limits
from jbnet.recovery.observed import DatabaseLook, Unseen
from jbnet.recovery.parity import about_parity
from jbnet.recovery.readiness import Check, Level, Result
from jbnet.recovery.readiness_around import about_fence, about_filter
from jbnet.recovery.readiness_servers import about_servers, unseen

_OF_A_STANDBY = frozenset({
    Check.CLUSTER, Check.STANDBY, Check.STREAM, Check.LAG, Check.SLOT, Check.DISK, Check.VERSION, Check.EXTENSIONS,
    Check.SETTINGS,
})  # fmt: skip
"""What is asked of it as of the other one; the rest is about the leader, and is said once."""


def about_local(look: DatabaseLook, limits: Limits) -> Iterator[Result]:
    """Yield what is to be said of the local standby, by its own host; nothing where none is declared.

    A failover wants it behind a fence as well as the leader: that decides. Nothing else of it does.
    """
    host = look.database.local_standby
    if host is None:
        return
    yield replace(about_filter(look, host), aside=True)
    beside = look.beside()
    if beside is None:
        yield _at_rest(look, host)
        return
    for result in (*about_servers(beside), *about_parity(beside, limits)):
        if result.check in _OF_A_STANDBY and not (result.check is Check.DISK and result.subject == look.leader):
            yield replace(result, subject=host, aside=True)
    yield about_fence(look, host)


def _at_rest(look: DatabaseLook, host: str) -> Result:
    """While the other site leads it follows nobody who leads: at rest it is as it should be."""
    expected = text("it takes no writes while {leader} leads", leader=look.leader)
    if isinstance(look.local, Unseen):
        return replace(unseen(Check.STANDBY, look, host, look.local, expected), aside=True)
    found = text("it is at rest: {leader} leads, at the other site", leader=look.leader)
    advice = text("jbnet dr failback brings it back; jbnet databases set-up does not")
    return Result(Check.STANDBY, host, Level.AMBER, found, expected, advice, database=look.database.name, aside=True)
