"""What every condition on a configuration is, and how what was read is told to people."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from jbnet.model.findings import Place
from jbnet.model.network import Device
from jbnet.model.text import Text, text
from jbnet.platforms.facts import titles
from jbnet.standards.predicates.base import Predicate, Verdict, unknown
from jbnet.standards.subjects import Kind, Subject
from jbnet.standards.world import World

if TYPE_CHECKING:  # a check of the declaration knows these conditions and never looks at a configuration
    from jbnet.config.audit.observed import Fact, Observed, Reading

SHOWN = 6
"""Values that a message lists."""


class Configured(Predicate):
    """A condition on what a device's configuration says."""

    evidence: ClassVar[str] = "configuration"
    kinds: ClassVar = frozenset({Kind.DEVICES})

    def judge(self, world: World, subject: Subject) -> Verdict:
        """Judge what was seen of the device; of one that could not be asked nothing is known."""
        seen = (world.surroundings.configurations or {}).get(subject.name)
        if seen is None:
            return unknown(text("nobody looked at the configuration of {device}", device=subject.name))
        if seen.unasked is not None:
            return unknown(seen.unasked)
        return self.look(world, subject.thing, seen)

    @abstractmethod
    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """Return what the configuration shows."""


class OfFact(Configured):
    """A condition on one fact."""

    fact: str

    @field_validator("fact")
    @classmethod
    def _known(cls, value: str) -> str:
        return known_fact(value)

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """Judge the fact where it is known."""
        fact = seen.fact(self.fact)
        return unread(fact) or self.weigh(fact, seen)

    @abstractmethod
    def weigh(self, fact: Fact, seen: Observed) -> Verdict:
        """Return what the readings of the fact come to."""


def known_fact(value: str) -> str:
    """Return the name of a fact. Raises PydanticCustomError for one that does not exist."""
    if value not in titles():
        raise PydanticCustomError("jb_value", "a fact of jbnet/platforms/facts.yaml")
    return value


def passed(message: Text, shown: Iterable[Place] = ()) -> Verdict:
    """Return a verdict that the condition holds, with the lines that show it."""
    return Verdict(message, passed=True, related=tuple(dict.fromkeys(shown)))


def inapplicable(message: Text) -> Verdict:
    """Return that there is nothing to judge."""
    return Verdict(message, applies=False)


def unread(fact: Fact) -> Verdict | None:
    """Return the verdict on a fact that the platform lacks, or that could not be read; None: it was read."""
    if fact.lacks is not None:
        return inapplicable(fact.lacks)
    if fact.unread is not None:
        return unknown(text("{fact}: {reason}", fact=fact.title, reason=fact.unread))
    return None


def read_all(seen: Observed, *names: str) -> tuple[Mapping[str, Fact], Verdict | None]:
    """Return facts by name, and the verdict where one of them is not known."""
    found = {name: seen.fact(name) for name in names}
    return found, next((missing for fact in found.values() if (missing := unread(fact)) is not None), None)


def unsaid(fact: Fact) -> Verdict:
    """Return that no line says it, and that the default is not known."""
    return unknown(text("{fact}: no line says it, and the default is not sure", fact=fact.title))


def hidden(fact: Fact) -> Verdict | None:
    """Return that a value cannot be read, where that is so."""
    if not any(one.is_hidden for one in fact.readings):
        return None
    if any(one.value is None for one in fact.readings):
        return unsaid(fact)
    return unknown(text("{fact}: what is configured is hidden or encrypted", fact=fact.title))


def nothing(fact: Fact) -> Verdict | None:
    """Return the verdict where there is no reading at all: an empty list leaves nothing to judge."""
    if fact.readings:
        return None
    return inapplicable(text("{fact}: none", fact=fact.title)) if fact.is_list else unsaid(fact)


def told(fact: Fact, readings: Sequence[Reading] | None = None) -> Text:
    """Return what a fact says, for people."""
    return text("{fact}: {found}", fact=fact.title, found=_values(fact.readings if readings is None else readings))


def should(fact: Fact, wrong: Sequence[Reading], wanted: Text) -> Text:
    """Return what a fact says, and what it should."""
    return text("{fact}: {found}; wanted: {wanted}", fact=fact.title, found=_values(wrong), wanted=wanted)


def places(readings: Iterable[Reading]) -> list[Place]:
    """Return where readings stand."""
    return [place for reading in readings for place in reading.places]


def listed(items: Sequence[object]) -> Text:
    """Return a list as people read it: the first few, and the number of the rest."""
    shown: dict[str, object] = {f"i{n}": item for n, item in enumerate(items[:SHOWN])}
    found = Text(", ".join(f"{{{key}}}" for key in shown), shown)
    more = len(items) - SHOWN
    return text("{items} and {count} more", items=found, count=more) if more > 0 else found


def switch(value: str) -> Text:
    """Return the word for on or off."""
    return text("turned on") if value == "on" else text("turned off")


def _values(readings: Sequence[Reading]) -> Text:
    items: Mapping[object, object] = {(r.about, r.value, not r.lines): _value_of(r) for r in readings}
    return listed(list(items.values()))


def _value_of(reading: Reading) -> Text:
    said = switch(reading.value) if reading.value in ("on", "off") else text("{value}", value=reading.value or "-")
    if not reading.lines:
        said = text("{value} (default)", value=said)
    return text("{about}: {value}", about=reading.about, value=said) if reading.about else said
