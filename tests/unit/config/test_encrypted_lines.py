"""Encrypted lines as each platform has them: a golden file a platform, both ends of one line agree, bootstraps have it.

Write them anew with JBNET_UPDATE_GOLDEN=1, and read the difference before committing it.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from encrypted import CIRCUIT, ENCRYPTING, LOWER, PLACE, PROFILE, UPPER, encrypted, with_encryption
from equipped import equipped

from jbnet.config.bootstrap import bootstrap
from jbnet.config.parts import parts
from jbnet.config.render import intent, render, traced
from jbnet.model.encryption import Suite
from jbnet.model.errors import TargetError
from jbnet.model.network import Network
from jbnet.model.secrets import Secret
from jbnet.platforms.masking import masked

GOLDEN = Path(__file__).parents[2] / "golden" / "render" / "encrypted"
KEY = "key-of-the-line"


def check(name: str, actual: str) -> None:
    file = GOLDEN / name
    if os.environ.get("JBNET_UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(actual, encoding="utf-8")
    assert actual == file.read_text(encoding="utf-8")


def told(network: Network, device: str) -> str:
    return render(network, network.devices[device])


def saying(word: str, config: str) -> list[str]:
    lines = [line.strip() for line in config.splitlines() if re.search(word, line)]
    return [re.sub(r"d0102-1|up1", "NAME", line) for line in lines]


@pytest.mark.parametrize("name", [*ENCRYPTING, "frr"])
def test_the_lower_end_of_an_encrypted_line_is_exactly_this(name: str) -> None:
    network = encrypted(name)
    check(f"{name}.conf", render(network, network.devices[LOWER]))


def test_what_encrypts_a_line_of_a_router_with_frr_is_a_part_of_its_own() -> None:
    network = encrypted("frr")
    plain = replace(
        network, circuits={**network.circuits, CIRCUIT: replace(network.circuits[CIRCUIT], encryption=None)}
    )
    found = parts(told(network, LOWER))
    assert list(found.tunnels) == ["up1"]
    lines = told(plain, LOWER).splitlines()
    lines.remove(" ip ospf network point-to-point")  # a tunnel's interface is that of itself
    assert found.routing.splitlines() == lines


@pytest.mark.parametrize("name", [*ENCRYPTING, "frr"])
def test_the_ends_name_each_other_and_the_same_algorithms_and_key(name: str) -> None:
    network = replace(encrypted(name), authentication=None, management=None)
    upper, lower = told(network, UPPER), told(network, LOWER)
    ours = [line.strip() for line in upper.splitlines() if re.search(r"10\.255\.0\.", line)]
    theirs = [line.strip() for line in lower.splitlines() if re.search(r"10\.255\.0\.", line)]
    swapped = [re.sub(r"10\.255\.0\.([01])", lambda m: f"10.255.0.{1 - int(m[1])}", line) for line in theirs]
    assert ours == swapped
    for word in (r"sha2?-?256", "aes", "group ?14|modp2048", f"<secret:ipsec-{CIRCUIT}>"):
        assert saying(word, upper) == saying(word, lower) != []


@pytest.mark.parametrize("name", ENCRYPTING)
def test_routing_runs_over_the_tunnel_and_not_over_the_port_below(name: str) -> None:
    network = encrypted(name)
    ports = {port.name: port for port in intent(network, network.devices[LOWER]).interfaces}
    below, over = ports["GigabitEthernet0/1/0"], next(port for port in ports.values() if port.tunnel is not None)
    assert (below.area, str(below.address)) == (None, "10.255.0.1/31")
    assert (over.area is not None, over.point_to_point) == (True, True)
    assert over.address == network.devices[LOWER].interface("up1").address


@pytest.mark.parametrize("name", [*ENCRYPTING, "frr"])
def test_a_router_out_of_its_box_can_be_reached_over_its_encrypted_uplink(name: str) -> None:
    network = encrypted(name)
    said = bootstrap(network, network.devices[LOWER])
    assert f"<secret:ipsec-{CIRCUIT}>" in said
    assert ("swanctl up1" if name == "frr" else "Tunnel") in said


@pytest.mark.parametrize("name", [*ENCRYPTING, "frr"])
def test_every_line_is_traced_to_its_template_and_the_circuits_encryption(name: str) -> None:
    network = encrypted(name)
    device = network.devices[LOWER]
    lines = traced(network, device)
    assert "".join(f"{line.text}\n" for line in lines) == told(network, LOWER)
    keys = [line for line in lines if f"<secret:ipsec-{CIRCUIT}>" in line.text]
    assert [line.origin for line in keys] == [f"{PLACE.file}:{PLACE.line}"]


@pytest.mark.parametrize("name", [*ENCRYPTING, "frr"])
def test_the_key_is_blanked_wherever_the_configuration_is_shown(name: str) -> None:
    network = encrypted(name)
    device = network.devices[LOWER]

    def reveal(secret: str) -> Secret:
        return Secret(secret, KEY)

    said = render(network, device, reveal)
    assert KEY in said
    assert KEY not in masked(name, said)


def test_a_key_that_is_shown_encrypted_is_the_same_line() -> None:
    from jbnet.adapters.annet_differ import AnnetDiffer

    network = encrypted("comware7")
    said = render(network, network.devices[LOWER])
    shown = re.sub(r"pre-shared-key plaintext \S+", "pre-shared-key ciphertext $c$3$AbCd==", said)
    assert shown != said
    assert not AnnetDiffer("comware7").compare(shown, said)


def test_a_platform_that_cannot_encrypt_is_refused_with_the_circuit() -> None:
    network = with_encryption(equipped("vrp8"))
    with pytest.raises(TargetError, match="Huawei VRP 8 cannot encrypt a line; chengdong-up1"):
        render(network, network.devices[LOWER])


@pytest.mark.parametrize("name", [*ENCRYPTING, "frr"])
def test_national_algorithms_are_refused_where_they_are_not_rendered(name: str) -> None:
    national = Suite("sm4", "sm3", 14, 86_400)
    network = encrypted(name, replace(PROFILE, ike=national, esp=national))
    with pytest.raises(TargetError, match="cannot do"):
        told(network, LOWER)


def test_tunnels_are_numbered_by_their_ports_so_that_none_moves_when_another_comes() -> None:
    network = encrypted("vrp5")
    before = intent(network, network.devices[UPPER]).tunnels
    more = with_encryption(network, circuit="chengdong-up2")
    more = replace(more, circuits={**more.circuits, CIRCUIT: network.circuits[CIRCUIT]})
    after = intent(more, more.devices[UPPER]).tunnels
    assert set(before) <= set(after)
