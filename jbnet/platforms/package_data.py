"""The data files that come with jbnet, read by the quick loader where there is one."""

from __future__ import annotations

from typing import Any

import yaml

_QUICK: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast; absent where libyaml is. Every check of a declaration reads some of these files."""


def parsed(content: str) -> Any:
    """Return what the text of a YAML file of ours says."""
    return yaml.load(content, Loader=_QUICK)  # noqa: S506  both loaders are safe ones
