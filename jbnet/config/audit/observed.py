"""What was seen of one device, and the facts in it. What could not be seen is said, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from jbnet.config.audit.lines import Line, NumberedText
from jbnet.config.tree import Path
from jbnet.model.findings import Place
from jbnet.model.text import Text, text
from jbnet.platforms.facts import HIDDEN, Source, facts, titles
from jbnet.platforms.masking import MASK


class Origin(StrEnum):
    """Where the texts are from."""

    DEVICE = "device"
    BACKUP = "backup"
    RENDERED = "rendered"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a fact about one section, port or account (``about``; empty: the device).

    ``value`` None: it does not say. Without ``lines`` it is the platform's default.
    """

    about: str
    value: str | None
    lines: tuple[Line, ...] = ()

    @property
    def is_hidden(self) -> bool:
        """Say whether there is a value that nobody can read."""
        return self.value is None or self.value == HIDDEN or self.value.startswith(MASK.rstrip(">"))

    @property
    def places(self) -> tuple[Place, ...]:
        """Return where it stands."""
        return tuple(line.place for line in self.lines)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of a device. ``lacks``: the platform has no such thing; ``unread``: why it is not known.

    ``is_list``: no reading means that there is none; else that nothing says it.
    """

    name: str
    readings: tuple[Reading, ...] = ()
    lacks: Text | None = None
    unread: Text | None = None
    is_list: bool = False

    @property
    def title(self) -> Text:
        """Return what the fact is called."""
        return Text(titles()[self.name])

    @property
    def places(self) -> tuple[Place, ...]:
        """Return where it stands."""
        return tuple(place for reading in self.readings for place in reading.places)

    def by(self) -> Mapping[str, Reading]:
        """Return the readings by what they are about; the last one counts."""
        return {reading.about: reading for reading in self.readings}


@dataclass
class Observed:
    """What was seen of a device: its texts by name, why others are missing, when it was last backed up.

    ``unasked``: why nothing could be had at all. ``time`` is when it was seen, or when its backup was made; ``now``
    when it is judged. ``saved`` None: not known. ``backed_up`` None: there is no backup, if ``backups_known``.
    """

    device: str
    platform: str
    origin: Origin
    texts: Mapping[str, NumberedText] = field(default_factory=dict)
    missing: Mapping[str, Text] = field(default_factory=dict)
    unasked: Text | None = None
    time: datetime | None = None
    now: datetime | None = None
    saved: bool | None = None
    backed_up: datetime | None = None
    backups_known: bool = False
    _facts: dict[str, Fact] = field(default_factory=dict, init=False, repr=False)

    def fact(self, name: str) -> Fact:
        """Return a fact."""
        if name not in self._facts:
            self._facts[name] = self._read(name)
        return self._facts[name]

    def shown(self, place: Place) -> str:
        """Return the line at a place with secrets masked; empty where it is no line of this device's."""
        for one in self.texts.values():
            if one.file == place.file:
                return one.shown(place.line)
        return ""

    def _read(self, name: str) -> Fact:
        known = facts(self.platform)
        if name in known.lacks:
            return Fact(name, lacks=Text(known.lacks[name]))
        if name in known.unshown:
            return Fact(name, unread=Text(known.unshown[name]))
        source = known.sources.get(name)
        if source is None:
            return Fact(name, unread=text("how {platform} says it is not known to jbnet", platform=self.platform))
        if source.only_shown and self.origin is Origin.RENDERED:
            return Fact(name, unread=text("only a device shows it, not what is rendered for it"))
        read = [one for key, one in self.texts.items() if key == source.file or key.startswith(f"{source.file}:")]
        if not read:
            why = self.missing.get(source.file) or text("{file} was not read", file=source.file)
            return Fact(name, unread=why)
        readings = tuple(_readings(source, list(_until(source, self.platform, read))))
        return Fact(name, readings, is_list=source.each_line)


def _until(source: Source, platform: str, texts: Iterable[NumberedText]) -> Iterator[Line]:
    kind = facts(platform).files.get(source.file)
    for one in texts:
        for line in one.lines:
            if kind is not None and kind.until is not None and kind.until.search(line.said):
                break
            yield line


def _readings(source: Source, lines: list[Line]) -> Iterator[Reading]:
    if not source.sections:
        yield from _of_section(source, "", None, [line for line in lines if source.deep or len(line.path) == 1])
        return
    sections = _sections(source, lines)
    for path, (about, own) in sections.items():
        head = own[0] if own and own[0].path == path else None
        depth = len(path)
        below = [line for line in own if (len(line.path) > depth if source.deep else len(line.path) == depth + 1)]
        yield from _of_section(source, about, head, below)
    if not sections and source.default is not None and not source.each_line:
        yield Reading("", source.default)


def _sections(source: Source, lines: list[Line]) -> dict[Path, tuple[str, list[Line]]]:
    """Return the lines of each section that fits, with what the section is about."""
    depth, found = len(source.sections), dict[Path, tuple[str, list[Line]]]()
    for line in lines:
        path = line.path[:depth]
        if path in found:
            found[path][1].append(line)
        elif len(path) == depth and (about := _about(source, path)) is not None:
            found[path] = (about, [line])
    return found


def _about(source: Source, path: Path) -> str | None:
    about = ""
    for pattern, said in zip(source.sections, path, strict=True):
        match = pattern.search(said)
        if match is None:
            return None
        about = match.groupdict().get("key") or said
    return about


def _of_section(source: Source, about: str, head: Line | None, lines: list[Line]) -> Iterator[Reading]:
    if not source.matches:
        said = about if source.default is None else source.default
        yield Reading(about, said, (head,) if head else ())
        return
    found = [reading for line in lines if (reading := _of_line(source, about, line)) is not None]
    if source.each_line and (found or source.default is None):
        yield from found
    elif found:
        yield found[0 if source.first else -1]
    else:
        yield Reading(about, source.default)


def _of_line(source: Source, about: str, line: Line) -> Reading | None:
    for match in source.matches:
        found = match.line.search(line.said)
        if found:
            groups = found.groupdict()
            value = match.says if match.says is not None else _value(source, groups)
            return Reading(groups.get("key") or about, value, (line,))
    return None


def _value(source: Source, groups: Mapping[str, str | None]) -> str:
    """Return what a line says; seconds behind minutes round them up."""
    value = groups.get("value") or ""
    if re.fullmatch(r"\d+", value):
        more = 1 if int(groups.get("seconds") or 0) else 0
        return str(-(-int(value) // source.per) + more)
    return value
