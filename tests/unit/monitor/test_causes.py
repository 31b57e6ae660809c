"""What counts as down for good, seen from one moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from networks import small
from simnet import START

from jbnet.monitor.causes import CauseId, CauseKind, Known, View
from jbnet.monitor.lines import Judgement, LineState
from jbnet.monitor.plant import survey
from jbnet.monitor.policy import Policy

LINE = "chengdong-t1-up1"
CAUSE = CauseId(CauseKind.CIRCUIT, LINE)


@pytest.mark.parametrize(
    ("known", "down"),
    [(None, False), (Known(CAUSE, START), True), (Known(CAUSE, START, cleared=START + timedelta(seconds=5)), False)],
    ids=["never blamed", "still blamed", "repaired"],
)
def test_a_neighbour_missing_on_a_device_just_back_blames_only_a_line_that_never_came_up(
    known: Known | None, down: bool
) -> None:
    view = View(survey(small()), {}, START, Policy(), {CAUSE: known} if known is not None else {})
    missing = Judgement(LineState.DOWN, START, ever_up=True, settling=True)
    object.__setattr__(view, "verdicts", {**view.verdicts, LINE: missing})
    assert view.down(LINE) is down
