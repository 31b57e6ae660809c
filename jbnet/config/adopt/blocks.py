"""Blocks that sites have already: what their routers announce as one prefix, or discard as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network

from jbnet.config.adopt.draft import Draft, DraftHome
from jbnet.inventory.addresses.blocks import holds, overlap
from jbnet.model.levels import Level


def known_blocks(draft: Draft, own: Mapping[Level | str, int]) -> dict[str, IPv4Network]:
    """Return the blocks of sites by name, as far as they add up to a plan.

    ``own`` is how many addresses a site uses itself, by level. A block lies in that of the site above, beside its own
    part; blocks of a level are longer than those above.
    """
    found: dict[str, IPv4Network] = {}
    shortest = 0
    leaves = set(draft.homes) - {home.parent for home in draft.homes.values()}
    for level in (level for level in Level if draft.sites(level)):
        here: dict[str, IPv4Network] = {}
        for home in draft.sites(level):
            block = _block(home, own[level] if home.name in leaves else 2 * own[level])
            parent = found.get(home.parent or "")
            if block is None or any(overlap(block, other) for other in here.values()):
                continue
            if parent is None:
                fits = not any(overlap(block, other) for other in found.values())
            else:
                fits = _lies_in(parent, block, own[draft.homes[home.parent or ""].kind])
            if fits:
                here[home.name] = block
        if any(block.prefixlen <= shortest for block in here.values()):
            break
        found |= here
        shortest = max((block.prefixlen for block in here.values()), default=shortest)
    return found


def _block(home: DraftHome, size: int) -> IPv4Network | None:
    """Return the longest prefix of some size that a device of the home announces or discards, and stands in itself."""
    stands = [(d, address.ip) for d in home.devices.values() for address in (*d.exceptions.values(), *d.lans.values())]
    fits = {
        block
        for device, ip in stands
        for block in (device.running.blocks if device.running else ())
        if ip in block and block.num_addresses >= size and _holds_loopback(block, device.exceptions.get("lo"), ip)
    }
    return max(fits, key=lambda block: block.prefixlen, default=None)


def _holds_loopback(block: IPv4Network, loopback: object, other: IPv4Address) -> bool:
    """A router's own block holds its loopback; one without a loopback is judged by its other addresses."""
    return getattr(loopback, "ip", other) in block


def _lies_in(parent: IPv4Network, block: IPv4Network, own: int) -> bool:
    """Say whether a block lies in another beside what that one's site uses itself (``own`` addresses)."""
    its_own = IPv4Network((int(parent.network_address), 33 - own.bit_length()))
    return holds(parent, block) and block != parent and not overlap(block, its_own)
