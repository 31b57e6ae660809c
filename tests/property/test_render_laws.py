"""Nothing that is decided is lost on the way to a platform's text, and nothing depends on the order of anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Interface, IPv4Network

import pytest
from equipped import RENDERED, equipped
from hypothesis import given
from hypothesis import strategies as st

from jbnet.config.intent import Area, Bgp, Intent, Neighbor, Ospf, Port, PrefixEntry, RouteMapEntry, StaticRoute
from jbnet.config.printer import print_intent, trace_intent
from jbnet.config.render import intent, render
from jbnet.platforms.registry import names, platform

PREFIXES = st.builds(
    lambda address, length: IPv4Network((address, length), strict=False),
    st.integers(1 << 24, 0xDFFFFFFF),
    st.integers(8, 31),
)
AREAS = st.integers(1, 0xFFFF).map(lambda number: f"0.0.{number >> 8}.{number & 255}")
NAMES = st.from_regex(r"[A-Z][A-Z0-9-]{0,20}", fullmatch=True)
TEXTS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?\"'\\%^`|<>"), min_size=1, max_size=60
)
PORTS = st.builds(
    Port, st.integers(0, 99).map(lambda n: f"GigabitEthernet0/1/{n}"), TEXTS,
    PREFIXES.map(lambda p: IPv4Interface((int(p[0]) + 1, p.prefixlen))), st.none() | AREAS,
    st.none() | st.integers(1, 65535), st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
STATICS = st.builds(StaticRoute, PREFIXES, st.none() | PREFIXES.map(lambda p: p[1]), st.none() | st.integers(1, 254))
NEIGHBORS = st.builds(
    Neighbor, PREFIXES.map(lambda p: p[1]), st.integers(1, 2**32 - 1), TEXTS, st.booleans(), NAMES, NAMES
)
INTENTS = st.builds(
    Intent, st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True),
    st.lists(PORTS, max_size=4, unique_by=lambda port: port.name).map(tuple), st.lists(STATICS, max_size=4).map(tuple),
    st.none() | st.builds(
        Ospf, PREFIXES.map(lambda p: p[1]), st.booleans(),
        st.lists(st.builds(Area, AREAS, st.booleans(), st.booleans(), st.none() | PREFIXES, st.integers(1, 9999)),
                 max_size=3).map(tuple), st.booleans(),
    ),
    st.none() | st.builds(Bgp, st.integers(1, 2**32 - 1), PREFIXES.map(lambda p: p[1]),
                          st.lists(PREFIXES, max_size=3).map(tuple), st.lists(NEIGHBORS, max_size=3).map(tuple)),
    st.lists(st.builds(PrefixEntry, NAMES, st.integers(1, 9999), PREFIXES), max_size=4).map(tuple),
    st.lists(st.builds(RouteMapEntry, NAMES, st.integers(1, 9999), NAMES, st.none() | st.integers(1, 999)), max_size=3)
    .map(tuple),
)  # fmt: skip


def said(what: Intent) -> Iterator[str]:
    """Yield every name, address and number that has to stand in the text."""
    yield what.hostname
    for port in what.interfaces:
        yield from (port.name, port.description, str(port.address.ip) if port.address else port.name)
        yield from (f"area {port.area}", f"cost {port.cost}") if port.area and port.cost else ()
    for route in what.statics:
        yield from (str(route.prefix.network_address), str(route.via) if route.via else "")
        yield str(route.distance or "")
    if what.ospf is not None:
        yield str(what.ospf.router_id)
        for area in what.ospf.areas:
            yield str(area.range.network_address) if area.range else ""
    if what.bgp is not None:
        yield from (str(what.bgp.asn), str(what.bgp.router_id), *(str(p.network_address) for p in what.bgp.networks))
        for peer in what.bgp.neighbors:
            yield from (
                str(peer.address),
                str(peer.asn),
                peer.description,
                str(peer.route_map_in or ""),
                str(peer.route_map_out or ""),
            )
    for entry in what.prefix_lists:
        yield from (entry.name, str(entry.prefix.network_address), str(entry.seq))
    for clause in what.route_maps:
        yield from (clause.name, clause.match, str(clause.seq), str(clause.local_preference or ""))


@pytest.mark.parametrize("name", names())
@given(what=INTENTS)
def test_every_name_address_and_number_of_an_intent_stands_in_the_text(name: str, what: Intent) -> None:
    if platform(name).loopback is None:
        what = replace(what, interfaces=tuple(replace(p, name=p.name[-12:]) for p in what.interfaces))
    text = print_intent(name, what)
    assert [value for value in said(what) if value not in text] == []


@pytest.mark.parametrize("name", RENDERED)
@given(what=INTENTS)
def test_the_traced_text_is_the_text(name: str, what: Intent) -> None:
    assert "".join(f"{line.text}\n" for line in trace_intent(name, what)) == print_intent(name, what)


@pytest.mark.parametrize("name", RENDERED)
def test_every_device_renders_on_every_platform_and_nothing_of_it_is_lost(name: str) -> None:
    network = equipped(name)
    for device in network.devices.values():
        text = render(network, device)
        assert [value for value in said(intent(network, device)) if value not in text] == []


@pytest.mark.parametrize("name", RENDERED)
@given(what=INTENTS)
def test_no_line_is_blank_or_ends_in_a_blank_and_contexts_step_by_one(name: str, what: Intent) -> None:
    depth = 0
    for line in print_intent(name, what).splitlines():
        assert line.strip()
        assert line == line.rstrip()
        indent = len(line) - len(line.lstrip(" "))
        assert indent <= depth + 1
        depth = indent
