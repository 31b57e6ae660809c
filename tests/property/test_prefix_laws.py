"""Laws of prefixes: the quick answers are the library's."""

from __future__ import annotations

from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from jbnet.inventory.addresses.blocks import holds, overlap

PREFIXES = st.builds(
    lambda number, length: IPv4Network((number, length), strict=False),
    st.one_of(st.integers(0, 2**32 - 1), st.integers(0x0A000000, 0x0A0000FF)),
    st.integers(0, 32),
)


@given(outer=PREFIXES, inner=PREFIXES)
def test_a_prefix_holds_exactly_its_subnets(outer: IPv4Network, inner: IPv4Network) -> None:
    assert holds(outer, inner) == inner.subnet_of(outer)


@given(one=PREFIXES, other=PREFIXES)
def test_prefixes_overlap_exactly_when_they_have_an_address_in_common(one: IPv4Network, other: IPv4Network) -> None:
    assert overlap(one, other) == one.overlaps(other)


@given(outer=PREFIXES, length=st.integers(0, 32), offset=st.integers(0, 2**32 - 1))
def test_what_is_cut_out_of_a_prefix_lies_in_it(outer: IPv4Network, length: int, offset: int) -> None:
    longer = max(length, outer.prefixlen)
    start = int(outer.network_address) + offset % outer.num_addresses
    assert holds(outer, IPv4Network((start, longer), strict=False))
