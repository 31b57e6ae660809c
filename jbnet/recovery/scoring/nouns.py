"""Nouns of a score by GB/T 20988: editions, elements, requirements, and what is known of each. All frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from jbnet.model.text import Text

LEVELS = range(1, 7)


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that the standard asks. ``fact`` names what it is derived from; None: it can only be declared.

    ``implies`` are the requirements that hold wherever this one holds.
    """

    name: str
    words: Words
    fact: str | None = None
    implies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """One of the seven elements: by level (1 to 6), the names of the requirements that must all hold."""

    name: str
    words: Words
    levels: Mapping[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition of the standard. ``scored``: its table is here."""

    year: str
    name: str
    remark: Words
    scored: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The standard as data."""

    default: str
    editions: Mapping[str, Edition]
    requirements: Mapping[str, Requirement]
    elements: Mapping[str, Element]


class Standing(StrEnum):
    """What is known of a requirement. Only what is shown or declared counts."""

    SHOWN = "shown"
    DECLARED = "declared"
    NOT_MET = "not met"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a person declares of a requirement in dr/standard.yaml, and answers for."""

    holds: bool
    reason: str
    by: str = ""
    date: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one requirement, and from what."""

    standing: Standing
    evidence: Text

    @property
    def counts(self) -> bool:
        """It may be relied on."""
        return self.standing in (Standing.SHOWN, Standing.DECLARED)


@dataclass(frozen=True, slots=True)
class ElementScore:
    """The highest level of an element all of whose requirements count; 0: not even the first is shown.

    ``known`` are its requirements; ``missing`` those that keep it from the next level.
    """

    element: Element
    level: int
    known: Mapping[str, Known]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """The score by one edition. ``total``: the lowest of the elements."""

    edition: Edition
    elements: tuple[ElementScore, ...] = field(default=())

    @property
    def total(self) -> int:
        """The lowest level; 0: an element for which not even level 1 is shown."""
        return min((one.level for one in self.elements), default=0)
