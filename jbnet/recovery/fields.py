"""Reading the keys of one mapping of ``dr/``, each problem with its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from jbnet.inventory.likeness import Hints
from jbnet.inventory.reading.source import Path, Source
from jbnet.model.findings import Finding, Place, Severity
from jbnet.model.text import Text, text

ScalarT = TypeVar("ScalarT", str, int, float, bool)
KINDS: Mapping[type, str] = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass
class Findings:
    """Collects findings in the order of their places."""

    found: list[Finding] = field(default_factory=list)
    hints: Hints = field(default_factory=Hints, repr=False)
    """Which known name an unknown one is most like."""

    def add(self, code: str, message: Text, place: Place | None, *related: Place) -> None:
        """Record one error."""
        self.found.append(Finding(code, Severity.ERROR, message, place, related))

    @property
    def has_errors(self) -> bool:
        """Say whether any of them is an error; a warning makes nothing unusable."""
        return any(finding.severity is Severity.ERROR for finding in self.found)

    def sorted(self) -> tuple[Finding, ...]:
        """Return them by place."""
        return tuple(sorted(self.found, key=lambda f: (f.place or Place(""), f.code, f.message)))


class Fields:
    """The keys of the mapping at ``path``. What is not asked for by ``end`` is an unknown key."""

    def __init__(self, source: Source, path: Path, value: object, findings: Findings):
        self.source = source
        self.path = path
        self.findings = findings
        self.asked: set[str] = set()
        self._data: Mapping[str, object] = value if isinstance(value, Mapping) else {}
        if not isinstance(value, Mapping):
            self._wrong(path, "a mapping", value)

    def take(self, key: str, kind: type[ScalarT], default: ScalarT | None = None) -> ScalarT | None:
        """Return a scalar, or the default. A whole number does where a number is asked for."""
        value = self.raw(key)
        if value is None:
            return default
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return kind(value)
        if type(value) is not kind:
            self._wrong((*self.path, key), KINDS[kind], value)
            return default
        return value

    def require(self, key: str, kind: type[ScalarT], empty: ScalarT) -> ScalarT:
        """Return a scalar that must be there; ``empty`` stands in for it when it is not."""
        if key not in self._data:
            self.findings.add("JB702", text("{key} is missing", key=key), self.source.place(self.path))
        value = self.take(key, kind)
        return empty if value is None else value

    def choice(self, key: str, known: Collection[str], default: str) -> str:
        """Return one of the known words."""
        value = self.take(key, str, default) or default
        if value not in known:
            options = ", ".join(known)
            self.findings.add(
                "JB703",
                text("{key} is {value}; expected one of {options}", key=key, value=value, options=options),
                self.place(key),
            )
            return default
        return value

    def raw(self, key: str) -> object:
        """Return the value as it was written; None when absent."""
        self.asked.add(key)
        return self._data.get(key)

    def names(self, key: str) -> tuple[str, ...] | None:
        """Return a list of texts; None when absent."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            self._wrong((*self.path, key), "a list of texts", value)
            return None
        return tuple(value)

    def place(self, key: str) -> Place:
        """Return where a key's value stands."""
        return self.source.place((*self.path, key))

    def end(self) -> None:
        """Report the keys nobody asked for, each with the known one it is most like."""
        for key in self._data:
            if key in self.asked:
                continue
            near = self.findings.hints.nearest(key, self.asked)
            message = (
                text("unknown key {key}; did you mean {near}?", key=key, near=near)
                if near
                else text("unknown key {key}; expected one of {known}", key=key, known=", ".join(sorted(self.asked)))
            )
            self.findings.add("JB701", message, self.source.key_place((*self.path, key)))

    def _wrong(self, path: Path, expected: str, value: object) -> None:
        name = str(path[-1]) if path else self.source.file
        message = text("{key} is {value!r}; expected {expected}", key=name, value=value, expected=expected)
        self.findings.add("JB703", message, self.source.place(path))
