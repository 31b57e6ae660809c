"""What an audit reads: lines keep their numbers and their secrets to themselves, and nothing is guessed."""

from __future__ import annotations

import pytest
from audited import DEVICE, PLATFORMS, Case, case, hardened, hardened_files
from equipped import RENDERED, equipped
from hypothesis import given, settings
from hypothesis import strategies as st

from jbnet.config.audit import host_files
from jbnet.config.audit.lines import NumberedText
from jbnet.config.audit.observed import Observed, Origin
from jbnet.config.render import render
from jbnet.model.secrets import Secret
from jbnet.platforms.facts import facts, titles


def text(content: str, platform: str = "vrp8") -> NumberedText:
    return NumberedText("r1/running", content, platform)


def seen(platform: str, content: str, origin: Origin = Origin.DEVICE) -> Observed:
    return Observed("r1", platform, origin, {"running": text(content, platform)})


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_line_is_found_again_where_it_is_said_to_stand(platform: str) -> None:
    content = hardened(platform)
    lines = content.splitlines()
    for line in text(content, platform).lines:
        assert lines[line.place.line - 1].strip() == line.said


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_fact_is_known_to_every_platform_or_said_to_be_missing(platform: str) -> None:
    known = facts(platform)
    assert {*known.sources, *known.lacks, *known.unshown} == set(titles())


def test_lines_of_vrp5_stand_under_their_section_whatever_their_indentation() -> None:
    read = text("#\n snmp-agent\n snmp-agent group v3 a privacy\n#\naaa\n local-user x level 3\n#\n")
    assert [line.path for line in read.lines] == [
        ("snmp-agent",), ("snmp-agent group v3 a privacy",), ("aaa",), ("aaa", "local-user x level 3"),
    ]  # fmt: skip


def test_what_a_banner_says_is_no_configuration() -> None:
    ios = seen("ios", "banner login ^C\nip http server\nline vty 0 4\n transport input telnet\n^C\nno ip http server\n")
    assert [one.value for one in ios.fact("web_server").readings] == ["off"]
    assert ios.fact("vty_protocols").readings == ()
    vrp = seen("vrp8", 'header login information "\nftp server enable\n"\n#\nsysname r1\n')
    assert [one.value for one in vrp.fact("cleartext_transfer").readings] == ["off"]


def test_a_line_of_another_section_does_not_count() -> None:
    vrp = seen("vrp8", "user-interface con 0\n protocol inbound ssh\nuser-interface vty 0 4\n acl 2000 inbound\n")
    assert [(one.about, one.value) for one in vrp.fact("vty_protocols").readings] == [("user-interface vty 0 4", None)]


def test_every_section_of_a_kind_is_read() -> None:
    lines = "line vty 0 4\n transport input ssh\nline vty 5 15\n transport input telnet\n"
    assert [one.value for one in seen("ios", lines).fact("vty_protocols").readings] == ["ssh", "telnet"]


def test_what_is_encrypted_or_masked_is_hidden_and_not_read_as_a_word() -> None:
    for said in ("cipher %^%#abc%^%#", "<secret>", "cipher <secret>"):
        fact = seen("vrp8", f"snmp-agent community read {said}\n").fact("snmp_words")
        assert [one.is_hidden for one in fact.readings] == [True], said


def test_a_rendered_text_says_nothing_of_how_a_device_keeps_passwords() -> None:
    lines = "aaa\n local-user a password irreversible-cipher x\n"
    assert seen("vrp8", lines, Origin.RENDERED).fact("account_storage").unread is not None
    assert seen("vrp8", lines).fact("account_storage").unread is None


@pytest.mark.parametrize("platform", RENDERED)
def test_no_secret_is_in_a_line_that_is_shown(platform: str) -> None:
    network = equipped(platform)
    typed = render(network, network.devices[DEVICE], lambda name: Secret(name, f"Word-of-{name}"))
    assert "Word-of-" in typed
    read = text(typed, platform)
    assert [read.shown(n) for n in range(1, typed.count("\n") + 2) if "Word-of-" in read.shown(n)] == []


def test_a_private_key_in_a_configuration_is_not_shown() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY-----\nsysname r1\n"
    read = text(key)
    assert [read.shown(number) for number in (2, 3, 5)] == ["<secret>", "<secret>", "sysname r1"]


@given(st.lists(st.text(alphabet="ab #!\"^C-'%", max_size=12), max_size=30))
def test_any_text_can_be_read_and_every_line_has_its_place(lines: list[str]) -> None:
    read = text("\n".join(lines))
    numbers = [line.place.line for line in read.lines]
    assert numbers == sorted(set(numbers))
    assert all(line.said and line.path for line in read.lines)


@pytest.mark.parametrize("platform", PLATFORMS)
@given(kept=st.sets(st.integers(0, 400)), shift=st.integers(0, 3))
@settings(max_examples=20, deadline=None)
def test_whatever_lines_are_left_every_fact_can_be_read(platform: str, kept: set[int], shift: int) -> None:
    lines = [" " * (shift * (n % 2)) + line for n, line in enumerate(hardened(platform).splitlines()) if n in kept]
    device = seen(platform, "\n".join(lines))
    for name in titles():
        fact = device.fact(name)
        assert all(1 <= place.line <= len(lines) for place in fact.places)


def host(said: str, errors: str = "") -> Observed:
    return Case("frr", "hostname r1\n", said, errors).observed()


def test_files_of_a_host_are_read_with_their_own_line_numbers() -> None:
    servers = case("frr").observed().fact("ntp_servers")
    assert [str(place) for place in servers.places] == [
        f"{DEVICE}/etc/chrony/chrony.conf:2:1", f"{DEVICE}/etc/chrony/conf.d/second.conf:1:1",
    ]  # fmt: skip


def test_secrets_in_files_of_a_host_are_not_shown() -> None:
    device = case("frr").observed()
    shown = [one.shown(n) for one in device.texts.values() for n in range(1, one.content.count("\n") + 1)]
    assert any("createUser jbnet <secret>" in line for line in shown)
    assert [line for line in shown if "Word-of-" in line] == []


def test_the_first_setting_of_sshd_counts_and_none_below_match() -> None:
    said = hardened_files().replace(
        "/etc/ssh/sshd_config:1:", "/etc/ssh/sshd_config.d/10-local.conf:1:PasswordAuthentication yes\n"
        "/etc/ssh/sshd_config:1:",
    )  # fmt: skip
    assert [one.value for one in host(said).fact("vty_authentication").readings] == ["password"]
    assert [one.value for one in host(hardened_files()).fact("vty_authentication").readings] == ["publickey"]


def test_a_file_that_may_not_be_read_leaves_its_kind_unknown_even_where_others_of_it_can_be() -> None:
    denied = "grep: /etc/ssh/sshd_config.d: Permission denied\n"
    fact = host(hardened_files(), denied).fact("root_login")
    assert fact.readings == ()
    assert "may not be read" in str(fact.unread)


def test_a_file_that_is_not_there_is_no_setting() -> None:
    fact = host("").fact("ntp_servers")
    assert str(fact.unread) == "/etc/chrony/chrony.conf is not there or empty"


def test_the_command_asks_for_all_files_at_once() -> None:
    words = host_files.argv(facts("frr").files)
    assert words[:5] == ("env", "LC_ALL=C", "grep", "-rIHn", "--")
    assert "/etc/ssh/sshd_config" in words
