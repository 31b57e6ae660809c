"""jbnet qualify as people and programs see it, on a router in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli_bench import CliBench, cli_bench
from cli_servers.vrp8 import Vrp8
from command_line import Run, runner

from jbnet import wiring
from jbnet.adapters.clock import SystemClock
from jbnet.model.network import Device, Network
from jbnet.services.qualify import Outcome, Qualification

ROOT = Path(__file__).parents[3]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[CliBench]:
    with cli_bench(Vrp8, tmp_path) as served:
        yield served


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path, bench: CliBench) -> Run:
    """Run the command in the shipped workspace, where every router is the one on the bench."""

    def qualification(
        directory: Path,
        state_dir: Path,
        network: Network,
        device: Device,
        report: Callable[[Outcome], None],
        *,
        may_restart: bool,
    ) -> Qualification:
        return Qualification(bench.session, SystemClock(), report)

    monkeypatch.setattr(wiring, "qualification", qualification)
    run = runner(monkeypatch, capfd)
    return lambda *words: run("-C", ROOT, "--state", tmp_path, *words)


def test_the_transcript_says_what_held_and_names_no_secret(call: Run, tmp_path: Path) -> None:
    code, said, _ = call("qualify", "core-r1", "-o", tmp_path / "core-r1.txt")
    transcript = (tmp_path / "core-r1.txt").read_text(encoding="utf-8")
    assert code == 0
    assert "read: BGP: held  2" in said
    assert transcript.startswith("core-r1 ")
    assert transcript.count("\nok ") == 10
    assert "a-Password-1" not in said + transcript


def test_what_does_not_hold_ends_with_1(call: Run, bench: CliBench) -> None:
    bench.router.faults.drop = "display arp"
    code, said, _ = call("--json", "qualify", "core-r1")
    assert code == 1
    assert [one["step"] for one in json.loads(said)["data"] if not one["ok"]] == ["read: ARP"]


def test_a_router_that_does_not_answer_ends_with_3(call: Run, bench: CliBench) -> None:
    bench.port = 1
    assert call("qualify", "core-r1")[0] == 3


def test_a_router_whose_host_key_is_not_known_is_not_talked_to(call: Run, bench: CliBench) -> None:
    bench.known_hosts.write_text("")
    code, said, error = call("qualify", "core-r1")
    assert (code, said) == (4, "")
    assert "host key" in error


def test_a_copy_in_the_lab_qualifies_nothing(call: Run, tmp_path: Path) -> None:
    (tmp_path / "lab.json").write_text("{}")
    code, _, error = call("qualify", "core-r1")
    assert code == 4
    assert "the lab is up" in error


@pytest.mark.parametrize("lab_is_up", [False, True])
def test_what_is_no_router_of_ours_is_a_mistake_whether_a_lab_is_up_or_not(
    call: Run, tmp_path: Path, lab_is_up: bool
) -> None:
    if lab_is_up:
        (tmp_path / "lab.json").write_text("{}")
    assert call("qualify", "nobody-r1")[0] == 2
    code, _, error = call("qualify", "xining-dc-db1")
    assert code == 2
    assert "is not a router of ours" in error
