"""Agencies beside us and partners outside: kept apart, handed over where it is allowed, filtered."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from jbnet.inventory.addresses.blocks import holds, overlap
from jbnet.model.network import Agency, Circuit, Level, Peer, Premises
from jbnet.model.text import text
from jbnet.standards.predicates.base import Predicate, Verdict, unknown, violated
from jbnet.standards.predicates.homing import LevelName
from jbnet.standards.subjects import Kind, Subject
from jbnet.standards.world import World


class InOwnVrf(Predicate):
    """An agency has a routing table of its own (RFC 4364): declared, and shared with no other agency."""

    kinds: ClassVar = frozenset({Kind.AGENCIES})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Compare with all other agencies: the table, its VLAN and its route distinguisher."""
        agency: Agency = subject.thing
        vrf = world.network.vrfs.get(agency.vrf)
        if vrf is None:
            return violated(text("{agency} has no routing table of its own", agency=agency.name))
        for other in world.network.agencies.values():
            theirs = world.network.vrfs.get(other.vrf)
            if other is agency or theirs is None:
                continue
            if vrf.name == theirs.name or vrf.vlan == theirs.vlan or vrf.rd == theirs.rd:
                message = text("{agency} shares table, VLAN or route distinguisher with {other}", agency=agency.name,
                               other=other.name)  # fmt: skip
                return violated(message, [other.place])
        return None


class PremisesApart(Predicate):
    """The prefix of an agency's premises lies in its site's block and overlaps no other agency's at that site."""

    kinds: ClassVar = frozenset({Kind.PREMISES})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Compare with the other premises of the same site."""
        premises: Premises = subject.thing
        site = world.network.sites[premises.site]
        if site.block is not None and not holds(site.block, premises.prefix):
            return violated(text("{prefix} of {name} lies outside {block} of {site}", prefix=premises.prefix,
                                 name=premises.name, block=site.block, site=site.name), [site.place])  # fmt: skip
        for other in world.premises.get(premises.site, ()):
            if other is not premises and overlap(other.prefix, premises.prefix):
                message = text("{prefix} of {name} overlaps {other_prefix} of {other}", prefix=premises.prefix,
                               name=premises.name, other_prefix=other.prefix, other=other.name)  # fmt: skip
                return violated(message, [other.place])
        return None


class FilteredExtranet(Predicate):
    """What a partner may reach follows from the declaration: its prefixes and the services that it may use."""

    kinds: ClassVar = frozenset({Kind.PEERS})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Without prefixes or services no filter can be derived: everything would pass, or nothing."""
        peer: Peer = subject.thing
        if not peer.prefixes:
            return violated(text("{peer} has no prefixes declared: no filter can be made", peer=peer.name))
        if not peer.services:
            return violated(text("{peer} has no services declared: no filter can be made", peer=peer.name))
        return None


class OutsideAddresses(Predicate):
    """A peer's prefixes lie outside our own addresses."""

    kinds: ClassVar = frozenset({Kind.PEERS})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Compare with the supernet."""
        peer: Peer = subject.thing
        for prefix in peer.prefixes:
            if prefix.overlaps(world.network.supernet):
                return violated(text("{prefix} of {peer} overlaps our {supernet}", prefix=prefix, peer=peer.name,
                                     supernet=world.network.supernet))  # fmt: skip
        return None


class HandedOverAt(Predicate):
    """A partner is handed over at a site of one of these levels, never inside a data centre."""

    kinds: ClassVar = frozenset({Kind.PEERS})
    levels: tuple[LevelName, ...] = Field(strict=False, min_length=1)

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """A partner without a site is unknown."""
        peer: Peer = subject.thing
        site = world.network.sites.get(peer.site or "")
        if site is None:
            return unknown(text("where {peer} is handed over is not declared", peer=peer.name))
        if site.level in {Level(level) for level in self.levels}:
            return None
        return violated(text("{peer} is handed over at {site}, a {level}", peer=peer.name, site=site.name,
                             level=text(site.level.value)), [site.place])  # fmt: skip


class EndsOnRoles(Predicate):
    """Both ends of a circuit are devices of these roles: what stands at a border, and nothing behind it."""

    kinds: ClassVar = frozenset({Kind.CIRCUITS})
    names: ClassVar = {"roles": "roles"}
    roles: tuple[str, ...] = Field(strict=False, min_length=1)

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Look at both ends."""
        circuit: Circuit = subject.thing
        for end in (circuit.a, circuit.z):
            device = world.network.devices[end.device]
            if device.role not in self.roles:
                message = text("{circuit} ends on {device}, a {role}", circuit=circuit.name, device=device.name,
                               role=device.role)  # fmt: skip
                return violated(message, [device.place])
        return None
