"""What runs today in the part of the network that a plan can matter to: what a rehearsal's copy starts with.

For a device whose system no copy can run FRR stands in (``jbnet.services.rehearse.stead``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from jbnet.change.affected import affected
from jbnet.change.model import Change, Plan
from jbnet.change.rehearsal import Likeness
from jbnet.config.bootstrap import bootstrap
from jbnet.config.reading import tree
from jbnet.config.render import render
from jbnet.config.shown import with_secrets_of
from jbnet.config.standin.standin import StandIn
from jbnet.config.tree import ConfigTree, parse
from jbnet.inventory.restrict import as_lab
from jbnet.model.errors import Refused, TargetError, UsageError
from jbnet.model.network import Circuit, Device, Network, Termination
from jbnet.model.text import Text, text
from jbnet.platforms.changing import changing
from jbnet.platforms.registry import LAB_PLATFORM
from jbnet.platforms.routing_facts import readable
from jbnet.ports import Blueprint, DeviceSession, DeviceSessions, Progress, Reporter
from jbnet.services.asking import ASK_S, WORKERS, unknown
from jbnet.services.deploy.guard import full_neighbours
from jbnet.services.pool import Held, each
from jbnet.services.rehearse.stead import Steads, needs_one


@dataclass(frozen=True)
class Today:
    """What a copy starts with, how far it is the network, and the plan as it is carried out there.

    ``stood_in`` are the routers of the copy that stand in for others, by device.
    """

    blueprint: Blueprint
    likeness: Likeness
    plan: Plan
    stood_in: Mapping[str, StandIn] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a device runs, and the interfaces behind which it has a full OSPF neighbour, with its router ID."""

    config: str
    tree: ConfigTree
    full: Mapping[str, str]


@dataclass
class _Found:
    steads: Steads
    configs: dict[str, str] = field(default_factory=dict)
    seen: dict[str, _Seen] = field(default_factory=dict)
    left_out: dict[str, Text] = field(default_factory=dict)
    assumed: dict[str, Text] = field(default_factory=dict)


def today(plan: Plan, network: Network, sessions: DeviceSessions, reporter: Reporter) -> Today:
    """Ask the devices of the affected part what they run.

    A device that does not answer is left out: what cannot be seen is not counted on. Raises UsageError (a change on a
    platform that no copy can run), Refused (a device is no longer as planned) and TargetError (a device that the plan
    changes does not answer). Keys that routers share stand by name: a copy has its own.
    """
    _check(plan, network)
    devices = {name: as_lab(device) for name, device in network.devices.items()}
    held = {name: said for name, said in network.ownership.items() if network.devices[name].platform == LAB_PLATFORM}
    copied = replace(network, devices=devices, ownership=held)
    part = affected(network, plan.changes)
    found = _Found(Steads(network, sessions))
    for name in (name for name in network.devices if name in part):
        _take_unasked(found, network, copied, network.devices[name], plan.changes.get(name))
    asked = [name for name in network.devices if name in part and name not in found.configs]
    _ask(found, asked, plan, network, copied, sessions, reporter)
    later = {name: made.after for name, made in found.steads.found.items()}
    blueprint = Blueprint(copied, found.configs, tuple(_down(network, found)), later)
    likeness = Likeness(found.left_out, found.assumed, blueprint.down, found.steads.told())
    return Today(blueprint, likeness, found.steads.plan(plan), found.steads.found)


def without(today: Today, dropped: Collection[str], why: Text) -> Today:
    """Return the same without some devices."""
    configs = {name: config for name, config in today.blueprint.configs.items() if name not in dropped}
    circuits = today.blueprint.network.circuits
    down = tuple(c for c in today.blueprint.down if {circuits[c].a.device, circuits[c].z.device} <= set(configs))
    left_out = {**today.likeness.left_out, **dict.fromkeys(sorted(dropped), why)}
    assumed = {name: said for name, said in today.likeness.assumed.items() if name not in dropped}
    stood_in = {name: said for name, said in today.likeness.stood_in.items() if name not in dropped}
    likeness = Likeness(left_out, assumed, down, stood_in)
    left = {name: made for name, made in today.stood_in.items() if name not in dropped}
    blueprint = replace(today.blueprint, configs=configs, down=down)
    return replace(today, blueprint=blueprint, likeness=likeness, stood_in=left)


def _check(plan: Plan, network: Network) -> None:
    if plan.network != network.name:
        raise UsageError("the plan is for {plan}, this workspace declares {name}", plan=plan.network, name=network.name)
    for name in plan.changes:
        if name not in network.devices:
            raise UsageError("no such device: {device}", device=name, hint=text("plan again"))
        if not _is_known(network.devices[name]):
            raise UsageError(
                "{device} runs {platform}, a rehearsal can run {known} only: this plan cannot be rehearsed",
                device=name,
                platform=network.devices[name].platform,
                known=", ".join(readable()),
                hint=text("what its routing would do is shown by the whole lab: jbnet lab up --deployed"),
            )


