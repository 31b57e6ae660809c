"""A real browser over the page, which is served from this process by the clock of a simulated network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from page_browser import Site
from page_world import PageWorld
from playwright.sync_api import sync_playwright

from jbnet.web.app import make_app

CHROMIUM = "/usr/bin/chromium"
HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page over a network in which all is well."""
    world = PageWorld(tmp_path_factory.mktemp("site"))
    listening = socket.create_server((HERE, 0))
    address = f"http://{HERE}:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(make_app(world.page(), frozenset({HERE})), log_config=None))
    running = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    running.start()
    with sync_playwright() as playwright:
        sandbox = [] if Path("/proc/self/status").read_text().find("Uid:\t0") < 0 else ["--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield Site(world, address, browser, [])
        browser.close()
    server.should_exit = True
    running.join(10)
    world.close()
