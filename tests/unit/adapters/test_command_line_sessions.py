"""Sessions with routers of Huawei and H3C from what is declared and what the state directory holds."""

from __future__ import annotations

import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path

import paramiko
import pytest
from cli_bench import NAME, cli_bench
from cli_servers.comware import Comware
from cli_servers.router import Router
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8
from sample_network import sample_network

from jbnet.adapters.command_line_sessions import CommandLineSessions
from jbnet.adapters.vrp import Vrp5Driver
from jbnet.model.errors import Missing
from jbnet.model.network import Device
from jbnet.model.secrets import Secret
from jbnet.wiring import device_sessions, hardware_sessions

KINDS: dict[str, type[Router]] = {"vrp8": Vrp8, "vrp5": Vrp5, "comware7": Comware}


class OneSecret:
    def get(self, name: str) -> Secret:
        assert name == "user-netops"
        return Secret(name, "a-Password-1")


class NoSecret:
    def get(self, name: str) -> Secret:
        raise Missing("secret {name} is not in {path}", name=name, path="nowhere")


def device(platform: str) -> Device:
    return Device(NAME, "site", "site", "county-router", platform, IPv4Address("127.0.0.1"), ())


@pytest.mark.parametrize("platform", KINDS)
@pytest.mark.parametrize("by_key", [True, False])
def test_a_session_logs_in_with_the_key_else_with_the_secret(platform: str, by_key: bool, tmp_path: Path) -> None:
    with cli_bench(KINDS[platform], tmp_path) as bench:
        if by_key:
            key = paramiko.ECDSAKey.generate()
            (tmp_path / "keys").mkdir()
            key.write_private_key_file(str(tmp_path / "keys" / "netops"))
            bench.router.keys.add(("netops", key.get_base64()))
        secrets = NoSecret() if by_key else OneSecret()
        sessions = CommandLineSessions(tmp_path, lambda _: ["127.0.0.1"], secrets, port=bench.port)
        session = sessions.session(device(platform))
        session.open()
        assert session.platform == platform
        assert session.is_alive() == {"is_alive": True}
        session.close()


def test_a_platform_without_a_driver_is_named(tmp_path: Path) -> None:
    sessions = CommandLineSessions(tmp_path, lambda _: [], OneSecret())
    with pytest.raises(Missing, match="platform junos"):
        sessions.session(device("junos"))


def test_only_routers_that_may_restart_get_a_restart_as_timer(tmp_path: Path) -> None:
    never = CommandLineSessions(tmp_path, lambda _: [], OneSecret())
    leaf = CommandLineSessions(tmp_path, lambda _: [], OneSecret(), may_restart=lambda it: it.name == NAME)
    assert not never.session(device("vrp5")).optional_args["reboot_timer"]
    assert leaf.session(device("vrp5")).optional_args["reboot_timer"]


def test_each_device_of_a_network_is_reached_and_compared_as_its_platform_is(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    paramiko.ECDSAKey.generate().write_private_key_file(str(tmp_path / "keys" / "netops"))
    sessions = device_sessions(tmp_path, tmp_path, sample_network())
    seen = {name: sessions.session(device(name)) for name in ("frr", "vrp8", "vrp5", "comware7", "ios")}
    assert {name: vars(type(session))["platform"] for name, session in seen.items()} == {name: name for name in seen}
    differs = [type(sessions.differ(device(name))).__name__ for name in seen]
    assert differs == ["LineDiffer", "AnnetDiffer", "AnnetDiffer", "AnnetDiffer", "HierDiffer"]
    with pytest.raises(Missing, match="platform junos"):
        sessions.differ(device("junos"))


def test_a_plan_may_allow_a_restart_and_qualifying_may_not_by_itself(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    paramiko.ECDSAKey.generate().write_private_key_file(str(tmp_path / "keys" / "netops"))
    network = sample_network()
    deploying = device_sessions(tmp_path, tmp_path, network).session(device("vrp5"))
    assert isinstance(deploying, Vrp5Driver)
    assert deploying.optional_args["reboot_timer"]
    assert not hardware_sessions(tmp_path, tmp_path, network).session(device("vrp5")).optional_args["reboot_timer"]


def test_a_network_of_frr_is_asked_without_what_types_commands() -> None:
    """NAPALM and netmiko take longer to import than twenty routers to answer."""
    script = (
        "import sys; from pathlib import Path; from jbnet.wiring import devices;"
        "devices.device_sessions(Path('.'), Path('.'), None); print({'napalm', 'netmiko'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