def _is_known(device: Device) -> bool:
    return device.platform == LAB_PLATFORM or needs_one(device)


def _take_unasked(found: _Found, network: Network, copied: Network, device: Device, change: Change | None) -> None:
    """Take in the devices that are not asked: not yet reachable ones, those of others, those that no copy can run."""
    name, own = device.name, copied.devices[device.name]
    if change is not None:
        if not change.reached:
            _take(found, device, bootstrap(network, device), bootstrap(copied, own), change)
            found.assumed[name] = text("not yet reachable: as out of its box")
    elif not copied.roles[device.role].managed:
        _take(found, device, render(network, device), render(copied, own), None)
        found.assumed[name] = text("not managed by us: as declared")
    elif not _is_known(device):
        found.configs[name] = render(copied, own)
        found.assumed[name] = text("runs {platform}: routes as declared", platform=device.platform)


def _take(found: _Found, device: Device, running: str, on_copy: str, change: Change | None) -> None:
    """Take in what a device runs, as its copy says it or who stands in for it."""
    stands_in = needs_one(device)
    found.configs[device.name] = found.steads.take(device, running, change) if stands_in else on_copy


def _ask(
    found: _Found,
    names: list[str],
    plan: Plan,
    network: Network,
    copied: Network,
    sessions: DeviceSessions,
    reporter: Reporter,
) -> None:
    def work(name: str, held: Held) -> _Seen:
        with held.session(sessions.session(network.devices[name])) as session:
            session.open()
            seen = _look(session, network.devices[name].platform)
            reporter.report(Progress("rehearse.asked", name))
            return seen

    for name, answer in each(names, work, workers=WORKERS, deadline_s=ASK_S).items():
        change, result = plan.changes.get(name), answer
        if isinstance(answer, _Seen):
            _check_as_planned(name, answer.tree, change)
            result = _taken(found, network, copied, name, answer, change)
        if isinstance(result, _Seen):
            found.seen[name] = result
            elsewhere = sorted(_led_elsewhere(network, name, result.full))
            if elsewhere:
                found.assumed[name] = text("cabled as declared; today its ports lead elsewhere: {ports}",
                                           ports=", ".join(elsewhere))  # fmt: skip
        elif change is not None:
            raise result if isinstance(result, TargetError) else TargetError("{reason}", reason=unknown(result))
        else:
            found.left_out[name] = unknown(result)


def _taken(
    found: _Found, network: Network, copied: Network, name: str, seen: _Seen, change: Change | None
) -> _Seen | TargetError:
    """Take in what a device runs; return what was seen of it by the names of its ports in the copy, or why not."""
    own = copied.devices[name]
    try:
        on_copy = with_secrets_of(LAB_PLATFORM, seen.config, render(copied, own))
        _take(found, network.devices[name], seen.config, on_copy, change)
    except TargetError as error:
        return error
    ports = found.steads.ports(name)
    return replace(seen, full={ports.get(port, port): router_id for port, router_id in seen.full.items()})


def _led_elsewhere(network: Network, name: str, full: Mapping[str, str]) -> Iterator[str]:
    """Yield the ports behind which another router answers than the one to which they are declared to lead."""
    ends = ((c.a, c.z) for c in network.circuits.values() if name in (c.a.device, c.z.device))
    far = {one.interface: other.device for a, z in ends for one, other in ((a, z), (z, a)) if one.device == name}
    for port, router_id in full.items():
        declared = network.devices[far[port]].loopback if port in far else None
        if router_id and router_id != str(declared):
            yield port


def _look(session: DeviceSession, platform: str) -> _Seen:
    config = session.get_config("running")["running"]
    known = tree(platform, config)
    talks = any(re.fullmatch(changing(platform).routing, path[0]) for path in known.paths)
    return _Seen(config, known, full_neighbours(session) if talks else {})


def _check_as_planned(name: str, running: ConfigTree, change: Change | None) -> None:
    if change is not None and running.fingerprint() != change.before:
        raise Refused(
            "{device} is no longer as planned: its configuration was changed since",
            device=name,
            hint=text("look with: jbnet plan device:{device}", device=name),
        )


def _down(network: Network, found: _Found) -> Iterator[str]:
    """Yield the circuits on which both ends are to speak OSPF, and nobody that was asked sees the other."""
    trees: Mapping[str, ConfigTree] = {name: parse(config) for name, config in found.configs.items()}
    for circuit in network.circuits.values():
        ends = (circuit.a, circuit.z)
        views = [end.interface in found.seen[end.device].full for end in ends if end.device in found.seen]
        if views and not any(views) and _is_spoken_on(circuit, trees):
            yield circuit.name


def _is_spoken_on(circuit: Circuit, trees: Mapping[str, ConfigTree]) -> bool:
    return all(end.device in trees and _speaks(end, trees[end.device]) for end in (circuit.a, circuit.z))


def _speaks(end: Termination, tree: ConfigTree) -> bool:
    lines = tree.under(f"interface {end.interface}")
    return any(line.startswith("ip ospf area ") for line in lines) and "ip ospf passive" not in lines
