"""Failures one after another, as they happen: what each adds to those before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet


@dataclass(frozen=True, slots=True)
class Added:
    """What one failure adds, in the words of ``Forecast`` and ``Ways``.

    ``degraded``: homes, still connected, that have fewer ways to the core than before it. ``others``: locations and
    peers that it cuts off. ``on_backup``: homes that go up over a backup line since it.
    """

    degraded: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    on_backup: tuple[str, ...] = ()


NOTHING = Added()


def added(forecaster: Forecaster, failures: Iterable[FailureSet]) -> Iterator[Added]:
    """Yield what each failure adds to those before it. They are given as devices and circuits.

    The line or the router of a site on a static default route takes no redundancy from anybody: it costs nothing
    here, so that hundreds of dead townships cost no search each.
    """
    so_far, ways = FailureSet(), dict[str, int]()
    others, backup = set[str](), set[str]()
    for failure in failures:
        if not forecaster.is_wide(failure):
            yield NOTHING
            continue
        so_far |= failure
        found = forecaster.of_expanded(so_far)
        now = forecaster.ways_beside(failure, so_far)
        yield Added(
            tuple(home for home, count in now.items() if 0 < count < ways.get(home, forecaster.ways(home))),
            tuple(home for home in found.others if home not in others),
            tuple(home for home in found.on_backup if home not in backup),
        )
        ways |= now
        others, backup = set(found.others), set(found.on_backup)
