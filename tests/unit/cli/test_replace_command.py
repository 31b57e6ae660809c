"""jbnet replace as people and programs see it."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Run, runner
from deploy_world import World
from sample_network import sample_network

from jbnet import wiring
from jbnet.cli.context import Context
from jbnet.cli.replace_ask import wishes_of
from jbnet.model.errors import Unreachable
from jbnet.model.host_keys import HostKey
from jbnet.model.network import Device, Network
from jbnet.ports import Reporter
from jbnet.services.deploy.plan import plan
from jbnet.services.host_keys import Trust
from jbnet.services.replace.box import Bench

BASE = Path(__file__).parents[2] / "golden" / "check" / "base"
SERIAL = "2102351NEW10K1000002"
NEW = HostKey("ssh-ed25519", "QQ==")


class Site:
    """What stands at the dead router's place: nothing, or a box that shows a key. Implements probes and prober."""

    shown: tuple[HostKey, ...] = ()

    def probe(self, _device: Device) -> Site:
        return self

    def keys(self) -> tuple[HostKey, ...]:
        if not self.shown:
            raise Unreachable("{device} does not answer on TCP", device="oldtown-r1")
        return self.shown

    def ping(self, addresses: Sequence[str], timeout: float) -> Mapping[str, bool | None]:
        return dict.fromkeys(addresses, False)

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BASE, tmp_path / "workspace"))


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], workspace: Path, site: Site) -> Run:
    """Run a command in a small workspace of routers with FRR."""
    real = wiring.replacement_bench

    def bench(directory: Path, state_dir: Path, network: Network, reporter: Reporter) -> Bench:
        made = real(directory, state_dir, network, reporter)
        return replace(made, office=replace(made.office, probes=site), prober=site)

    monkeypatch.setattr(wiring, "replacement_bench", bench)
    run = runner(monkeypatch, capfd)
    return lambda *words: run("-C", str(workspace), *words)


def test_papers_are_private_and_the_declaration_has_the_serial_number(call: Run, workspace: Path) -> None:
    code, said, _ = call("--json", "replace", "oldtown-r1", "--serial", SERIAL)
    assert code == 0
    data = json.loads(said)["data"]
    assert (data["serial"], data["old_serial"], data["declared"]) == (SERIAL, None, "inventory/sites/east.yaml")
    assert SERIAL in (workspace / data["declared"]).read_text(encoding="utf-8")
    assert {stat.S_IMODE(Path(path).stat().st_mode) for path in data["papers"]} == {0o600}
    assert sorted(Path(path).name.partition(".")[2] for path in data["papers"]) == [
        "bootstrap.conf", "conf", "console.txt", "sheet.en.html", "sheet.en.txt", "sheet.zh.html", "sheet.zh.txt",
    ]  # fmt: skip


def test_a_dry_run_changes_no_file(call: Run, workspace: Path) -> None:
    before = {path: path.read_bytes() for path in workspace.rglob("*.yaml")}
    code, said, _ = call("replace", "oldtown-r1", "--serial", SERIAL, "--dry-run")
    assert code == 0
    assert "nothing was written" in said
    assert {path: path.read_bytes() for path in workspace.rglob("*.yaml")} == before
    assert not (workspace / ".jbnet" / "replace").exists()


def test_exit_codes_tell_why_it_does_not_go_on(call: Run, site: Site) -> None:
    assert call("replace")[0] == 2
    assert call("replace", "nowhere-r1", "--serial", SERIAL)[0] == 2
    assert call("replace", "noc-s1", "--serial", SERIAL)[0] == 2
    assert call("replace", "oldtown-r1", "--serial", SERIAL, "--override", "core-r1")[0] == 2
    assert call("replace", "oldtown-r1")[0] == 2  # nothing was begun
    assert call("replace", "oldtown-r1", "--serial", "x y")[0] == 1
    assert call("replace", "oldtown-r1", "--serial", SERIAL)[0] == 0
    assert call("replace", "oldtown-r1")[0] == 3  # it does not answer yet
    assert call("replace", "oldtown-r1", "--without", "up9")[0] == 2
    site.shown = (NEW,)
    code, _, said = call("replace", "oldtown-r1", "--dry-run")
    assert (code, NEW.fingerprint in said) == (0, True)
    assert call("replace", "oldtown-r1", "--yes")[0] == 4  # nobody can be asked whose key that is
    assert call("replace", "oldtown-r1", "--fingerprint", "SHA256:" + "A" * 43)[0] == 4
    assert call("replace", "core-r1", "--serial", "210235OTHER0001")[0] == 4  # it still answers


def test_a_fingerprint_that_is_none_is_wrong_use_and_shown_as_it_was_typed(call: Run) -> None:
    call("replace", "oldtown-r1", "--serial", SERIAL)
    code, _, said = call("replace", "oldtown-r1", "--fingerprint", "SHA256:wrong")
    assert code == 2
    assert "SHA256:wrong is no fingerprint" in said
    assert "known_hosts" not in said


@pytest.mark.parametrize("diff", [False, True])
def test_the_plan_that_is_carried_out_here_sends_nobody_to_another_command(
    diff: bool, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    world = World(sample_network())
    device = world.network.devices["core-r1"]
    made = plan(world.network, [device], world, world)
    wishes = wishes_of(Context(tmp_path), world.network, device, Trust(), yes=True, without=[], override=False,
                       dry_run=False, diff=diff)  # fmt: skip
    assert wishes.approve(made) == ()
    said = capfd.readouterr().out
    assert "jbnet apply" not in said
    assert ("see them with --diff" in said) is not diff


def test_a_corrected_serial_number_begins_anew_and_was_never_the_old_boxs(call: Run) -> None:
    call("replace", "oldtown-r1", "--serial", SERIAL)
    call("replace", "oldtown-r1", "--serial", "210235OTHER0001")
    code, said, _ = call("--json", "replace", "--history")
    assert code == 0
    (one,) = json.loads(said)["data"]
    assert (one["device"], one["serial"], one["old_serial"], one["ended"]) == (
        "oldtown-r1", "210235OTHER0001", None, None,
    )  # fmt: skip


def test_the_history_has_times_as_everywhere_and_speaks_chinese(call: Run) -> None:
    call("replace", "oldtown-r1", "--serial", SERIAL)
    _, said, _ = call("replace", "--history")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ( \(.*\d\d:\d\d:\d\d [+-]\d\d:\d\d\))? oldtown-r1: ", said)
    assert "尚未投入使用" in call("--lang", "zh", "replace", "--history")[1]
