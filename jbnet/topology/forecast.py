"""What a failure means, as the routers would have it: who is cut off, who runs on backup, which services stop.

Everything about the whole network is computed once; a failure costs what it changes. ``Forecaster.of`` and
``Forecaster.anew`` give the same answer; the second looks at everything and is there to check the first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import multimode

from jbnet.model.network import Network
from jbnet.topology.graph import FailureSet, expand
from jbnet.topology.layers import BACKBONE, NOWHERE, Layers
from jbnet.topology.load import Loads, Overload
from jbnet.topology.losses import Loss, Losses
from jbnet.topology.needs import ServiceImpact, leading, needs_of
from jbnet.topology.peers import Peers
from jbnet.topology.reachability import reachable
from jbnet.topology.redundancy import Redundancy, Ways
from jbnet.topology.state import State
from jbnet.topology.uplink import Uplinks
from jbnet.topology.users import Users
from jbnet.topology.view import View


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a failure means. All names are in the order of the declaration.

    ``cut_off``: sites in use none of whose devices exchanges packets with the core any more; a site without
    devices of its own hangs on its gateway. ``planned``: sites of which the same is true, but which are planned or
    in the register only: nobody there is cut off, and nothing else counts them. ``others``: locations and peers
    cut off. ``on_backup``: sites, locations and peers that go up over a backup line now and did not before.
    ``devices``: devices in use that the core does not reach any more, failed ones included. ``premises``: offices cut
    off. ``services``: services with the number of sites that can no longer use them. ``overloads``: circuits that
    have more to carry than they can, and more than before. What had no way before is in none of them.
    ``seen_from``: the core failed as a whole, and "cut off" means from this host of a service; None: from the core.
    """

    cut_off: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    on_backup: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    premises: tuple[str, ...] = ()
    services: tuple[ServiceImpact, ...] = ()
    overloads: tuple[Overload, ...] = ()
    seen_from: str | None = None

    @property
    def weight(self) -> tuple[int, int, int]:
        """Return how bad it is: services lost, summed over sites; homes and offices cut off; homes on backup."""
        cut = len(self.cut_off) + len(self.others) + len(self.premises)
        return sum(s.sites for s in self.services), cut, len(self.on_backup)


