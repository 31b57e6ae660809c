"""Intents drawn at random: whatever the declaration could decide about a device."""

from __future__ import annotations

from ipaddress import IPv4Interface, IPv4Network

from hypothesis import strategies as st

from jbnet.config.intent import Area, Bgp, Intent, Neighbor, Ospf, Port, PrefixEntry, RouteMapEntry, StaticRoute

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
