"""What jbnet renders for VRP and Comware is taken by the routers in memory; right after, nothing is left to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_bench import CliBench, cli_bench
from cli_configs import told
from cli_servers.comware import Comware
from cli_servers.router import Router
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8

from jbnet.adapters.annet_differ import AnnetDiffer

RENDERED = Path(__file__).parents[2] / "golden" / "render"
KINDS: dict[str, tuple[type[Router], AnnetDiffer]] = {
    "vrp8": (Vrp8, AnnetDiffer("vrp8")),
    "vrp5": (Vrp5, AnnetDiffer("vrp5")),
    "comware7": (Comware, AnnetDiffer("comware7")),
}  # fmt: skip
ROLES = ["core", "prefecture-router", "county-router", "township-cpe"]


def rendered(platform: str, role: str) -> str:
    """Return a golden configuration with something in the place of its secrets."""
    config = (RENDERED / platform / f"{role}.conf").read_text(encoding="utf-8")
    return re.sub(r"<secret[: ]([\w-]+)>", r"Secret-of-\1", config)


def shown(router: Router) -> str:
    return "\n".join(router.running.lines()) + "\n"


@pytest.mark.parametrize("platform", KINDS)
@pytest.mark.parametrize("role", ROLES)
def test_from_its_bootstrap_a_router_is_led_to_its_role_and_nothing_is_left_to_do(platform: str, role: str) -> None:
    kind, differ = KINDS[platform]
    router = kind("r1")
    for goal in (rendered(platform, "bootstrap"), rendered(platform, role)):
        told(router, differ.compare(shown(router), goal).commands)
        assert differ.compare(shown(router), goal).commands == ()


@pytest.fixture(params=KINDS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, CliBench]]:
    with cli_bench(KINDS[request.param][0], tmp_path) as made:
        yield request.param, made


def test_a_plan_right_after_an_apply_is_empty(bench: tuple[str, CliBench]) -> None:
    platform, made = bench
    goal = rendered(platform, "county-router")
    made.router.running.children = [n for n in made.router.running.children if n.line.startswith("sysname")]
    made.router.saved = made.router.running.copy()
    with made.opened() as session:
        session.load_replace_candidate(config=goal)
        assert session.compare_config()
        if platform == "vrp5":  # the change sets the clock's source: no restart can be its timer
            session.commit_config("first")
        else:
            session.commit_config("first", revert_in=120)
            session.confirm_commit()
    with made.opened() as session:
        session.load_replace_candidate(config=goal)
        assert session.compare_config() == ""
    made.router.wait(100_000)
    assert KINDS[platform][1].compare(shown(made.router), goal).commands == ()
