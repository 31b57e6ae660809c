"""What a rehearsal measured, and whether it blesses a plan: the nouns of its evidence. Pure.

A pair is somebody who asks and something that answers, by name. Only pairs that the declaration wants count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from jbnet.model.text import Text


@dataclass(frozen=True, slots=True)
class Target:
    """Something that is asked: a device by its loopback, a site by its own network, a database by its address."""

    name: str
    device: str
    address: str


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """A device that asks and a target, both by name."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A wanted pair that was reached before, and not any more after a wave. ``after``: the device that did it.

    ``after`` is empty where no device of the wave had been changed when the pair was lost.
    """

    pair: Pair
    after: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """One wave of a rehearsal. ``failed``: devices on which it did not succeed, and why.

    ``lost`` is what is missing when the wave has settled; ``outages`` are pairs that came back meanwhile, with the
    seconds for which they were missing; ``reached`` counts the wanted pairs that answer at the end, also those that
    did not before.
    """

    number: int
    devices: tuple[str, ...]
    reached: int
    lost: tuple[Lost, ...] = ()
    outages: Mapping[Pair, float] = field(default_factory=dict)
    failed: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the copy was."""

    devices: int
    circuits: int
    sites: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Pairs of the copy: those that the declaration wants, and of these those reached before and after."""

    wanted: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Stead:
    """A device in whose place a router of another system stood: its platform, and how far that was the device.

    ``unproved``: what it runs and the other did not say. ``untried``: lines of the plan that have no counterpart there
    and move no packet; ``against``: lines that may move packets, and that were not rehearsed all the same.
    """

    platform: str
    unproved: tuple[Text, ...] = ()
    untried: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How far the copy is the network. ``left_out``: devices of the affected part that it did without, and why.

    ``assumed``: devices that run in it what nobody read from them, and why; ``down``: circuits that did not work in
    the network and were cut in the copy; ``stood_in``: devices whose system the copy cannot run.
    """

    left_out: Mapping[str, Text] = field(default_factory=dict)
    assumed: Mapping[str, Text] = field(default_factory=dict)
    down: tuple[str, ...] = ()
    stood_in: Mapping[str, Stead] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """What a rehearsal of a plan showed. ``missing`` are wanted pairs reached neither before nor after.

    ``not_started``: devices of waves that were not reached, because one before them failed.
    """

    plan: str
    time: datetime
    seconds: float
    scale: Scale
    counts: Counts
    trials: tuple[Trial, ...] = ()
    missing: tuple[Pair, ...] = ()
    not_started: tuple[str, ...] = ()
    likeness: Likeness = field(default_factory=Likeness)

    @property
    def lost(self) -> tuple[tuple[int, Lost], ...]:
        """Return what was lost with the number of the wave, each pair once, at the first wave that it was lost in."""
        found: dict[Pair, tuple[int, Lost]] = {}
        for trial in self.trials:
            for lost in trial.lost:
                found.setdefault(lost.pair, (trial.number, lost))
        return tuple(found.values())

    @property
    def failed(self) -> Mapping[str, Text]:
        """Return the devices on which the plan did not succeed, and why."""
        return {name: why for trial in self.trials for name, why in trial.failed.items()}

    @property
    def untold(self) -> Mapping[str, tuple[str, ...]]:
        """Return the lines of the plan that may move packets and could not be rehearsed, by device."""
        return {name: stead.against for name, stead in self.likeness.stood_in.items() if stead.against}

    @property
    def blessed(self) -> bool:
        """Say whether every wave succeeded, lost nothing that the declaration wants, and all of it was rehearsed."""
        return not self.lost and not self.failed and not self.not_started and not self.untold

    @property
    def culprits(self) -> tuple[str, ...]:
        """Return the devices that stand against the plan: each has to be overridden by name.

        Where nobody can be blamed for a loss, all devices of its wave stand against it.
        """
        found = [*self.untold, *self.failed]
        for trial in self.trials:
            for lost in trial.lost:
                found += [lost.after] if lost.after else trial.devices
        return tuple(dict.fromkeys(found))

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256 over all that it says."""
        from jbnet.change.rehearsal_codec import digest

        return digest(self)
