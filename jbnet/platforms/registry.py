"""What each network operating system can do, read from ``jbnet/platforms/*.yaml`` (data, no code)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from jbnet.model.errors import UsageError
from jbnet.model.text import text


@dataclass(frozen=True, slots=True)
class Section:
    """A template of the platform; printed only where the intent's attribute ``needs`` is not empty."""

    template: str
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Platform:
    """A network operating system. ``commit_timer`` says where the clock of a trial commit runs.

    ``replace`` is ``whole`` where a candidate is always a whole configuration. ``daemons`` maps a
    feature to the processes that it needs (only where the system is made of processes).
    """

    name: str
    driver: str
    comment: str
    commit_timer: str
    replace: str
    max_interface_name: int
    sections: tuple[Section, ...]
    daemons: Mapping[str, tuple[str, ...]]
    ending: str = ""


@cache
def platform(name: str) -> Platform:
    """Return the platform. Raises UsageError for one that jbnet has no data for."""
    data = resources.files("jbnet.platforms").joinpath(f"{name}.yaml")
    if not data.is_file():
        raise UsageError(
            "platform {name} is not known; known: {known}",
            name=name,
            known=", ".join(names()),
            hint=text("add {name}.yaml to jbnet/platforms", name=name),
        )
    return _platform(yaml.safe_load(data.read_text(encoding="utf-8")))


def names() -> tuple[str, ...]:
    """Return the names of all known platforms."""
    files = (entry.name for entry in resources.files("jbnet.platforms").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml")))


def _platform(data: dict[str, Any]) -> Platform:
    sections = tuple(Section(**section) for section in data.pop("sections"))
    needed = {feature: tuple(programs) for feature, programs in data.pop("daemons", {}).items()}
    return Platform(sections=sections, daemons=needed, **data)
