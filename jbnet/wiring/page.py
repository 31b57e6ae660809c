"""What the page stands on: accounts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jbnet.ports.accounts import AccountDesk

PAGE = "page.db"


def accounts(state_dir: Path) -> AccountDesk:
    """Return the people who may use the page, inert until it is asked; ``page.db`` is made by the first write."""
    from jbnet.adapters.page_desk import PageDesk

    return PageDesk(state_dir / PAGE)
