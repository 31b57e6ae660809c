"""What approvers are shown: sentences first, then every value that is known."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import Run

from jbnet.cli.dr_figures import figure_lines, said_by, summary
from jbnet.recovery.loss import lost_count

REPOSITORY = Path(__file__).parents[3]
DRAINING = """\
name: failover
title: Failover with the main line drained
steps:
  - name: approve
    action: approve
  - name: drain
    action: set-cost
    params: {circuit: golmud-dc-up1, ends: [core-r1, golmud-dc-r1], cost: COST}
    timeout: 300
"""

FIGURES = {
    "assess[production]": {
        "said": "production: xining-dc-db1 is silent; what is missing is unknown",
        "lag_bytes": None,
        "rpo_s": 0.0,
        "standby": {"answers": True, "receiver": None},
    }
}


def test_a_summary_is_what_the_steps_said_and_what_would_be_lost_in_few_lines() -> None:
    assert [str(line) for line in summary(FIGURES)] == [
        "production: xining-dc-db1 is silent; what is missing is unknown"
    ]
    seen = {"assess[production]": FIGURES["assess[production]"] | {"expected_loss_bytes": None}}
    assert [str(line) for line in summary(seen)][1:] == ["  would lose: unknown (declared: at most 0 s)"]
    seen = {"a": {"expected_loss_bytes": 0, "rpo_s": 60.0}, "b": {"expected_loss_bytes": 2048, "behind_s": 3.25}}
    assert [str(line) for line in summary(seen)] == [
        "  would lose: nothing acknowledged (declared: at most 60 s)",
        "  would lose: what is on its way: now 2.0 kB, 3.2 s (declared: at most 0 s)",
    ]


def test_a_sentence_is_in_the_readers_language_where_the_journal_has_its_template() -> None:
    told = {"template": "{database}: not yet assessed", "params": {"database": "exchange"}}
    said = said_by({"said": "exchange: not yet assessed", "told": told})
    assert said is not None
    assert said.render({"{database}: not yet assessed": "{database}：尚未评估"}) == "exchange：尚未评估"
    old = said_by({"said": "exchange: not yet assessed"})
    assert str(old) == "exchange: not yet assessed"


def test_loss_is_nothing_unknown_or_a_number_of_transactions() -> None:
    assert [str(lost_count(count)) for count in (0, None, 1, 7)] == [
        "nothing acknowledged", "unknown", "1 transaction", "7 transactions",
    ]  # fmt: skip


def test_values_that_are_not_known_are_left_out_and_zero_is_not_unknown() -> None:
    assert list(figure_lines(FIGURES)) == [
        "assess[production].rpo_s: 0.0",
        "assess[production].standby.answers: true",
    ]


def test_a_dry_run_shows_what_is_typed_on_which_router_and_touches_nothing(run: Run, tmp_path: Path) -> None:
    book, state = tmp_path / "book.yaml", tmp_path / "state"
    book.write_text(DRAINING.replace("COST", "drained"), encoding="utf-8")
    words = ("-C", REPOSITORY, "--state", state, "dr", "failover", "--runbook", book, "--dry-run")
    code, said, _ = run(*words)
    assert code == 0
    for device in ("core-r1", "golmud-dc-r1"):
        assert [line for line in said.splitlines() if line.strip().startswith(f"{device}: ") and " 65535" in line]
    code, said, _ = run("--json", *words)
    (step,) = [step for step in json.loads(said)["data"]["steps"] if step["action"] == "set-cost"]
    assert [device for device, _ in step["typed"]] == ["core-r1", "golmud-dc-r1"]
    assert not state.exists() or not list(state.rglob("journal.db"))


def test_a_dry_run_with_a_circuit_that_is_not_declared_is_wrong_use(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    book.write_text(DRAINING.replace("COST", "drained").replace("golmud-dc-up1", "golmud-dc-up7"), encoding="utf-8")
    words = ("-C", REPOSITORY, "--state", tmp_path / "state", "dr", "failover", "--runbook", book, "--dry-run")
    code, _, said = run(*words)
    assert code == 2
    assert "golmud-dc-up7" in said


def test_a_dry_run_shows_the_line_that_closes_a_session(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    action = "action: set-session\n    params: {circuit: ministry-up3, device: golmud-dc-r2, session: shutdown}\n"
    text = DRAINING[: DRAINING.index("action: set-cost")] + action
    book.write_text(text, encoding="utf-8")
    words = ("-C", REPOSITORY, "--state", tmp_path / "state", "dr", "failover", "--runbook", book, "--dry-run")
    code, said, _ = run(*words)
    assert code == 0
    (line,) = (line for line in said.splitlines() if line.strip().startswith("golmud-dc-r2: "))
    assert line.endswith((" ignore", " shutdown")), "as its platform writes it"
    book.write_text(text.replace("golmud-dc-r2", "core-r1"), encoding="utf-8")
    code, _, said = run(*words)
    assert code == 2
    assert "golmud-dc-r2" in said


ZONE = """\
dns:
  example.net:
    primary: golmud-dc-app1
    secondaries: [xining-dc-app1]
    tsig_key: jbnet
    names:
      portal: {ttl: 60, at: {xining-dc: [xining-dc-app1], golmud-dc: [golmud-dc-app1]}}
