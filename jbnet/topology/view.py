"""What one device sees of a state: with which others it can exchange packets, there and back."""

from __future__ import annotations

from jbnet.topology.layers import BACKBONE, NOWHERE
from jbnet.topology.spf import INFINITY
from jbnet.topology.state import State


class View:
    """The state of the network as seen from one device, the vantage.

    A statically routed device is as reachable as the router above it, while its own lines hold; so only speakers
    of OSPF are asked about. Where several ways are equally long, all of them have to work.
    """

    def __init__(self, state: State, vantage: int):
        layers = state.layers
        self.state = state
        self.vantage = vantage
        self.speaker = layers.speaker[vantage]
        self._area = layers.area_of[self.speaker] if self.speaker != NOWHERE else None
        self._seen: dict[int, bool] = {}
        self.poles = self._poles()
        """The places in the backbone over which the vantage is seen from there."""

    def exchanges(self, speaker: int) -> bool:
        """Say whether packets pass between the vantage and a speaker of OSPF, both ways."""
        found = self._seen.get(speaker)
        if found is None:
            found = self._seen[speaker] = self._exchanges(speaker)
        return found

    def entries(self, area: str) -> tuple[int, ...]:
        """Return the border routers over which the vantage reaches an area: of all that announce it the nearest."""
        found: set[int] = set()
        for launch in self.state.launches(self.speaker):
            found.update(self._doors_from(launch, area))
        return tuple(sorted(found))

    def _poles(self) -> tuple[int, ...]:
        if self._area is None or self.speaker in self.state.devices:
            return ()
        return (self.speaker,) if self._area == BACKBONE else tuple(self.state.borders(self._area))

    def _exchanges(self, speaker: int) -> bool:
        area = self.state.layers.area_of[speaker]
        if self._area is None or area is None or {speaker, self.speaker} & set(self.state.devices):
            return False
        if area == self._area:
            return self.state.tree(area, self.speaker).cost(speaker) < INFINITY
        return self._sends(self.speaker, speaker) and self._sends(speaker, self.speaker)

    def _sends(self, source: int, target: int) -> bool:
        """Say whether packets from one area arrive in another, by whichever of the equal ways."""
        launches = self.state.launches(source)
        return bool(launches) and all(self._launched(launch, target) for launch in launches)

    def _launched(self, launch: int, target: int) -> bool:
        """Say whether packets arrive that a device of the backbone has to bring to a target."""
        area = self.state.layers.area_of[target]
        assert area is not None  # noqa: S101  only speakers of OSPF are asked about
        if self._knows(launch, target, area):
            return self._arrives(launch, target, area)
        if any(self._distance(launch, other) < INFINITY for other in self.state.layers.originators):
            return False  # it follows a default route to a core that does not know the way either
        partners = self.state.sideways(launch)
        return bool(partners) and all(
            self._is_door(partner) and self._knows(partner, target, area) and self._arrives(partner, target, area)
            for partner in partners
        )

    def _knows(self, launch: int, target: int, area: str) -> bool:
        """Say whether a device of the backbone has a route to a target there, or to its area."""
        if area == BACKBONE:
            return self._distance(launch, target) < INFINITY
        return bool(self._doors_from(launch, area))

    def _arrives(self, launch: int, target: int, area: str) -> bool:
        """Say whether packets reach their target from every door of its area that is nearest."""
        if area == BACKBONE:
            return True
        return all(self.state.tree(area, door).cost(target) < INFINITY for door in self._doors_from(launch, area))

    def _doors_from(self, launch: int, area: str) -> tuple[int, ...]:
        costs = {door: self._distance(launch, door) for door in self.state.borders(area)}
        best = min(costs.values(), default=INFINITY)
        return tuple(door for door, cost in costs.items() if cost == best) if best < INFINITY else ()

    def _is_door(self, device: int) -> bool:
        areas = self.state.layers.borders[device]
        return any(self.state.is_border(device, area) for area in areas)

    def _distance(self, one: int, other: int) -> float:
        """Return the distance in the backbone. Costs are equal both ways, so one end's tree answers for both."""
        if other in self.poles or other in self.state.layers.originators:
            one, other = other, one
        return self.state.tree(BACKBONE, one).cost(other)
