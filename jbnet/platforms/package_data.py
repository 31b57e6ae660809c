"""The data files that come with jbnet, read by the quick loader where there is one."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

_QUICK: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast; absent where libyaml is. Every check of a declaration reads some of these files."""


def parsed(content: str) -> Any:
    """Return what the text of a YAML file of ours says."""
    return yaml.load(content, Loader=_QUICK)  # noqa: S506  both loaders are safe ones


def platform_data(*where: str) -> Any:
    """Return what a file of ``jbnet/platforms`` says: ``("vrp8", "sections.yaml")``. Raises FileNotFoundError."""
    return parsed(_file(where).read_text(encoding="utf-8"))


def is_there(*where: str) -> bool:
    """Say whether ``jbnet/platforms`` has the file."""
    return _file(where).is_file()


def _file(where: tuple[str, ...]) -> Traversable:
    return resources.files("jbnet.platforms").joinpath(*where)
