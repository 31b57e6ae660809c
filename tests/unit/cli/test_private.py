"""The state directory is ours alone: who else can write there could decide what is believed and done."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command_line import Run

from jbnet.cli.private import check_file, check_state
from jbnet.model.errors import Refused

ROOT = Path(__file__).parents[3]
NOBODY = 65534


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    return folder


@pytest.mark.parametrize("mode", [0o777, 0o720, 0o702])
def test_a_state_directory_that_others_can_write_to_is_refused(state: Path, mode: int) -> None:
    state.chmod(mode)
    with pytest.raises(Refused) as caught:
        check_state(state)
    assert f"(mode {mode:04o})" in str(caught.value)
    assert str(caught.value.hint).endswith(f"chmod 700 {state}")


@pytest.mark.parametrize("mode", [0o755, 0o740, 0o704])
def test_one_that_others_can_read_is_told(state: Path, mode: int) -> None:
    state.chmod(mode)
    assert str(check_state(state)) == f"others can read {state}: chmod 700 {state}"


def test_ours_alone_and_one_that_is_not_there_yet_are_fine(state: Path) -> None:
    (state / "secrets.yaml").touch(mode=0o600)
    (state / "plans").mkdir(mode=0o700)
    assert check_state(state) is None
    assert check_state(state / "other") is None
    (state / "a file").touch(mode=0o644)
    assert check_state(state / "a file") is None  # another error, and told as such


@pytest.mark.parametrize("name", ["known_hosts", "secrets.yaml", "keys", "plans", "change.db", "page.db"])
def test_no_file_that_counts_may_be_anothers_or_written_by_others(
    state: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (state / name).touch()
    (state / name).chmod(0o666)
    with pytest.raises(Refused, match="others can write to"):
        check_state(state)
    (state / name).chmod(0o600)
    monkeypatch.setattr("jbnet.cli.private._us", lambda: (NOBODY,))
    with pytest.raises(Refused, match="belongs to another user"):
        check_file(state / name)


def test_root_believes_whoever_called_it_through_sudo(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    owner = state.stat()
    foreign = os.stat_result((owner.st_mode, *owner[1:4], NOBODY, *owner[5:]))
    monkeypatch.setattr(Path, "stat", lambda _, **__: foreign)
    with pytest.raises(Refused, match=f"uid {NOBODY}"):
        check_file(state)
    monkeypatch.setenv("SUDO_UID", str(NOBODY))
    check_file(state)


def test_commands_refuse_it_with_the_code_of_a_safety_rule(state: Path, run: Run) -> None:
    state.chmod(0o777)
    code, _, said = run("-C", ROOT, "--state", state, "plan")
    assert code == 4
    assert "others can write to" in said


def test_a_kept_plan_that_others_can_write_to_is_not_applied(state: Path, run: Run) -> None:
    (state / "plans").mkdir(mode=0o700)
    plan = state / "plans" / f"{'a' * 64}.json"
    plan.touch()
    plan.chmod(0o666)
    code, _, said = run("-C", ROOT, "--state", state, "apply", "aaaaaaaa")
    assert code == 4
    assert f"others can write to {plan}" in said
