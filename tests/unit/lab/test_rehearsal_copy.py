"""The lab that a rehearsal builds: what runs today, on every port that there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_network import sample_network

from jbnet.change.affected import affected
from jbnet.config.render import render
from jbnet.lab.guard import main
from jbnet.lab.netns import OWN, network_of
from jbnet.lab.rehearsal import copy_spec
from jbnet.ports import Blueprint

NETWORK = sample_network()


def blueprint(*changed: str) -> Blueprint:
    part = affected(NETWORK, changed)
    return Blueprint(NETWORK, {name: render(NETWORK, NETWORK.devices[name]) + "! today\n" for name in part})


def test_devices_start_with_what_runs_and_lines_to_what_is_left_out_are_ports_where_nobody_answers() -> None:
    spec = copy_spec(blueprint("chengdong-r1"))
    devices = {device.name: device for device in spec.devices}
    assert all(device.config.endswith("! today\n") for device in spec.devices)
    assert "datong-r1" not in devices
    assert "d0121-1" in devices["xining-r1"].lans
    assert {i.name for i in NETWORK.devices["xining-r1"].interfaces} - {"lo"} == set(spec.interfaces("xining-r1"))
    assert "datong-up1" not in {link.name for link in spec.links}


def test_a_device_has_the_daemons_that_its_text_speaks_to_also_where_that_is_not_declared() -> None:
    found = blueprint("chengdong-r1")
    configs = {**found.configs, "xining-r1": found.configs["xining-r1"] + "router bgp 64999\n no bgp default\nexit\n"}
    spec = copy_spec(Blueprint(NETWORK, configs))
    daemons = {device.name: device.daemons for device in spec.devices}
    assert "bgpd" in daemons["xining-r1"]
    assert "bgpd" not in daemons["xining-r2"]
    assert "bgpd" in daemons["core-r1"]


def test_entering_a_network_that_is_gone_is_an_error_and_one_stays_where_one_was() -> None:
    before = Path(OWN).readlink()
    with pytest.raises(OSError, match="No such file"), network_of("/proc/0/ns/net"):
        pass
    assert Path(OWN).readlink() == before


def test_a_guard_removes_the_state_when_its_pipe_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import signal
    import sys
    from types import SimpleNamespace

    folder = tmp_path / "rehearsal"
    (folder / "keys").mkdir(parents=True)
    monkeypatch.setattr(sys, "argv", ["guard", str(folder)])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO()))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    main()
    assert not folder.exists()
