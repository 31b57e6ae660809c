"""Generated configurations of FRR, as its devices show them."""

from __future__ import annotations

from hypothesis import strategies as st

_INSIDE = {
    "interface up1": ["ip address 10.0.0.1/31", "ip ospf cost 10", "description to core-r1", "ip ospf passive"],
    "interface lo": ["ip address 10.0.0.9/32", "ip ospf area 0.0.0.0"],
    "router ospf": ["ospf router-id 10.0.0.9", "area 0.0.0.1 nssa", "timers lsa min-arrival 100"],
    "router bgp 64512": ["bgp router-id 10.0.0.9", "neighbor 10.0.0.0 remote-as 64513"],
    "route-map IN permit 10": ["match ip address prefix-list IN", "set metric 5"],
    "swanctl up1": [
        "connections {\n  up1 {\n   version = 2\n   proposals = aes256-sha256-modp2048\n  }\n }",
        'secrets {\n  ike-up1 {\n   secret = "hunter2"\n  }\n }',
    ],
}
_GLOBALS = ["hostname r1", "agentx", "ip route 10.0.0.0/8 blackhole", "no ipv6 forwarding", "debug bgp updates"]


@st.composite
def frr_configs(draw: st.DrawFn) -> str:
    """A whole configuration: some contexts with some of their lines, and lines of the top level."""
    said = list(draw(st.lists(st.sampled_from(_GLOBALS), unique=True)))
    for context in draw(st.lists(st.sampled_from(sorted(_INSIDE)), unique=True)):
        lines = draw(st.lists(st.sampled_from(_INSIDE[context]), unique=True, min_size=1))
        said += [context, *(f" {line}" for line in lines), "exit", "!"]
    return "\n".join([*said, "end", ""])
