"""Keys of routing in configurations: both ends sign alike, nobody is shown a key, and a key fits where it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest
from equipped import RENDERED, equipped, with_keys
from sample_network import AREA, sample_network

from jbnet.adapters.line_differ import LineDiffer
from jbnet.config.reading import tree
from jbnet.config.render import key_lengths, render
from jbnet.config.shown import with_secrets_of
from jbnet.config.words import revealed
from jbnet.inventory.proofs import proof_of, routing_secrets
from jbnet.model.authentication import Algorithm
from jbnet.model.errors import TargetError
from jbnet.model.network import Network
from jbnet.model.secrets import Secret
from jbnet.platforms.masking import masked
from jbnet.platforms.registry import platform

KEY = "0f1e2d3c4b5a6978"
EVERY = [*RENDERED, "frr"]


def on(name: str) -> Network:
    return with_keys(sample_network()) if name == "frr" else equipped(name)


def mixed(**platforms: str) -> Network:
    """The sample network with some devices on other platforms."""
    network = with_keys(sample_network())
    names = {name.replace("_", "-"): found for name, found in platforms.items()}
    devices = {n: replace(d, platform=names.get(n, d.platform)) for n, d in network.devices.items()}
    return replace(network, devices=devices)


def signed(network: Network, circuit: str, area: str) -> Algorithm | None:
    proof = proof_of(network, network.circuits[circuit], area)
    return proof.algorithm if proof is not None else None


def secret_lines(config: str) -> list[str]:
    return [line.strip() for line in config.splitlines() if "ospf-0-0" in line]


@pytest.mark.parametrize("name", EVERY)
def test_every_key_is_blanked_however_it_is_written(name: str) -> None:
    network = on(name)
    for device in network.devices.values():
        config = revealed(render(network, device), lambda secret: Secret(secret, KEY))
        assert KEY not in masked(name, config)
        assert tree(name, config) == tree(name, render(network, device))


@pytest.mark.parametrize("name", EVERY)
def test_every_line_that_holds_a_key_of_an_interface_is_one_that_both_ends_must_share(name: str) -> None:
    network = on(name)
    known = platform(name)
    for path in tree(name, render(network, network.devices["xining-r1"])).paths:
        if path[0].startswith("interface ") and ("authentication" in path[-1] or "key" in path[-1]):
            assert path[-1].startswith(known.shared)


def test_the_first_algorithm_that_both_ends_have_is_used_by_both() -> None:
    network = mixed(xining_r1="vrp8", chengdong_r1="vrp5", core_r1="comware7")
    assert signed(network, "chengdong-up1", AREA) is Algorithm.HMAC_SHA256
    assert signed(network, "chengdong-up2", AREA) is Algorithm.MD5
    assert signed(network, "xining-up1", "0.0.0.0") is Algorithm.MD5


def test_an_area_has_a_key_of_its_own_and_statics_have_none() -> None:
    network = on("frr")
    config = render(network, network.devices["xining-r1"])
    assert "ip ospf message-digest-key 1 md5 <secret:ospf-0-0-0-0-1>" in config
    assert "ip ospf message-digest-key 1 md5 <secret:ospf-0-0-63-1-1>" in config
    assert "message-digest" not in render(network, network.devices["chengdong-lejiawan-r1"])
    assert set(routing_secrets(network)) == {"ospf-0-0-0-0-1", "ospf-0-0-63-1-1", "bgp-internal", "bgp-ministry"}


def test_the_first_entry_that_fits_counts_and_one_without_keys_means_none() -> None:
    network = with_keys(sample_network())
    assert network.authentication is not None
    usual = network.authentication.ospf[0]
    entries = (replace(usual, carriers=("unicom",), keys=()), usual)
    network = replace(network, authentication=replace(network.authentication, ospf=entries))
    assert proof_of(network, network.circuits["chengdong-up2"], AREA) is None
    assert proof_of(network, network.circuits["chengdong-up1"], AREA) is not None


def test_both_ends_of_a_session_have_the_same_key() -> None:
    network = on("frr")
    assert "neighbor 172.16.0.1 password <secret:bgp-ministry>" in render(network, network.devices["core-r1"])
    assert "neighbor 172.16.0.0 password <secret:bgp-ministry>" in render(network, network.devices["ministry-r1"])
    assert "neighbor 10.0.192.2 password <secret:bgp-internal>" in render(network, network.devices["core-r1"])


@pytest.mark.parametrize("name", ["comware7", "ios"])
def test_two_keys_stand_beside_each_other_where_the_system_rolls_over(name: str) -> None:
    network = with_keys(equipped(name), 2, 1)
    assert network.authentication is not None
    ospf = (replace(network.authentication.ospf[0], algorithms=(Algorithm.MD5,)),)
    network = replace(network, authentication=replace(network.authentication, ospf=ospf))
    config = render(network, network.devices["chengdong-r1"])
    assert len(secret_lines(config)) == 2 * 2


@pytest.mark.parametrize("name", ["frr", "vrp5", "vrp8"])
def test_two_keys_are_refused_where_the_system_takes_one(name: str) -> None:
    network = with_keys(on(name), 2, 1)
    with pytest.raises(TargetError, match="one OSPF key at a time"):
        render(network, network.devices["chengdong-r1"])


def test_an_algorithm_that_the_system_does_not_have_is_refused_with_those_that_it_has() -> None:
    network = on("frr")
    assert network.authentication is not None
    ospf = (replace(network.authentication.ospf[0], algorithms=(Algorithm.HMAC_SHA256,)),)
    network = replace(network, authentication=replace(network.authentication, ospf=ospf))
    with pytest.raises(TargetError, match="cannot sign OSPF packets with hmac-sha256") as failed:
        render(network, network.devices["chengdong-r1"])
    assert "md5" in str(failed.value.hint)


def test_a_key_that_the_device_would_cut_is_refused_and_not_told() -> None:
    network = on("frr")
    device = network.devices["chengdong-r1"]
    long = KEY + "7"
    with pytest.raises(TargetError, match="17 characters; the key that it is may have 16") as failed:
        revealed(render(network, device), lambda name: Secret(name, long), key_lengths(network, device))
    assert KEY not in str(failed.value)


def test_on_frr_a_key_by_name_is_any_key_and_a_revealed_one_is_itself() -> None:
    network = on("frr")
    config = render(network, network.devices["chengdong-r1"])
    runs = revealed(config, lambda name: Secret(name, KEY))
    assert not LineDiffer().compare(runs, config)
    assert not LineDiffer().compare(runs, masked("frr", runs))
    assert not LineDiffer().compare(runs, runs)
    other = revealed(config, lambda name: Secret(name, "another"))
    patch = LineDiffer().compare(runs, other).patch
    assert [path[-1] for path in patch.added] == ["ip ospf message-digest-key 1 md5 another"] * 2
    assert len(patch.removed) == 2


def test_names_and_keys_take_each_others_place_and_nothing_else_changes() -> None:
    network = on("frr")
    config = render(network, network.devices["chengdong-r1"])
    runs = revealed(config, lambda name: Secret(name, KEY)).replace("ip ospf cost 10", "ip ospf cost 11")
    named = with_secrets_of("frr", runs, config)
    assert KEY not in named
    assert with_secrets_of("frr", named, runs) == runs
    assert named == config.replace("ip ospf cost 10", "ip ospf cost 11")
