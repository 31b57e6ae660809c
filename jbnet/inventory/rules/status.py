"""Sites in time: what is in use must not hang on what is not, nor come before it."""

from __future__ import annotations

from jbnet.inventory.rules.world import World
from jbnet.model.levels import Status
from jbnet.model.lines import Circuit
from jbnet.model.places import Site
from jbnet.model.text import text


def check(world: World) -> None:
    """Report sites that hang on others not in use or of a later phase, names and codes that look like slips."""
    for home, circuits in world.uplinks.items():
        site = world.network.sites.get(home)
        if site is not None:
            first = {world.network.devices[circuit.a.device].home: circuit for circuit in reversed(circuits)}
            for name, circuit in first.items():
                if name in world.network.sites:
                    _check_upper(site, world.network.sites[name], circuit, world)
    _check_names(world)
    _check_codes(world)


def _check_upper(site: Site, upper: Site, circuit: Circuit, world: World) -> None:
    if site.status is Status.ACTIVE and upper.status is not Status.ACTIVE:
        world.report.add(
            "JB287", "{name} is in use and hangs on {upper} by {circuit}, which is {status}", site.place,
            [world.placed(upper, "status")],
            name=site.name, upper=upper.name, circuit=circuit.name, status=text(upper.status.value),
        )  # fmt: skip
    if site.phase < upper.phase:
        world.report.add(
            "JB290", "{name} is of phase {phase} and hangs on {upper}, which is of phase {later}",
            world.placed(site, "phase"), [world.placed(upper, "phase")],
            name=site.name, phase=site.phase, upper=upper.name, later=upper.phase,
        )  # fmt: skip


def _check_names(world: World) -> None:
    seen: dict[tuple[str | None, str], Site] = {}
    for site in world.network.sites.values():
        other = seen.setdefault((site.parent, site.name_zh), site)
        if other is not site:
            world.report.add(
                "JB293", "{name} and {other} below {parent} are both called {name_zh}", world.placed(site, "name_zh"),
                [world.placed(other, "name_zh")],
                name=site.name, other=other.name, parent=site.parent, name_zh=site.name_zh,
            )  # fmt: skip


def _check_codes(world: World) -> None:
    sites = world.network.sites
    for site in sites.values():
        parent = sites.get(site.parent or "")
        if parent is not None and not site.code.startswith(parent.code):
            world.report.add(
                "JB294", "the code {code} of {name} does not begin with {parent_code}, that of {parent}",
                world.placed(site, "code"), [world.placed(parent, "code")],
                code=site.code, name=site.name, parent_code=parent.code, parent=parent.name,
            )  # fmt: skip
