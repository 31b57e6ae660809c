"""The declared rules on disk, which people edit while the monitor runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class RuleFiles(Protocol):
    """The files of ``monitors/``, watched."""

    def changed(self) -> Mapping[str, str] | None:
        """Return the text of all files by path if one has changed since it was asked last and nobody writes to it now.

        None: nothing has changed, or not for good yet. Raises JbnetError where a file cannot be read, once for
        each change.
        """
