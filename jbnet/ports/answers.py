"""What command lines print, as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parsed:
    """An answer as records, and the template that read it."""

    template: str
    records: tuple[Mapping[str, object], ...]


class AnswerParser(Protocol):
    """Reads what command lines print. ``system`` is its name in ntc-templates."""

    def parse(self, system: str, command: str, said: str) -> Parsed | None:
        """Return the answer as records; None where no template fits the command or what came."""
