"""Sites in time: what is in use must not hang on what is not, nor come before it."""

from __future__ import annotations

from jbnet.inventory.rules.world import World
from jbnet.model.levels import Status
from jbnet.model.lines import Circuit
from jbnet.model.places import Site
from jbnet.model.text import text

_SHOWN = 3
"""Other places that a finding about many sites names."""


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
    """Report sites below one parent that bear one name: two of them as a pair, more of them once."""
    called: dict[tuple[str | None, str], list[Site]] = {}
    for site in world.network.sites.values():
        called.setdefault((site.parent, site.name_zh), []).append(site)
    for (parent, name_zh), (first, *others) in called.items():
        if not others:
            continue
        places = [world.placed(site, "name_zh") for site in (first, *others[1:])]
        if len(others) == 1:
            world.report.add(
                "JB293", "{name} and {other} below {parent} are both called {name_zh}",
                world.placed(others[0], "name_zh"), places,
                name=others[0].name, other=first.name, parent=parent, name_zh=name_zh,
            )  # fmt: skip
        else:
            world.report.add(
                "JB293", "{count} sites below {parent} are called {name_zh}, {name} and {other} among them",
                world.placed(others[0], "name_zh"), places[:_SHOWN],
                count=len(others) + 1, name=others[0].name, other=first.name, parent=parent, name_zh=name_zh,
            )  # fmt: skip


def _check_codes(world: World) -> None:
    """Report codes that do not begin with the parent's; where none below a parent does, it is the parent's once."""
    children: dict[str, list[Site]] = {}
    for site in world.network.sites.values():
        if site.parent is not None and site.parent in world.network.sites:
            children.setdefault(site.parent, []).append(site)
    for name, below in children.items():
        parent = world.network.sites[name]
        odd = [site for site in below if not site.code.startswith(parent.code)]
        if len(odd) == len(below) > 1:
            world.report.add(
                "JB294", "none of the {count} codes below {parent} begins with its own, {parent_code}",
                world.placed(parent, "code"), [world.placed(site, "code") for site in odd[:_SHOWN]],
                count=len(odd), parent=name, parent_code=parent.code,
            )  # fmt: skip
            continue
        for site in odd:
            world.report.add(
                "JB294", "the code {code} of {name} does not begin with {parent_code}, that of {parent}",
                world.placed(site, "code"), [world.placed(parent, "code")],
                code=site.code, name=site.name, parent_code=parent.code, parent=name,
            )  # fmt: skip
