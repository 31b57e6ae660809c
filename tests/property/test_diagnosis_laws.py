"""Several faults at once on networks drawn by dice: what is named is what explains all that is seen, and no more of it.

The oracle (``explanations``) tries every set of failures and works out what would be seen, without ``jbnet.monitor``.
"""

from __future__ import annotations

import os

import pytest
from drawn_network import networks
from explanations import Broken, Explainer
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from watching import Watching

from jbnet.model.network import Network

pytestmark = pytest.mark.timeout(900)

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))
SAME = "FUZZ_EXAMPLES" not in os.environ
"""The oracle takes a second an example: the same few are looked at each time, and others when many are asked for."""
ENOUGH = 12
"""Rounds after which everything that has a hold is over it."""


@st.composite
def faults(draw: st.DrawFn, network: Network, origin: str, most: int) -> Broken:
    """Draw one to so many things that break at the same moment."""
    devices = sorted(d for d in network.devices if d != origin and d in _watched(network, origin))
    one = st.one_of(
        st.tuples(st.sampled_from(["down", "silent"]), st.sampled_from(sorted(network.circuits))),
        st.tuples(st.just("dead"), st.sampled_from(devices)),
    )
    drawn = draw(st.lists(one, min_size=1, max_size=most, unique_by=lambda f: f[1]))
    found = {way: frozenset(n for w, n in drawn if w == way) for way in ("down", "silent", "dead")}
    return Broken(found["down"], found["silent"], found["dead"])


def _watched(network: Network, origin: str) -> frozenset[str]:
    return Explainer(network, origin).watched


def watch_them(network: Network, broken: Broken) -> tuple[Watching, Explainer]:
    """Return who watches a network in which these broke at once, and who explains it; else the example is void."""
    watch = Watching(network, dark_lines=False)
    assert watch.net.plant.origin is not None
    oracle = Explainer(network, watch.net.plant.origin)
    assume(watch.net.plant.watched <= watch.net.reached())
    watch.net.cut, watch.net.dropped, watch.net.dead = set(broken.down), set(broken.silent), set(broken.dead)
    assume(watch.net.reached() & watch.net.plant.watched == oracle.look(broken).answering)
    watch.round(ENOUGH)
    return watch, oracle


@given(networks(), st.data())
@settings(max_examples=EXAMPLES, deadline=None, derandomize=SAME, suppress_health_check=list(HealthCheck))
def test_the_roots_are_the_fewest_that_explain_all_that_is_seen(network: Network, data: st.DataObject) -> None:
    assert network.noc is not None
    broken = data.draw(faults(network, network.noc, 3))
    watch, oracle = watch_them(network, broken)
    explained = oracle.explanations(oracle.look(broken))
    assume(explained)  # the oracle tries what looks wrong: not a router whose death sends others' traffic elsewhere
    named = frozenset((str(part.kind), part.name) for i in watch.open for part in i.standing)
    assert named in explained, f"{broken}: {sorted(named)}, may be {[sorted(e) for e in explained]}"


@given(networks(), st.data())
@settings(max_examples=EXAMPLES, deadline=None, derandomize=SAME, suppress_health_check=list(HealthCheck))
def test_every_site_that_is_dark_is_charged_to_one_cause_and_no_other_site_to_any(
    network: Network, data: st.DataObject
) -> None:
    assert network.noc is not None
    broken = data.draw(faults(network, network.noc, 3))
    watch, oracle = watch_them(network, broken)
    charged = [site for incident in watch.open for site in incident.sites]
    assert len(charged) == len(set(charged))
    answering, homes = oracle.look(broken).answering, watch.net.plant.homes
    assert set(charged) == {site for site in watch.net.plant.sites if not answering.intersection(homes[site])}
