"""What stands beside hier-config's rules for IOS: what it wipes and hides, what cannot be removed or typed as shown."""

from __future__ import annotations

import pytest
from equipped import equipped

from jbnet.adapters.hier_differ import HierDiffer
from jbnet.config.bootstrap import bootstrap
from jbnet.config.render import render
from jbnet.model.errors import CommandFailed

PORT = "interface GigabitEthernet0/0/1\n"


def commands(running: str, intended: str) -> list[str]:
    return [" / ".join(path) for path in HierDiffer("ios").compare(running, intended).commands]


def test_an_address_is_typed_again_when_a_vrf_has_wiped_it() -> None:
    address = " ip address 10.0.0.1 255.255.255.0\n"
    heading = PORT.strip()
    assert commands(f"{PORT}{address}", f"{PORT} vrf forwarding video\n{address}") == [
        f"{heading} / vrf forwarding video", f"{heading} / ip address 10.0.0.1 255.255.255.0"
    ]  # fmt: skip


def test_a_port_of_the_hardware_is_set_back_and_a_logical_one_removed() -> None:
    assert commands(f"{PORT} description x\n", "") == ["default interface GigabitEthernet0/0/1"]
    assert commands("interface Loopback7\n description x\n", "") == ["no interface Loopback7"]
    assert commands("interface GigabitEthernet0/0/1.5\n description x\n", "") == ["no interface GigabitEthernet0/0/1.5"]


def test_ports_out_of_use_headers_and_defaults_that_are_shown_say_nothing() -> None:
    header = "Building configuration...\n\nCurrent configuration : 99 bytes\n!\nversion 17.9\n"
    assert commands(f"{header}{PORT} no ip address\n shutdown\n!\nend\n", "!\nend\n") == []


def test_a_user_that_is_never_shown_is_there_where_its_group_is() -> None:
    group, user = "snmp-server group g v3 priv\n", "snmp-server user u g v3 auth sha Word-1 priv aes 128 Word-2\n"
    assert commands("", group + user) == [group.strip(), user.strip()]
    assert commands(group, group + user) == []


@pytest.mark.parametrize(
    ("running", "intended", "typed"),
    [
        ("", "banner login ^CStaff only.^C\n", ["banner login |Staff only.|"]),
        ("", "banner login ^CStaff | only.^C\n", ["banner login ~Staff | only.~"]),
        ("", "banner login ^C|~@+=^C\n", ["banner login %|~@+=%"]),
        ("banner login ^C\nStaff\nonly.\n^C\n", "", ["no banner login"]),
        ("banner login ^CA^C\n", "banner login ^CB^C\n", ["banner login |B|"]),
        ("banner login ^CA^C\n", "banner login ^CA^C\n", []),
    ],
)
def test_a_banner_is_typed_with_a_delimiter_that_is_none_of_it(running: str, intended: str, typed: list[str]) -> None:
    assert commands(running, intended) == typed


def test_a_banner_that_holds_every_delimiter_is_refused_with_its_reason() -> None:
    with pytest.raises(CommandFailed, match="cannot be typed"):
        commands("", "banner login ^C|~@+=%&*;/^C\n")


def test_a_line_that_differs_in_its_secret_only_is_the_same() -> None:
    assert commands("username a privilege 15 secret 9 $9$x\n", "username a privilege 15 secret <secret:user-a>\n") == []


def test_an_account_that_changes_is_never_gone_in_between() -> None:
    assert commands("username a privilege 1 secret 9 $9$x\n", "username a privilege 15 secret Word-1\n") == [
        "username a privilege 15 secret Word-1"
    ]


def test_entries_of_lists_go_and_come_by_number() -> None:
    heading = "ip access-list standard LOGINS\n"
    before, after = (
        " 10 permit 10.1.0.0 0.0.255.255\n 20 permit 10.2.0.0 0.0.255.255\n",
        " permit 10.1.0.0 0.0.255.255\n",
    )
    assert commands(heading + before, heading + after) == [
        "ip access-list standard LOGINS / no 20 permit 10.2.0.0 0.0.255.255"
    ]


def test_what_is_rendered_differs_from_itself_in_nothing_on_any_device() -> None:
    network = equipped("ios")
    for device in network.devices.values():
        for config in (render(network, device), bootstrap(network, device)):
            assert commands(config, config) == []
