"""Single points of failure: what must not fail, whom it would cut off, and what would mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from jbnet.model.network import DeviceKind, Level
from jbnet.topology.each import Row, rows, worst_first
from jbnet.topology.failures import KINDS
from jbnet.topology.forecast import Forecast, Forecaster
from jbnet.topology.graph import FailureSet, expand
from jbnet.topology.mends import Mend, Mender

ASKED = ("underlay", "carrier", "srlg", "device", "circuit")


@dataclass(frozen=True, slots=True)
class Point:
    """Something whose failure alone cuts homes off.

    ``tops`` are those of them that hang on it directly, the others lie below them. ``mends`` are lines to add,
    for as many of the tops as a line can help. ``own``: it is the only router of its home, and cuts off no more
    than what hangs below it.
    """

    kind: str
    name: str
    forecast: Forecast
    tops: tuple[str, ...]
    mends: tuple[Mend, ...] = ()
    own: bool = False

    @property
    def is_mended(self) -> bool:
        """Say whether the mends keep all that hang on it directly, a home whose only router fails aside."""
        return len(self.mends) >= len(self.tops) - self.own


@dataclass(frozen=True, slots=True)
class Group:
    """Points that are alike and too many to name: the only lines, or the only routers, of sites by level."""

    kind: str
    levels: Mapping[Level, int]
    names: tuple[str, ...]


def single_points(
    forecaster: Forecaster, kinds: Iterable[str] = ASKED, begin: Callable[[str], None] = lambda kind: None
) -> tuple[tuple[Point, ...], tuple[Group, ...]]:
    """Return the single points of failure, the worst of each kind first, and the groups of those that are alike.

    A line that is all that a statically routed site has, and the router of a home that has but one, are counted in
    groups, but for a router that also cuts off homes which a line to another router would keep. ``begin`` is told each
    kind before its turn.
    """
    found = _Finder(forecaster)
    points: list[Point] = []
    groups: list[Group] = []
    for kind in kinds:
        begin(kind)
        alike: list[Row] = []
        for row in worst_first(rows(forecaster, kind)):
            if kind == "srlg" and row.name in forecaster.network.underlays:
                continue  # it is the underlay's own, and stands there
            if row.forecast.cut_off or row.forecast.others:
                point = found.point(row)
                if point is None:
                    alike.append(row)
                else:
                    points.append(point)
        if alike:
            groups.append(_group(forecaster, kind, alike))
    return tuple(points), tuple(groups)


class _Finder:
    """Tells points that deserve a line of their own from those that are alike."""

    def __init__(self, forecaster: Forecaster):
        self._network = forecaster.network
        self._layers = forecaster.layers
        self._mender = Mender(forecaster)

    def point(self, row: Row) -> Point | None:
        """Return what a failure is as a single point; None where it belongs in a group."""
        field, _ = KINDS[row.kind]
        failure = FailureSet.of(**{field: (row.name,)})
        expanded = expand(self._network, failure)
        tops = self._tops(row.forecast)
        own = self._own_home(row)
        others = [home for home in tops if home != own and self._speaks(home)]
        if not others and row.kind in ("circuit", "device") and self._is_plain(row, own):
            return None
        mends = [self._mender.mend(home, failure, expanded) for home in others]
        return Point(row.kind, row.name, row.forecast, tops, tuple(m for m in mends if m), own in tops)

    def _own_home(self, row: Row) -> str | None:
        return self._network.devices[row.name].home if row.kind == "device" else None

    def _is_plain(self, row: Row, own: str | None) -> bool:
        """Say whether it is the one line of a site, or the one router of a home of ours."""
        if row.kind == "device":
            return own not in self._network.peers and self._is_only(row.name, own)
        circuit = self._layers.circuit_number[row.name]
        return self._layers.layer[circuit] is None and row.name not in self._sessions()

    def _is_only(self, name: str, own: str | None) -> bool:
        """Say whether a home has no other device of the same kind: a server beside a router replaces none."""
        beside = (self._layers.names[number] for number in self._layers.homes.members.get(own or "", ()))
        return all(other == name or self._kind(other) is not self._kind(name) for other in beside)

    def _kind(self, device: str) -> DeviceKind:
        role = self._network.roles.get(self._network.devices[device].role)
        return role.kind if role is not None else DeviceKind.ROUTER

    def _sessions(self) -> set[str]:
        return {session.circuit for session in self._network.bgp_sessions}

    def _speaks(self, home: str) -> bool:
        return any(self._layers.area_of[device] is not None for device in self._layers.homes.members.get(home, ()))

    def _tops(self, forecast: Forecast) -> tuple[str, ...]:
        """Return the homes cut off above which no home is cut off that they hang on."""
        cut = {*forecast.cut_off, *forecast.others}
        return tuple(home for home in (*forecast.cut_off, *forecast.others) if not self._hangs_in(home, cut))

    def _hangs_in(self, home: str, cut: set[str]) -> bool:
        layers = self._layers
        members = layers.homes.members.get(home, ())
        above = {layers.homes.of[d] for d in members}  # a gateway's, where it has no device of its own
        above |= {layers.homes.of[layers.parent[d]] for d in members if layers.parent[d] >= 0}
        above.discard(home)
        return bool(above & cut)


def _group(forecaster: Forecaster, kind: str, alike: Sequence[Row]) -> Group:
    sites = forecaster.network.sites
    homes = [_home(forecaster, kind, row.name) for row in alike]
    levels = Counter(sites[home].level for home in homes if home in sites)
    return Group(kind, {level: levels[level] for level in Level if levels[level]}, tuple(row.name for row in alike))


def _home(forecaster: Forecaster, kind: str, name: str) -> str:
    network = forecaster.network
    device = name if kind == "device" else network.circuits[name].z.device
    return network.devices[device].home
