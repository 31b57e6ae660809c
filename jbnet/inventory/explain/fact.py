"""One value and its origin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jbnet.inventory.declaration import Declaration, Item, SiteItem
from jbnet.model.findings import Place
from jbnet.model.text import Text, text

ITSELF = text("written for it")
DEFAULT = text("default")


@dataclass(frozen=True, slots=True)
class Fact:
    """A value of a subject (``site``, or the name of a device, circuit, premises), where it stands and through what.

    ``place`` is None for a value that is written nowhere: a default of the program.
    """

    subject: str
    key: str
    value: str
    place: Place | None
    source: Text


def said(value: object) -> str:
    """Return a value as it is shown."""
    if isinstance(value, (tuple, list)):
        return ", ".join(map(said, value))
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def archetype(declared: Declaration, name: str | None) -> Item[object] | None:
    """Return the declared archetype of that name."""
    return declared.archetypes.get(name or "")


def of_archetype(name: str | None) -> Text:
    """Return how a value that comes from an archetype is said to come."""
    return text("archetype {name}", name=name)


def ancestors(declared: Declaration, item: SiteItem) -> Iterable[SiteItem]:
    """Yield the declared sites above one, the nearest first; ends at a loop."""
    met = {item.name}
    parent = declared.sites.get(item.parent or "")
    while parent is not None and parent.name not in met:
        met.add(parent.name)
        yield parent
        parent = declared.sites.get(parent.parent or "")
