"""One call of the API: of what page, by whom, and what they see the network through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

    from jbnet.ports.accounts import Bearer
    from jbnet.web.app import Page
    from jbnet.web.reader import Glasses


@dataclass(frozen=True)
class Call:
    """A request whose token is good now and allows the operation."""

    page: Page
    request: Request
    bearer: Bearer
    glasses: Glasses