"""
MOVING = """\
name: failover
title: Failover with a name
steps:
  - name: approve
    action: approve
  - name: move
    action: move-name
    params: {name: portal.example.net, from: xining-dc, to: golmud-dc}
"""


def test_a_dry_run_shows_the_change_of_a_name_as_nsupdate_would_take_it_and_no_key(run: Run, tmp_path: Path) -> None:
    workspace, book = copied(tmp_path), tmp_path / "book.yaml"
    (workspace / "inventory" / "dns.yaml").write_text(ZONE, encoding="utf-8")
    book.write_text(MOVING, encoding="utf-8")
    code, said, _ = run("-C", workspace, "dr", "failover", "--runbook", book, "--dry-run")
    assert code == 0
    shown = [line.strip() for line in said.splitlines() if line.strip().startswith("golmud-dc-app1: ")]
    assert "golmud-dc-app1: update add portal.example.net. 60 IN A 10.2.192.3" in shown
    assert "golmud-dc-app1: prereq yxrrset portal.example.net. IN A 10.1.192.3" in shown
    assert "tsig" not in said


def test_a_zone_is_shown_with_what_its_names_say_at_each_place(run: Run, tmp_path: Path) -> None:
    workspace = copied(tmp_path)
    (workspace / "inventory" / "dns.yaml").write_text(ZONE, encoding="utf-8")
    code, said, _ = run("-C", workspace, "show", "dns-zone", "example.net")
    assert code == 0
    assert "portal.example.net" in said
    assert "10.2.192.3" in said
    code, said, _ = run("--json", "-C", workspace, "show", "dns-zones")
    assert code == 0
    assert [zone["primary"] for zone in json.loads(said)["data"]] == ["golmud-dc-app1"]


def copied(tmp_path: Path) -> Path:
    workspace = tmp_path / "workspace"
    for folder in ("inventory", "topology", "monitors", "dr"):
        shutil.copytree(REPOSITORY / folder, workspace / folder)
    return workspace


@pytest.mark.parametrize(
    ("verb", "book", "fits"),
    [("switchover", "failover", "failover"), ("failover", "rejoin", "rejoin"),
     ("switchover", "failback", "failback"), ("failover", "drill", "drill"), ("drill", "failover", "failover")],
)  # fmt: skip
def test_a_runbook_is_started_by_the_command_that_says_what_it_does(
    run: Run, tmp_path: Path, verb: str, book: str, fits: str
) -> None:
    path = REPOSITORY / "dr" / "runbooks" / f"{book}.yaml"
    words = ("-C", REPOSITORY, "--state", tmp_path / "state", "dr", verb, "--runbook", path, "--dry-run")
    code, _, said = run(*words)
    assert code == 2
    assert f"jbnet dr {fits} --runbook FILE" in " ".join(said.split())


@pytest.mark.parametrize(("verb", "book"), [("failback", "rejoin"), ("rejoin", "rejoin"), ("failback", "failback")])
def test_a_standby_rejoins_by_its_own_command_and_by_failback(run: Run, tmp_path: Path, verb: str, book: str) -> None:
    path = REPOSITORY / "dr" / "runbooks" / f"{book}.yaml"
    words = ("-C", REPOSITORY, "--state", tmp_path / "state", "dr", verb, "--runbook", path, "--dry-run")
    assert run(*words)[0] == 0
