"""What counts as reading on each platform, and which secrets are blanked in what devices print."""

from __future__ import annotations

import pytest

from jbnet.model.errors import UsageError
from jbnet.platforms.commands import check_typed, commands, why_not_reading
from jbnet.platforms.masking import masked, masked_value
from jbnet.platforms.registry import names

READING = [
    ("frr", "show ip route"), ("frr", "sh ip ospf neighbor json"), ("frr", "show ip route | include 10.0"),
    ("vrp8", "display ospf peer brief"), ("vrp8", "DISPLAY version"), ("vrp8", "dis cu | inc a|b"),
    ("vrp8", "display interface brief | no-more"), ("vrp5", "di arp all"), ("vrp5", "ping -c 3 10.0.0.1"),
    ("comware7", "display current-configuration | by-linenum"), ("comware7", "tracert 10.0.0.1"),
    ("ios", "sh ip int br | exclude down"), ("ios", "show run | section router"), ("ios", "traceroute 10.0.0.1"),
]  # fmt: skip

WRITING = [
    ("frr", "clear ip ospf process"), ("frr", "configure terminal"), ("frr", "write memory"), ("frr", "ping 10.0.0.1"),
    ("frr", "show version; write"), ("frr", "show run | tee x"),
    ("vrp8", "system-view"), ("vrp8", "save"), ("vrp8", "reset ospf process"), ("vrp8", "d cu"),
    ("vrp8", "display current-configuration > a.cfg"), ("vrp8", "display version >> a.cfg"),
    ("vrp8", "display current-configuration | save a.cfg"), ("vrp8", "display diagnostic-information a.txt"),
    ("vrp8", "dis diag"), ("vrp5", "displayed"), ("vrp5", "| include x"),
    ("comware7", "display version | include a | save b"), ("comware7", "display version ; reboot"),
    ("ios", "show run | redirect tftp://10.0.0.1/a"), ("ios", "show run |tee flash:a"),
    ("ios", "show run | include x|append flash:a"), ("ios", "copy run start"), ("ios", "clear counters"),
    ("ios", "show run |"), ("ios", "show run | include x|RED flash:a"), ("ios", "show run | include x|Tee"),
]  # fmt: skip

SECRETS = [
    ("frr", " ip ospf message-digest-key 1 md5 hunter2"), ("frr", " neighbor 10.0.0.1 password hunter2"),
    ("frr", " password 8 hunter2"), ("frr", "  authentication-key hunter2"),
    ("vrp8", " local-user a password irreversible-cipher hunter2"),
    ("vrp8", "snmp-agent community read cipher hunter2"),
    ("vrp8", "snmp-agent community write hunter2"), ("vrp8", "   Community name:hunter2"),
    ("vrp8", " ospf authentication-mode md5 1 cipher hunter2"),
    ("vrp5", " pre-shared-key simple hunter2"), ("vrp5", "  shared-key hunter2"),
    ("vrp5", "snmp-agent usm-user v3 u authentication-mode sha hunter22"),
    ("comware7", " password hash hunter2"), ("comware7", "snmp-agent community read simple hunter2"),
    ("comware7", "    Community name: hunter2"), ("comware7", " authentication-mode md5 1 plain hunter2"),
    ("ios", "username a privilege 15 secret 9 hunter2"), ("ios", "enable password hunter2"),
    ("ios", "snmp-server community hunter2 RO"), ("ios", " key hunter2"), ("ios", " key 7 hunter2"),
    ("ios", "Community name: hunter2"), ("ios", " ip ospf message-digest-key 1 md5 7 hunter2"),
    ("ios", "snmp-server user u g v3 auth sha hunter2 priv aes 128 hunter2"),
    ("ios", "copy scp://jbnet:hunter2@10.0.0.1/a flash:"),
]  # fmt: skip


@pytest.mark.parametrize(("platform", "command"), READING)
def test_what_only_reads_is_let_through(platform: str, command: str) -> None:
    check_typed(platform, command)
    assert why_not_reading(platform, command) is None


@pytest.mark.parametrize(("platform", "command"), WRITING)
def test_what_may_write_has_its_reason(platform: str, command: str) -> None:
    assert why_not_reading(platform, command) is not None


@pytest.mark.parametrize(
    "command", ["show version\nreboot", "show\tversion", "show \x03", "show\u2028x", "  ", "x" * 501]
)
def test_what_cannot_be_typed_as_one_line_is_wrong_use(command: str) -> None:
    with pytest.raises(UsageError):
        check_typed("frr", command)


def test_a_terminals_help_key_is_no_text_where_the_command_is_typed() -> None:
    check_typed("frr", "show bgp regexp ^65?")
    with pytest.raises(UsageError, match="for a key"):
        check_typed("vrp8", "display ?")


@pytest.mark.parametrize("name", names())
def test_every_platform_says_what_reads(name: str) -> None:
    assert commands(name).reads


@pytest.mark.parametrize("platform", ["vrp8", "vrp5", "comware7"])
@pytest.mark.parametrize(
    "line",
    [
        "snmp-agent usm-user v3 u g simple authentication-mode sha hunter2 privacy-mode aes128 hunter2",
        "snmp-agent usm-user v3 u g authentication-mode sha cipher %^%#hunter2 privacy-mode aes128 cipher %^%#hunter2",
        "snmp-agent usm-user v3 u g authentication-mode sha hunter2 privacy-mode aes128 hunter2",
        "ospf authentication-mode simple plain hunter2",
        " ospf authentication-mode hmac-sha256 1 cipher %^%#hunter2",
        "local-user ops password irreversible-cipher $1a$hunter2",
        'isis authentication-mode simple plain "hunter2 and more hunter2"',
    ],
)
def test_no_word_that_looks_like_a_kind_hides_a_secret(platform: str, line: str) -> None:
    assert "hunter2" not in masked(platform, line)
    assert masked(platform, masked(platform, line)) == masked(platform, line)


@pytest.mark.parametrize(("platform", "line"), SECRETS)
def test_secrets_are_blanked_in_what_devices_print(platform: str, line: str) -> None:
    said = masked(platform, f"first\n{line}\nlast")
    assert "hunter2" not in said
    assert "<secret>" in said
    assert said.splitlines()[0::2] == ["first", "last"]
    assert masked(platform, said) == said


@pytest.mark.parametrize(
    ("platform", "line"),
    [("vrp8", "authentication-mode aaa"), ("ios", "key chain ospf"), ("frr", "10.0.0.1 4 65001 Established")],
)
def test_what_holds_no_secret_stays(platform: str, line: str) -> None:
    assert masked(platform, line) == line


def test_a_private_key_is_blanked_also_where_its_end_is_missing() -> None:
    begin = "-----BEGIN OPENSSH PRIVATE KEY-----"
    assert masked("frr", f"{begin}\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----\nnext").endswith("\nnext")
    assert "b3Blb" not in masked("frr", f"{begin}\nb3BlbnNz\n")


def test_secrets_in_json_are_blanked_by_their_name_and_in_their_text() -> None:
    value = {"peers": [{"password": "hunter2", "state": "up"}], "line": "neighbor 10.0.0.1 password hunter2"}
    assert "hunter2" not in str(masked_value("frr", value))
    assert "up" in str(masked_value("frr", value))
