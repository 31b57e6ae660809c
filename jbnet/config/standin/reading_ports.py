"""Ports of a configuration, as their lines say them one by one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import IPv4Interface
from typing import Any

from jbnet.config.adopt.reading import dotted
from jbnet.config.standin.facts import Key, PortFacts
from jbnet.config.standin.saying import Said, Taker, algorithm, key_of


@dataclass
class PortReader(Taker):
    """Collects ports, and the chains of keys that they name."""

    ports: dict[str, PortFacts] = field(default_factory=dict)
    chained: dict[str, str] = field(default_factory=dict)
    chains: dict[str, dict[int, Key]] = field(default_factory=dict)

    def keys(self, port: PortFacts) -> tuple[Key, ...]:
        """Return the keys of a port: those of its chain, or its own if they count."""
        if port.name in self.chained:
            return tuple(self.chains.get(self.chained[port.name], {}).values())
        return port.keys if port.signed else ()

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
        self._set(said, keys=(*self._of_port(said).keys, key_of(said)))

    def _chained(self, said: Said) -> None:
        self.chained[said["port"]] = said["chain"]

    def _chain_secret(self, said: Said) -> None:
        number = int(said["id"])
        self.chains.setdefault(said["chain"], {})[number] = Key(number, "md5", said["secret"])

    def _chain_algorithm(self, said: Said) -> None:
        chain, number = self.chains[said["chain"]], int(said["id"])
        chain[number] = replace(chain[number], algorithm=algorithm(said))
