"""``jbnet dr drill``: what it would run, and that a drill never stands in the way of a recovery in earnest."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from command_line import Run

from jbnet import wiring
from jbnet.adapters.secrets import SecretsFile
from jbnet.cli.context import Context
from jbnet.cli.dr_work import _refuse_second, give_up_drills, standings
from jbnet.model.errors import Refused
from jbnet.services.database_accounts import CLIENT_SECRET
from jbnet.services.recover.actions_drill import DrillDatabase

REPOSITORY = Path(__file__).parents[3]


def begun(state: Path, runbook: str) -> str:
    """Leave an execution that was killed after its first entry."""
    store, found = wiring.executions(state), wiring.recovery_runbook(REPOSITORY, runbook)
    execution = store.new_id()
    journal = store.journal(execution)
    binding = {"database": "production", "primary": "xining-dc-db1", "standby": "golmud-dc-db1",
               "service_address": "10.3.0.1", "port": 5432}  # fmt: skip
    journal.append("execution", execution, {
        "runbook": found.content, "runbook_name": found.name, "runbook_sha256": found.sha256,
        "bindings": [binding], "started_by": ["somebody"], "approvers": {},
    })  # fmt: skip
    journal.close()
    return execution


@pytest.fixture
def context(tmp_path: Path) -> Context:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    SecretsFile(state / "secrets.yaml").create_missing([CLIENT_SECRET])
    return Context(REPOSITORY, state=state)


def test_a_drill_that_was_killed_keeps_nobody_from_a_recovery_and_a_recovery_does(context: Context) -> None:
    begun(context.state_dir, "drill")
    _refuse_second(standings(context))
    earnest = begun(context.state_dir, "failover")
    with pytest.raises(Refused, match=earnest):
        _refuse_second(standings(context))


def test_the_next_drill_gives_up_the_one_that_was_killed_and_no_recovery(context: Context) -> None:
    killed, earnest = begun(context.state_dir, "drill"), begun(context.state_dir, "failover")
    give_up_drills(context, "somebody")
    assert [(one.execution, one.state) for one in standings(context)] == [
        (killed, "abandoned"), (earnest, "interrupted"),
    ]  # fmt: skip


def test_a_drill_that_is_going_on_is_not_given_up(context: Context) -> None:
    killed = begun(context.state_dir, "drill")
    with wiring.executions(context.state_dir).drill_lease.held(killed), pytest.raises(Refused, match="going on"):
        give_up_drills(context, "somebody")


def test_a_drill_gives_way_to_another_recovery_and_not_to_the_one_it_is_a_step_of(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = wiring.load_network(REPOSITORY, context.state_dir)
    actions = wiring.recovery_actions(REPOSITORY, context.state_dir, network)
    drill = actions["drill"]
    assert isinstance(drill, DrillDatabase)
    assert drill.gives_way() is None
    with wiring.executions(context.state_dir).lease.held("20261123-7"):
        assert drill.gives_way() is None, "it is this process that recovers"
        monkeypatch.setattr(os, "getpid", lambda: 1)
        assert drill.gives_way() == "20261123-7"


def test_a_dry_run_shows_every_command_and_touches_nothing(run: Run, tmp_path: Path) -> None:
    state = tmp_path / "state"
    code, said, _ = run("-C", REPOSITORY, "--state", state, "dr", "drill", "--dry-run", "--database", "exchange")
    assert code == 0
    assert "on golmud-dc-db1, as postgres, for exchange:" in said
    for program in ("pg_basebackup", "unshare", "postgres", "pg_amcheck", "pg_checksums", "rm -r"):
        assert program in said
    assert "15/production" not in said
    assert wiring.executions(state).ids() == ()


def test_a_dry_run_from_backup_shows_what_restores_it_and_pins_what_was_asked_for(run: Run, tmp_path: Path) -> None:
    asked = ("--from", "backup", "--at", "2026-11-23T08:00:00+08:00", "--on", "primary", "--database", "exchange")
    code, said, _ = run("-C", REPOSITORY, "--state", tmp_path / "state", "dr", "drill", "--dry-run", *asked)
    assert code == 0
    assert "on xining-dc-db1, as postgres, for exchange:" in said
    for word in ("pgbackrest", "--set=LABEL", "archive-get", "--stanza=exchange", "pg_amcheck", "rm -r"):
        assert word in said
    assert "pg_basebackup" not in said
    steps = " ".join(said.split())
    assert "host=xining-dc-db1, from=backup, at=2026-11-23T08:00:00+08:00" in steps


@pytest.mark.parametrize(
    "asked",
    [
        ("--from", "tape"),
        ("--at", "2026-11-23T08:00:00+08:00"),
        ("--on", "primary"),
        ("--from", "standby", "--on", "primary"),
        ("--from", "backup", "--on", "noc"),
        ("--from", "backup", "--at", "2026-11-23T08:00:00"),
        ("--from", "backup", "--clean-up"),
    ],
)
def test_what_does_not_go_together_is_wrong_use(run: Run, tmp_path: Path, asked: tuple[str, ...]) -> None:
    code, _, _ = run("-C", REPOSITORY, "--state", tmp_path / "state", "dr", "drill", "--dry-run", *asked)
    assert code == 2


def test_status_says_that_a_drill_is_overdue(run: Run, tmp_path: Path) -> None:
    code, said, _ = run("--json", "-C", REPOSITORY, "--state", tmp_path / "state", "dr", "status")
    assert code == 0
    assert json.loads(said)["data"]["drill"]["overdue"] is True


def test_clean_up_goes_alone(run: Run, tmp_path: Path) -> None:
    code, _, _ = run("-C", REPOSITORY, "--state", tmp_path / "state", "dr", "drill", "--clean-up", "--dry-run")
    assert code == 2
