"""What the causes mean for sites: who is cut off, who has fewer ways, who runs on a backup line.

Who is cut off is seen. Who has fewer ways and who runs on a backup line is what the forecast says of the causes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from jbnet.monitor.causes import Cause, CauseId, CauseKind, View
from jbnet.monitor.plant import Plant
from jbnet.topology.graph import FailureSet
from jbnet.topology.sequence import Added, added


def consequences(
    plant: Plant, causes: Mapping[CauseId, Collection[CauseId]], silent: Collection[str] = ()
) -> Mapping[CauseId, Added]:
    """Return what each cause adds to those before it, in the given order (oldest first).

    ``causes``: each with the circuits and devices that it takes away, itself or its parts. ``silent``: the circuits
    whose ports are up although they are down.
    """
    failures = [failure_of(*taken, silent=silent) for taken in causes.values()]
    return dict(zip(causes, added(plant.forecaster, failures), strict=True))


def failure_of(*taken: CauseId, silent: Collection[str] = ()) -> FailureSet:
    """Return circuits and devices that are taken away as one failure; the ports of the ``silent`` circuits stay up."""
    lines = {cause.name for cause in taken if cause.kind is CauseKind.CIRCUIT}
    mute = lines.intersection(silent)
    devices = [cause.name for cause in taken if cause.kind is CauseKind.DEVICE]
    return FailureSet.of(circuits=lines - mute, devices=devices, silent=mute)


def cut_off(view: View, causes: Iterable[Cause]) -> Mapping[CauseId, tuple[str, ...]]:
    """Return the sites that each cause cuts off: none of a site's watched devices answers.

    A site whose devices went silent for different causes counts for the one that silenced the last of them.
    """
    blamed = {device: cause.id for cause in causes for device in cause.devices}
    found: dict[CauseId, list[str]] = {}
    for site in _sites_of(view, blamed):
        devices = [d for d in view.plant.homes[site] if d in view.plant.watched]
        if all(d in blamed and not view.alive(d) for d in devices):
            last = max(devices, key=lambda d: (view.silent_since(d), d))
            found.setdefault(blamed[last], []).append(site)
    return {cause: tuple(sites) for cause, sites in found.items()}


def _sites_of(view: View, devices: Iterable[str]) -> Iterable[str]:
    served = view.plant.served
    return dict.fromkeys(site for device in devices for site in served.get(device, ()))
