"""The OSPF process of a configuration, as its lines say it one by one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from jbnet.config.adopt.reading import dotted, network_of
from jbnet.config.standin.facts import AreaFacts, DefaultRoute, Key, OspfFacts, PortFacts, Summary
from jbnet.config.standin.saying import Said, Taker, import_of, key_of, number

_EVERY_PORT = {"all", "default"}


@dataclass
class OspfReader(Taker):
    """Collects the process, and what it says of ports."""

    ospf: OspfFacts | None = None
    router_id: IPv4Address | None = None
    areas: dict[str, AreaFacts] = field(default_factory=dict)
    area_keys: dict[str, Key] = field(default_factory=dict)
    networks: list[tuple[IPv4Network, str]] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    speaking: set[str] = field(default_factory=set)

    def process(self) -> OspfFacts | None:
        """Return the process with its areas; None: there is none."""
        found = self.ospf
        return found and replace(found, router_id=found.router_id or self.router_id, areas=tuple(self.areas.values()))

    def area_of(self, port: PortFacts) -> str | None:
        """Return the area of a port: what its own line says, or the longest ``network`` that its address is in."""
        fits = [(net.prefixlen, area) for net, area in self.networks for a in port.addresses if a.ip in net]
        return port.area or (max(fits)[1] if fits and not port.vpn else None)

    def silences(self, port: PortFacts) -> bool:
        """Say whether the process sends nothing on a port."""
        every = bool(self.silent & _EVERY_PORT)
        return port.name in self.silent or (every and port.name not in self.speaking)

    def _process(self) -> OspfFacts:
        self.ospf = self.ospf or OspfFacts(None)
        return self.ospf

    def _ospf(self, said: Said) -> None:
        found = self._process()
        self.ospf = replace(found, router_id=IPv4Address(said["id"])) if "id" in said else found

    def _router(self, said: Said) -> None:
        self.router_id = IPv4Address(said["id"])

    def _default(self, said: Said) -> None:
        self.ospf = replace(self._process(), default=DefaultRoute("always" in said, number(said, "metric")))

    def _import(self, said: Said) -> None:
        found = self._process()
        self.ospf = replace(found, imports=(*found.imports, import_of(said)))

    def _silent(self, said: Said) -> None:
        self.silent.add(said["port"])

    def _speaking(self, said: Said) -> None:
        self.speaking.add(said["port"])

    def _suppressed(self, said: Said) -> None:
        found = self._process()
        self.ospf = replace(found, suppressed=(*found.suppressed, network_of(said)))

    def _distance(self, said: Said) -> None:
        intra, external = self._process().distances
        said_now = number(said, "intra"), number(said, "external")
        self.ospf = replace(self._process(), distances=(said_now[0] or intra, said_now[1] or external))

    def _inside(self, said: Said) -> AreaFacts:
        return self.areas.setdefault(dotted(said["area"]), AreaFacts(dotted(said["area"])))

    def _in(self, said: Said, **values: Any) -> None:
        found = replace(self._inside(said), **values)
        self.areas[found.id] = found

    def _network(self, said: Said) -> None:
        self.networks.append((network_of(said), self._inside(said).id))

    def _summary(self, said: Said) -> None:
        found = Summary(network_of(said), number(said, "cost"), said.get("way") != "not-advertise")
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
        self.area_keys[self._inside(said).id] = key_of(said)
