"""What every predicate is: its parameters as fields, and one question about one subject."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from jbnet.inventory.schema.inventory import Declared
from jbnet.model.findings import Place
from jbnet.model.network import Network
from jbnet.model.text import Text
from jbnet.standards.subjects import Kind, Subject
from jbnet.standards.world import World


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a predicate on a subject: violated, unless one of the others is set.

    ``unknown``: nobody says; ``passed``: fulfilled, told with the places that show it; ``applies`` False: there is
    nothing of the kind to judge.
    """

    text: Text
    unknown: bool = False
    related: tuple[Place, ...] = ()
    passed: bool = False
    applies: bool = True

    @property
    def is_violation(self) -> bool:
        """Say whether the subject breaks the predicate."""
        return not self.unknown and not self.passed and self.applies


def violated(message: Text, related: Iterable[Place | None] = ()) -> Verdict:
    """Return a verdict; places that are not known are left out."""
    return Verdict(message, related=tuple(place for place in related if place is not None))


def unknown(message: Text) -> Verdict:
    """Return that the declaration does not say."""
    return Verdict(message, unknown=True)


class Predicate(Declared):
    """A condition of the vocabulary. Its fields are the parameters that a rule gives; ``kinds`` what it can judge."""

    model_config = ConfigDict(defer_build=True)  # only the whole file is ever validated: half of the import's time

    evidence: ClassVar[str] = "declaration"
    """Where it is looked up (``Evidence``): in the declaration, or in configurations."""
    kinds: ClassVar[frozenset[Kind]] = frozenset()
    names: ClassVar[Mapping[str, str]] = {}
    """Parameters that are names: which mapping of the network (``locations``, ``roles``) has to know them."""

    @abstractmethod
    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Return what is wrong with the subject, or None (or a verdict that passed) when it fulfils the condition."""

    def fits(self, kind: Kind) -> bool:
        """Say whether subjects of that kind can be judged."""
        return kind in self.kinds

    def known(self, kind: Kind) -> tuple[str, ...]:
        """Return what the parameters may say of subjects of that kind, where that depends on the kind."""
        return ()

    def strangers(self, network: Network) -> list[tuple[str, str]]:
        """Return the parameters (and the names in them) that the network does not know."""
        return [
            (parameter, name)
            for parameter, section in self.names.items()
            for name in _listed(getattr(self, parameter))
            if name not in getattr(network, section)
        ]


def _listed(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


HOMES = frozenset({Kind.SITES, Kind.LOCATIONS})
EVERYTHING = frozenset(Kind)
