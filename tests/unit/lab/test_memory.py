"""A lab that does not fit into memory is refused before it is begun."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jbnet.lab import host, memory
from jbnet.lab.lab import Lab
from jbnet.lab.memory import available_mib, need_mib
from jbnet.lab.spec import LabDevice, LabSpec
from jbnet.model.errors import Missing
from jbnet.model.secrets import Secret
from jbnet.ports import Progress

TOWNSHIP = LabDevice("a-r1", "", snmp="v2c")


class NoSecrets:
    def get(self, name: str) -> Secret:
        return Secret(name, "value")

    def create_missing(self, names: object, characters: int = 32) -> None:
        """Nothing to make up."""


class Deaf:
    def report(self, progress: Progress) -> None:
        """Nobody listens."""


def spec(count: int, device: LabDevice = TOWNSHIP) -> LabSpec:
    return LabSpec("test", tuple(replace(device, name=f"d{number}") for number in range(count)), ())


def meminfo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mib: int) -> None:
    (tmp_path / "meminfo").write_text(f"MemTotal: 99999999 kB\nMemAvailable:   {mib * 1024} kB\n")
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "LIMITS", ())


def test_need_grows_with_devices_and_their_daemons() -> None:
    more = replace(TOWNSHIP, daemons=("zebra", "staticd", "ospfd"))
    assert need_mib(spec(20)) - need_mib(spec(10)) == pytest.approx(need_mib(spec(10)) - need_mib(spec(0)))
    assert need_mib(spec(1, more)) > need_mib(spec(1))
    assert need_mib(spec(1, replace(TOWNSHIP, snmp=None))) < need_mib(spec(1))
    assert need_mib(spec(1, replace(TOWNSHIP, accounts=("netops", "postgres")))) > need_mib(spec(1))


def test_the_limit_of_a_container_counts_where_it_is_lower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meminfo(tmp_path, monkeypatch, 4000)
    assert available_mib() == 4000
    (tmp_path / "max").write_text(f"{3000 * 2**20}\n")
    (tmp_path / "used").write_text(f"{1000 * 2**20}\n")
    monkeypatch.setattr(memory, "LIMITS", ((tmp_path / "max", tmp_path / "used"),))
    assert available_mib() == 2000
    (tmp_path / "max").write_text("max\n")
    assert available_mib() == 4000


def test_a_lab_that_does_not_fit_is_refused_with_both_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meminfo(tmp_path, monkeypatch, 1024)
    monkeypatch.setattr(host, "require", lambda _: frozenset())
    lab = Lab(tmp_path, tmp_path / ".jbnet", NoSecrets())
    with pytest.raises(Missing, match=r"scale test needs \d+\.\d GiB of memory, 1\.0 GiB are available"):
        lab.up_spec(spec(200), Deaf())
    assert not lab.paths.runtime.exists()
