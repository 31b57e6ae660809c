"""A router with FRR that stands in for another says the same of packets as the other does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from drawn_intents import INTENTS
from encrypted import encrypted
from equipped import RENDERED, equipped
from hypothesis import given
from network_changes import areas, interfaces

from jbnet.adapters.annet_differ import AnnetDiffer
from jbnet.adapters.hier_differ import HierDiffer
from jbnet.config.bootstrap import bootstrap
from jbnet.config.intent import Intent
from jbnet.config.lines import paths_of
from jbnet.config.printer import print_intent
from jbnet.config.reading import tree
from jbnet.config.render import intent, render
from jbnet.config.standin.cabling import cabling
from jbnet.config.standin.facts import AreaFacts, Import, OspfFacts, PortFacts, RoutingText, StaticFacts
from jbnet.config.standin.reading import read
from jbnet.config.standin.standin import stand_in
from jbnet.config.standin.translating import gaps, translated
from jbnet.model.authentication import Algorithm, Proof
from jbnet.model.network import Device, Network
from jbnet.platforms.registry import platform
from jbnet.platforms.routing_facts import Usual, routing_facts

FRR = "frr"


def facts(name: str, text: str) -> RoutingText:
    return read(name, paths_of(name, text))


def meaning(found: RoutingText, usual: Usual) -> RoutingText:
    """What is said with what is done where nobody said, by the words of routers with FRR; its order does not matter.

    Which algorithm signs follows from what both ends can do, and is the key's number at a stand-in.
    """
    return replace(
        found,
        ports={name: port for name, port in sorted((n, _port(p, usual)) for n, p in found.ports.items()) if port},
        ospf=found.ospf and _ospf(found.ospf, usual),
        bgp=found.bgp and replace(
            found.bgp, distances=_of_bgp(found.bgp.distances or usual.bgp), imports=()
        ),
        statics=tuple(sorted((_static(route, usual) for route in found.statics), key=repr)),
        entries=tuple(sorted(found.entries, key=repr)),
        clauses=tuple(sorted(found.clauses, key=repr)),
        lists={}, broken=frozenset(),
    )  # fmt: skip


def _port(port: PortFacts, usual: Usual) -> PortFacts:
    cost = port.cost if port.cost is not None or port.area is None or port.name == "lo" else usual.cost
    keys = tuple(replace(key, id=0, algorithm="") for key in port.keys)
    return replace(port, cost=None if port.name == "lo" else cost, keys=keys, filters={})


def _ospf(ospf: OspfFacts, usual: Usual) -> OspfFacts:
    def brought(one: Import) -> Import:
        metric = usual.imported_bgp if one.protocol == "bgp" else usual.imported
        return replace(one, metric=one.metric if one.metric is not None else metric)

    internal, external = ospf.distances
    default = ospf.default
    if default is not None and default.metric is None:
        default = replace(default, metric=usual.default)
    return replace(
        ospf,
        areas=tuple(sorted((area for area in ospf.areas if area != AreaFacts(area.id)), key=repr)),
        imports=tuple(sorted(map(brought, ospf.imports), key=repr)),
        default=default,
        distances=(internal or usual.ospf, external or usual.ospf_external),
    )


def _of_bgp(distances: tuple[int, int, int]) -> tuple[int, int, int]:
    external, internal, local = (min(distance, 254) for distance in distances)
    return external, internal, local


def _static(route: StaticFacts, usual: Usual) -> StaticFacts:
    return replace(route, distance=route.distance or usual.static)


def decided(found: RoutingText) -> RoutingText:
    """What is left of a meaning when all that systems do by themselves is left out: what somebody decided.

    ``asbr-summary not-advertise`` keeps in what ``translate-never`` does not let out; preferences of BGP are said where
    the usual ones would do harm.
    """
    ospf = found.ospf and replace(found.ospf, suppressed=(), distances=(None, None))
    ospf = ospf and replace(ospf, areas=tuple(sorted((a for a in ospf.areas if a != AreaFacts(a.id)), key=repr)))
    return replace(
        found, ospf=ospf, bgp=found.bgp and replace(found.bgp, distances=None),
        ports={n: replace(_port(p, NOTHING), cost=p.cost) for n, p in sorted(found.ports.items())},
        lists={}, broken=frozenset(),
    )  # fmt: skip


NOTHING = replace(routing_facts(FRR).usual, cost=0)


def renamed(what: Intent, names: dict[str, str]) -> Intent:
    """The intent of the device's copy: signed by md5, its ports named as those of a stand-in."""
    ports = (replace(p, name=names[p.name], proof=by_md5(p.proof)) for p in what.interfaces if p.name in names)
    return replace(what, interfaces=tuple(ports), loopback="lo")


def by_md5(proof: Proof | None) -> Proof | None:
    return proof and replace(proof, algorithm=Algorithm.MD5)


def copies(name: str) -> Iterator[tuple[Network, Device]]:
    network = equipped(name)
    yield from ((network, device) for device in network.devices.values())


@pytest.mark.parametrize("name", RENDERED)
def test_all_that_is_rendered_is_understood_on_every_platform_and_in_every_role(name: str) -> None:
    for network, device in copies(name):
        found = facts(name, render(network, device))
        assert (found.unread, list(gaps(found, cabling(network, device, found)))) == ((), [])


