"""What a recovery report says first: of a move its losses in the check's words, of a drill what the copies showed."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Run
from recovery_story import ASSESSED, Evidence, Story, failback, failover
from recovery_workspace import Workspace

from jbnet.model.business import Replication

NAME = "20261122-1"
SHOWN: Evidence = {"drill": "drill 1", "host": "golmud-dc-db1", "rto_s": 1.25, "behind_s": 0.4, "behind_bytes": 512,
                   "smoke": [{"name": "a"}, {"name": "b"}]}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path, run: Run) -> Workspace:
    return Workspace(tmp_path, run)


def box(workspace: Workspace, lang: str = "en") -> list[str]:
    """The lines of the box of an execution's page."""
    page = workspace / f"r-{lang}.html"
    code, _, err = workspace.run("--lang", lang, "dr", "report", NAME, "-o", page)
    assert code == 0, err
    inside = page.read_text(encoding="utf-8").split('<div class="box">')[1].split("</table>")[0]
    return [line.split("</div>")[0].split(">")[-1] for line in inside.split('<div class="') if "</div>" in line]


def drilled(*, held: bool = True) -> Story:
    story = Story(NAME, "drill", ("production",))
    story.begin()
    (step,) = story.steps
    if held:
        story.step(step, SHOWN)
    else:
        failed = {"text": "no room", "template": "no room", "params": {}, "phase": "do"}
        story.tell("intent", step.key, {"action": step.action, "params": dict(step.params)})
        story.tell("failed", step.key, failed)
    return story


def test_a_drill_says_how_its_copies_did_and_nothing_of_objectives_met(workspace: Workspace) -> None:
    workspace.keep(drilled().end())
    said = box(workspace)
    assert any(line == "production: drill[production] is done" for line in said)
    assert "nothing of the drill was left behind; production was not touched" in said
    assert not [line for line in said if " met" in line or "lost" in line]
    page = (workspace / "r-en.html").read_text(encoding="utf-8")
    assert "1.25 s" in page
    assert "its copy led after" in page
    assert "演练没有留下任何东西；未触及生产" in box(workspace, "zh")


def test_a_drill_that_failed_says_so_and_that_nobody_looked_at_what_is_left(workspace: Workspace) -> None:
    workspace.keep(drilled(held=False).end("undone"))
    said = box(workspace)
    assert "production: no room" in said
    assert "whether something was left behind is not known: production" in said


def test_a_database_that_stands_still_alone_lost_nothing_and_another_is_unknown(workspace: Workspace) -> None:
    seen = {**ASSESSED, "expected_loss_bytes": 0, "replication": Replication.BLOCK.value}
    workspace.keep(failover(("production",), seen))
    assert "lost: nothing acknowledged" in box(workspace)
    assert "commits waited for the standby" in (workspace / "r-en.html").read_text(encoding="utf-8")


def test_of_one_that_may_have_gone_on_alone_the_loss_is_unknown(workspace: Workspace) -> None:
    seen = {**ASSESSED, "expected_loss_bytes": 0, "replication": Replication.DEGRADE.value}
    workspace.keep(failover(("production",), seen))
    assert "lost: unknown (production)" in box(workspace)


def test_what_the_log_shows_later_goes_before_what_was_believed(workspace: Workspace) -> None:
    seen = {**ASSESSED, "expected_loss_bytes": 0, "replication": Replication.BLOCK.value}
    workspace.keep(failover(("production",), seen))
    workspace.keep(failback(("production",), {"production": {"count": 2, "since": "", "first": [], "reason": ""}}))
    assert "lost: nothing acknowledged" not in box(workspace)


def test_the_page_hides_the_values_that_were_signed_until_they_are_wanted(workspace: Workspace) -> None:
    workspace.keep(failover(("production",)))
    box(workspace)
    page = (workspace / "r-en.html").read_text(encoding="utf-8")
    before, _, behind = page.partition("<details>")
    assert "production: the old primary is silent" in before
    assert "assess[production].behind_s" not in before
    assert "assess[production].behind_s" in behind
