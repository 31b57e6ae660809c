"""What is missing on a machine is named at once; processes of a lab are told from those of others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jbnet.lab import host, process
from jbnet.lab.paths import MARK
from jbnet.lab.spec import LabSpec
from jbnet.model.errors import ExitCode, Missing

EMPTY = LabSpec("none", (), ())


def test_without_root_it_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Missing, match="root") as caught:
        host.require(EMPTY)
    assert caught.value.exit_code is ExitCode.FAILED
    assert "\n" not in str(caught.value)


def test_all_missing_packages_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(host, "PROGRAMS", {"no-such-program": "one-package", "/no/such/file": "another-package"})
    with pytest.raises(Missing, match="another-package one-package"):
        host.require(EMPTY)


def test_all_missing_kernel_features_are_named_together_and_netem_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(host, "_packages", lambda _: iter(()))
    monkeypatch.setattr(host, "features", lambda: frozenset({"veth", "nftables"}))
    with pytest.raises(Missing, match="tun, nft_fwd_netdev") as caught:
        host.require(EMPTY)
    assert "netem" not in str(caught.value)


def test_a_marked_process_belongs_to_its_lab_and_to_no_other(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with subprocess.Popen(["sleep", "1000"], env={MARK: str(ours)}) as child:
        try:
            assert process.belonging(ours) == {child.pid}
            assert process.belonging(theirs) == set()
        finally:
            assert process.end_all(ours) == set()


def test_a_process_is_told_from_a_successor_of_its_id() -> None:
    with subprocess.Popen(["sleep", "1000"]) as child:
        started = process.start_time(child.pid)
        assert started is not None
        assert process.is_alive(child.pid, started)
        assert not process.is_alive(child.pid, started - 1)
        child.kill()
    assert not process.is_alive(child.pid, started)


def test_we_never_end_ourselves_or_who_called_us(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from jbnet.lab import process;"
        f"print(process.end_all(Path({str(tmp_path)!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, MARK: str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "set()")
