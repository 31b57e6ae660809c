"""From a configuration to what it says of which packets go where, by the patterns of its platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv4Network, NetmaskValueError
from typing import Any

from jbnet.config.adopt.reading import dotted, network_of
from jbnet.config.standin.access import Access
from jbnet.config.standin.facts import (
    AreaFacts,
    BgpFacts,
    ClauseFacts,
    DefaultRoute,
    EntryFacts,
    Import,
    Key,
    OspfFacts,
    PeerFacts,
    PortFacts,
    RoutingText,
    StaticFacts,
    Summary,
)
from jbnet.config.tree import Path
from jbnet.platforms.registry import platform
from jbnet.platforms.routing_facts import routing_facts
from jbnet.platforms.sections import sections

Said = Mapping[str, str]
_PROTOCOLS = {"direct": "connected"}
_EVERY_PORT = {"all", "default"}


def read(platform_name: str, lines: Iterable[Path]) -> RoutingText:
    """Return what the lines of a configuration (``jbnet.config.lines.paths_of``) say."""
    reader = _Reader(platform_name)
    for path in lines:
        reader.take(path)
    return reader.done()


def is_elsewhere(platform_name: str, path: Path) -> bool:
    """Say whether a line is about something else than where packets go, as far as its section tells."""
    return sections(platform_name).of(path) in routing_facts(platform_name).elsewhere


@dataclass
class _Reader:
    """Reads one configuration; one use."""

    platform: str
    ports: dict[str, PortFacts] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    speaking: set[str] = field(default_factory=set)
    chained: dict[str, str] = field(default_factory=dict)
    chains: dict[str, dict[int, Key]] = field(default_factory=dict)
    ospf: OspfFacts | None = None
    router_id: IPv4Address | None = None
    areas: dict[str, AreaFacts] = field(default_factory=dict)
    area_keys: dict[str, Key] = field(default_factory=dict)
    networks: list[tuple[IPv4Network, str]] = field(default_factory=list)
    bgp: BgpFacts | None = None
    peers: dict[IPv4Address, PeerFacts] = field(default_factory=dict)
    statics: list[StaticFacts] = field(default_factory=list)
    entries: list[EntryFacts] = field(default_factory=list)
    clauses: dict[tuple[str, int], ClauseFacts] = field(default_factory=dict)
    access: Access = field(default_factory=Access)
    unread: list[Path] = field(default_factory=list)

    def take(self, path: Path) -> None:
        """Take a line in; what nobody knows is kept, unless it is about other things."""
        found = routing_facts(self.platform).facts_of(path)
        if not found or not all(self._taken(fact, said) for fact, said in found):
            self.access.miss(path)
            if not is_elsewhere(self.platform, path):
                self.unread.append(path)

    def _taken(self, fact: str, said: Said) -> bool:
        """Say whether a fact could be taken over: one with a value that is none could not."""
        if "port" in said and fact == "port":
            self.ports.setdefault(said["port"], PortFacts(said["port"]))
        take: Callable[[Said], None] | None = getattr(self, f"_{fact}", None)
        try:
            if take is not None:
                take(said)
            else:
                self.access.take(fact, said)
        except (AddressValueError, NetmaskValueError, ValueError, KeyError):
            return False
        return True

    def done(self) -> RoutingText:
        """Return what was read, every port with what is said of it elsewhere."""
        ports = {name: self._whole(port) for name, port in self.ports.items()}
        ospf = self.ospf and replace(
            self.ospf, router_id=self.ospf.router_id or self.router_id, areas=tuple(self.areas.values())
        )
        return RoutingText(
            ports=ports,
            ospf=ospf,
            bgp=self.bgp and replace(self.bgp, peers=tuple(self.peers.values())),
            statics=tuple(self.statics),
            entries=tuple(self.entries),
            clauses=tuple(self.clauses.values()),
            lists=self.access.lists(),
            broken=frozenset(self.access.broken),
            unread=tuple(self.unread),
        )

    def _whole(self, port: PortFacts) -> PortFacts:
        """Return a port as it is in the end: in an area by its address, silent, signed by a key of its area's."""
        area = port.area or self._area_of(port)
        every = bool(self.silent & _EVERY_PORT)
        passive = port.passive or port.name in self.silent or (every and port.name not in self.speaking)
        keys = tuple(self.chains.get(self.chained[port.name], {}).values()) if port.name in self.chained else port.keys
        signed = port.signed or port.name in self.chained
        if area in self.area_keys and not signed:
            keys, signed = (self.area_keys[area],), True
        is_loopback = port.name == (platform(self.platform).loopback or "lo")
        joins = routing_facts(self.platform).usual.point_to_point.fullmatch(port.name) is not None
        joined = joins if port.point_to_point is None else port.point_to_point
        return replace(
            port, area=area, point_to_point=joined, keys=keys if signed else (), signed=signed,
            passive=area is not None and (passive or is_loopback),
            filters={way: self.access.resolved(name) for way, name in port.filters.items()},
        )  # fmt: skip

    def _area_of(self, port: PortFacts) -> str | None:
        """Return the area of the longest ``network`` that a port's address is in."""
        fits = [(net.prefixlen, area) for net, area in self.networks for a in port.addresses if a.ip in net]
        return max(fits)[1] if fits and not port.vpn else None

    # interfaces

    def _set(self, said: Said, **values: Any) -> None:
        """Say more of a port; lines below a heading that is no line by itself (a patch has it so) name it too."""
        self.ports[said["port"]] = replace(self._of_port(said), **values)

    def _of_port(self, said: Said) -> PortFacts:
        return self.ports.get(said["port"], PortFacts(said["port"]))

    def _port(self, said: Said) -> None:
        self.ports.setdefault(said["port"], PortFacts(said["port"]))

    def _address(self, said: Said) -> None:
        address = IPv4Interface("/".join(part for part in (said["address"], said.get("mask")) if part))
        self._set(said, addresses=(*self._of_port(said).addresses, address))

    def _vpn(self, said: Said) -> None:
        self._set(said, vpn=said["vpn"])

    def _shut(self, said: Said) -> None:
        self._set(said, shut=True)

    def _filter(self, said: Said) -> None:
        way = "in" if said["way"].startswith("in") else "out"
        name = said.get("list") or f"policy {said['policy']}"
        self._set(said, filters={**self._of_port(said).filters, way: name})

    def _area(self, said: Said) -> None:
        self._set(said, area=dotted(said["area"]))

    def _cost(self, said: Said) -> None:
        self._set(said, cost=int(said["cost"]))

    def _kind(self, said: Said) -> None:
        self._set(said, point_to_point=said["kind"] != "broadcast")

    def _timer(self, said: Said) -> None:
        self._set(said, **{said["timer"]: int(said["seconds"])})

    def _passive(self, said: Said) -> None:
        self._set(said, passive=True)

    def _bfd(self, said: Said) -> None:
        self._set(said, bfd=True)

    def _signed(self, said: Said) -> None:
        self._set(said, signed=True)

    def _key(self, said: Said) -> None:
        self._set(said, keys=(*self._of_port(said).keys, _key_of(said)))

    def _chained(self, said: Said) -> None:
        self.chained[said["port"]] = said["chain"]

    def _chain_secret(self, said: Said) -> None:
        number = int(said["id"])
        self.chains.setdefault(said["chain"], {})[number] = Key(number, "md5", said["secret"])

    def _chain_algorithm(self, said: Said) -> None:
        chain, number = self.chains[said["chain"]], int(said["id"])
        chain[number] = replace(chain[number], algorithm=_algorithm(said))

    # OSPF

    def _process(self) -> OspfFacts:
        self.ospf = self.ospf or OspfFacts(None)
        return self.ospf

    def _ospf(self, said: Said) -> None:
        found = self._process()
        self.ospf = replace(found, router_id=IPv4Address(said["id"])) if "id" in said else found

    def _router(self, said: Said) -> None:
        self.router_id = IPv4Address(said["id"])

    def _default(self, said: Said) -> None:
        self.ospf = replace(self._process(), default=DefaultRoute("always" in said, _number(said, "metric")))

    def _import(self, said: Said) -> None:
        found = self._process()
        self.ospf = replace(found, imports=(*found.imports, _import_of(said)))

    def _silent(self, said: Said) -> None:
        self.silent.add(said["port"])

    def _speaking(self, said: Said) -> None:
        self.speaking.add(said["port"])

    def _suppressed(self, said: Said) -> None:
        found = self._process()
        self.ospf = replace(found, suppressed=(*found.suppressed, network_of(said)))

    def _distance(self, said: Said) -> None:
        intra, external = self._process().distances
        said_now = _number(said, "intra"), _number(said, "external")
        self.ospf = replace(self._process(), distances=(said_now[0] or intra, said_now[1] or external))

    def _inside(self, said: Said) -> AreaFacts:
        return self.areas.setdefault(dotted(said["area"]), AreaFacts(dotted(said["area"])))

    def _in(self, said: Said, **values: Any) -> None:
        found = replace(self._inside(said), **values)
        self.areas[found.id] = found

    def _network(self, said: Said) -> None:
        self.networks.append((network_of(said), self._inside(said).id))

    def _summary(self, said: Said) -> None:
        found = Summary(network_of(said), _number(said, "cost"), said.get("way") != "not-advertise")
        self._in(said, summaries=(*self._inside(said).summaries, found))

    def _nssa(self, said: Said) -> None:
        here, rest = self._inside(said), said["rest"]
        self._in(
            said, kind="nssa", no_summary=here.no_summary or "no-summary" in rest,
            translates=here.translates and "translate-never" not in rest,
        )  # fmt: skip

    def _stub(self, said: Said) -> None:
        self._in(said, kind="stub", no_summary="no-summary" in said["rest"])

    def _area_key(self, said: Said) -> None:
        self.area_keys[self._inside(said).id] = _key_of(said)

    # other routes

    def _static(self, said: Said) -> None:
        hop = said.get("via") or said.get("hop")
        via = IPv4Address(hop) if hop else None
        self.statics.append(StaticFacts(network_of(said), via, said.get("port", ""), _number(said, "distance")))

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
        self.bgp = replace(self._spoken(), imports=(*self._spoken().imports, _import_of(said)))

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
        self._of_peer(said, hops=_number(said, "hops") or 255)

    def _peer_ignored(self, said: Said) -> None:
        self._of_peer(said, ignored=True)

    def _peer_active(self, said: Said) -> None:
        self._of_peer(said, active=True)

    def _peer_next_hop(self, said: Said) -> None:
        self._of_peer(said, next_hop_self=True)

    def _peer_map(self, said: Said) -> None:
        self._of_peer(said, **{"map_in" if said["way"] in ("in", "import") else "map_out": said["map"]})

    # filters of routes

    def _entry(self, said: Said) -> None:
        prefix, ge, le = network_of(said), _number(said, "ge"), _number(said, "le")
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


def _number(said: Said, name: str) -> int | None:
    return int(said[name]) if name in said else None


def _import_of(said: Said) -> Import:
    protocol = _PROTOCOLS.get(said["protocol"], said["protocol"])
    return Import(protocol, said.get("map"), _number(said, "metric"), int(said.get("type", "2")))


def _key_of(said: Said) -> Key:
    return Key(int(said["id"]), _algorithm(said), said["secret"])


def _algorithm(said: Said) -> str:
    return said["algorithm"].replace("sha-", "sha")
