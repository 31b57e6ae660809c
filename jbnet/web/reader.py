"""Who looks, and in which words: language, what of the network is theirs, what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jbnet.catalogue import load
from jbnet.inventory.scope import Scope
from jbnet.model.rights import Right
from jbnet.model.text import Text, text
from jbnet.monitor.board import Entry
from jbnet.monitor.scoped import may_handle, scoped
from jbnet.monitor.tongue import Tongue

if TYPE_CHECKING:
    from jbnet.model.network import Network


@dataclass(frozen=True)
class Reader:
    """All that a page depends on besides what was seen: pages of equal readers are equal.

    ``subtree``: the site below which they may look; None: everywhere.
    """

    lang: str
    subtree: str | None
    rights: frozenset[Right]

    def within(self, network: Network | None) -> Glasses:
        """Return what this reader sees a network through."""
        return Glasses(self, network)


@dataclass(frozen=True)
class Glasses:
    """A reader and a network. ``network`` None: the declaration has errors; only who sees all then sees anything."""

    reader: Reader
    network: Network | None

    @cached_property
    def tongue(self) -> Tongue:
        """Return the language with what things are called in it."""
        catalogue = {} if self.reader.lang == "en" else load(self.reader.lang)
        return Tongue(self.reader.lang, catalogue, self.network)

    @cached_property
    def scope(self) -> Scope | None:
        """Return what belongs to the reader; None: the network cannot be read."""
        return Scope.of(self.network, self.reader.subtree) if self.network is not None else None

    def say(self, said: str | Text, **params: object) -> str:
        """Return a text in the reader's language."""
        return self.tongue.say(said if isinstance(said, Text) else text(said, **params))

    def may(self, right: Right) -> bool:
        """Say whether the reader has a right (in what is theirs)."""
        return right in self.reader.rights

    def may_handle(self, entry: Entry) -> bool:
        """Say whether the reader may note something on an incident."""
        if not self.may(Right.HANDLE):
            return False
        return self.reader.subtree is None or (self.scope is not None and may_handle(entry.incident, self.scope))

    def sees(self, home: str) -> bool:
        """Say whether a site, location or peer is the reader's to see."""
        return self.reader.subtree is None or (self.scope is not None and self.scope.sees_home(home))

    def sees_named(self, name: str) -> bool:
        """Say whether all that is declared by that name is the reader's to see."""
        return self.reader.subtree is None or (self.scope is not None and self.scope.sees_named(name))

    def sees_circuit(self, name: str) -> bool:
        """Say whether a circuit is the reader's to see."""
        return self.reader.subtree is None or (self.scope is not None and self.scope.sees_circuit(name))

    def cut(self, found: Iterable[Entry]) -> tuple[Entry, ...]:
        """Return the incidents as far as they touch what the reader sees."""
        if self.reader.subtree is None:
            return tuple(found)
        return tuple(mine for entry in found if (mine := self.mine(entry)) is not None)

    def mine(self, entry: Entry) -> Entry | None:
        """Return an incident as far as it touches what the reader sees; None: it does not."""
        if self.reader.subtree is None:
            return entry
        left = scoped(entry.incident, self.scope) if self.scope is not None else None
        return Entry(left, entry.notes, entry.silence, entry.group) if left is not None else None
