"""Laws of differences: nothing between equals, apply leads there, the inverse leads back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sample_network import sample_network

from jbnet.config.render import render
from jbnet.config.tree import ConfigTree, apply, diff, parse

LINES = st.sampled_from(["ip address 10.0.0.1/31", "ip ospf cost 10", "description to core-r1", "ip ospf passive"])
GLOBALS = st.sampled_from(["hostname r1", "agentx", "ip route 10.0.0.0/8 blackhole", "no ipv6 forwarding"])
CONTEXTS = st.sampled_from(["interface up1", "interface lo", "router ospf"])


@st.composite
def configs(draw: st.DrawFn) -> str:
    blocks = draw(st.dictionaries(CONTEXTS, st.lists(LINES, min_size=1, unique=True), max_size=3))
    lines = draw(st.lists(GLOBALS, unique=True))
    for context, inside in blocks.items():
        lines += [context, *(f" {line}" for line in inside), "exit", "!"]
    return "\n".join([*lines, "end", ""])


@given(configs())
def test_a_configuration_differs_from_itself_in_nothing(config: str) -> None:
    assert not diff(parse(config), parse(config))


@given(configs(), configs())
def test_applying_the_difference_gives_the_intended(running: str, intended: str) -> None:
    here, there = parse(running), parse(intended)
    patch = diff(here, there)
    assert apply(here, patch) == there
    assert apply(there, patch.inverse()) == here


@given(configs(), configs())
def test_equal_fingerprints_mean_equal_configurations(one: str, other: str) -> None:
    assert (parse(one).fingerprint() == parse(other).fingerprint()) == (parse(one) == parse(other))


@given(configs(), st.randoms())
def test_the_order_of_lines_does_not_matter(config: str, random: object) -> None:
    paths = list(parse(config).paths)
    random.shuffle(paths)  # type: ignore[attr-defined]  # set on this one instance
    assert ConfigTree(paths).fingerprint() == parse(config).fingerprint()


def test_rendering_twice_gives_the_same_text() -> None:
    network = sample_network()
    for device in network.devices.values():
        assert render(network, device) == render(sample_network(), device)
