"""Laws of laying trouble at lines: what is blamed is the best of all sets that could be, each of them tried."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import small

from jbnet.monitor.plant import survey
from jbnet.monitor.probing_lines import PRICE, SELF, lay, weight_of_loss
from jbnet.monitor.state import Subject, SubjectKind
from jbnet.topology.graph import FailureSet
from jbnet.topology.paths import paths_from

Tree = tuple[dict[str, tuple[str, ...]], dict[str, float]]


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """A tree of up to six lines with a device at the end of some, each with a weight."""
    paths: dict[str, tuple[str, ...]] = {"root": ()}
    for number in range(draw(st.integers(1, 6))):
        above = draw(st.sampled_from(sorted(paths)))
        paths[f"d{number}"] = (*paths[above], f"l{number}")
    probed = draw(st.sets(st.sampled_from(sorted(paths)), min_size=1))
    weights = {device: draw(st.floats(-20, 20, allow_nan=False, width=32)) for device in sorted(probed)}
    return {device: paths[device] for device in probed}, weights


def earned(blamed: frozenset[tuple[str, str]], tree: Tree) -> float:
    """What a set of blamed lines and devices earns."""
    paths, weights = tree
    lines = {name for kind, name in blamed if kind == "circuit"}
    devices = {name for kind, name in blamed if kind == "device"}
    explained = [d for d in weights if d in devices or not lines.isdisjoint(paths[d])]
    return sum(weights[d] for d in explained) - PRICE * len(lines) - SELF * len(devices)


def best(tree: Tree) -> float:
    """What the best of all sets earns."""
    paths, weights = tree
    lines = {("circuit", line) for path in paths.values() for line in path}
    all_ = sorted(lines | {("device", device) for device in weights})
    sets = chain.from_iterable(combinations(all_, size) for size in range(min(4, len(all_)) + 1))
    return max(earned(frozenset(one), tree) for one in sets)


@settings(deadline=None)
@given(trees())
def test_nothing_that_could_be_blamed_explains_more_for_less(tree: Tree) -> None:
    paths, weights = tree
    found = lay(paths, weights)
    blamed = frozenset((str(blame.subject.kind), blame.subject.device) for blame in found)
    assert earned(blamed, tree) >= best(tree) - 1e-6
    explained = [device for blame in found for device in blame.devices]
    assert len(explained) == len(set(explained)), "a device is explained once"


@settings(deadline=None)  # a law, not a race: other work shares the machine
@given(st.data())
def test_one_line_that_loses_packets_is_one_cause_however_many_devices_lie_behind_it(data: st.DataObject) -> None:
    plant = survey(small())
    assert plant.origin is not None
    paths = paths_from(plant.forecaster.whole, plant.origin, FailureSet(), sorted(plant.watched))
    lines = sorted({line for path in paths.values() for line in path})
    lossy = data.draw(st.sampled_from(lines))
    weights = {
        device: weight_of_loss(300, 29 if lossy in path else data.draw(st.integers(0, 2)), 0.01, 0.03)
        for device, path in paths.items()
    }
    (blame,) = lay(paths, weights)
    assert blame.subject == Subject(SubjectKind.CIRCUIT, lossy)
    assert set(blame.devices) == {device for device, path in paths.items() if lossy in path}


@settings(deadline=None)
@given(st.data())
def test_paths_are_walks_over_working_lines_and_together_a_tree(data: st.DataObject) -> None:
    plant = survey(small())
    assert plant.origin is not None
    cut = data.draw(st.sets(st.sampled_from(sorted(plant.lines)), max_size=3))
    failure = FailureSet.of(circuits=cut)
    paths = paths_from(plant.forecaster.whole, plant.origin, failure, sorted(plant.watched))
    assert set(paths) == plant.forecaster.reached(plant.origin, failure) & plant.watched
    for device, path in paths.items():
        at = plant.origin
        for circuit in path:
            assert circuit not in cut
            assert paths[at] == path[: path.index(circuit)], "every stop on the way is reached the same way"
            at = plant.graph.edges[circuit].other(at)
        assert at == device


@pytest.mark.parametrize(("lost", "sure"), [(3, False), (15, True), (29, True)])
def test_five_per_cent_is_told_from_chance(lost: int, sure: bool) -> None:
    assert (weight_of_loss(300, lost, 0.01, 0.03) > PRICE) == sure
