"""A container of a YAML file while it is being filled."""

from __future__ import annotations

from typing import Any, Final

LEFT_OUT: Final = "left out"
"""Stands for a key whose value is read and left out; told from such a key by identity."""


class Frame:
    """A mapping or list. In a mapping ``key`` is the pending key; None: a key comes next."""

    __slots__ = ("at", "data", "folded", "is_map", "kept", "key", "key_at", "marks")

    def __init__(self, *, is_map: bool, kept: bool, at: int) -> None:
        self.is_map = is_map
        self.kept = kept
        """Whether it will be part of the data; not below a key that is left out."""
        self.at = at
        self.data: Any = {} if is_map else []
        self.marks: Any = {} if is_map else []
        self.key: str | None = None
        self.key_at = 0
        self.folded: dict[str, str] | None = None

    @property
    def wants_key(self) -> bool:
        """Say whether what comes next is a key."""
        return self.is_map and self.key is None

    @property
    def keeps(self) -> bool:
        """Say whether what comes next will be part of the data."""
        return self.kept and self.key is not LEFT_OUT

    @property
    def step(self) -> str | int:
        """Return what leads from here to what is being filled."""
        return self.key or "" if self.is_map else len(self.data)

    def twin(self, key: str) -> str | None:
        """Return the earlier key that differs from this one only by capital letters, and remember this one."""
        lower = key.lower()
        if self.folded is None:
            if key == lower:
                return None
            self.folded = {known.lower(): known for known in self.data}
        found = self.folded.setdefault(lower, key)
        return None if found == key else found