@pytest.mark.parametrize("name", RENDERED)
def test_what_stands_in_for_a_device_says_what_is_decided_for_it_as_its_copy_in_a_lab_does(name: str) -> None:
    for network, device in copies(name):
        here = facts(name, render(network, device))
        names = cabling(network, device, here)
        there = facts(FRR, print_intent(FRR, renamed(intent(network, device), dict(names))))
        ours = translated(here, names)
        assert decided(ours) == decided(there), device.name


@pytest.mark.parametrize("name", RENDERED)
def test_the_stand_ins_text_says_all_that_the_device_says_with_what_its_system_does_by_itself(name: str) -> None:
    for network, device in copies(name):
        running = render(network, device)
        here = facts(name, running)
        said = translated(here, cabling(network, device, here))
        there = facts(FRR, stand_in(network, device, running).before)
        assert there.unread == ()
        assert meaning(there, NOTHING) == meaning(replace(said, unread=()), routing_facts(name).usual), device.name


def sensible(what: Intent) -> Intent:
    """The intent as the routing standard could have made it: names for Linux, no areas without OSPF, borders with NSSAs
    that they announce as one, numbers of lists and maps once each."""
    ports = (replace(p, name=p.name[-12:], area=p.area if what.ospf else None) for p in what.interfaces)
    found = what.ospf.areas if what.ospf else ()
    areas = {area.id: replace(area, nssa=area.nssa or area.border) for area in found if area.range or not area.border}
    hidden = {area.range: area for area in areas.values() if area.border and area.nssa}
    kept = tuple(area for area in areas.values() if area.range not in hidden or hidden[area.range] is area)
    ospf = what.ospf and replace(what.ospf, areas=kept)
    lists = {(entry.name, entry.seq): entry for entry in what.prefix_lists}
    maps = {(entry.name, entry.seq): entry for entry in what.route_maps}
    peers = {peer.address: peer for peer in what.bgp.neighbors} if what.bgp else {}
    bgp = what.bgp and replace(what.bgp, neighbors=tuple(peers.values()))
    return replace(
        what, interfaces=tuple(ports), ospf=ospf, bgp=bgp, prefix_lists=tuple(lists.values()),
        route_maps=tuple(maps.values()),
    )  # fmt: skip


@pytest.mark.parametrize("name", RENDERED)
@given(what=INTENTS)
def test_whatever_is_decided_reads_alike_in_the_words_of_every_system(name: str, what: Intent) -> None:
    what = sensible(what)
    here = facts(name, print_intent(name, what))
    names = {name: name for name in ("lo", *here.ports)}
    there = facts(FRR, print_intent(FRR, what))
    assert decided(translated(here, names)) == decided(there)


CHANGES = {
    "a cost": interfaces("chengdong-r1", ["up1"], cost=77),
    "an area": areas("chengdong-r1", "0.0.63.1", "0.0.63.9"),
    "no OSPF": areas("xining-r1", "0.0.63.1", None),
    "no address": interfaces("chengdong-r1", ["d101-1"], address=None),
}


@pytest.mark.parametrize("name", RENDERED)
@pytest.mark.parametrize("change", CHANGES)
def test_a_stand_in_runs_after_a_patch_what_stands_in_for_the_device_that_was_patched(name: str, change: str) -> None:
    """The Differ's law, on stand-ins: apply(running, diff(running, intended)) == intended."""
    before = equipped(name)
    after, differ = CHANGES[change](before), HierDiffer(name) if name == "ios" else AnnetDiffer(name)
    for device in before.devices.values():
        old, new = (render(network, network.devices[device.name]) for network in (before, after))
        made = stand_in(before, device, old, differ.compare(old, new).patch)
        aimed = stand_in(before, device, new, differ.compare(new, old).patch)
        assert tree(FRR, made.before) == tree(FRR, aimed.after)
        assert tree(FRR, made.after) == tree(FRR, aimed.before)
        assert {*made.filters_after} == {*aimed.filters}
        assert made.against == ()


@pytest.mark.parametrize("name", RENDERED)
def test_a_first_deployment_can_be_rehearsed_whole_on_stand_ins(name: str) -> None:
    network, differ = equipped(name), HierDiffer(name) if name == "ios" else AnnetDiffer(name)
    for device in network.devices.values():
        boxed, goal = bootstrap(network, device), render(network, device)
        made = stand_in(network, device, boxed, differ.compare(boxed, goal).patch)
        assert made.against == ()
        assert tree(FRR, made.after) == tree(FRR, stand_in(network, device, goal).before)


@pytest.mark.parametrize("name", [name for name in RENDERED if platform(name).encryption])
def test_an_encrypted_line_is_routed_over_by_its_name_as_any_other(name: str) -> None:
    plain, network = equipped(name), encrypted(name)
    for device in network.devices.values():
        here, there = (stand_in(n, n.devices[device.name], render(n, n.devices[device.name])) for n in (plain, network))
        assert tree(FRR, here.before) == tree(FRR, there.before)
        assert [*map(str, there.unproved)] in ([], ["lines are encrypted by the lab's own keys and algorithms"])
