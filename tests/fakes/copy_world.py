"""Rehearsals on fake networks: a copy is a second World of fake devices, and packets go where its lines lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy_world import World
from device import FakeDevice

from jbnet.change.pairs import targets
from jbnet.config.standin.standin import PortFilter
from jbnet.inventory.restrict import restrict
from jbnet.model.network import Network
from jbnet.ports import Blueprint, Reporter
from jbnet.services.deploy.desk import Desk

Screened = Callable[[str, Sequence[PortFilter]], None]
"""Who is told of packet filters."""


@dataclass
class Copies:
    """Implements the port Rehearsal.

    ``screened`` is told of filters; ``room``: how many devices a copy may have; ``arrange`` changes it before use.
    """

    folder: Path
    room: int = 1000
    arrange: Callable[[World], None] = lambda _: None
    screened: Screened = lambda _device, _filters: None
    made: list[World] = field(default_factory=list)
    gone: int = 0

    def fits(self, blueprint: Blueprint) -> bool:
        return len(blueprint.configs) <= self.room

    @contextmanager
    def copy(self, blueprint: Blueprint, asking: Mapping[str, str], reporter: Reporter) -> Iterator[Copy]:
        del reporter
        devices = {name: FakeDevice(name, running=config) for name, config in blueprint.configs.items()}
        world = World(restrict(blueprint.network, blueprint.configs), devices, set(blueprint.down))
        self.arrange(world)
        self.made.append(world)
        try:
            yield Copy(world, asking, self.screened)
        finally:
            self.gone += 1

    def desk(self, part: Network, reporter: Reporter) -> Desk:
        del part
        return replace(self.made[-1].desk(self.folder), reporter=reporter)


@dataclass
class Copy:
    """Two devices exchange packets when both have a chain of addressed lines to the NOC."""

    world: World
    asking: Mapping[str, str]
    screened: Screened

    def inside(self) -> nullcontext[None]:
        return nullcontext()

    def screen(self, device: str, filters: Sequence[PortFilter]) -> None:
        self.screened(device, filters)

    def reached(self, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        there = self.world.reachable()
        hosts = {target.address: target.device for target in targets(self.world.network)}
        return frozenset(p for p in pairs if p[0] in self.asking and {p[0], hosts[p[1]]} <= there)
