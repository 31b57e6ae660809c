"""The history of configurations: a real git repository, whole after every interruption."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jbnet.adapters.config_history import GitHistory
from jbnet.model.errors import TargetError
from jbnet.ports import Fetch

START = datetime(2026, 11, 22, 4, 0, 0, 250_000, tzinfo=UTC)


class Ticking:
    """A clock that is half a second later at each look."""

    def __init__(self) -> None:
        self.looks = 0

    def now(self) -> datetime:
        self.looks += 1
        return START + timedelta(seconds=self.looks / 2)

    def monotonic(self) -> float:
        raise AssertionError("not asked for")

    def sleep(self, seconds: float) -> None:
        raise AssertionError("not asked for")


@pytest.fixture
def history(tmp_path: Path) -> GitHistory:
    return GitHistory(tmp_path / "history", Ticking())


def fetch(*, everybody: bool = True, missed: tuple[str, ...] = (), **configs: str) -> Fetch:
    return Fetch({name.replace("_", "-"): said for name, said in configs.items()}, "clerk@noc", everybody, missed)


def test_what_was_kept_comes_back_newest_first_with_exact_times(history: GitHistory) -> None:
    first = history.keep(fetch(core_r1="hostname core-r1\n"))
    second = history.keep(fetch(core_r1="hostname core-r1\nip forwarding\n"))
    found = list(history.texts("core-r1"))
    assert [said for _, said in found] == ["hostname core-r1\nip forwarding\n", "hostname core-r1\n"]
    assert [version for version, _ in found] == [second, first]
    assert second.time - first.time == timedelta(seconds=0.5)


def test_a_fetch_that_changed_nothing_is_kept_as_a_look(history: GitHistory) -> None:
    history.keep(fetch(core_r1="a\n", core_r2="b\n"))
    second = history.keep(fetch(core_r1="a\n", core_r2="c\n"))
    third = history.keep(fetch(core_r1="a\n", core_r2="c\n"))
    assert (second.changed, third.changed) == (("core-r2",), ())
    assert len(list(history.texts("core-r1"))) == 3


def test_only_fetches_that_reached_a_device_speak_of_it(history: GitHistory) -> None:
    history.keep(fetch(core_r1="a\n", core_r2="b\n"))
    history.keep(fetch(core_r2="b\n", everybody=False))
    history.keep(fetch(core_r2="b\n", missed=("core-r1",)))
    assert len(list(history.texts("core-r1"))) == 1
    assert len(list(history.texts("core-r2"))) == 3


def test_a_device_that_came_later_has_no_earlier_texts(history: GitHistory) -> None:
    history.keep(fetch(core_r1="a\n"))
    history.keep(fetch(core_r1="a\n", core_r2="b\n"))
    assert [said for _, said in history.texts("core-r2")] == ["b\n"]


def test_there_is_no_history_before_the_first_fetch(history: GitHistory) -> None:
    assert list(history.texts("core-r1")) == []


def test_it_is_read_with_git_itself_and_by_its_owner_only(history: GitHistory, tmp_path: Path) -> None:
    history.keep(fetch(core_r1="a\n"))
    shown = subprocess.run(
        ["git", f"--git-dir={tmp_path / 'history'}", "show", "main:core-r1.conf"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert shown.stdout == "a\n"
    assert (tmp_path / "history").stat().st_mode & 0o077 == 0
    subprocess.run(["git", f"--git-dir={tmp_path / 'history'}", "fsck", "--strict"], check=True)


def test_nobodys_own_git_settings_have_a_say(
    history: GitHistory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text("[commit]\n gpgsign = true\n[core]\n autocrlf = true\n[init]\n templateDir = /nowhere\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    history.keep(fetch(core_r1="a\r\n"))
    assert [said for _, said in history.texts("core-r1")] == ["a\r\n"]


def test_a_writer_that_was_killed_leaves_the_history_as_it_was(history: GitHistory, tmp_path: Path) -> None:
    history.keep(fetch(core_r1="a\n"))
    torn = subprocess.Popen(
        ["git", f"--git-dir={tmp_path / 'history'}", "fast-import", "--quiet"], stdin=subprocess.PIPE
    )
    assert torn.stdin is not None
    torn.stdin.write(b"commit refs/heads/main\ncommitter x <> 0 +0000\ndata 1\nx\nfrom refs/heads/main^0\nM 100644 inl")
    torn.stdin.flush()
    torn.kill()
    torn.wait()
    history.keep(fetch(core_r1="b\n"))
    assert [said for _, said in history.texts("core-r1")] == ["b\n", "a\n"]


def test_a_history_that_cannot_be_used_is_named_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "history"
    folder.mkdir()
    (folder / "HEAD").write_text("rubbish")
    with pytest.raises(TargetError, match="cannot be used") as caught:
        GitHistory(folder, Ticking()).keep(fetch(core_r1="a\n"))
    assert caught.value.hint is not None
