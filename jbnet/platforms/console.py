"""How a configuration is typed at a system's console: ``NAME/console.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jbnet.platforms.package_data import platform_data
from jbnet.platforms.registry import platform


@dataclass(frozen=True, slots=True)
class ConsoleWords:
    """What is typed beside the configuration's own lines.

    ``begin`` leads to where it is typed, ``leave`` out of a section, ``end`` makes it run, makes a host key and saves;
    answers to questions are lines too. ``views`` are lines that open a section even where nothing stands in it, or
    beginnings of them (with a blank at the end); ``SECTION/LINE`` does so in that section. ``fingerprint`` shows the
    host key at the console. ``file`` is what a file beside the configuration is typed between, before all of this, with
    ``{name}`` in it; none: the system has no such files.
    """

    begin: tuple[str, ...]
    leave: str
    views: tuple[str, ...]
    end: tuple[str, ...]
    fingerprint: str
    file: tuple[str, ...] = ()


@cache
def console_words(name: str) -> ConsoleWords:
    """Return them for a platform. Raises UsageError for one that is not known."""
    platform(name)
    data = platform_data(name, "console.yaml")
    return ConsoleWords(tuple(data["begin"]), data["leave"], tuple(data["views"]), tuple(data["end"]),
                        data["fingerprint"], tuple(data.get("file", ())))  # fmt: skip
