"""Main line and backup of one home: what they must not have in common."""

from __future__ import annotations

from collections.abc import Iterator

from jbnet.inventory.rules.world import World
from jbnet.model.levels import CircuitRole
from jbnet.model.lines import Circuit


def check(world: World) -> None:
    """Report backups that fail with the main line; of several main lines with one thing in common, the first."""
    for home, circuits in world.uplinks.items():
        mains = [c for c in circuits if c.role is CircuitRole.PRIMARY]
        backups = [c for c in circuits if c.role is CircuitRole.BACKUP]
        first = _first(mains) if backups else {}
        for backup in backups:
            for main in dict.fromkeys(first[thing].name for thing in _things(backup) if thing in first):
                _check_pair(world.network.circuits[main], backup, home, world)


def _things(circuit: Circuit) -> Iterator[tuple[str, str | None]]:
    """Yield what fails with a circuit."""
    yield "carrier", circuit.carrier
    yield "device", circuit.a.device
    yield from (("risk", name) for name in circuit.srlgs)


def _first(circuits: list[Circuit]) -> dict[tuple[str, str | None], Circuit]:
    """Return the first circuit that each thing takes down."""
    found: dict[tuple[str, str | None], Circuit] = {}
    for circuit in circuits:
        for thing in _things(circuit):
            found.setdefault(thing, circuit)
    return found


def _check_pair(main: Circuit, backup: Circuit, home: str, world: World) -> None:
    names = {"name": home, "main": main.name, "backup": backup.name}
    shared = sorted(set(main.srlgs) & set(backup.srlgs))
    if shared:
        there = world.at(main, "srlgs")
        world.report.add(
            "JB236", "{main} and {backup} of {name} share {risk}: one failure takes both", world.at(backup, "srlgs"),
            [there] if there else [], risk=", ".join(shared), **names,
        )  # fmt: skip
    if main.carrier is not None and main.carrier == backup.carrier:
        there = world.at(main, "carrier")
        world.report.add(
            "JB237", "{main} and {backup} of {name} are both lines of {carrier}", world.at(backup, "carrier"),
            [there] if there else [], carrier=main.carrier, **names,
        )  # fmt: skip
    if main.a.device == backup.a.device and _has_other(main.a.device, world):
        there = world.at(main, "to")
        world.report.add(
            "JB153", "{main} and {backup} of {name} both end on {device}", world.at(backup, "to"),
            [there] if there else [], device=main.a.device, **names,
        )  # fmt: skip


def _has_other(device: str, world: World) -> bool:
    """Say whether the home of a device has another one of its role, where the backup could end."""
    found = world.network.devices[device]
    return world.alike[found.home, found.role] > 1
