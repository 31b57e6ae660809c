"""Which devices a failure takes from a vantage: all that changed is looked at, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from jbnet.topology.layers import BACKBONE, NOWHERE, Layers
from jbnet.topology.spf import Mended
from jbnet.topology.state import State
from jbnet.topology.view import View


def reachable(state: State, vantage: int) -> set[int]:
    """Return all devices with which the vantage can exchange packets, itself included unless it failed.

    This looks at every device. Peers' routers are not among them: they are no part of the network's routing.
    """
    layers = state.layers
    if vantage in state.devices or vantage in state.silenced:
        return set()
    view = View(state, vantage)
    dead = state.silenced
    return {vantage} | {
        device
        for device, speaker in enumerate(layers.speaker)
        if speaker != NOWHERE and device not in dead and arrives(view, device)
    }


def arrives(view: View, device: int) -> bool:
    """Say whether a device whose own lines hold is reached: its speaker is, and somebody tells of the device."""
    layers = view.state.layers
    speaker = layers.speaker[device]
    if device in layers.unannounced or not view.exchanges(speaker):
        return False
    if device not in layers.narrow or speaker == view.speaker:
        return True
    area = layers.area_of[speaker]
    return area != BACKBONE and area is not None and view.entries(area) == (speaker,)


def touched(state: State, vantages: Iterable[int]) -> set[int]:
    """Return the speakers of OSPF whose ways from or to the vantages a failure may have changed."""
    layers = state.layers
    found, doors = _touched_backbone(state, vantages)
    areas = {area for door in doors for area in layers.borders.get(door, ())}
    areas.update(layers.area_of[device] or BACKBONE for device in state.devices if layers.area_of[device])
    areas.update(layer for layer in (layers.layer[circuit] for circuit in state.circuits) if layer is not None)
    for area in areas - {BACKBONE}:
        found.update(_touched_area(state, area, doors))
    return found


def _touched_backbone(state: State, vantages: Iterable[int]) -> tuple[set[int], set[int]]:
    """Return what is touched in the backbone, and the border routers whose standing may have changed."""
    layers = state.layers
    found: set[int] = set()
    for vantage in vantages:
        speaker = layers.speaker[vantage]
        poles = [speaker, *layers.doors.get(layers.area_of[speaker] or "", ())] if speaker != NOWHERE else []
        for pole in poles:
            if pole in layers.near[BACKBONE]:
                tree = state.tree(BACKBONE, pole)
                found.update(tree.affected if isinstance(tree, Mended) else ())
    doors = {device for device in found if device in layers.borders}
    doors.update(device for device in state.devices if device in layers.borders)
    for circuit in state.circuits:
        ends = [end for end in layers.ends[circuit] if end in layers.borders]
        if layers.layer[circuit] == BACKBONE or len(ends) > 1:
            doors.update(ends)
    return {device for device in found if layers.area_of[device] == BACKBONE}, doors


def _touched_area(state: State, area: str, doors: set[int]) -> Iterator[int]:
    layers = state.layers
    own = layers.doors.get(area, ())
    if doors.intersection(own):
        yield from layers.near[area]
        return
    for door in own:
        tree = state.tree(area, door)
        yield from tree.affected if isinstance(tree, Mended) else ()


def lost(state: State, vantage: int, before: set[int], dead: Set[int], candidates: set[int]) -> set[int]:
    """Return what the vantage reached before and no more, by looking at the ``candidates`` and what is ``dead``."""
    if vantage in dead:
        return set(before)
    layers, view = state.layers, View(state, vantage)
    gone = set(dead & before)
    areas = {layers.area_of[speaker] for speaker in candidates} if layers.narrow else set()
    for speaker in candidates:
        if not view.exchanges(speaker):
            gone.update(device for device in _tree_of(layers, speaker) if device in before)
    for device in layers.narrow:
        if device in before and layers.area_of[layers.speaker[device]] in areas and not arrives(view, device):
            gone.add(device)
    return gone


def _tree_of(layers: Layers, speaker: int) -> Iterator[int]:
    yield speaker
    if speaker in layers.below:
        yield from layers.under(speaker)
