"""Secrets redact themselves: no log, diff, error or repr shows one."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that prints as ``<secret NAME>``; ``reveal()`` is called only where it goes on the wire."""

    name: str
    _value: str = field(repr=False)

    def reveal(self) -> str:
        """Return the value itself. Call it as late as possible."""
        return self._value

    def __str__(self) -> str:
        return f"<secret {self.name}>"

    def __repr__(self) -> str:
        return f"<secret {self.name}>"

    def __format__(self, _spec: str) -> str:
        return str(self)

    def __reduce__(self) -> str:
        raise TypeError(f"{self} is not to be pickled")
