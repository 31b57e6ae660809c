"""Addresses and names: blocks, aggregates, loopbacks, links, names by a pattern."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from jbnet.inventory.addresses.blocks import holds, overlap
from jbnet.inventory.schema.regex import DeclaredRegex, Regex
from jbnet.model.network import Circuit, Device, Location, Site
from jbnet.model.text import text
from jbnet.standards.predicates.base import EVERYTHING, Predicate, Verdict, unknown, violated
from jbnet.standards.subjects import Kind, Subject, lower_device
from jbnet.standards.world import World

_PRIVATE = tuple(IPv4Network(prefix) for prefix in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_HOME = "<home>"


def _after_home(regex: Regex) -> Regex:
    """Return the expression. Raises where what follows the name of the home is none by itself."""
    try:
        Regex(regex.text.removeprefix(_HOME))
    except ValueError as error:
        raise PydanticCustomError("jb_value", "a regular expression of at most 200 characters") from error
    return regex


class PrivateAddresses(Predicate):
    """The network's addresses are private ones (RFC 1918)."""

    kinds: ClassVar = frozenset({Kind.NETWORK})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Look at the supernet."""
        supernet = world.network.supernet
        if any(supernet.subnet_of(private) for private in _PRIVATE):
            return None
        return violated(text("the supernet {supernet} is not private (RFC 1918)", supernet=supernet))


class BlockLength(Predicate):
    """The block of a site or location has this prefix length."""

    kinds: ClassVar = frozenset({Kind.SITES, Kind.LOCATIONS})
    length: Annotated[int, Field(ge=1, le=32)]

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """A home without a block is unknown."""
        block: IPv4Network | None = subject.thing.block
        if block is None:
            return unknown(text("{name} has no addresses", name=subject.name))
        if block.prefixlen == self.length:
            return None
        return violated(text("the block {block} of {name} is no /{length}", block=block, name=subject.name,
                             length=self.length))  # fmt: skip


class OneAggregate(Predicate):
    """All that lies below a site lies in its block, so that it announces one aggregate."""

    kinds: ClassVar = frozenset({Kind.SITES})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Look at the blocks of the sites directly below."""
        site: Site = subject.thing
        if site.block is None:
            return unknown(text("{name} has no addresses", name=site.name))
        for child in world.children.get(site.name, ()):
            if child.block is not None and not holds(site.block, child.block):
                message = text("{child} of {name} has {block}, outside the aggregate {aggregate}", child=child.name,
                               name=site.name, block=child.block, aggregate=site.block)  # fmt: skip
                return violated(message, [child.place])
        return None


class ApartFrom(Predicate):
    """The block of a location overlaps no block of a site of any level."""

    kinds: ClassVar = frozenset({Kind.LOCATIONS})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Compare with every site's block: a summary of a prefecture must not draw the location's traffic."""
        location: Location = subject.thing
        if location.block is None:
            return unknown(text("{name} has no addresses", name=location.name))
        for site in world.network.sites.values():
            if site.block is not None and overlap(site.block, location.block):
                message = text("{block} of {name} overlaps {other} of {site}", block=location.block,
                               name=location.name, other=site.block, site=site.name)  # fmt: skip
                return violated(message, [site.place])
        return None


class LoopbackInOwnBlock(Predicate):
    """A device's loopback comes from the block of its home."""

    kinds: ClassVar = frozenset({Kind.DEVICES})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Devices of homes without a block are unknown."""
        device: Device = subject.thing
        home = world.network.sites.get(device.home) or world.network.locations.get(device.home)
        if home is None or home.block is None or device.loopback is None:
            return unknown(text("{name} has no loopback, or its home no addresses", name=device.name))
        if device.loopback in home.block:
            return None
        return violated(text("the loopback {loopback} of {name} lies outside {block}", loopback=device.loopback,
                             name=device.name, block=home.block), [home.place])  # fmt: skip


class LinkFromLowerBlock(Predicate):
    """A circuit's addresses are a /31 (RFC 3021) from the block of the home at its lower end."""

    kinds: ClassVar = frozenset({Kind.CIRCUITS})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Circuits of homes without a block are unknown."""
        circuit: Circuit = subject.thing
        name = lower_device(world.network, circuit).home
        home = world.network.sites.get(name) or world.network.locations.get(name)
        if circuit.prefix is None or home is None or home.block is None:
            return unknown(text("{name} has no prefix, or its lower home no addresses", name=circuit.name))
        if circuit.prefix.prefixlen == 31 and holds(home.block, circuit.prefix):  # RFC 3021
            return None
        return violated(text("{prefix} of {name} is no /31 of {block}", prefix=circuit.prefix, name=circuit.name,
                             block=home.block), [home.place])  # fmt: skip


class NamedByPattern(Predicate):
    """A name matches a regular expression as a whole. ``<home>`` at its beginning stands for the name of the home."""

    kinds: ClassVar = EVERYTHING
    pattern: Annotated[DeclaredRegex, AfterValidator(_after_home)]

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Compare the whole name."""
        name, pattern = subject.name, self.pattern.text
        if pattern.startswith(_HOME):
            home = getattr(subject.thing, "home", subject.site)
            pattern = pattern.removeprefix(_HOME)
            name = subject.name.removeprefix(home) if subject.name.startswith(home) else ""
        if Regex(pattern).matches(name):
            return None
        return violated(text("the name {name} is not {pattern}", name=subject.name, pattern=self.pattern.text))
