"""Configurations of every platform as trees: secrets and how they are shown make no difference, all else does."""

from __future__ import annotations

import pytest
from equipped import RENDERED, equipped

from jbnet.config.reading import bare_patch, tree
from jbnet.config.render import render
from jbnet.config.tree import Patch
from jbnet.model.secrets import Secret
from jbnet.platforms.masking import masked

EVERY = [*RENDERED, "frr"]


def named(name: str) -> Secret:
    return Secret(name, f"Word-of-{name}")


@pytest.mark.parametrize("aaa", ["tacacs", "radius"])
@pytest.mark.parametrize("platform", RENDERED)
def test_no_secret_that_is_rendered_is_shown_and_none_makes_a_difference(platform: str, aaa: str) -> None:
    network = equipped(platform, aaa)
    for device in network.devices.values():
        shown, typed = render(network, device), render(network, device, named)
        assert "Word-of-" in typed or "<secret" not in shown
        assert "Word-of-" not in masked(platform, typed)
        assert tree(platform, shown) == tree(platform, typed)


@pytest.mark.parametrize("platform", EVERY)
def test_a_tree_knows_every_line_and_no_separators(platform: str) -> None:
    network = equipped(platform if platform != "frr" else "vrp8")
    device = network.devices["core-r1"]
    text = render(network, device)
    if platform == "frr":
        text = "hostname core-r1\n!\nrouter ospf\n ospf router-id 10.0.0.1\nexit\n!\nend\n"
    said = tree(platform, text)
    assert not {path[-1] for path in said.paths} & {"#", "!", "return", "end", "exit"}


def test_how_a_device_shows_a_secret_is_none_of_what_it_says() -> None:
    plain = "aaa\n local-user a password irreversible-cipher <secret:user-a>\n"
    shown = "aaa\n local-user a password irreversible-cipher $1d$Gp2.8$x\n"
    assert tree("vrp8", plain) == tree("vrp8", shown)
    assert tree("ios", "username a secret <secret:user-a>\n") == tree("ios", "username a secret 9 $9$Gp2.8$x\n")
    assert tree("comware7", "snmp-agent community read simple <secret:c> acl 2001\n") != tree(
        "comware7", "snmp-agent community read cipher $c$3$x acl 2002\n"
    )


def test_a_patch_is_read_as_trees_are() -> None:
    patch = Patch(added=(("aaa", "local-user a password irreversible-cipher $1d$x"),))
    assert bare_patch("vrp8", patch).added == (("aaa", "local-user a password <secret>"),)
    shown = Patch(added=(("interface up1", "ip ospf message-digest-key 1 md5 0f1e"), ("router ospf",)))
    assert bare_patch("frr", shown).added == (
        ("interface up1", "ip ospf message-digest-key 1 md5 <secret>"),
        ("router ospf",),
    )
