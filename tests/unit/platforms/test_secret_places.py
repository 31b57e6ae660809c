"""Nothing of a secret is left wherever it stands, and nothing else is blanked: what is blanked makes no difference."""

from __future__ import annotations

import pytest
from equipped import equipped
from hypothesis import given, settings
from hypothesis import strategies as st

from jbnet.config.reading import tree
from jbnet.config.render import render
from jbnet.platforms.masking import MASK, masked
from jbnet.platforms.registry import names, platform

HUAWEI = """\
mpls ldp md5-password cipher 10.0.0.1 KEY
 md5-password plain all KEY
 md5-password cipher peer-group far KEY
 rip authentication-mode md5 usual KEY
 rip authentication-mode md5 nonstandard cipher KEY 1
 rip authentication-mode md5 rfc2453 plain KEY
 rip authentication-mode hmac-sha256 cipher KEY 7
 isis authentication-mode md5 KEY
 isis authentication-mode simple plain KEY ip
 ospf authentication-mode md5 1 cipher KEY
 ospf authentication-mode hmac-sha-256 12 plain KEY
 ospf authentication-mode simple KEY
 vrrp vrid 1 authentication-mode md5 KEY
dldp authentication-mode md5 KEY
 bfd authentication-mode met-md5 1 cipher KEY
ntp-service authentication-keyid 1 authentication-mode md5 KEY
ntp-service authentication-keyid 1 authentication-mode hmac-sha256 cipher KEY
ntp-service authentication-keyid 1 authentication-mode md5 simple KEY
 security wpa2 psk pass-phrase KEY aes
 security wpa psk hex KEY aes
local-user bob password cipher KEY description hello
 local-user bob password irreversible-cipher KEY access-limit 3
super password level 3 cipher KEY
super password role network-admin hash KEY
 set authentication password cipher KEY
 sa string-key inbound esp KEY
 sa string-key outbound ah cipher KEY
 sa encryption-hex inbound esp simple KEY
 sa authentication-hex outbound ah cipher KEY
 sa hex-key authentication inbound esp cipher KEY
ipsec sa string-key inbound esp cipher KEY
 ike pre-shared-key KEY
 pre-shared-key cipher KEY
 pre-shared-key plaintext KEY
 pre-shared-key local ciphertext KEY
pre-shared-key address 10.1.1.1 24 key simple KEY
pre-shared-key hostname far key KEY
 preshared-key pass-phrase cipher KEY
snmp-agent community read KEY
snmp-agent community write cipher KEY alias x
snmp-agent community read simple KEY acl 2001
   Community name:KEY
snmp-agent target-host trap address udp-domain 10.1.1.1 params securityname KEY v2c
snmp-agent target-host trap address udp-domain 10.1.1.1 params securityname cipher KEY v2c
snmp-agent usm-user v3 u g authentication-mode sha KEY privacy-mode aes128 KEY
snmp-agent usm-user v3 u g cipher authentication-mode sha256 KEY privacy-mode 3des KEY acl 2001
snmp-agent usm-user v3 u authentication-mode sha2-256 cipher KEY
snmp-agent usm-user v3 u privacy-mode aes256 cipher KEY
 peer 10.1.1.1 password cipher KEY
 peer 10.1.1.1 password simple KEY
 radius-server shared-key-cipher KEY
hwtacacs-server shared-key cipher KEY
 hwtacacs server shared-key KEY
 primary authentication 10.1.1.1 key KEY
 primary accounting 10.1.1.1 1813 key cipher KEY
 key authentication KEY
 key accounting simple KEY
  key-string cipher KEY
 nhrp authentication KEY
 ppp chap password cipher KEY
 certificate password KEY
 ftp server password KEY
+ local-user bob password cipher KEY
undo local-user bob password cipher KEY""".splitlines()
IOS = """\
crypto isakmp key KEY address 10.0.0.1
crypto isakmp key 6 KEY address 10.0.0.1 255.255.255.255
tacacs-server host 10.1.1.1 key KEY
tacacs-server host 10.1.1.1 timeout 3 key 7 KEY
radius-server host 10.1.1.1 auth-port 1812 acct-port 1813 key 7 KEY
radius-server key 7 KEY
 server-private 10.1.1.1 key 7 KEY
 client 10.1.1.1 server-key 7 KEY
 key KEY
 key 6 KEY
+  key 7 KEY
 pac key 7 KEY
key config-key password-encrypt KEY
ntp authentication-key 1 md5 KEY
ntp authentication-key 1 md5 KEY 7
ntp authentication-key 12 hmac-sha2-256 KEY 7
 pre-shared-key KEY
 pre-shared-key local KEY
 pre-shared-key remote 6 KEY
 pre-shared-key address 0.0.0.0 0.0.0.0 key KEY
 pre-shared-key hostname far key 6 KEY
 standby 1 authentication KEY
 standby 1 authentication md5 key-string 7 KEY timeout 30
 vrrp 1 authentication text KEY
 glbp 1 authentication text KEY
 ip nhrp authentication KEY
 wpa-psk ascii 0 KEY
 security wpa akm psk set-key ascii 0 KEY
enable secret 9 KEY
enable secret level 5 9 KEY
enable password level 7 0 KEY
username a privilege 15 password 0 KEY and KEY
username a privilege 15 algorithm-type scrypt secret KEY
username x description foo secret 9 KEY
 neighbor 10.1.1.1 password 7 KEY
 area 1 virtual-link 10.1.1.1 message-digest-key 1 md5 7 KEY
 ip ospf authentication-key 7 KEY
 isis password KEY level-2
 area-password KEY authenticate snp validate
 authentication mode hmac-sha-256 7 KEY
  key-string 7 KEY
 ppp chap password 7 KEY
snmp-server community KEY RO
snmp-server community KEY view ALL RO MANAGERS
snmp-server host 10.0.0.1 KEY
snmp-server host 10.0.0.1 vrf mgmt informs version 2c KEY udp-port 162
snmp-server user u g v3 auth sha KEY priv aes 128 KEY
snmp-server user u g v3 auth sha256 KEY priv 3des KEY access 10
Community name: KEY
copy scp://jbnet:KEY@10.0.0.1/a flash:""".splitlines()
FRR = """\
 neighbor 10.1.1.1 password KEY
 neighbor 10.1.1.1 password KEY and KEY
 ip ospf message-digest-key 1 md5 KEY
 ip ospf authentication-key KEY
 area 0 virtual-link 10.1.1.1 message-digest-key 1 md5 KEY
 area 0 virtual-link 10.1.1.1 authentication-key KEY
  key-string KEY
password KEY
password 8 KEY
enable password 8 KEY
 isis password clear KEY
 isis password md5 KEY
 domain-password md5 KEY authenticate snp validate
 ip rip authentication string KEY
 ip nhrp authentication KEY
 nhrp authentication KEY
    secret = "KEY"
    secret=KEY
- password KEY""".splitlines()
LINES = {"vrp8": HUAWEI, "vrp5": HUAWEI, "comware7": HUAWEI, "ios": IOS, "frr": FRR}
EACH = [(name, line) for name in names() for line in LINES[name]]
PROSE = {
    "vrp8": (" description password simple is 1", " peer 10.1.1.1 description key cipher of link B",
             " rule 5 description the password policy", "sysname password"),
    "ios": (" description password of link B is 5", " neighbor 10.1.1.1 description secret line",
            " 10 remark password change", "hostname secret"),
    "frr": (" description password is in the safe", " neighbor 10.1.1.1 description password of link B is 5",
            "- description password of link B"),
}  # fmt: skip
PLAIN = {
    "vrp8": (" authentication-mode aaa", "ssh server cipher aes256_ctr aes128_ctr", " authentication-mode password",
             "local-aaa-user password policy administrator", " securityname admin v3 authentication"),
    "ios": (" key 1", " key chain ospf", " standby 1 authentication md5 key-chain ospf", "service password-encryption",
            "password encryption aes", "snmp-server host 10.0.0.1 version 3 priv ops",
            " ip ospf authentication key-chain a-1"),
    "frr": (" ip ospf authentication message-digest", "10.0.0.1 4 65001 Established", "service password-encryption"),
}  # fmt: skip
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=40).filter(
    lambda key: not key.startswith(('"', "<secret")) and "@" not in key
)


