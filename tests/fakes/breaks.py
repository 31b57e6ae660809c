"""What may break in the small simulated network, as strategies of hypothesis: for stories of what happens to it."""

from __future__ import annotations

from hypothesis import strategies as st
from networks import small

SMALL = small()
CIRCUITS = sorted(SMALL.circuits)
DEVICES = sorted(d for d in SMALL.devices if d != "noc-s1")
BREAK = st.one_of(
    st.tuples(st.just("cut"), st.sampled_from(CIRCUITS)),
    st.tuples(st.just("dropped"), st.sampled_from(CIRCUITS)),
    st.tuples(st.just("dead"), st.sampled_from(DEVICES)),
    st.tuples(st.just("deaf"), st.sampled_from(DEVICES)),
)
