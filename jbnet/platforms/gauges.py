"""The files that say what is measured on a platform: ``NAME/health.yaml``, and ``standard/`` for any agent."""

from __future__ import annotations

from functools import cache
from typing import Any

from jbnet.platforms.package_data import is_there, platform_data

STANDARD = "standard"
"""The folder of what RFCs define, whatever the platform."""


@cache
def gauge_data(folder: str, name: str) -> Any:
    """Return what a file says, None where the platform has none."""
    return platform_data(folder, name) if is_there(folder, name) else None