def cases(lines: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Return the lines by platform; those of VRP 8 serve for its kind."""
    return [(name, line) for name in names() for line in lines[name if name in lines else "vrp8"]]


@given(case=st.sampled_from(EACH), key=KEYS)
@settings(max_examples=400, deadline=None)
def test_what_is_shown_of_a_line_does_not_depend_on_its_secret(case: tuple[str, str], key: str) -> None:
    name, line = case
    shown = masked(name, line.replace("KEY", "Some-key-1"))
    assert "Some-key-1" not in shown
    assert masked(name, line.replace("KEY", key)) == shown
    assert masked(name, shown) == shown


@pytest.mark.parametrize(("name", "line"), EACH)
def test_what_stands_around_a_secret_stays(name: str, line: str) -> None:
    head = line.partition("KEY")[0].rstrip('"')
    words = ["7secret", "12345678", *(["cipher", "simple", "password"] if line.endswith("KEY") else [])]
    if "://" not in line and '"' not in line:
        words += ['"two words"', '"a"b"c d"']
    assert {masked(name, line.replace("KEY", word))[: len(head) + len(MASK)] for word in words} == {f"{head}{MASK}"}


@pytest.mark.parametrize(("name", "line"), [*cases(PROSE), *cases(PLAIN)])
def test_what_holds_no_secret_stays_as_it_is(name: str, line: str) -> None:
    assert masked(name, line) == line
    assert tree(name, line.strip("- ")) != tree(name, line.strip("- ") + "x")


@pytest.mark.parametrize("name", [name for name in names() if name != "frr"])
@pytest.mark.parametrize("aaa", ["tacacs", "radius"])
def test_nothing_but_secrets_is_blanked_in_what_is_rendered(name: str, aaa: str) -> None:
    network = equipped(name, aaa)
    for device in network.devices.values():
        config = render(network, device)
        assert masked(name, config) == config


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize(
    "hostile",
    [
        "password ", "password cipher ", "cipher ", "usm-user ", "authentication-mode ", "authentication-mode md5",
        "md5", "tacacs-server host ", "pre-shared-key address ", "snmp-server host ", 'password "',
        "password <secret> ", "key 1 ", " ", "-", "\n", "://a:b", "://a", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ",
    ],
)  # fmt: skip
def test_no_line_that_a_device_can_print_makes_the_search_stand_still(name: str, hostile: str) -> None:
    """With a search whose steps grow with the square this test takes hours: 200,000 characters a line."""
    said = hostile * (200_000 // len(hostile)) + "x"
    assert len(masked(name, said)) > 0
    assert platform(name).name == name