class Forecaster:
    """Answers what failures mean for one network.

    ``leaders`` says which host serves each database today (default: the declared primary), ``demand`` the traffic
    of sites in Mbit/s (default: the declared one).
    """

    def __init__(
        self,
        network: Network,
        leaders: Mapping[str, str] | None = None,
        demand: Mapping[str, float] | None = None,
    ):
        self.network = network
        self.layers = Layers(network)
        self.whole = State(self.layers)
        self.uplinks = Uplinks(self.whole)
        self._redundancy = Redundancy(self.whole)
        self._peers = Peers(self.layers)
        needs = needs_of(network, leaders)
        hosts = {host for need in needs.values() for group in need.hosts for host in group}
        self.losses = Losses(self.layers, self.whole, (self.layers.number[h] for h in sorted(hosts)))
        self._users = Users(self.layers, self.losses, needs)
        self.loads = self._loads(demand, leading(network, leaders))
        """The loads of the lines; None where no demand is known."""

    def of(self, failure: FailureSet) -> Forecast:
        """Return what the failure means. Raises UsageError for unknown names."""
        return self.of_expanded(expand(self.network, failure))

    def of_expanded(self, failure: FailureSet) -> Forecast:
        """Return what the failure means, given as devices, circuits and lines that there are."""
        return self._forecast(failure, self.losses.of(self._state(failure, self.whole)), self.uplinks)

    def anew(self, failure: FailureSet) -> Forecast:
        """Return the same by looking at every device. Raises UsageError for unknown names."""
        found = expand(self.network, failure)
        return self._forecast(found, self.losses.anew(self._state(found, None)), None)

    def services_without(
        self, cut_off: Collection[str], lost: Collection[str], others: Collection[str] = ()
    ) -> tuple[ServiceImpact, ...]:
        """Return the services that sites can no longer use, given what was seen rather than what would fail.

        ``cut_off`` are sites, ``lost`` devices that nobody reaches, ``others`` locations and peers cut off.
        """
        return self._users.services_without(cut_off, lost, others)

    @cached_property
    def border_routers(self) -> tuple[str, ...]:
        """Return the area border routers, in the order of the declaration."""
        return tuple(self.layers.names[border] for border in self.layers.borders)

    @cached_property
    def routers(self) -> frozenset[str]:
        """Return the devices that speak OSPF."""
        return frozenset(n for n, area in zip(self.layers.names, self.layers.area_of, strict=True) if area is not None)

    def reached(self, vantage: str, failure: FailureSet) -> frozenset[str]:
        """Return the devices with which a device exchanges packets after a failure, peers' routers included."""
        state = self._state(expand(self.network, failure), None)
        found = reachable(state, self.layers.number[vantage])
        view = View(state, self.layers.number[vantage])
        peers = self._peers.routers(state, view) if found else ()
        return frozenset(self.layers.names[device] for device in (*found, *peers))

    def ways_left(self, failure: FailureSet) -> tuple[Ways, ...]:
        """Return the sites and locations, still connected, that have fewer ways to the core than before."""
        state = self._state(expand(self.network, failure), self.whole)
        now = self._redundancy.beside(state, state)
        compared = (Ways(home, self._redundancy.before(home), after) for home, after in now.items())
        return tuple(found for found in compared if 0 < found.after < found.before)

    def ways(self, home: str) -> int:
        """Return the number of ways from a home to the core that share no circuit, while everything works."""
        return self._redundancy.before(home)

    def ways_beside(self, failure: FailureSet, so_far: FailureSet) -> Mapping[str, int]:
        """Return the ways left, after all that failed ``so_far``, to the homes that the last failure can matter to.

        Both are given as devices and circuits. Homes on a static default route are left out: they have one way.
        """
        return self._redundancy.beside(self._state(failure, self.whole), self._state(so_far, self.whole))

    def is_wide(self, failure: FailureSet) -> bool:
        """Say whether a failure (devices and circuits) can matter to more than what is routed statically below it."""
        layers = self.layers
        return (
            any(layers.layer[layers.circuit_number[name]] is not None for name in failure.circuits | failure.silent)
            or any(layers.area_of[layers.number[name]] is not None for name in failure.devices)
            or self._peers.watches(failure)
        )

    def lines_up(self, failure: FailureSet, homes: Iterable[str]) -> Mapping[str, tuple[str, tuple[str, ...]]]:
        """Return by which circuits homes go up after a failure, with the device on which they begin.

        Several circuits out of the backbone may be equally good; which of them a packet takes is the kernel's choice.

        Homes that do not speak OSPF, those of the core, and those cut off have none.
        """
        layers, now = self.layers, Uplinks(self._state(expand(self.network, failure), None))
        best = {home: now.best_of(layers.homes.members.get(home, ())) for home in homes}
        return {
            home: (layers.names[device], tuple(layers.circuits[c] for c in now.equals(device, way)))
            for home, (device, way) in best.items()
            if way.circuit != NOWHERE
        }

    def _state(self, expanded: FailureSet, whole: State | None) -> State:
        layers = self.layers
        devices = frozenset(layers.number[name] for name in expanded.devices)
        cut = frozenset(layers.circuit_number[name] for name in expanded.circuits)
        silent = frozenset(layers.circuit_number[name] for name in expanded.silent) - cut
        return State(layers, devices, cut | silent, whole, silent)

    def _forecast(self, failure: FailureSet, loss: Loss, whole: Uplinks | None) -> Forecast:
        cut, sites, idle = self._users.cut_homes(loss), self.network.sites, self.layers.homes.idle
        peers = self._peers.lost(loss.state, failure.lines, loss.core)
        homes = self.layers.homes.of
        devices = sorted({*loss.core, *(d for d in loss.state.devices if homes[d] in self.network.peers)})
        return Forecast(
            cut_off=tuple(home for home in cut if home in sites and home not in idle),
            planned=tuple(home for home in cut if home in idle),
            others=(*(home for home in cut if home not in sites), *peers),
            on_backup=(*self._on_backup(loss, whole), *self._peers.on_backup(loss.state, loss.core)),
            devices=tuple(self.layers.names[device] for device in devices if homes[device] not in idle),
            premises=self._users.premises(failure.lines, loss.core),
            services=self._users.services(loss, cut, peers),
            overloads=self._overloads(loss, whole),
            seen_from=None if loss.stead is None else self.layers.names[loss.stead],
        )

    def _overloads(self, loss: Loss, whole: Uplinks | None) -> tuple[Overload, ...]:
        if self.loads is None:
            return ()
        return self.loads.of(loss) if whole else self.loads.anew(loss.state)

    def _loads(self, demand: Mapping[str, float] | None, leaders: Mapping[str, str]) -> Loads | None:
        """Return the loads of the lines on the way to the host that leads most databases, else to the core."""
        idle = self.layers.homes.idle
        declared = {site.name: site.demand for site in self.network.sites.values() if site.name not in idle}
        wanted = declared if demand is None else demand
        numbers = [self.layers.number[host] for host in leaders.values() if host in self.layers.number]
        goals = [n for n in (*multimode(numbers), *self.layers.roots) if n in self.layers.near[BACKBONE]]
        return Loads(self.layers, self.whole, wanted, goals[0]) if goals and any(wanted.values()) else None

    def _on_backup(self, loss: Loss, whole: Uplinks | None) -> tuple[str, ...]:
        """Return the homes that now go up over a backup line and did not before."""
        now, layers = Uplinks(loss.state, whole), self.layers
        moved = loss.candidates | now.affected
        found = []
        for home in self.layers.homes.in_use(moved):
            line = now.line_of(layers.homes.members[home])
            if line != NOWHERE and layers.backup[line]:
                before = self.uplinks.line_of(layers.homes.members[home])
                if before == NOWHERE or not layers.backup[before]:
                    found.append(home)
        return tuple(found)
