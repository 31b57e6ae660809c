"""Text to Inventory and Findings: loading, checking, allocating, selecting. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jbnet.inventory.loader import Loaded


def load(files: Mapping[str, str]) -> Loaded:
    """Return ``.network`` (None when there are errors) and ``.findings`` for files by workspace-relative path."""
    from jbnet.inventory.loader import load as load_files

    return load_files(files)
