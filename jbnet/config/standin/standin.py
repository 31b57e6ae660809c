"""A router with FRR in the place of one whose system a lab cannot run: what it runs before and after a change.

Law: the stand-in of what is rendered for a device on any platform says the same of packets as what is rendered for its
copy in a lab.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jbnet.config.lines import paths_of
from jbnet.config.shown import bare
from jbnet.config.standin.cabling import cabling
from jbnet.config.standin.facts import RoutingText, Rule
from jbnet.config.standin.printing import printed
from jbnet.config.standin.reading import read
from jbnet.config.standin.translating import Gap, gaps, translated, unknown_keys
from jbnet.config.tree import Patch, Path
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text
from jbnet.platforms.routing_facts import TOLD, routing_facts
from jbnet.platforms.sections import sections

_LISTS = re.compile(r"ip access-list \w+ \S+")
_NUMBERED = re.compile(r"\d+ ")


@dataclass(frozen=True, slots=True)
class PortFilter:
    """What passes a port of the stand-in one way, ``in`` or ``out``; ``permit``: also what no rule fits."""

    port: str
    way: str
    rules: tuple[Rule, ...]
    permit: bool


@dataclass(frozen=True)
class StandIn:
    """A stand-in's configuration before and after a change, and what neither says.

    ``ports`` are its names of the device's ports; ``filters`` are packet filters, which FRR has none of. ``unproved``
    are reasons why what runs is not all there; ``untried`` are lines of the change that it has no counterpart for and
    that move no packet; ``against``: those that may, and so stand against the change.
    """

    before: str
    after: str
    ports: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[PortFilter, ...] = ()
    filters_after: tuple[PortFilter, ...] = ()
    unproved: tuple[Text, ...] = ()
    untried: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


def stand_in(network: Network, device: Device, running: str, patch: Patch | None = None) -> StandIn:
    """Return what stands in for a device that runs ``running`` and would be changed by ``patch``.

    ``running`` has declared secrets by name. Raises TargetError where the device's model is not declared, and
    FileNotFoundError for a platform of which it is not known what its lines say.
    """
    patch, lines = patch or Patch(), tuple(_with_numbers(paths_of(device.platform, running)))
    changed = patched(device.platform, lines, patch)
    before, after = read(device.platform, lines), read(device.platform, changed)
    names, usual = cabling(network, device, before, after), routing_facts(device.platform).usual
    missing = [*gaps(before, names), *gaps(after, names)]
    judge = _Judge(device.platform, (before, after), missing)
    lines_of = [(path, _said(device.platform, sign, path)) for sign, path in _signed(patch)]
    permit = usual.unmatched == "permit"
    return StandIn(
        before=printed(device.name, translated(before, names), usual),
        after=printed(device.name, translated(after, names), usual),
        filters=tuple(_filters(before, names, permit=permit)),
        filters_after=tuple(_filters(after, names, permit=permit)),
        ports=names,
        unproved=tuple(_unproved(device.platform, before, missing)),
        untried=tuple(said for path, said in lines_of if not judge.is_said(path) and not judge.is_against(path)),
        against=tuple(said for path, said in lines_of if judge.is_against(path)),
    )


def patched(platform: str, lines: Iterable[Path], patch: Patch) -> tuple[Path, ...]:
    """Return the lines that run after a patch of the platform's Differ (its law: apply)."""
    gone = {bare(platform, path) for path in patch.removed}
    kept = [path for path in lines if bare(platform, path) not in gone]
    return tuple(dict.fromkeys((*kept, *patch.added)))


def _with_numbers(lines: Iterable[Path]) -> Iterator[Path]:
    """Number the lines of named lists, as newer systems show them and differs say them; VRP's have numbers."""
    counts: dict[str, int] = {}
    for path in lines:
        if len(path) == 2 and _LISTS.fullmatch(path[0]) and not _NUMBERED.match(path[1]):
            counts[path[0]] = counts.get(path[0], 0) + 10
            yield (path[0], f"{counts[path[0]]} {path[1]}")
        else:
            yield path


def _filters(facts: RoutingText, names: Mapping[str, str], *, permit: bool) -> Iterator[PortFilter]:
    for port in facts.ports.values():
        for way, name in port.filters.items():
            if port.name in names and name in facts.lists and name not in facts.broken:
                yield PortFilter(names[port.name], way, facts.lists[name], permit)


class _Judge:
    """Says what becomes of the lines of a change on a stand-in."""

    def __init__(self, platform: str, texts: Iterable[RoutingText], missing: Iterable[Gap]) -> None:
        self.platform, self.missing = platform, tuple(missing)
        self.unread = frozenset(path for text in texts for path in text.unread)

    def is_said(self, path: Path) -> bool:
        """Say whether the stand-in says the line in its own words."""
        return any(fact != TOLD for fact, _ in self._facts(path)) and not self.is_against(path)

    def is_against(self, path: Path) -> bool:
        """Say whether the line may move packets, and the stand-in says nothing of it."""
        if path in self.unread:
            return True
        is_told = any(fact == TOLD for fact, _ in self._facts(path))
        return not is_told and any(gap.touches(path) for gap in self.missing)

    def _facts(self, path: Path) -> list[tuple[str, dict[str, str]]]:
        return routing_facts(self.platform).facts_of(path)


def _unproved(platform: str, facts: RoutingText, missing: Iterable[Gap]) -> Iterator[Text]:
    beyond = routing_facts(platform).beyond
    for path in facts.unread:
        if sections(platform).of(path) not in beyond:
            yield text("not understood: {line}", line=_line(platform, path))
    if any(sections(platform).of(path) in beyond for path in facts.unread):
        yield text("lines are encrypted by the lab's own keys and algorithms")
    yield from {str(gap.reason): gap.reason for gap in missing}.values()
    if unknown_keys(facts):
        yield text("keys that are not declared are taken to be the same at both ends")


def _signed(patch: Patch) -> Iterator[tuple[str, Path]]:
    yield from (("-", path) for path in patch.removed)
    yield from (("+", path) for path in patch.added)


def _said(platform: str, sign: str, path: Path) -> str:
    return f"{sign} {_line(platform, path)}"


def _line(platform: str, path: Path) -> str:
    """Return a line with those above it as people read it, without its secret."""
    return " / ".join(bare(platform, path))
