"""What a change is judged by once more on the device, a moment before it is loaded: the plan's word is not enough.

A plan is a file: its hash says that it is whole, not that anybody was shown it. And what a plan cannot know is seen
only now: whether a line that is to be taken away still is the only one that works.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from typing import Any

from jbnet.change import guards
from jbnet.change.waves import depths
from jbnet.config.reading import tree
from jbnet.model.errors import JbnetError, Refused
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text
from jbnet.ports import DeviceSession, DeviceSessions

FULL = "Full"


def full_neighbours(session: DeviceSession) -> dict[str, str]:
    """Return the interfaces behind which a neighbour is fully adjacent (RFC 2328, 10.1), with its router ID."""
    found = (one for one in session.get_ospf_neighbors() if one["state"] == FULL)
    return {str(one["interface"]): str(one.get("router_id", "")) for one in found}


def check_dangers(
    network: Network, device: Device, running: str, intended: str, shared: Collection[str], overrides: Collection[str]
) -> None:
    """Raise Refused where the change would cut off whoever makes it, whatever the plan says of that.

    ``shared`` as in ``jbnet.change.guards.dangers``; ``overrides`` names devices whose dangers are accepted.
    """
    if device.name in overrides:
        return
    before, after = tree(device.platform, running), tree(device.platform, intended)
    for danger in guards.dangers(network, device, before, after, shared):
        raise _refused(device, danger)


def check_nobody_is_stranded(
    network: Network,
    device: Device,
    seen: Mapping[str, str],
    speaking: Collection[str],
    sessions: DeviceSessions,
    overrides: Collection[str],
) -> None:
    """Raise Refused where a line is to go that works, and the router behind it has no other one that does.

    ``seen`` are today's full neighbours (``full_neighbours``), ``speaking`` the interfaces on which some are wanted
    after the change. A new line that is declared and not there yet must not cost the old one.
    """
    if device.name in overrides or seen.keys() <= set(speaking):
        return
    for far in _given_up(network, device, seen, speaking):
        for danger in _alone(network, device, far, sessions):
            raise _refused(device, danger)


def _refused(device: Device, danger: Text) -> Refused:
    hint = text("if that is meant, override it by name: --override {device}", device=device.name)
    params: dict[str, Any] = dict(danger.params)
    return Refused(danger.template, hint=hint, **params)


def _given_up(network: Network, device: Device, seen: Mapping[str, str], speaking: Collection[str]) -> Iterator[Device]:
    """Yield the routers, not nearer to the core, to which no line is left that works today."""
    kept = {router_id for port, router_id in seen.items() if port in speaking}
    depth, known = depths(network), _by_router_id(network)
    for router_id in dict.fromkeys(found for port, found in seen.items() if port not in speaking and found not in kept):
        far = known.get(router_id)
        if far is not None and depth[far.name] >= depth[device.name]:
            yield far


def _by_router_id(network: Network) -> Mapping[str, Device]:
    return {str(device.loopback): device for device in network.devices.values() if device.loopback is not None}


def _alone(network: Network, device: Device, far: Device, sessions: DeviceSessions) -> Iterator[Text]:
    """Yield why the far router must not lose its line, if there is a reason."""
    try:
        with closing(sessions.session(far)) as session:
            session.open()
            others = set(full_neighbours(session).values()) - {str(device.loopback)}
    except JbnetError as error:
        yield text(
            "{device}: the line to {far} works and is to go; whether {far} has another cannot be seen: {reason}",
            device=device.name, far=far.name, reason=error.text,
        )  # fmt: skip
        return
    depth, known = depths(network), _by_router_id(network)
    if not any(other not in known or depth[known[other].name] <= depth[far.name] for other in others):
        yield text(
            "{device}: the line to {far} works and is to go; {far} has no other one that does, and would be cut off",
            device=device.name, far=far.name,
        )  # fmt: skip
