"""Laws of the Differ for IOS, by what a router makes of the commands, not by what the Differ thinks.

Nothing between equals; the commands lead from any configuration to any other; and back again.
"""

from __future__ import annotations

from collections.abc import Sequence

from cli_servers.console import Console
from cli_servers.ios import Ios
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jbnet.adapters.commandline.walk import Walk
from jbnet.adapters.hier_differ import HierDiffer
from jbnet.adapters.ios.driver import DIALECT
from jbnet.config.tree import Path

DIFFER = HierDiffer("ios")
OCTETS = st.integers(0, 3)
NAMES = st.sampled_from(["core", "agency", "uplink 1", "to county-r1"])
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def interface(draw: st.DrawFn, name: str) -> list[str]:
    lines = [f"interface {name}"]
    lines += [f" description {draw(NAMES)}"] if draw(st.booleans()) else []
    vrf = draw(st.sampled_from(["finance", "health", None, None]))
    lines += [f" vrf forwarding {vrf}"] if vrf else []
    if draw(st.booleans()):
        lines.append(f" ip address 10.{draw(OCTETS)}.0.1 255.255.255.252")
        lines += [f" ip ospf cost {draw(st.integers(1, 20))}"] if draw(st.booleans()) else []
        lines += [f" ip ospf 1 area 0.0.0.{draw(OCTETS)}"] if draw(st.booleans()) else []
    if not name.startswith("Loopback"):
        lines += [" shutdown"] if draw(st.booleans()) else []
    return lines


@st.composite
def routing(draw: st.DrawFn) -> list[str]:
    lines = []
    if draw(st.booleans()):
        lines += ["router ospf 1", f" router-id 10.1.0.{draw(st.integers(1, 2))}"]
        lines += [f" area 0.0.0.{n} nssa" for n in draw(st.lists(st.integers(1, 3), unique=True, max_size=2))]
        lines += [" passive-interface Loopback0"] if draw(st.booleans()) else []
    if draw(st.booleans()):
        peers = draw(st.dictionaries(OCTETS, st.integers(65000, 65002), max_size=3))
        lines += ["router bgp 64512", " bgp router-id 10.1.0.1"]
        for peer, number in peers.items():
            lines.append(f" neighbor 10.9.0.{peer} remote-as {number}")
            lines += [f" neighbor 10.9.0.{peer} description {draw(NAMES)}"] if draw(st.booleans()) else []
        lines.append(" address-family ipv4")
        lines += [f"  network 10.{n}.0.0 mask 255.255.0.0" for n in draw(st.lists(OCTETS, unique=True, max_size=2))]
        lines += [f"  neighbor 10.9.0.{peer} activate" for peer in peers if draw(st.booleans())]
    return lines


@st.composite
def configs(draw: st.DrawFn) -> str:
    """A whole configuration that a router takes as it is."""
    lines = [f"hostname {draw(st.sampled_from(['r1', 'r2']))}"]
    for name in ("GigabitEthernet0/0/0", "GigabitEthernet0/0/1", "GigabitEthernet0/0/1.7", "Loopback0"):
        lines += draw(interface(name)) if draw(st.booleans()) else []
    lines += draw(routing())
    for kind in draw(st.lists(st.sampled_from(["LOGINS", "MANAGERS"]), unique=True)):
        sources = draw(st.lists(OCTETS, unique=True, min_size=1, max_size=3))
        lines += [f"ip access-list standard {kind}", *(f" permit 10.{n}.0.0 0.0.255.255" for n in sources)]
    lines += [
        f"ip prefix-list OWN seq {5 * n} permit 10.{n}.0.0/16" for n in draw(st.lists(st.integers(1, 3), unique=True))
    ]
    lines += [
        f"ip route 10.{n}.0.0 255.255.0.0 Null0 {draw(st.sampled_from([200, 254]))}" for n in draw(st.sets(OCTETS))
    ]
    lines += [f"banner login ^C{draw(NAMES)}^C"] if draw(st.booleans()) else []
    lines += ["username netops privilege 15 secret 9 $9$x"] if draw(st.booleans()) else []
    return "\n".join([*lines, "end", ""])


def loaded(config: str) -> Ios:
    router = Ios("r1")
    router.by_hand(*config.splitlines())
    return router


def shown(router: Ios) -> str:
    return "\n".join([*router.running.lines(), "end", ""])


def told(router: Ios, commands: Sequence[Path]) -> None:
    """Type a patch as the driver does. Raises AssertionError with the first line that is refused."""
    console = Console(router)
    console.type("configure terminal")

    def ask(line: str) -> None:
        said = console.type(line)
        said += console.type("y") if said.endswith("[confirm]") else ""
        assert not DIALECT.error.search(said), f"{line!r} in {commands}: {said}"

    names = {"r1", "r2"}
    Walk(ask, lambda: DIALECT.view(console.prompt, names) or "", "exit").go(commands)


@quick
@given(config=configs())
def test_a_configuration_differs_from_itself_in_nothing(config: str) -> None:
    assert not DIFFER.compare(shown(loaded(config)), config)
    assert not DIFFER.compare(config, config)


@quick
@given(before=configs(), intended=configs())
def test_the_commands_lead_to_the_intended_and_those_of_the_way_back_lead_back(before: str, intended: str) -> None:
    router, goal = loaded(before), loaded(intended)
    start = shown(router)
    told(router, DIFFER.compare(start, shown(goal)).commands)
    assert not DIFFER.compare(shown(router), shown(goal)), f"{start}\n--\n{shown(router)}\n--\n{shown(goal)}"
    told(router, DIFFER.compare(shown(goal), start).commands)
    assert not DIFFER.compare(shown(router), start)
