"""What a configuration says, said of the router that stands in for it; and what cannot be said so.

What is left out is a gap: it has its reason, and a change that touches it cannot be rehearsed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from jbnet.config.standin.facts import (
    AreaFacts,
    BgpFacts,
    Key,
    OspfFacts,
    PeerFacts,
    PortFacts,
    RoutingText,
    StaticFacts,
)
from jbnet.config.tree import Path
from jbnet.model.text import Text, text

UNKNOWN_KEY = "standin"
"""In the place of every key that is not declared: both ends are taken to have the same."""
_NAMED = "<secret:"
_NUMBERS = {"md5": 0, "hmac-md5": 60, "hmac-sha256": 120}
"""What is added to a key's number: FRR signs by md5 alone, and ends of two algorithms must not agree."""
_LARGEST = 255
_FARTHEST = 254
"""FRR takes no route of distance 255; on other systems it is the last choice."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the stand-in does without: why, and which words name it in the lines that speak of it."""

    reason: Text
    words: frozenset[str]

    def touches(self, path: Path) -> bool:
        """Say whether a line speaks of it."""
        said = {word for line in path for word in line.split()}
        return bool(self.words & said)


def translated(facts: RoutingText, names: Mapping[str, str]) -> RoutingText:
    """Return the same of the stand-in, its ports by the lab's names."""
    return replace(
        facts,
        ports={names[port.name]: _port(port, names) for port in facts.ports.values() if port.name in names},
        ospf=facts.ospf and _ospf(facts.ospf),
        bgp=facts.bgp and _bgp(facts.bgp, names),
        statics=tuple(_statics(facts, names)),
    )


def gaps(facts: RoutingText, names: Mapping[str, str]) -> Iterator[Gap]:
    """Yield what the stand-in cannot say."""
    for port in facts.ports.values():
        if port.vpn:
            said = text("{port} is in the VPN instance {vpn}, and the lab has the common table alone",
                        port=port.name, vpn=port.vpn)  # fmt: skip
            yield Gap(said, frozenset({port.name, port.vpn}))
        for name in port.filters.values():
            if name not in facts.lists or name in facts.broken:
                said = text("the filter {name} of {port} is not understood", name=name, port=port.name)
                yield Gap(said, frozenset({port.name, *name.split()[-1:]}))
    yield from _route_gaps(facts, names)


def _route_gaps(facts: RoutingText, names: Mapping[str, str]) -> Iterator[Gap]:
    for route in facts.statics:
        if route.port and route.via is None and route.port not in names:
            yield Gap(text("the route to {prefix} leads to {port}, which has no address", prefix=route.prefix,
                           port=route.port), frozenset({str(route.prefix.network_address), route.port}))  # fmt: skip
    maps, lists = {clause.name for clause in facts.clauses}, {entry.name for entry in facts.entries}
    used = {clause.match for clause in facts.clauses if clause.match} - lists | _maps_used(facts) - maps
    for name in sorted(used):
        said = text("{name} is used and nowhere defined; what a system makes of that differs", name=name)
        yield Gap(said, frozenset({name}))


def _maps_used(facts: RoutingText) -> set[str]:
    imports = (*(facts.ospf.imports if facts.ospf else ()), *(facts.bgp.imports if facts.bgp else ()))
    peers = facts.bgp.peers if facts.bgp else ()
    found = [*(one.route_map for one in imports), *(name for p in peers for name in (p.map_in, p.map_out))]
    return {name for name in found if name}


def unknown_keys(facts: RoutingText) -> bool:
    """Say whether there are keys that are not declared."""
    keys = [key.secret for port in facts.ports.values() for key in port.keys]
    peers = [peer.secret for peer in facts.bgp.peers if peer.secret] if facts.bgp else []
    return any(not secret.startswith(_NAMED) for secret in (*keys, *peers))


def _port(port: PortFacts, names: Mapping[str, str]) -> PortFacts:
    dead = port.dead if port.dead is not None or port.hello is None else 4 * port.hello
    return replace(port, name=names[port.name], keys=tuple(map(_key, port.keys)), dead=dead)


def _key(key: Key) -> Key:
    """Return a key of FRR; the algorithm is in its number."""
    number = (key.id + _NUMBERS.get(key.algorithm, 0) - 1) % _LARGEST + 1
    return Key(number, "md5", _secret(key.secret))


def _secret(secret: str) -> str:
    return secret if secret.startswith(_NAMED) else UNKNOWN_KEY


def _ospf(ospf: OspfFacts) -> OspfFacts:
    """Return the process; an area whose own space is kept out of area 0 as externals does not translate it."""
    areas = tuple(replace(area, translates=area.translates and not _hidden(area, ospf)) for area in ospf.areas)
    own = {summary.prefix for area in areas if area.kind == "nssa" for summary in area.summaries}
    return replace(ospf, areas=areas, suppressed=tuple(prefix for prefix in ospf.suppressed if prefix not in own))


def _hidden(area: AreaFacts, ospf: OspfFacts) -> bool:
    return area.kind == "nssa" and any(summary.prefix in ospf.suppressed for summary in area.summaries)


def _bgp(bgp: BgpFacts, names: Mapping[str, str]) -> BgpFacts:
    return replace(bgp, peers=tuple(_peer(peer, names) for peer in bgp.peers))


def _peer(peer: PeerFacts, names: Mapping[str, str]) -> PeerFacts:
    return replace(
        peer, source=names.get(peer.source, ""), secret=_secret(peer.secret) if peer.secret else "",
    )  # fmt: skip


def _statics(facts: RoutingText, names: Mapping[str, str]) -> Iterator[StaticFacts]:
    for route in facts.statics:
        if route.via is not None or not route.port:
            yield replace(route, port="", distance=route.distance and min(route.distance, _FARTHEST))
        elif route.port in names:
            yield replace(route, port=names[route.port], distance=route.distance and min(route.distance, _FARTHEST))
