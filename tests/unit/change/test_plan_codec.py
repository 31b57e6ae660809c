"""Plans on disk: what is read back is what was written, and what was meddled with is refused."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest

from jbnet.change.codec import from_json, to_json
from jbnet.change.model import Change, Plan, Unit, Wave
from jbnet.model.errors import Refused, UsageError
from jbnet.model.text import text

PLAN = Plan(
    network="qinghai",
    waves=(Wave(1, ("core-r1",)),),
    changes={
        "core-r1": Change(
            "core-r1", ("  interface lo", "+  ip address 10.0.192.1/32", "- agentx"), "abc", "hostname core-r1\n",
            at_risk=("xining",), dangers=(text("{device}: gone", device="core-r1"),),
        )
    },
    unchanged=("core-r2",),
    unasked={"xining-r1": text("{device} does not answer", device="xining-r1")},
)  # fmt: skip


def test_a_plan_survives_its_file() -> None:
    read = from_json(json.loads(json.dumps(to_json(PLAN))))
    assert read == PLAN
    assert read.hash == PLAN.hash


def test_units_are_part_of_a_plan_and_of_its_hash_and_a_plan_without_any_hashes_as_before() -> None:
    joined = replace(PLAN, units=(Unit(("xining-r1", "core-r1"), ("xining-up1",)),))
    assert from_json(json.loads(json.dumps(to_json(joined)))) == joined
    assert joined.hash != PLAN.hash
    assert "units" not in to_json(PLAN)


def test_the_same_plan_has_the_same_hash_and_another_has_not() -> None:
    again = copy.deepcopy(PLAN)
    assert again.hash == PLAN.hash
    assert Plan("other", PLAN.waves, PLAN.changes).hash != PLAN.hash


@pytest.mark.parametrize("part", ["intended", "before", "diff"])
def test_a_plan_that_was_changed_after_it_was_made_is_refused(part: str) -> None:
    data = json.loads(json.dumps(to_json(PLAN)))
    data["changes"]["core-r1"][part] = [] if part == "diff" else "something else"
    with pytest.raises(Refused, match="was changed after it was made"):
        from_json(data)


@pytest.mark.parametrize("data", [None, [], {}, {"schema": "jbnet/plan/9"}, {"schema": "jbnet/plan/1", "waves": 3}])
def test_what_is_not_a_plan_is_named_as_such(data: object) -> None:
    with pytest.raises(UsageError, match="not a plan"):
        from_json(data)


def test_lines_are_counted_without_their_contexts() -> None:
    change = PLAN.changes["core-r1"]
    assert (change.added, change.removed) == (1, 1)
