"""Laws of the Differs for encrypted lines, by what routers in memory make of the commands.

Encrypting a line, changing what its ends agree on and giving encryption up lead where they should, and back; at no
moment have two interfaces one address, or a tunnel a profile that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from cli_configs import told
from cli_servers.comware import Comware
from cli_servers.console import Console
from cli_servers.ios import Ios
from cli_servers.router import Router
from cli_servers.vrp5 import Vrp5
from encrypted import ENCRYPTING, LOWER, PLACE, UPPER, encrypted
from equipped import equipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jbnet.adapters.annet_differ import AnnetDiffer
from jbnet.adapters.commandline.walk import Walk
from jbnet.adapters.hier_differ import HierDiffer
from jbnet.adapters.ios.driver import DIALECT
from jbnet.config.render import render
from jbnet.config.tree import Path
from jbnet.model.encryption import EncryptionProfile, Suite
from jbnet.ports import Differ

KINDS: dict[str, type[Router]] = {"vrp5": Vrp5, "comware7": Comware, "ios": Ios}
DIFFERS: dict[str, Differ] = {
    "vrp5": AnnetDiffer("vrp5"), "comware7": AnnetDiffer("comware7"), "ios": HierDiffer("ios")
}  # fmt: skip
quick = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def suites(lifetimes: tuple[int, ...], groups: tuple[int | None, ...]) -> st.SearchStrategy[Suite]:
    return st.builds(
        Suite,
        st.sampled_from(["aes128", "aes256"]),
        st.sampled_from(["sha256", "sha384", "sha512"]),
        st.sampled_from(groups),
        st.sampled_from(lifetimes),
    )


PROFILES = st.none() | st.builds(
    EncryptionProfile, st.just("intranet"), suites((86_400, 7_200), (14, 19)), suites((3_600, 1_800), (14, 20, None)),
    st.sampled_from([30, 20]), st.sampled_from([1400, 1300]), st.just(PLACE),
)  # fmt: skip


def config(platform: str, profile: EncryptionProfile | None, device: str) -> str:
    network = encrypted(platform, profile) if profile is not None else equipped(platform)
    network = replace(network, authentication=None)  # another law's
    said = render(network, network.devices[device])
    return re.sub(r"<secret:([\w-]+)>", r"Secret-of-\1", said)


def router_with(platform: str, config: str) -> Router:
    router = KINDS[platform]("r1")
    typed(router, DIFFERS[platform].compare(shown(router), config).commands)
    return router


def shown(router: Router) -> str:
    return "\n".join([*router.running.lines(), "end" if isinstance(router, Ios) else "return", ""])


def typed(router: Router, commands: Sequence[Path]) -> None:
    """Type commands one by one, as the drivers do; after each the router's addresses and profiles must be sound."""
    for command in commands:
        if isinstance(router, Ios):
            to_ios(router, command)
        else:
            told(router, [command])
        check(router)


def to_ios(router: Ios, command: Path) -> None:
    console = Console(router)
    console.type("configure terminal")

    def ask(line: str) -> None:
        said = console.type(line)
        said += console.type("y") if said.endswith("[confirm]") else ""
        assert not DIALECT.error.search(said), f"{line!r}: {said}"

    Walk(ask, lambda: DIALECT.view(console.prompt, {router.name}) or "", "exit").go([command])


def check(router: Router) -> None:
    ports = [node for node in router.running.children if node.line.startswith("interface ")]
    addresses = [
        line.line.split()[2] for port in ports for line in port.children if re.match(r"ip address \d", line.line)
    ]
    assert len(set(addresses)) == len(addresses), addresses
    profiles = {node.line.split()[-2 if node.line.endswith("isakmp") else -1] for node in router.running.children
                if re.match(r"(?:crypto )?ipsec profile ", node.line)}  # fmt: skip
    for port in ports:
        for line in port.children:
            if found := re.match(r"(?:tunnel protection )?ipsec profile (\S+)", line.line):
                assert found[1] in profiles, f"{port.line} refers to what is not there: {line.line}"


@pytest.mark.parametrize("device", [UPPER, LOWER])
@pytest.mark.parametrize("platform", ENCRYPTING)
@quick
@given(before=PROFILES, after=PROFILES)
def test_encryption_comes_changes_and_goes_and_the_way_back_leads_back(
    platform: str, device: str, before: EncryptionProfile | None, after: EncryptionProfile | None
) -> None:
    differ = DIFFERS[platform]
    router, goal = router_with(platform, config(platform, before, device)), config(platform, after, device)
    start = shown(router)
    typed(router, differ.compare(start, goal).commands)
    assert not differ.compare(shown(router), goal), f"{shown(router)}\n--\n{goal}"
    typed(router, differ.compare(shown(router), start).commands)
    assert not differ.compare(shown(router), start)


@pytest.mark.parametrize("platform", ENCRYPTING)
@quick
@given(profile=PROFILES)
def test_an_encrypted_line_differs_from_itself_in_nothing(platform: str, profile: EncryptionProfile | None) -> None:
    said = config(platform, profile, LOWER)
    assert not DIFFERS[platform].compare(said, said)
