"""The console of rich on which nothing steers the terminal but rich itself."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from jbnet.model.printable import printable


class SafeConsole(Console):
    """Shows what steers terminals as codes, in cells of tables too; its own colours it still sets."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Make a text of a string."""
        return super().render_str(printable(text), **how)
