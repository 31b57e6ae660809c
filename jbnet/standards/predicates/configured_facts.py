"""Facts of ``jbnet/platforms/facts.yaml`` that have to be on, off, set, few, or of some value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, field_validator

from jbnet.model.network import Device
from jbnet.model.text import text
from jbnet.standards.predicates.base import Verdict, unknown, violated
from jbnet.standards.predicates.configured import (
    Configured,
    OfFact,
    hidden,
    known_fact,
    listed,
    nothing,
    passed,
    places,
    should,
    switch,
    told,
    unread,
    unsaid,
)
from jbnet.standards.world import World

if TYPE_CHECKING:  # as in ``configured``: a check never looks at a configuration
    from jbnet.config.audit.observed import Fact, Observed, Reading


class _Switched(Configured):
    """A condition on switches."""

    wanted: ClassVar[str]
    facts: tuple[str, ...] = Field(strict=False, min_length=1)

    @field_validator("facts")
    @classmethod
    def _known(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(known_fact, values))

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """The first that is wrong decides, else the first that is not known."""
        return _gravest([self._one(seen.fact(name)) for name in self.facts])

    def _one(self, fact: Fact) -> Verdict:
        wrong = [one for one in fact.readings if not one.is_hidden and one.value != self.wanted]
        if (missing := unread(fact)) is not None:
            return missing
        if wrong:
            return violated(should(fact, wrong, switch(self.wanted)), places(wrong))
        if not fact.readings or any(one.is_hidden for one in fact.readings):
            return unsaid(fact)
        return passed(told(fact), fact.places)


class SwitchedOff(_Switched):
    """These are off, by a line of the configuration or by the platform's default."""

    wanted: ClassVar[str] = "off"


class SwitchedOn(_Switched):
    """These are on, by a line of the configuration or by the platform's default."""

    wanted: ClassVar[str] = "on"


class NumberAtMost(OfFact):
    """A number is at most so large, and not 0, which means never. ``of_each`` names a fact: each of these has one."""

    number: int = Field(ge=1)
    of_each: str | None = None

    def weigh(self, fact: Fact, seen: Observed) -> Verdict:
        """Judge each reading, and look whom none is about."""
        wrong = [
            one for one in fact.readings if _number(one) is not None and not 0 < (_number(one) or 0) <= self.number
        ]
        if wrong:
            return violated(should(fact, wrong, text("1 to {number}", number=self.number)), places(wrong))
        left = self._left_out(fact, seen)
        if left:
            return unknown(text("{fact}: no line says it of {names}", fact=fact.title, names=listed(left)))
        if not fact.readings or any(_number(one) is None for one in fact.readings):
            return unsaid(fact)
        return passed(told(fact), fact.places)

    def _left_out(self, fact: Fact, seen: Observed) -> list[str]:
        about = fact.by()
        if self.of_each is None or "" in about:
            return []
        return [name for name in seen.fact(self.of_each).by() if name not in about]


class NumberAtLeast(OfFact):
    """A number is at least so large."""

    number: int = Field(ge=1)

    def weigh(self, fact: Fact, seen: Observed) -> Verdict:
        """Judge each reading."""
        wrong = [one for one in fact.readings if (n := _number(one)) is not None and n < self.number]
        if wrong:
            return violated(should(fact, wrong, text("at least {number}", number=self.number)), places(wrong))
        if not fact.readings or any(_number(one) is None for one in fact.readings):
            return unsaid(fact)
        return passed(told(fact), fact.places)


class ValuesAmong(OfFact):
    """All that a fact says is among these words."""

    values: tuple[str, ...] = Field(strict=False, min_length=1)

    def weigh(self, fact: Fact, seen: Observed) -> Verdict:
        """A line may say several words; each has to be among them."""
        allowed = {value.lower() for value in self.values}
        wrong = [one for one in fact.readings if not one.is_hidden and not _words(one) <= allowed]
        if wrong:
            return violated(should(fact, wrong, text("{values}", values=", ".join(self.values))), places(wrong))
        return nothing(fact) or hidden(fact) or passed(told(fact), fact.places)


class ValuesNotAmong(OfFact):
    """Nothing that a fact says is among these words."""

    values: tuple[str, ...] = Field(strict=False, min_length=1)

    def weigh(self, fact: Fact, seen: Observed) -> Verdict:
        """Judge what can be read; an encrypted word is not known. No word is printed but those of the rule."""
        banned = {value.lower() for value in self.values}
        wrong = [one for one in fact.readings if not one.is_hidden and _words(one) & banned]
        if wrong:
            names = listed(sorted({word for one in wrong for word in _words(one) & banned}))
            return violated(text("{fact}: {names}", fact=fact.title, names=names), places(wrong))
        good = text("{fact}: none of {names}", fact=fact.title, names=", ".join(self.values))
        return nothing(fact) or hidden(fact) or passed(good, fact.places)


class SetEverywhere(OfFact):
    """A fact is set wherever it can be: on every line, for every group, account or server."""

    def weigh(self, fact: Fact, seen: Observed) -> Verdict:
        """What no line says is not set."""
        wrong = [one for one in fact.readings if not one.value]
        if wrong:
            names = listed([one.about for one in wrong if one.about])
            said = text("{fact}: not set for {names}", fact=fact.title, names=names)
            return violated(said if names.params else text("{fact}: not set", fact=fact.title), places(wrong))
        return nothing(fact) or passed(told(fact), fact.places)


class EntriesAtLeast(OfFact):
    """A list has so many different entries."""

    count: int = Field(ge=1)

    def weigh(self, fact: Fact, seen: Observed) -> Verdict:
        """Lines that say the same are one."""
        found = {one.value or one.about or str(one.places) for one in fact.readings}
        said = text("{fact}: {found} of {count}", fact=fact.title, found=len(found), count=self.count)
        return passed(said, fact.places) if len(found) >= self.count else violated(said, fact.places)


class NoEntries(OfFact):
    """A list is empty: no line says such a thing."""

    def weigh(self, fact: Fact, seen: Observed) -> Verdict:
        """Values are not printed: they may be secrets."""
        if not fact.readings:
            return passed(text("{fact}: none", fact=fact.title))
        return violated(text("{fact}: {count} lines", fact=fact.title, count=len(fact.readings)), fact.places)


def _gravest(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the first violation, else the first that is not known, else all that passed as one."""
    for wanted in (lambda one: one.is_violation, lambda one: one.unknown):
        if (found := next(filter(wanted, verdicts), None)) is not None:
            return found
    held = [one for one in verdicts if one.passed]
    if not held:
        return verdicts[0]
    said = held[0].text if len(held) == 1 else listed([one.text for one in held])
    return passed(said, (place for one in held for place in one.related))


def _number(reading: Reading) -> int | None:
    return int(reading.value) if reading.value is not None and reading.value.isdigit() else None


def _words(reading: Reading) -> set[str]:
    return set((reading.value or "").lower().split()) or {""}
