"""Applied changes as people and programs see them: lists, one by its hash, and what cannot be taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Run
from deploy_world import World, planned
from sample_network import sample_network

from jbnet import wiring
from jbnet.change.codec import to_json
from jbnet.change.model import Plan
from jbnet.cli.apply import read_plan
from jbnet.cli.kept_plans import file_of
from jbnet.cli.rollback import remarks_on_way_back
from jbnet.model.errors import UsageError
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.desk import Desk
from jbnet.services.rollback import plan_back, still_declared

TYPED = "ip route 192.0.2.0/24 blackhole"


def keep(state: Path, made: Plan) -> Plan:
    folder = state / "plans"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{made.hash}.json").write_text(json.dumps(to_json(made)), encoding="utf-8")
    return made


@pytest.fixture
def world() -> World:
    return World(sample_network())


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return world.desk(tmp_path)


@pytest.fixture
def change(world: World, desk: Desk, tmp_path: Path) -> Plan:
    """A line that was typed by hand is taken out, in a network that was deployed."""
    assert apply(keep(tmp_path, planned(world)), desk).ok
    world.devices["datong-r1"].type(TYPED)
    made = keep(tmp_path, planned(world))
    assert apply(made, desk).ok
    return made


@pytest.mark.parametrize("words", [("rollback",), ("show", "changes"), ("show", "change")])
def test_what_was_applied_is_listed_the_newest_first(
    run: Run, tmp_path: Path, change: Plan, words: tuple[str, ...]
) -> None:
    code, out, err = run("--state", tmp_path, *words)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 3
    newest, *_, owner, devices, carried, out_ = lines[1].split()
    assert (newest, owner, devices, carried, out_) == (change.hash[:12], "engineer@noc", "1", "carried", "out")
    assert max(map(len, lines)) <= 80


def test_programs_get_who_when_how_it_ended_and_what_can_go_back(run: Run, tmp_path: Path, change: Plan) -> None:
    _, out, _ = run("--json", "--state", tmp_path, "rollback")
    newest = json.loads(out)["data"][0]
    assert (newest["change"], newest["owner"], newest["outcome"]) == (change.hash, "engineer@noc", "whole")
    assert newest["can_be_taken_back"] == ["datong-r1"]


def test_one_change_is_shown_with_its_devices(run: Run, tmp_path: Path, change: Plan) -> None:
    code, out, _ = run("--state", tmp_path, "show", "change", change.hash[:8])
    assert code == 0
    assert "datong-r1  confirmed and saved" in out
    code, out, _ = run("--state", tmp_path, "--json", "show", "change", change.hash[:8])
    assert [(d["device"], d["state"]) for d in json.loads(out)["data"]["devices"]] == [("datong-r1", "confirmed")]


def test_a_state_directory_without_changes_says_so(run: Run, tmp_path: Path) -> None:
    assert run("--state", tmp_path, "rollback")[:2] == (0, "nothing was applied from here yet\n")


def test_a_plan_that_was_never_applied_is_known_as_such_before_any_device_is_asked_or_the_declaration_read(
    run: Run, world: World, tmp_path: Path, change: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.devices["datong-r1"].type("ip route 198.51.100.0/24 blackhole")
    made = keep(tmp_path, planned(world))

    def never(*_arguments: object, **_named: object) -> None:
        raise AssertionError

    for name in ("load_network", "deploy_desk"):
        monkeypatch.setattr(wiring, name, never)
    for named in (made.hash[:8], "ffffffff", tmp_path / "plans" / f"{made.hash}.json"):
        code, _, err = run("--state", tmp_path, "rollback", named)
        assert code == 2
        assert change.hash[:12] in err
        assert "was not applied here" in err


def test_a_change_that_was_confirmed_nowhere_cannot_be_taken_back(
    run: Run, world: World, desk: Desk, tmp_path: Path
) -> None:
    made = keep(tmp_path, planned(world))
    for name in ("core-r1", "core-r2"):
        world.devices[name].refuses = "hostname"
    assert not apply(made, desk).ok
    code, _, err = run("--state", tmp_path, "rollback", made.hash[:12])
    assert code == 2
    assert "confirmed on no device" in err
    assert "nothing was changed" in run("--state", tmp_path, "show", "changes")[1]


def test_a_way_back_that_the_declaration_does_not_want_says_that_it_will_not_last(
    world: World, desk: Desk, change: Plan
) -> None:
    way = plan_back(change, desk.network, desk.journal.entries(), desk.backups, desk.sessions, desk.reporter)
    found = still_declared(way, world.network, desk.sessions)
    assert found == ("datong-r1",)
    assert any(line.startswith("+") for line in way.changes["datong-r1"].diff)  # it comes again, nothing declares it
    said = str(remarks_on_way_back(found)[0])
    assert said.startswith("the declaration is not what this goes back to (datong-r1)")
    assert "the next plan undoes" in said


def test_nothing_is_said_of_a_way_back_to_what_is_declared(world: World, desk: Desk, change: Plan) -> None:
    way = plan_back(change, desk.network, desk.journal.entries(), desk.backups, desk.sessions, desk.reporter)
    assert apply(way, desk).ok
    forth = plan_back(way, desk.network, desk.journal.entries(), desk.backups, desk.sessions, desk.reporter)
    assert list(forth.changes) == ["datong-r1"]
    assert still_declared(forth, world.network, desk.sessions) == ()
    assert remarks_on_way_back(()) == []


def test_a_plan_is_named_by_six_digits_and_who_types_fewer_is_told_them(tmp_path: Path, world: World) -> None:
    made = keep(tmp_path, planned(world))
    assert read_plan(tmp_path, made.hash[:6]) == made
    with pytest.raises(UsageError, match=f"too short.*{made.hash[:12]}"):
        file_of(tmp_path, made.hash[:4])


def test_a_file_that_is_not_there_is_told_as_a_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no file nosuch\.json.*jbnet plan"):
        file_of(tmp_path, "nosuch.json")


def test_a_hash_that_nothing_begins_with_is_answered_with_the_newest_plans(tmp_path: Path, world: World) -> None:
    made = keep(tmp_path, planned(world))
    with pytest.raises(UsageError, match=f"no plan begins with 000000.*{made.hash[:12]}"):
        file_of(tmp_path, "000000")


def test_digits_that_several_plans_begin_with_are_answered_with_these(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    for end in "12":
        (tmp_path / "plans" / f"abcdef{end}.json").touch()
    with pytest.raises(UsageError, match=r"begin with abcdef: 2.*abcdef"):
        file_of(tmp_path, "abcdef")
