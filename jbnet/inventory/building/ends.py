"""The two ends of a circuit: which devices, which ports, by the naming standard."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from jbnet.inventory.building.devices import Build
from jbnet.inventory.building.equipment import CircuitSpec
from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.building.homes import Home
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.report import Report

_KEY = re.compile(r"(?:(?P<device>[a-z][a-z0-9]*)-)?(?P<word>up|pair)(?P<number>[1-9][0-9]?)\Z")


def is_circuit_key(key: str) -> bool:
    """Say whether a circuit may be called so at its home."""
    return _KEY.match(key) is not None


@dataclass(frozen=True, slots=True)
class Ends:
    """A circuit resolved: the lower device (z), the upper (a), and the ports' names. ``word``: up or pair."""

    lower: Build
    upper: Build
    lower_port: str
    upper_port: str
    word: str
    number: int
    cable: bool


class EndFinder:
    """Finds the ends of circuits among the devices; reports those that have none."""

    def __init__(self, declared: Declaration, homes: Mapping[str, Home], builds: Mapping[str, Build], report: Report):
        self._declared = declared
        self._homes = homes
        self._builds = builds
        self._report = report
        self._names: dict[str, Collection[str]] = {}

    def find(self, home: Home, spec: CircuitSpec) -> Ends | None:
        """Return the ends of a circuit, or None when something about it is wrong."""
        match = _KEY.match(spec.key)
        if match is None:
            self._report.add(
                "JB111", "the circuit {name} is off the standard: up1, pair1, or a device before it as in db1-up1",
                spec.place, name=spec.key,
            )  # fmt: skip
            return None
        word, number = match["word"], int(match["number"])
        lower, upper = self._end(home, spec, "from"), self._end(home, spec, "to")
        if lower is None or upper is None:
            return None
        if lower is upper:
            self._report.add(
                "JB132", "{name} runs from {device} to itself", spec.at("to"), name=spec.key, device=lower.name
            )
            return None
        if word == "pair":
            return Ends(lower=upper, upper=lower, lower_port=f"pair{number}", upper_port=f"pair{number}",
                         word=word, number=number, cable=match["device"] is not None)  # fmt: skip
        inside = upper.home is home
        down = lower.spec.suffix if inside else home.down
        return Ends(lower, upper, f"up{number}", f"{down}-{number}", word, number, match["device"] is not None)

    def _end(self, home: Home, spec: CircuitSpec, key: str) -> Build | None:
        written = spec.decl.from_ if key == "from" else spec.decl.to
        if written is None:
            if key not in spec.places:  # else it is written wrongly, and reported as such
                self._report.add("JB106", "the key {key} is missing", spec.place, key=key)
            return None
        build = self._builds.get(self._full_name(home, written))
        if build is None and not self._uncertain(home, written):
            near = self._near(home)
            dangling(self._report, "device", written, self._builds, spec.at(key), self._declared, "JB131", near)
        return build

    def _full_name(self, home: Home, written: str) -> str:
        word, slash, suffix = written.partition("/")
        if slash:
            return f"{home.parent}-{suffix}" if word == "parent" else written
        return f"{home.name}-{written}" if written in home.devices else written

    def _uncertain(self, home: Home, written: str) -> bool:
        """Say whether the home that the device would be in could not be made out."""
        if written.startswith("parent/"):
            owner = self._homes.get(home.parent or "")
        else:
            owner = self._homes.get(written.rpartition("-")[0], home)
        return owner is not None and owner.uncertain

    def _near(self, home: Home) -> Collection[str]:
        """Return what a home may call its own devices and those above it; the same object each time."""
        if home.name not in self._names:
            parent = self._homes.get(home.parent) if home.parent else None
            above = [f"parent/{suffix}" for suffix in parent.devices] if parent else []
            self._names[home.name] = [*home.devices, *above]
        return self._names[home.name]
