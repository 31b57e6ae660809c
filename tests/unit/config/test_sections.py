"""Configurations of VRP and Comware as text, and the names by which NAPALM finds the drivers."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from jbnet.adapters.commandline.candidate import clean, merged
from jbnet.adapters.commandline.shapes import asn, duration, full_name, mac, span
from jbnet.adapters.commandline.walk import Walk
from jbnet.adapters.vrp.models import NAMES
from jbnet.config.lines import paths_of, write_lines
from jbnet.config.shown import aligned
from jbnet.platforms.masking import masked

ROOT = Path(__file__).parents[3]
VRP8 = """\
!Software Version V800R021C10SPC600
!Last configuration was saved at 2026-11-22 08:00:00
#
sysname r1
#
bgp 64512
 peer 10.0.0.2 as-number 64513
 #
 ipv4-family unicast
  peer 10.0.0.2 enable
#
return
"""


def paths(config: str) -> tuple[tuple[str, ...], ...]:
    return paths_of("vrp8", config)


def test_headers_and_separators_say_nothing() -> None:
    assert paths(VRP8) == (
        ("sysname r1",), ("bgp 64512",), ("bgp 64512", "peer 10.0.0.2 as-number 64513"),
        ("bgp 64512", "ipv4-family unicast"), ("bgp 64512", "ipv4-family unicast", "peer 10.0.0.2 enable"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("platform", "header"),
    [("vrp5", "[V200R009C00SPC500]\n"), ("comware7", "#\n version 7.1.064, Release 6749P2101\n"), ("vrp5", "")],
)
def test_plain_lines_may_be_printed_with_a_blank_before_them(platform: str, header: str) -> None:
    config = f"{header}#\n sysname r1\n#\n ip route-static 10.0.0.0 8 NULL0\n ntp-service enable\n#\nreturn\n"
    assert [path[0] for path in paths_of(platform, config)] == [
        "sysname r1", "ip route-static 10.0.0.0 8 NULL0", "ntp-service enable"
    ]  # fmt: skip


def test_what_is_shown_reads_as_the_same() -> None:
    assert paths(write_lines("vrp8", paths(VRP8))) == paths(VRP8)
    assert "return" not in clean(VRP8)


def test_a_merge_adds_in_the_right_section_and_undo_takes_away_by_whole_words() -> None:
    running = f"{VRP8}ip route-static 10.0.0.0 8 10.0.0.2 preference 5\nip route-static 10.0.0.0 8 10.0.0.22\n"
    config = merged("vrp8", "undo ip route-static 10.0.0.0 8 10.0.0.2\nbgp 64512\n router-id 1.1.1.1\n", running)
    assert ("bgp 64512", "router-id 1.1.1.1") in paths(config)
    assert ("ip route-static 10.0.0.0 8 10.0.0.22",) in paths(config)
    assert ("ip route-static 10.0.0.0 8 10.0.0.2 preference 5",) not in paths(config)


def test_an_undo_that_is_a_setting_of_its_own_stays_one() -> None:
    config = merged(
        "vrp8", "interface GigabitEthernet0/1/0\n undo shutdown\n", "interface GigabitEthernet0/1/0\n mtu 1400\n"
    )
    assert ("interface GigabitEthernet0/1/0", "undo shutdown") in paths(config)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (" local-user a password irreversible-cipher $1d$x", " local-user a password irreversible-cipher <secret>"),
        ("snmp-agent community read public", "snmp-agent community read <secret>"),
        ("snmp-agent community write cipher %^%#x", "snmp-agent community write cipher <secret>"),
        (" ospf authentication-mode md5 1 cipher %^%#x", " ospf authentication-mode md5 1 cipher <secret>"),
        (" password simple Abc", " password simple <secret>"),
        (" ospf authentication-mode simple plain Abc", " ospf authentication-mode simple plain <secret>"),
        (' set authentication password cipher "two words"', " set authentication password cipher <secret>"),
        (
            "snmp-agent usm-user v3 u g simple authentication-mode sha Abc privacy-mode aes128 Def acl 2001",
            "snmp-agent usm-user v3 u g simple authentication-mode sha <secret> privacy-mode aes128 <secret> acl 2001",
        ),
        (
            "snmp-agent usm-user v3 u authentication-mode sha cipher %^%#x",
            "snmp-agent usm-user v3 u authentication-mode sha cipher <secret>",
        ),
        (" description the simple life", " description the simple life"),
        (" authentication-mode hwtacacs local", " authentication-mode hwtacacs local"),
    ],
)
def test_secrets_are_blanked_and_nothing_else(line: str, shown: str) -> None:
    for platform in ("vrp8", "vrp5", "comware7"):
        assert masked(platform, line) == shown


def test_a_line_that_differs_in_its_secret_only_is_taken_as_it_runs() -> None:
    running = (("aaa",), ("aaa", "local-user a password cipher $1d$x"))
    assert aligned("vrp8", (("aaa",), ("aaa", "local-user a password cipher plain")), running) == running
    usm = "snmp-agent usm-user v3 u g {} authentication-mode sha {} privacy-mode aes128 {}"
    shown = ((usm.format("cipher", "$c$3$x", "$c$3$y"),), ("local-user a", " password hash $h$6$z"))
    assert (
        aligned("comware7", ((usm.format("simple", "Abc", "Def"),), ("local-user a", " password simple Abc")), shown)
        == shown
    )
    other = (("aaa", "local-user b password cipher plain"),)
    assert aligned("vrp8", other, running) == other


def test_times_names_and_numbers_are_read_in_every_shape() -> None:
    assert span("84 weeks, 2 days, 3 hours, 51 minutes") == ((84 * 7 + 2) * 24 + 3) * 3600 + 51 * 60
    assert [duration(said) for said in ("1d01h58m07s", "0286h47m", "00:57:53", "never")] == [93487, 1032420, 3473, -1]
    assert mac("4cf5-5b2e-3d0a") == "4C:F5:5B:2E:3D:0A"
    assert [full_name(one, NAMES) for one in ("GE0/1/0.203", "GigabitEthernet0/1/0", "XGE0/0/1")] == [
        "GigabitEthernet0/1/0.203", "GigabitEthernet0/1/0", "XGigabitEthernet0/0/1"
    ]  # fmt: skip
    assert asn("635.88") == 635 * 65536 + 88


def test_a_view_that_nobody_expected_is_left_before_the_next_section() -> None:
    view = [""]
    opening = {"acl number 3000": "-acl", "bgp 1": "-bgp"}

    def ask(line: str) -> None:
        view.append(opening[line]) if line in opening else view.pop() if line == "quit" else None

    walk = Walk(ask, lambda: view[-1])
    walk.go([("acl number 3000",), ("bgp 1", "router-id 1.1.1.1"), ("sysname r1",)])
    assert walk.typed == ["acl number 3000", "quit", "bgp 1", "router-id 1.1.1.1", "quit", "sysname r1"]
    assert view == [""]


def test_napalm_finds_every_driver_by_name_and_one_class_in_each_file() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    for source, name in wheel["force-include"].items():
        space: dict[str, object] = {}
        exec(compile((ROOT / source).read_text(), source, "exec"), space)
        classes = [value for value in space.values() if isinstance(value, type)]
        assert Path(source).name == name
        assert [one.__name__ for one in classes] == space["__all__"]
