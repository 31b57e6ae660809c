"""Going back: the plan that puts back what ran before a change. It is shown and applied as any other plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from jbnet.change.applied import applied
from jbnet.change.model import Change, Plan
from jbnet.config.ownership import aimed
from jbnet.config.render import render
from jbnet.model.errors import TargetError, UsageError
from jbnet.model.network import Device, Network
from jbnet.model.text import text
from jbnet.platforms.masking import masked
from jbnet.ports import ConfigBackups, DeviceSessions, Reporter
from jbnet.services.deploy.aim import Earlier
from jbnet.services.deploy.plan import plan

Entry = Mapping[str, object]


def plan_back(
    undone: Plan,
    network: Network,
    entries: Iterable[Entry],
    backups: ConfigBackups,
    sessions: DeviceSessions,
    reporter: Reporter,
) -> Plan:
    """Return the plan that takes ``undone`` back on every device on which it was confirmed.

    ``entries`` are those of the change journal. Raises UsageError where the change was never applied, or names a
    device that is not declared any more, and Missing where a backup is gone.
    """
    files = kept_before(entries, undone.hash)
    if not files:
        raise UsageError(
            "change {change} was not applied here: nothing to take back",
            change=undone.hash[:12],
            hint=text("jbnet rollback lists what can be taken back"),
        )
    gone = [name for name in files if name not in network.devices]
    if gone:
        raise UsageError(
            "{device} was changed, and is not declared any more", device=gone[0], hint=text("declare it again first")
        )
    aim = Earlier(undone, {name: backups.read(file) for name, file in files.items()})
    way = plan(network, [network.devices[name] for name in files], sessions, reporter, aim=aim, known=files)
    return replace(way, changes={name: _without_secrets(network, c, files[name]) for name, c in way.changes.items()})


def still_declared(plan: Plan, network: Network, sessions: DeviceSessions) -> tuple[str, ...]:
    """Return the devices of a way back on which the declaration goes on wanting something else."""
    return tuple(
        name
        for name, change in plan.changes.items()
        if change.source and _is_declared_otherwise(network, network.devices[name], change.intended, sessions)
    )


def _is_declared_otherwise(network: Network, device: Device, goal: str, sessions: DeviceSessions) -> bool:
    try:
        declared = aimed(network, device, goal, render(network, device))
    except TargetError:  # what cannot be rendered is no plan's next word either
        return False
    return bool(sessions.differ(device).compare(goal, declared))


def _without_secrets(network: Network, change: Change, file: str) -> Change:
    """Return the change as a plan may hold it; the backup has what was there."""
    return replace(change, intended=masked(network.devices[change.device].platform, change.intended), source=file)


def kept_before(entries: Iterable[Entry], change: str) -> dict[str, str]:
    """Return for each device on which the change was confirmed where its configuration of before is kept."""
    found = applied(entries).get(change)
    return dict(found.kept) if found is not None else {}
