"""Nouns of standards: rule sets, rules, waivers, subjects, and what came of judging them. All frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jbnet.model.findings import Place, Severity
from jbnet.model.network import Level
from jbnet.model.text import Text
from jbnet.standards.predicates.base import Predicate
from jbnet.standards.subjects import Kind


class Aspect(StrEnum):
    """What a rule is about: the three fields of a network standard, the five aspects of security, and management."""

    ADDRESSING = "addressing"
    TOPOLOGY = "topology"
    ROUTING = "routing"
    DATA = "data"
    HOST = "host"
    NETWORK = "network"
    LINK = "link"
    PHYSICAL = "physical"
    MANAGEMENT = "management"


class Evidence(StrEnum):
    """Where a rule's fulfilment shows: in the declaration, in configurations, or only on the spot and in papers."""

    DECLARATION = "declaration"
    CONFIGURATION = "configuration"
    ELSEWHERE = "elsewhere"


class Outcome(StrEnum):
    """What came of one rule on one subject. Unknown is not fulfilled."""

    FULFILLED = "fulfilled"
    VIOLATED = "violated"
    WAIVED = "waived"
    NOT_SHOWN = "not shown"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text of the data in both languages. ``zh`` falls back to English where it is empty."""

    en: str
    zh: str = ""

    def text(self, lang: str) -> str:
        """Return it in a language."""
        return self.zh if lang == "zh" and self.zh else self.en


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A standard: ``prefix`` begins the ids of its rules; ``source`` says whose text the rules follow."""

    name: str
    prefix: str
    title: Bilingual
    source: Bilingual
    citation: str
    rules: tuple[Rule, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Its ``id`` is the code of its findings and never changes its meaning.

    ``kind`` says what it is judged on, ``where`` which of them (filter to accepted values), ``requires`` what must hold
    of each. With evidence elsewhere it is judged on nothing. ``citation`` is the set's name and the clause. ``mend``
    says how what breaks it is put right.
    """

    id: str
    set: str
    title: Bilingual
    clause: str
    citation: str
    aspect: Aspect
    severity: Severity
    note: Bilingual | None = None
    evidence: Evidence = Evidence.DECLARATION
    kind: Kind | None = None
    where: Mapping[str, tuple[str, ...]] | None = None
    requires: tuple[Predicate, ...] = ()
    place: Place | None = None
    mend: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exception that somebody answers for: ``subjects`` by name, or all ``under`` a site, until a day, inclusive."""

    rule: str
    subjects: tuple[str, ...]
    under: str | None
    reason: str
    who: str
    until: date
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of a rule on a subject. ``site`` is the site it belongs to, empty for what has none.

    ``related`` are the other places involved; where a configuration was judged, the lines that show it.
    """

    rule: Rule
    outcome: Outcome
    kind: Kind
    subject: str
    site: str
    level: Level | None
    text: Text
    place: Place | None = None
    related: tuple[Place, ...] = ()
    waiver: Waiver | None = None
