"""Blocks that sites have already: what their routers announce as one prefix, or discard as a whole."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from jbnet.config.adopt.draft import Draft, DraftHome
from jbnet.model.levels import Level


def known_blocks(draft: Draft, own: int) -> dict[str, IPv4Network]:
    """Return the blocks of sites by name, as far as they add up to a plan. ``own``: addresses a site uses itself.

    A block lies in that of the site above, beside its own part; blocks of a level are longer than those above.
    """
    found: dict[str, IPv4Network] = {}
    shortest = 0
    for level in (level for level in Level if draft.sites(level)):
        here: dict[str, IPv4Network] = {}
        for home in draft.sites(level):
            block = _block(home, own)
            if block is not None and _fits(block, home, {**found, **here}, own):
                here[home.name] = block
        if any(block.prefixlen <= shortest for block in here.values()):
            break
        found |= here
        shortest = max((block.prefixlen for block in here.values()), default=shortest)
    return found


def _block(home: DraftHome, own: int) -> IPv4Network | None:
    """Return the longest prefix that a device of the home announces or discards and in which it stands itself."""
    stands = [(d, address.ip) for d in home.devices.values() for address in (*d.exceptions.values(), *d.lans.values())]
    fits = {
        block
        for device, ip in stands
        for block in (device.running.blocks if device.running else ())
        if ip in block and block.num_addresses >= 2 * own and _holds_loopback(block, device.exceptions.get("lo"), ip)
    }
    return max(fits, key=lambda block: block.prefixlen, default=None)


def _holds_loopback(block: IPv4Network, loopback: object, other: IPv4Address) -> bool:
    """A router's own block holds its loopback; one without a loopback is judged by its other addresses."""
    return getattr(loopback, "ip", other) in block


def _fits(block: IPv4Network, home: DraftHome, found: dict[str, IPv4Network], own: int) -> bool:
    above = found.get(home.parent or "")
    if above is None:
        return not any(block.overlaps(other) for other in found.values())
    beside = not any(block.overlaps(other) and not block.subnet_of(other) for other in found.values())
    siblings = [other for name, other in found.items() if other != above and not above.subnet_of(other)]
    its_own = IPv4Network((int(above.network_address), 33 - own.bit_length()))
    inside = block.subnet_of(above) and block != above and not block.overlaps(its_own)
    return inside and beside and not any(block.overlaps(other) for other in siblings)
