"""The standard's table from the package's data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jbnet.recovery.scoring.nouns import LEVELS, Edition, Element, Requirement, Table, Words

FILE = "gbt20988.yaml"
_KEYS = {"en", "zh", "name", "in_force", "remark", "fact", "implies", "levels"}


@cache
def table() -> Table:
    """Return the table. Raises ValueError or KeyError where the package's own data is wrong."""
    import yaml

    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast; absent where libyaml is
    words = (resources.files(__package__) / FILE).read_text(encoding="utf-8")
    data = yaml.load(words, Loader=quick)  # noqa: S506  both loaders are safe ones
    scored = str(data["default"])
    requirements = {name: _requirement(name, said) for name, said in data["requirements"].items()}
    found = Table(
        scored,
        {year: _edition(year, said, year == scored) for year, said in data["editions"].items()},
        requirements,
        {name: _element(name, said) for name, said in data["elements"].items()},
    )
    _check(found)
    return found


def _requirement(name: str, said: Mapping[str, Any]) -> Requirement:
    return Requirement(name, _words(said), said.get("fact"), tuple(said.get("implies", ())))


def _edition(year: str, said: Mapping[str, Any], scored: bool) -> Edition:
    return Edition(year, str(said["name"]), _words(said["remark"]), scored)


def _element(name: str, said: Mapping[str, Any]) -> Element:
    return Element(name, _words(said), {level: tuple(said["levels"][level]) for level in LEVELS})


def _words(said: Mapping[str, Any]) -> Words:
    unknown = set(said) - _KEYS
    if unknown:
        raise ValueError(f"{FILE}: unknown keys {', '.join(sorted(unknown))}")
    return Words(str(said["en"]), str(said["zh"]))


def _check(found: Table) -> None:
    named = {name for element in found.elements.values() for names in element.levels.values() for name in names}
    implied = {name for requirement in found.requirements.values() for name in requirement.implies}
    unknown = sorted((named | implied) - set(found.requirements))
    if unknown:
        raise ValueError(f"{FILE} asks for requirements that it does not have: {', '.join(unknown)}")
