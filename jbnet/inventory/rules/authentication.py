"""Keys of routing: whether both ends of a circuit can use them, and whether anybody does."""

from __future__ import annotations

from jbnet.inventory.building.authentication import TOP
from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.proofs import common, keys_of, spoken
from jbnet.inventory.rules.world import World
from jbnet.model.authentication import OspfKeys
from jbnet.model.findings import Place
from jbnet.model.lines import Circuit
from jbnet.model.text import Text, text
from jbnet.platforms.registry import platform


def check(world: World) -> None:
    """Report keys that clash, that equipment cannot use, and that nobody is given."""
    if world.network.authentication is None:
        return
    _check_references(world)
    for keys in world.network.authentication.ospf:
        _check_pair(world, keys)
    used = set[int]()
    for circuit, area in spoken(world.network):
        found = keys_of(world.network, circuit, area)
        if found is not None:
            used.add(id(found))
            _check_ends(world, circuit, found)
    _check_unused(world, used)


def _check_references(world: World) -> None:
    item = world.declared.routing
    assert item is not None  # noqa: S101  keys are declared there
    declared = world.declared
    for index, keys in enumerate(item.decl.authentication.ospf):
        for kind, names, known in (("carrier", keys.carriers, declared.carriers),
                                   ("underlay", keys.underlays, declared.underlays)):  # fmt: skip
            for name in names:
                if name not in known:
                    dangling(world.report, kind, name, known, item.at(TOP, "ospf", index, f"{kind}s"), declared)
    speakers = {session.peer for session in world.network.bgp_sessions}
    for name in item.decl.authentication.bgp.peers:
        place = item.key_at(TOP, "bgp", "peers", name)
        if name not in declared.peers:
            dangling(world.report, "peer", name, declared.peers, place, declared)
        elif name not in speakers and not world.report.has_errors:
            _unused(world, text("no BGP session leads to {name}", name=name), place)


def _check_pair(world: World, keys: OspfKeys) -> None:
    """Report two keys that are one: the other end could not tell which is meant, or nothing would be changed."""
    if len({key.id for key in keys.keys}) < len(keys.keys):
        world.report.add("JB279", "both keys have the id {value}", keys.place, value=keys.keys[0].id)
    if len({key.secret for key in keys.keys}) < len(keys.keys):
        world.report.add("JB279", "both keys have the secret {value}", keys.place, value=keys.keys[0].secret)


def _check_ends(world: World, circuit: Circuit, keys: OspfKeys) -> None:
    """Report what the systems at both ends cannot do; once for systems that were met before."""
    ends = {name: platform(world.network.devices[name].platform) for name in (circuit.a.device, circuit.z.device)}
    algorithm = common(world.network, circuit, keys)
    related = [circuit.place] if circuit.place else []
    if algorithm is None and world.report.is_first("JB277", keys.place, *sorted(end.name for end in ends.values())):
        said = "; ".join(f"{name} ({known.title}): {', '.join(known.ospf_keys)}" for name, known in ends.items())
        world.report.add(
            "JB277", "{circuit}: its ends have no algorithm in common of {declared}: {ends}", keys.place, related,
            circuit=circuit.name, declared=", ".join(keys.algorithms), ends=said,
        )  # fmt: skip
    for name, known in ends.items() if algorithm is not None and len(keys.keys) > 1 else ():
        if algorithm not in known.ospf_rollover and world.report.is_first("JB278", keys.place, known.name, algorithm):
            world.report.add(
                "JB278", "{circuit}: {device} takes one OSPF key at a time with {algorithm}; {count} are declared",
                keys.place, related,
                circuit=circuit.name, device=name, algorithm=algorithm, count=len(keys.keys),
            )  # fmt: skip


def _check_unused(world: World, used: set[int]) -> None:
    if world.report.has_errors or world.network.authentication is None:
        return
    for keys in world.network.authentication.ospf:
        if keys.keys and id(keys) not in used and keys.place is not None:
            _unused(world, text("no circuit with OSPF fits, or all that do fit an entry above"), keys.place)


def _unused(world: World, why: Text, place: Place) -> None:
    world.report.add("JB282", "nobody is given these keys: {why}", place, why=why)
