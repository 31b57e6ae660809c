"""Fetching what runs from devices that nothing declares: over their sessions, over real SSH, and adopting it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_bench import NAME, cli_bench
from cli_servers.comware import Comware
from cli_servers.router import Router
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8
from deploy_world import World
from sample_network import sample_network

from jbnet.adapters.command_line_sessions import CommandLineSessions
from jbnet.config.adopt.names import patterns
from jbnet.model.secrets import Secret
from jbnet.services.adopt import adopt
from jbnet.services.adopt_fetch import fetch, listed_devices
from jbnet.wiring.adopting import differ

KINDS: dict[str, type[Router]] = {"vrp8": Vrp8, "vrp5": Vrp5, "comware7": Comware}


class OneSecret:
    def get(self, name: str) -> Secret:
        return Secret(name, "a-Password-1")


def test_who_does_not_answer_is_named_and_the_others_are_read() -> None:
    world = World(sample_network())
    world.devices["core-r2"].reachable = False
    listed = listed_devices("core-r1 frr 10.0.192.1  # the first\n\ncore-r2 frr 10.0.192.2\n", "list")
    sources, silent = fetch(listed, world)
    assert [(source.name, source.platform) for source in sources] == [("core-r1", "frr")]
    assert "hostname core-r1" in sources[0].content
    assert [(problem.place.file, problem.refused) for problem in silent] == [("core-r2", True)]
    assert "does not answer" in str(silent[0].text)


@pytest.mark.parametrize("platform", KINDS)
def test_what_a_router_shows_over_ssh_is_adopted_and_needs_nothing(platform: str, tmp_path: Path) -> None:
    with cli_bench(KINDS[platform], tmp_path) as bench:
        sessions = CommandLineSessions(tmp_path, lambda _: ["127.0.0.1"], OneSecret(), port=bench.port)
        before = list(bench.router.running.lines())
        sources, silent = fetch(listed_devices(f"{NAME} {platform} 127.0.0.1\n", "list"), sessions)
        assert silent == []
        assert list(bench.router.running.lines()) == before
    found = adopt(sources, patterns([]), "adopted", differ)
    assert found.refused == ()
    assert [device.running.platform for device in found.draft.devices.values() if device.running] == [platform]
