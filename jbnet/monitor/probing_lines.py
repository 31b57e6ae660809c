"""Where on the way it is: trouble seen on many paths is laid at the lines that explain it with the fewest words.

Each device probed speaks with a weight: above zero, that its path is bad; below, that it is good; the more the surer.
A set of lines explains the devices behind it, and devices explain themselves. What is blamed is the set that earns
most: the weights of all that it explains, less a price for everything blamed. So one line that loses packets is one
cause however many devices lie behind it, one unlucky device is none, and a router that answers few requests while all
behind it are fine is blamed itself. Paths from one place are a tree, in which the best set is found exactly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from jbnet.monitor.state import Subject, SubjectKind

PRICE = math.log(1000)
"""What is blamed must be a thousand times likelier bad than good: the logarithm of odds."""
SELF = PRICE + 1e-9
"""A device is blamed only where its line would not do as well."""
SURE = 2 * PRICE
"""The weight of what was measured and needs no counting."""
CLEARED = -1e9
"""And of what proves a line good."""
_LEAST = 1e-4
"""A share of loss below which a limit makes no difference."""


class Blame(NamedTuple):
    """Something blamed, and the devices whose trouble it explains, those nearest first."""

    subject: Subject
    devices: tuple[str, ...]


@dataclass
class _Node:
    devices: list[str] = field(default_factory=list)
    below: dict[str, _Node] = field(default_factory=dict)


class _Best(NamedTuple):
    earned: float
    blamed: tuple[Blame, ...]
    weight: float
    devices: tuple[str, ...]


def weight_of_loss(sent: int, lost: int, good: float, bad: float) -> float:
    """Return how much likelier so many losses are at the share ``bad`` than at ``good``: Wald's log-likelihood ratio.

    The counts of several devices behind a line add up: twenty devices tell in a minute what one tells in twenty.
    """
    low, high = max(min(good, bad), _LEAST), min(max(good, bad, 2 * _LEAST), 0.99)
    return lost * math.log(high / low) + (sent - lost) * math.log((1 - high) / (1 - low))


def lay(paths: Mapping[str, Sequence[str]], weights: Mapping[str, float], price: float = PRICE) -> tuple[Blame, ...]:
    """Return what is to blame: lines and devices. ``paths``: the lines to each device, the nearest first.

    A device without a path stands for itself. Of two lines between which nobody is probed, the farther is blamed.
    """
    root = _Node()
    for device in sorted(weights):
        node = root
        for circuit in paths.get(device, ()):
            node = node.below.setdefault(circuit, _Node())
        node.devices.append(device)
    return tuple(sorted(_best(root, weights, price).blamed))


def _best(node: _Node, weights: Mapping[str, float], price: float) -> _Best:
    """Return what is best blamed below a point, and what all devices below it weigh."""
    earned, weight = 0.0, 0.0
    blamed: list[Blame] = []
    devices: list[str] = list(node.devices)
    for device in node.devices:
        weight += weights[device]
        if weights[device] > price + (SELF - PRICE):
            earned += weights[device] - price - (SELF - PRICE)
            blamed.append(Blame(Subject(SubjectKind.DEVICE, device), (device,)))
    for circuit, below in node.below.items():
        found = _best(below, weights, price)
        if found.weight - price > found.earned:
            whole = Blame(Subject(SubjectKind.CIRCUIT, circuit), found.devices)
            found = found._replace(earned=found.weight - price, blamed=(whole,))
        earned, weight = earned + found.earned, weight + found.weight
        blamed.extend(found.blamed)
        devices.extend(found.devices)
    return _Best(earned, tuple(blamed), weight, tuple(devices))
