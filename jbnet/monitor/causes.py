"""What may be the cause of trouble, and the view of the network by which causes are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from jbnet.model.times import rfc3339
from jbnet.monitor.lines import Judgement, Symptom
from jbnet.monitor.plant import Plant
from jbnet.monitor.policy import Policy
from jbnet.monitor.state import DeviceState
from jbnet.monitor.verdicts import verdicts_on


class CauseKind(StrEnum):
    """What can be a root cause."""

    CIRCUIT = "circuit"
    DEVICE = "device"
    SRLG = "srlg"
    """What several circuits share (RFC 4202, section 2.3): a duct, a cable, a bridge."""
    CARRIER = "carrier"
    SITE = "site"
    """A place of which several devices went at once: its power, or the building."""
    ALARM = "alarm"
    """A threshold that is passed, or something that is not as declared; it explains nothing else."""


@dataclass(frozen=True, slots=True, order=True)
class CauseId:
    """Names a root cause: a circuit, a device, what several of them share, or an alarm."""

    kind: CauseKind
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Part:
    """A circuit or device that went down with others for one cause. ``cleared``: when it was back (None: it is not)."""

    id: CauseId
    since: datetime
    cleared: datetime | None = None

    def as_json(self) -> dict[str, object]:
        """Return it for ``--json``."""
        times = {"since": rfc3339(self.since), "cleared": rfc3339(self.cleared)}
        return {"kind": str(self.id.kind), "name": self.id.name, **times}


@dataclass(frozen=True, slots=True)
class Cause:
    """A root cause as it stands now. ``devices`` are the silent devices that it explains, itself included.

    ``parts``: the circuits or devices that are down because of it, and since when, where it is what they share.
    """

    id: CauseId
    since: datetime
    evidence: tuple[Symptom, ...] = ()
    devices: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """An open incident, as far as finding causes depends on it: its cause, its age, and whom it holds.

    Of one whose cause is shared there is one for each part.
    """

    id: CauseId
    opened: datetime
    devices: frozenset[str] = frozenset()
    cleared: datetime | None = None


@dataclass(frozen=True)
class View:
    """The network at one moment: states, verdicts on all lines, and the incidents that are already open."""

    plant: Plant
    states: Mapping[str, DeviceState]
    now: datetime
    policy: Policy
    known: Mapping[CauseId, Known]
    verdicts: Mapping[str, Judgement] = field(init=False)
    behind: frozenset[str] = frozenset()
    """The devices that are presumed to live behind lines that are presumed silent."""

    def __post_init__(self) -> None:
        """Judge every line once."""
        object.__setattr__(self, "verdicts", verdicts_on(self.plant, self.states, self.now, self.policy))

    def presuming(self, device: str, lines: Mapping[str, Judgement]) -> View:
        """Return the view with other verdicts on some lines, behind which a device lives."""
        view = replace(self, behind=self.behind | {device})
        object.__setattr__(view, "verdicts", {**self.verdicts, **lines})
        return view

    @cached_property
    def mute(self) -> frozenset[str]:
        """Return the lines that are down with their ports up: all that tells of it is that neighbours are missed."""
        return frozenset(circuit for circuit, verdict in self.verdicts.items() if verdict.lost)

    def answering(self, device: str) -> bool:
        """Say whether the device's agent answers."""
        state = self.states.get(device)
        return state is not None and state.answer.up

    def silent(self, device: str) -> bool:
        """Say whether a watched device is known not to answer."""
        state = self.states.get(device)
        return device in self.plant.watched and state is not None and state.answer.down

    def alive(self, device: str) -> bool:
        """Say whether the device is there: its agent answers, or it answers echo requests, or jbnet runs on it."""
        state = self.states.get(device)
        return self.answering(device) or device == self.plant.origin or bool(state is not None and state.alive)

    @property
    def blind(self) -> bool:
        """Say whether nothing is alive but the place from which jbnet looks."""
        return not any(self.alive(device) for device in self.plant.watched if device != self.plant.origin)

    def down(self, circuit: str) -> bool:
        """Say whether a line is down for good.

        A neighbour that is missing on a device just back counts only where the line was down and has not come up since:
        what was repaired is not blamed again while the neighbours find each other.
        """
        verdict = self.verdicts[circuit]
        if not verdict.down or not verdict.settling:
            return verdict.down
        known = self.known.get(CauseId(CauseKind.CIRCUIT, circuit))
        return known is not None and known.cleared is None

    def misses(self, circuit: str, near: str) -> bool:
        """Say whether an answering end misses the neighbour (or session) that it once had over a line."""
        line, state = self.plant.lines[circuit], self.states.get(near)
        end = line.a if line.a.device == near else line.z
        if state is None or not state.answer.up:
            return False
        relation = state.ospf.get(end.neighbour or "") or state.bgp.get(end.session or "")
        return relation is not None and relation.down and relation.ever_up

    def silent_since(self, device: str) -> datetime:
        """Return when a silent device went silent."""
        return self.states[device].answer.since or self.now

    def held(self, device: str) -> bool:
        """Say whether a device has been silent long enough, behind lines that work, to be called a cause.

        The time counts from when its nearest way was whole: a neighbour that has just come back itself, or a
        line that has just come up, must first find its routes again.
        """
        began = [self.silent_since(device)]
        for edge in self.plant.graph.adjacency[device]:
            neighbour = self.states.get(edge.other(device))
            if neighbour is not None and neighbour.answer.up and neighbour.answer.since and not self.down(edge.circuit):
                began.append(max(neighbour.answer.since, self._up_since(edge.circuit) or neighbour.answer.since))
        return self.now >= max(began) + timedelta(seconds=self.policy.hold_s)

    def returning(self, circuit: str) -> bool:
        """Say whether a line went down with a device at its end that is back: it is given time to follow."""
        since, grace = self.verdicts[circuit].since, timedelta(seconds=self.policy.recover_s)
        for end in self.plant.lines[circuit].ends:
            known = self.known.get(CauseId(CauseKind.DEVICE, end.device))
            if known is not None and since is not None and self.cleared(known):
                back = known.cleared or self.now
                if since <= back and self.now < back + grace:
                    return True
        return False

    def _up_since(self, circuit: str) -> datetime | None:
        """Return when the later of a line's interfaces came up."""
        watches = [
            state.interfaces[end.interface].watch
            for end in self.plant.lines[circuit].ends
            if (state := self.states.get(end.device)) is not None and end.interface in state.interfaces
        ]
        return max((w.since for w in watches if w.up and w.since is not None), default=None)

    def settled(self, known: Known) -> bool:
        """Say whether an incident is too old to be folded into a cause that turns up now."""
        return known.opened <= self.now - timedelta(seconds=self.policy.fold_s)

    def cleared(self, known: Known) -> bool:
        """Say whether the cause of an open incident is gone (what lies behind it may still be coming back)."""
        if known.id.kind is CauseKind.CIRCUIT:
            return known.id.name not in self.verdicts or not self.down(known.id.name)
        return not self.silent(known.id.name)

    def recovering(self) -> Mapping[str, CauseId]:
        """Return the devices that still have time to come back after their cause was repaired, with that cause."""
        grace = timedelta(seconds=self.policy.recover_s)
        return {
            device: known.id
            for known in self.known.values()
            if self.cleared(known) and self.now < (known.cleared or self.now) + grace
            for device in known.devices
        }
