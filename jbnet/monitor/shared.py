"""Several causes that are one: circuits that share a risk or a carrier, devices that share a place and its power.

What is shared is named where all of it went at once and at least two causes would have to be named otherwise. What
was an incident of its own before, and what goes down later, stays apart: that may well be something else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from jbnet.monitor.causes import Cause, CauseId, CauseKind, Part, View
from jbnet.monitor.lines import LineState

_WIDEST_FIRST = (CauseKind.CARRIER, CauseKind.SRLG, CauseKind.SITE)


def shared(
    view: View,
    causes: Iterable[Cause],
    known: Mapping[CauseId, Sequence[Part]],
    announced: Callable[[CauseId], bool] = lambda _: False,
) -> tuple[Cause, ...]:
    """Return the causes, oldest first, those that are one replaced by what they share.

    ``known``: the open incidents whose cause is shared, with their parts. Such a one stays as long as a part is down; a
    part that was back for longer than ``recover_s`` and fails again is a cause of its own. What is under ``announced``
    work is explained by that.
    """
    left = {cause.id: cause for cause in causes}
    made = []
    for root, parts in known.items():
        if mine := [left.pop(part.id) for part in parts if part.id in left and _belongs(view, part)]:
            made.append(_as_one(root, mine))
    unexplained = [cause for cause in left.values() if not announced(cause.id)]
    for root, members in _candidates(view, unexplained):
        mine = [cause for cause in members if cause.id in left]
        if _are_several(view, root, mine) and _at_once(view, root, mine) and _all_gone(view, root):
            made.append(_as_one(root, [left.pop(cause.id) for cause in mine]))
    return tuple(sorted([*made, *left.values()], key=lambda c: (c.since, c.id)))


def _belongs(view: View, part: Part) -> bool:
    """Say whether a part of an open incident that is down is down because of it still."""
    return part.cleared is None or view.now < part.cleared + timedelta(seconds=view.policy.recover_s)


def parts_after(before: Sequence[Part], down: Iterable[Part], now: datetime) -> tuple[Part, ...]:
    """Return the parts of an incident after a round in which these are down: what is back is kept, and when."""
    standing = {part.id: part for part in before if part.cleared is None}
    after = {part.id: replace(part, cleared=part.cleared or now) for part in before}
    after |= {part.id: standing.get(part.id, part) for part in down}
    return tuple(after[one] for one in sorted(after))


def _candidates(view: View, causes: Iterable[Cause]) -> Iterator[tuple[CauseId, list[Cause]]]:
    """Yield what two causes or more share, that which may take most with it first."""
    found: dict[CauseId, list[Cause]] = defaultdict(list)
    for cause in causes:
        for root in _shares(view, cause.id):
            found[root].append(cause)
    for kind in _WIDEST_FIRST:
        yield from ((root, found[root]) for root in sorted(found) if root.kind is kind and len(found[root]) > 1)


def _shares(view: View, cause: CauseId) -> Iterator[CauseId]:
    """Yield what a cause may be part of: of a line that is its risks, its carrier, and the place where it goes dark."""
    network = view.plant.network
    dark = _dark(view, cause)
    if dark is not None:
        yield CauseId(CauseKind.SITE, network.devices[dark].home)
    if cause.kind is CauseKind.CIRCUIT:
        circuit = network.circuits[cause.name]
        yield from (CauseId(CauseKind.SRLG, risk) for risk in circuit.srlgs)
        if circuit.carrier:
            yield CauseId(CauseKind.CARRIER, circuit.carrier)


def _dark(view: View, cause: CauseId) -> str | None:
    """Return the dead device that a cause is, or the dark end of a line whose other end answers."""
    if cause.kind is CauseKind.DEVICE:
        return cause.name if view.silent(cause.name) and not view.alive(cause.name) else None
    near, far = (end.device for end in view.plant.lines[cause.name].ends)
    for one, other in ((near, far), (far, near)):
        if view.answering(one) and view.silent(other) and not view.alive(other):
            return other
    return None


def _are_several(view: View, root: CauseId, causes: Sequence[Cause]) -> bool:
    """Say whether there are two of them or more: of a place two devices, for lines of one are told by that."""
    return len({_dark(view, c.id) for c in causes} if root.kind is CauseKind.SITE else causes) > 1


def _at_once(view: View, root: CauseId, causes: Sequence[Cause]) -> bool:
    """Say whether causes began together, and none is an incident of its own that has stood for a while."""
    policy = view.policy
    span = policy.fold_s if root.kind is CauseKind.CARRIER else policy.together_s
    began = [cause.since for cause in causes]
    known = [view.known[cause.id] for cause in causes if cause.id in view.known]
    return max(began) - min(began) <= timedelta(seconds=span) and not any(view.settled(k) for k in known)


def _all_gone(view: View, root: CauseId) -> bool:
    """Say whether nothing is left of what shares a root: no device there is alive, no line is known to work."""
    network = view.plant.network
    if root.kind is CauseKind.SITE:
        devices = [device for device in view.plant.homes[root.name] if device in view.plant.watched]
        # where nobody answers it is our own lines that are gone, not the place at their far ends
        return not view.blind and all(view.silent(device) and not view.alive(device) for device in devices)
    circuits = network.circuits.values()
    if root.kind is CauseKind.CARRIER:
        return all(_gone(view, c.name) for c in circuits if c.carrier == root.name)
    return all(_gone(view, c.name) for c in circuits if root.name in c.srlgs)


def _gone(view: View, circuit: str) -> bool:
    """Say whether a line is down, or nobody could know: there may be no such line yet, or neither end answers."""
    if view.down(circuit) or view.verdicts[circuit].state in (LineState.ABSENT, LineState.UNSEEN):
        return True
    return not any(view.answering(end.device) for end in view.plant.lines[circuit].ends)


def _as_one(root: CauseId, causes: Sequence[Cause]) -> Cause:
    evidence = tuple(dict.fromkeys(symptom for cause in causes for symptom in cause.evidence))
    devices = tuple(sorted({device for cause in causes for device in cause.devices}))
    return Cause(
        root,
        min(c.since for c in causes),
        evidence,
        devices,
        tuple(sorted((Part(c.id, c.since) for c in causes), key=lambda part: part.id)),
    )
