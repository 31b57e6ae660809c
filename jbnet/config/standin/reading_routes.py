"""Static routes, BGP and filters of routes of a configuration, as their lines say them one by one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from typing import Any

from jbnet.config.adopt.reading import network_of
from jbnet.config.standin.facts import BgpFacts, ClauseFacts, EntryFacts, PeerFacts, StaticFacts
from jbnet.config.standin.saying import Said, Taker, import_of, number


@dataclass
class BgpReader(Taker):
    """Collects the BGP process and its neighbours."""

    bgp: BgpFacts | None = None
    peers: dict[IPv4Address, PeerFacts] = field(default_factory=dict)

    def process(self) -> BgpFacts | None:
        """Return the process with its neighbours; None: there is none."""
        return self.bgp and replace(self.bgp, peers=tuple(self.peers.values()))

    def _bgp(self, said: Said) -> None:
        self.bgp = self.bgp or BgpFacts(int(said["asn"]))

    def _spoken(self) -> BgpFacts:
        if self.bgp is None:
            raise KeyError("bgp")
        return self.bgp

    def _bgp_router(self, said: Said) -> None:
        self.bgp = replace(self._spoken(), router_id=IPv4Address(said["id"]))

    def _bgp_network(self, said: Said) -> None:
        self.bgp = replace(self._spoken(), networks=(*self._spoken().networks, network_of(said)))

    def _bgp_import(self, said: Said) -> None:
        self.bgp = replace(self._spoken(), imports=(*self._spoken().imports, import_of(said)))

    def _bgp_distance(self, said: Said) -> None:
        found = int(said["external"]), int(said["internal"]), int(said["local"])
        self.bgp = replace(self._spoken(), distances=found)

    def _peer(self, said: Said) -> None:
        address = IPv4Address(said["peer"])
        self.peers[address] = PeerFacts(address, int(said["asn"]))

    def _of_peer(self, said: Said, **values: Any) -> None:
        address = IPv4Address(said["peer"])
        self.peers[address] = replace(self.peers[address], **values)

    def _peer_source(self, said: Said) -> None:
        self._of_peer(said, source=said["port"])

    def _peer_key(self, said: Said) -> None:
        self._of_peer(said, secret=said["secret"])

    def _peer_hops(self, said: Said) -> None:
        self._of_peer(said, hops=number(said, "hops") or 255)

    def _peer_ignored(self, said: Said) -> None:
        self._of_peer(said, ignored=True)

    def _peer_active(self, said: Said) -> None:
        self._of_peer(said, active=True)

    def _peer_next_hop(self, said: Said) -> None:
        self._of_peer(said, next_hop_self=True)

    def _peer_map(self, said: Said) -> None:
        self._of_peer(said, **{"map_in" if said["way"] in ("in", "import") else "map_out": said["map"]})


@dataclass
class RouteReader(Taker):
    """Collects static routes and filters of routes."""

    statics: list[StaticFacts] = field(default_factory=list)
    entries: list[EntryFacts] = field(default_factory=list)
    clauses: dict[tuple[str, int], ClauseFacts] = field(default_factory=dict)

    def _static(self, said: Said) -> None:
        hop = said.get("via") or said.get("hop")
        via = IPv4Address(hop) if hop else None
        self.statics.append(StaticFacts(network_of(said), via, said.get("port", ""), number(said, "distance")))

    def _entry(self, said: Said) -> None:
        prefix, ge, le = network_of(said), number(said, "ge"), number(said, "le")
        if ge is not None and le is None:
            le = prefix.max_prefixlen
        ge = None if ge == prefix.prefixlen else ge
        self.entries.append(EntryFacts(said["name"], int(said["seq"]), said["action"] == "permit", prefix, ge, le))

    def _clause(self, said: Said) -> None:
        name, seq = said["map"], int(said["seq"])
        self.clauses.setdefault((name, seq), ClauseFacts(name, seq, said["action"] == "permit"))

    def _of_clause(self, said: Said, **values: Any) -> None:
        key = said["map"], int(said["seq"])
        self.clauses[key] = replace(self.clauses[key], **values)

    def _match(self, said: Said) -> None:
        self._of_clause(said, match=said["list"])

    def _preferred(self, said: Said) -> None:
        self._of_clause(said, local_preference=int(said["value"]))

    def _metric(self, said: Said) -> None:
        self._of_clause(said, metric=int(said["value"]))
