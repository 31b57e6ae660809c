"""A real browser on the page, which is asked for nothing from any other machine."""

from __future__ import annotations

from dataclasses import dataclass

from page_world import PageWorld
from playwright.sync_api import Browser, BrowserContext, Page


@dataclass
class Site:
    """The page, served. ``strange``: requests that were meant for another machine."""

    world: PageWorld
    address: str
    browser: Browser
    strange: list[str]

    def visit(self, name: str, path: str = "/", **context: object) -> Page:
        """Open a page as somebody who signed in before; what a browser asks elsewhere is stopped and remembered."""
        made: BrowserContext = self.browser.new_context(base_url=self.address, **context)  # type: ignore[arg-type]  # Playwright's own names
        made.add_cookies([{"name": "jbnet", "value": self.world.token(name), "url": self.address}])
        made.route("**/*", lambda route: route.continue_() if self._mine(route.request.url) else route.abort())
        page = made.new_page()
        page.on("pageerror", lambda error: self.strange.append(f"error: {error}"))
        page.goto(path)
        return page

    def _mine(self, url: str) -> bool:
        if not url.startswith((self.address, "data:", "blob:")):
            self.strange.append(url)
        return url.startswith((self.address, "data:", "blob:"))
