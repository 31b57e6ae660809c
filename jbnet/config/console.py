"""A configuration as it is typed, or pasted, at a console: line by line, from section to section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jbnet.config.lines import paths_of
from jbnet.config.parts import parts
from jbnet.config.tree import Path
from jbnet.platforms.console import ConsoleWords, console_words
from jbnet.platforms.registry import platform

_HASH = "#"


def typed(platform_name: str, config: str) -> tuple[str, ...]:
    """Return what is typed at the console of a new box, so that it runs the configuration and keeps it.

    Secrets stay as they are in ``config``: named or revealed.
    """
    words = console_words(platform_name)
    if platform(platform_name).comment == _HASH:
        return (*words.begin, *_walk(paths_of(platform_name, config), words), *words.end)
    if not words.file:
        return (*words.begin, *_as_written(config, platform(platform_name).comment), *words.end)
    found = parts(config)
    files = (line for name, content in found.tunnels.items() for line in _file(name, content, words))
    return (*files, *words.begin, *_as_written(found.routing, platform(platform_name).comment), *words.end)


def _file(name: str, content: str, words: ConsoleWords) -> Iterator[str]:
    begin, *after = (word.format(name=name) for word in words.file)
    yield from (begin, *content.splitlines(), *after)


def _as_written(config: str, comment: str) -> Iterator[str]:
    """Yield the lines of a system that takes global commands in every section, or whose text says ``exit``."""
    lines = (line.strip() for line in config.splitlines())
    yield from (line for line in lines if line and not line.startswith(comment) and line != "end")


def _walk(lines: Sequence[Path], words: ConsoleWords) -> Iterator[str]:
    """Yield the lines with what leads out of the sections that are done."""
    here: list[str] = []
    following: Sequence[Path | None] = (*lines[1:], None)
    for path, after in zip(lines, following, strict=True):
        while len(here) >= len(path):
            here.pop()
            yield words.leave
        yield path[-1]
        if (after is not None and len(after) > len(path)) or _opens(path, words):
            here.append(path[-1])
    yield from (words.leave for _ in here)


def _opens(path: Path, words: ConsoleWords) -> bool:
    """Say whether a line opens a section although nothing stands in it; elsewhere the same words may be a setting."""
    above, line = "/".join(path[:-1]), path[-1]
    views = (view.rpartition("/") for view in words.views)
    return any(
        above == section and (line == begin or (begin.endswith(" ") and line.startswith(begin)))
        for section, _, begin in views
    )
