"""A configuration as it is typed at the console of a box that came empty."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cli_servers.console import Console
from cli_world import COUNTY, DEVICES, KINDS, Words
from encrypted import LOWER, encrypted
from equipped import equipped
from sample_network import sample_network

from jbnet.config.bootstrap import bootstrap
from jbnet.config.console import typed
from jbnet.config.lines import paths_of
from jbnet.config.parts import parts
from jbnet.config.render import render
from jbnet.config.words import revealed
from jbnet.platforms.console import console_words
from jbnet.platforms.registry import names

TYPED_ON = ("vrp8", "vrp5", "comware7")


@pytest.mark.parametrize("whole", [False, True], ids=["bootstrap", "whole"])
@pytest.mark.parametrize("name", DEVICES)
@pytest.mark.parametrize("platform", TYPED_ON)
def test_an_empty_box_runs_and_keeps_what_is_typed_and_has_a_host_key(platform: str, name: str, whole: bool) -> None:
    network = equipped(platform)
    config = revealed((render if whole else bootstrap)(network, network.devices[name]), Words().get)
    router = KINDS[platform]("HUAWEI")
    console = Console(router)
    for line in typed(platform, config):
        said = console.type(line)
        assert "rror" not in said, said
        assert "% " not in said, said
    assert console.prompt.strip("<>") == name
    assert list(router.saved.lines()) == list(router.running.lines())
    assert router.host_key_sizes == ["2048"]
    plain = [
        path for path in paths_of(platform, config) if not any(Words().get(n).reveal() in path[-1] for n in SECRETS)
    ]
    running = paths_of(platform, "\n".join(router.running.lines()))
    assert [path for path in plain if path not in running and not path[-1].startswith(SILENT)] == []


SECRETS = ("user-netops", "user-noc", "aaa-key", "snmp-v3-auth", "snmp-v3-priv", "snmp-v2c-community",
           "ospf-0-0-63-1-1", "ntp-key")  # fmt: skip
SILENT = ("undo snmp-agent sys-info version v3", "snmp-agent sys-info version v3", "undo shutdown")
"""Lines that a system does not show again, or shows only where they differ from its default."""


def test_on_frr_the_lines_are_typed_as_they_are_written() -> None:
    network = sample_network()
    lines = typed("frr", bootstrap(network, network.devices[COUNTY]))
    assert lines[:2] == ("vtysh", "configure terminal")
    assert lines[-3:] == ("end", "write memory", "exit")
    assert lines.index("interface up1") + 1 == next(i for i, line in enumerate(lines) if "ip address" in line)
    assert not [line for line in lines if line.startswith("!")]


def test_on_frr_what_encrypts_the_way_up_is_laid_before_the_rest_is_typed(tmp_path: Path) -> None:
    network = encrypted("frr")
    config = bootstrap(network, network.devices[LOWER])
    lines = typed("frr", config)
    end = lines.index("vtysh")
    script = "\n".join(lines[:end]).replace("/etc/swanctl/conf.d", str(tmp_path)).replace("swanctl --load-all", "true")
    subprocess.run(["/bin/sh", "-c", script], check=True)
    assert (tmp_path / "up1.conf").read_text(encoding="utf-8") == parts(config).tunnels["up1"]
    assert not [line for line in lines[end:] if "swanctl" in line or "{" in line]


@pytest.mark.parametrize("platform", names())
def test_every_platform_says_how_its_console_is_used_and_how_its_key_is_read(platform: str) -> None:
    words = console_words(platform)
    assert words.begin
    assert words.end
    assert words.fingerprint
