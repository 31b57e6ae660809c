"""The space of one home: how its own prefix is cut into LAN, agencies, links and loopbacks. Pure arithmetic.

Which part is which, and how long, is data: ``scheme`` in topology/addresses.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from jbnet.inventory.schema.plan import PartDecl, SchemeDecl
from jbnet.model.findings import Place

QUARTERS = SchemeDecl()
"""How an own prefix is cut when the plan does not say: in four quarters."""
SHORTEST_SLOT = 29
"""An agency's prefix has six hosts at least."""


@dataclass(frozen=True, slots=True)
class Space:
    """The addresses of one home. ``place`` is where its block was declared, ``scheme`` how ``own`` is cut."""

    block: IPv4Network
    own: IPv4Network
    place: Place
    scheme: SchemeDecl = QUARTERS

    def part(self, part: PartDecl) -> IPv4Network | None:
        """Return a part of the own prefix, or None when the prefix is too small to be cut so."""
        found = self._cut(part)
        return IPv4Network(found) if found else None

    def _cut(self, part: PartDecl) -> tuple[int, int] | None:
        """Return a part's first address as a number, and its prefix length."""
        length = self.own.prefixlen + part.of.bit_length() - 1
        if length > 32 or part.part > part.of:
            return None
        return int(self.own.network_address) + (part.part - 1) * (1 << (32 - length)), length

    def lan(self) -> IPv4Interface | None:
        """Return the LAN's address on the site's router: the first host of the LAN part, at most ``widest`` wide."""
        part = self._cut(self.scheme.lan)
        if part is None or part[1] > 30:
            return None
        return IPv4Interface((part[0] + 1, max(part[1], self.scheme.lan.widest)))

    def agency(self, slot: int) -> IPv4Network | None:
        """Return the prefix of agency ``slot`` (from 1) of this site, or None when there is no room for it.

        The agencies' part is cut into ``slots`` equal prefixes; none is longer than a /29 (six hosts).
        """
        part, slots = self._cut(self.scheme.agencies), self.scheme.agencies.slots
        if part is None or not 1 <= slot <= slots:
            return None
        length = part[1] + slots.bit_length() - 1
        if length > SHORTEST_SLOT:
            return None
        return IPv4Network((part[0] + (slot - 1) * (1 << (32 - length)), length))

    def link(self, word: str, number: int) -> IPv4Network | None:
        """Return the /31 (RFC 3021) of uplink, pair or cable ``number`` (from 1), or None when there is no room.

        Uplinks stand first, then pairs, then cables, each kind with fixed room: adding one moves no other.
        """
        links = self.scheme.links
        first, room = {"up": (0, links.up), "pair": (links.up, links.pair)}.get(word, (links.up + links.pair, None))
        if number < 1 or (room is not None and number > room):
            return None
        start = self._inside(links, 2 * (first + number - 1), 2)
        return None if start is None else IPv4Network((start, 31))

    def outer(self, word: str, number: int) -> IPv4Network | None:
        """Return the /31 of the two ports of an encrypted circuit, or None when there is no room.

        It stands as far from the end of the links as the circuit's own (:meth:`link`) stands from their beginning.
        """
        own, links = self.link(word, number), self.part(self.scheme.links)
        if own is None or links is None:
            return None
        last = int(links.broadcast_address) - (int(own.network_address) - int(links.network_address))
        return IPv4Network((last - 1, 31)) if last - 1 > int(own.network_address) else None

    def loopback(self, index: int) -> IPv4Address | None:
        """Return the loopback of the device at ``index`` (from 0), or None when there is no room."""
        start = self._inside(self.scheme.loopbacks, index + 1, 1)
        return None if start is None else IPv4Address(start)

    def _inside(self, part: PartDecl, offset: int, count: int) -> int | None:
        """Return the first of ``count`` addresses that stand so far into a part; None when they leave it."""
        found = self._cut(part)
        if found is None or offset + count > 1 << (32 - found[1]):
            return None
        return found[0] + offset
