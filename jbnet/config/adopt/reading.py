"""From a text to what it says, by the patterns of its platform."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv4Network, NetmaskValueError

from jbnet.config.adopt.facts import BgpPeer, Problem, Running, RunningPort, RunningRoute, Source
from jbnet.config.lines import Line, read_lines
from jbnet.model.findings import Place
from jbnet.model.text import Text, text
from jbnet.platforms.adopting import adoptable, adopting, platform_of

LONGEST = 4096
"""Characters of a line; no system shows a longer one."""
Said = Mapping[str, str]


def read(source: Source) -> Running | Problem:
    """Return what a text says, or why it is none that can be read."""
    reason = _why_not(source.content)
    platform = (source.platform or platform_of(source.content)) if reason is None else None
    if reason is None and platform is None:
        reason = text("it is no configuration of {known} that can be recognised", known=", ".join(adoptable()))
    if reason is not None or platform is None:
        return Problem(Place(source.name), reason or text("it is empty"), refused=True)
    return _Reader(source, platform).run()


def _why_not(content: str) -> Text | None:
    if not content.strip():
        return text("it is empty")
    if "\0" in content:
        return text("it is no text: it has NUL bytes")
    number = next((n for n, line in enumerate(content.splitlines(), 1) if len(line) > LONGEST), None)
    if number is not None:
        return text("line {line} has more than {limit} characters", line=number, limit=LONGEST)
    return None


@dataclass
class _Reader:
    """Reads one text; one use."""

    source: Source
    platform: str
    name: tuple[str, int] | None = None
    ports: dict[str, RunningPort] = field(default_factory=dict)
    networks: list[tuple[IPv4Network, str]] = field(default_factory=list)
    router_id: IPv4Address | None = None
    speaks_ospf: bool = False
    areas: dict[str, None] = field(default_factory=dict)
    blocks: dict[IPv4Network, None] = field(default_factory=dict)
    asn: int | None = None
    peers: list[BgpPeer] = field(default_factory=list)
    vrfs: dict[str, str] = field(default_factory=dict)
    routes: list[RunningRoute] = field(default_factory=list)
    agent: bool = False
    understood: set[int] = field(default_factory=set)

    def run(self) -> Running | Problem:
        """Return what the text says; a text without a name is nobody's."""
        lines = read_lines(self.platform, self.source.content)
        known = adopting(self.platform)
        for line in lines:
            for fact, said in known.facts_of(line.path):
                self._take(fact, said, line)
        if self.name is None:
            return Problem(Place(self.source.name), text("it does not say the device's name"), refused=True)
        return Running(
            source=self.source.name,
            platform=self.platform,
            name=self.name[0],
            name_line=self.name[1],
            content=self.source.content,
            lines=lines,
            ports={name: self._in_area(port) for name, port in self.ports.items()},
            router_id=self.router_id,
            speaks_ospf=self.speaks_ospf,
            areas=tuple(self.areas),
            blocks=tuple(self.blocks),
            asn=self.asn,
            peers=tuple(self.peers),
            vrfs=self.vrfs,
            routes=tuple(self.routes),
            agent=self.agent,
            understood=frozenset(self.understood),
        )

    def _take(self, fact: str, said: Said, line: Line) -> None:
        """Take a fact over. A value that is none is not understood, and its line is listed as such."""
        if "port" in said:
            self.ports.setdefault(said["port"], RunningPort(said["port"], line.number))
        take: Callable[[Said, Line], bool] | None = getattr(self, f"_take_{fact}", None)
        try:
            if "area" in said:
                self.areas.setdefault(dotted(said["area"]))
            if take is None or take(said, line):
                self.understood.add(line.number)
        except (AddressValueError, NetmaskValueError, ValueError):
            return

    def _take_name(self, said: Said, line: Line) -> bool:
        self.name = self.name or (said["name"], line.number)
        return True

    def _take_address(self, said: Said, line: Line) -> bool:
        address = IPv4Interface("/".join(part for part in (said["address"], said.get("mask")) if part))
        port = self.ports[said["port"]]
        if port.address is None and "also" not in said:
            return self._set(said, address=address)
        return self._set(said, also=(*port.also, address))

    def _take_vlan(self, said: Said, line: Line) -> bool:
        return self._set(said, vlan=int(said["vlan"]))

    def _take_vpn(self, said: Said, line: Line) -> bool:
        return self._set(said, vpn=said["vpn"])

    def _take_area(self, said: Said, line: Line) -> bool:
        return self._set(said, area=dotted(said["area"]))

    def _take_cost(self, said: Said, line: Line) -> bool:
        return self._set(said, cost=int(said["cost"]))

    def _take_bfd(self, said: Said, line: Line) -> bool:
        return self._set(said, bfd=True)

    def _take_rate(self, said: Said, line: Line) -> bool:
        rate = int(said["rate"]) if "rate" in said else int(said["kilobits"]) // 1000
        return self._set(said, rate=rate or None)

    def _set(self, said: Said, **values: object) -> bool:
        self.ports[said["port"]] = replace(self.ports[said["port"]], **values)  # type: ignore[arg-type]  # by name
        return True

    def _take_ospf(self, said: Said, line: Line) -> bool:
        self.speaks_ospf = True
        return True

    def _take_router(self, said: Said, line: Line) -> bool:
        self.speaks_ospf = self.speaks_ospf or line.path[0].startswith("ospf")
        if "id" in said:
            self.router_id = self.router_id or IPv4Address(said["id"])
        return True

    def _take_network(self, said: Said, line: Line) -> bool:
        self.networks.append((network_of(said), dotted(said["area"])))
        return True

    def _take_block(self, said: Said, line: Line) -> bool:
        self.blocks.setdefault(network_of(said))
        return True

    def _take_route(self, said: Said, line: Line) -> bool:
        via = IPv4Address(said["via"]) if "via" in said else None
        preference = int(said["preference"]) if "preference" in said else None
        self.routes.append(RunningRoute(network_of(said), via, line.number, preference, said.get("said", "")))
        return True

    def _take_bgp(self, said: Said, line: Line) -> bool:
        self.asn = self.asn or int(said["asn"])
        return True

    def _take_peer(self, said: Said, line: Line) -> bool:
        self.peers.append(BgpPeer(IPv4Address(said["address"]), int(said["asn"]), line.number))
        return True

    def _take_vrf(self, said: Said, line: Line) -> bool:
        self.vrfs.setdefault(said["vpn"], "")
        return True

    def _take_rd(self, said: Said, line: Line) -> bool:
        self.vrfs[said["vpn"]] = said.get("rd") or self.vrfs.get(said["vpn"], "")
        return True

    def _take_agent(self, said: Said, line: Line) -> bool:
        self.agent = True
        return True

    def _in_area(self, port: RunningPort) -> RunningPort:
        """Return a port with its area; ``network`` lines name it by the address, the longest prefix decides."""
        if port.area is not None or port.address is None:
            return port
        fits = [(prefix.prefixlen, area) for prefix, area in self.networks if port.address.ip in prefix]
        return replace(port, area=max(fits)[1]) if fits else port


def network_of(said: Said) -> IPv4Network:
    """Return a prefix: address with its length, its mask or its inverted mask (RFC 2328 networks)."""
    mask = said.get("mask") or said.get("wildcard")
    return IPv4Network(f"{said['address']}/{mask}" if mask else said["address"], strict=False)


def dotted(area: str) -> str:
    """Return an area in dotted form (RFC 2328, C.2). Raises ValueError."""
    return str(IPv4Address(int(area) if area.isdigit() else area))


def unread(running: Running) -> Iterator[Line]:
    """Yield the lines whose meaning was not read."""
    return (line for line in running.lines if line.number not in running.understood)
