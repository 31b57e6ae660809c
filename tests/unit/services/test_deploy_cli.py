"""render, plan and apply as people and programs see them: texts, envelopes, exit codes."""

from __future__ import annotations

import ast
import json
import string
from pathlib import Path

import pytest
import typer
from deploy_world import World
from sample_network import sample_network

from jbnet.catalogue import load
from jbnet.change.codec import to_json
from jbnet.change.endings import State
from jbnet.change.model import Change, Plan, Unit, Wave
from jbnet.cli.apply import Board, _conclude, read_plan
from jbnet.cli.context import Context
from jbnet.cli.plan import FEW_LINES, plans_folder, print_plan
from jbnet.config.render import render
from jbnet.inventory.restrict import lab_of
from jbnet.model.errors import ExitCode, Refused, UsageError
from jbnet.model.text import Text, text
from jbnet.services.deploy.apply import Outcome
from jbnet.services.deploy.desk import Result, Timing
from jbnet.services.deploy.plan import plan

ROOT = Path(__file__).parents[3]
SOURCES = [
    *(ROOT / "jbnet" / "change").glob("*.py"),
    *(ROOT / "jbnet" / "services").glob("deploy*.py"),
    *(ROOT / "jbnet" / "cli" / f"{name}.py" for name in ("render", "plan", "apply")),
    ROOT / "jbnet" / "adapters" / "device_files.py",
]
SPEAKING = {"text", "UsageError", "Refused", "Unreachable", "CommandFailed", "say", "note", "tr"}


def templates(source: Path) -> set[str]:
    """Return the texts for people in a module: first arguments of the calls that carry them."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            said = node.args[0].value
            if called in SPEAKING and isinstance(said, str) and _has_words(said):
                found.add(said)
    return found


def _has_words(template: str) -> bool:
    return any(c.isalpha() for literal, *_ in string.Formatter().parse(template) for c in literal)


def first_plan(tmp_path: Path) -> tuple[Context, Plan]:
    world = World(sample_network())
    made = plan(world.network, world.network.devices.values(), world, world)
    context = Context(directory=tmp_path)
    folder = plans_folder(context.state_dir)
    folder.mkdir(parents=True)
    (folder / f"{made.hash}.json").write_text(json.dumps(to_json(made)), encoding="utf-8")
    return context, made


def test_every_text_of_deploying_speaks_chinese_with_the_same_parameters() -> None:
    catalogue = load("zh")
    for template in set.union(*(templates(source) for source in SOURCES)):
        assert template in catalogue
        fields = {name for _, name, *_ in string.Formatter().parse(template) if name}
        assert fields == {name for _, name, *_ in string.Formatter().parse(catalogue[template]) if name}


def test_a_plan_shows_waves_first_lines_and_the_command_that_carries_it_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    context, made = first_plan(tmp_path)
    print_plan(context, made, FEW_LINES)
    shown = capsys.readouterr().out
    assert shown.startswith("wave 1\n  core-r1: +")
    assert "first deployment" in shown
    assert "not yet reachable, compared with its bootstrap" in shown
    assert f"jbnet apply {made.hash[:12]}" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_all_lines_are_shown_on_demand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    context, made = first_plan(tmp_path)
    print_plan(context, made, None)
    shown = capsys.readouterr().out
    assert all(line in shown for change in made.changes.values() for line in change.diff)


def test_the_first_lines_show_what_comes_beside_what_goes_and_all_lines_are_as_they_are_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    diff = tuple(line for mark in "-+" for port in "abcd" for line in (f"  interface {port}", f"{mark}  x {mark}"))
    made = Plan("qinghai", (Wave(1, ("core-r1",)),), {"core-r1": Change("core-r1", diff, "", "")})
    print_plan(Context(directory=tmp_path), made, FEW_LINES)
    shown = capsys.readouterr().out
    assert "      interface a\n    -  x -\n    +  x +\n" in shown
    assert "lines more: 6" in shown
    print_plan(Context(directory=tmp_path), made, None)
    assert "\n".join(f"    {line}" for line in diff) in capsys.readouterr().out


def test_a_plan_names_what_changes_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    joined = Unit(("datong-r1", "xining-r1"), ("datong-up1",))
    changes = {name: Change(name, ("+ x",), "", "") for name in joined.devices}
    made = Plan("qinghai", (Wave(1, joined.devices),), changes, units=(joined,))
    print_plan(Context(directory=tmp_path), made, FEW_LINES)
    shown = capsys.readouterr().out
    assert "the far end first: datong-r1, xining-r1; both ends of: datong-up1" in shown


@pytest.mark.parametrize("seconds", [20, 45, 90, 900])
def test_all_that_must_happen_before_a_timer_runs_out_fits_into_it(seconds: int) -> None:
    timing = Timing.of_timer(seconds)
    assert timing.revert_s == seconds
    assert timing.half_s + timing.look_s < seconds
    assert Timing.of_timer(90) == Timing()


def test_a_plan_is_found_by_the_beginning_of_its_hash_and_by_its_file(tmp_path: Path) -> None:
    context, made = first_plan(tmp_path)
    assert read_plan(context.state_dir, made.hash[:12]) == made
    assert read_plan(context.state_dir, str(plans_folder(context.state_dir) / f"{made.hash}.json")) == made


@pytest.mark.parametrize("name", ["abc", "ffffffffffff", "no/such/plan.json"])
def test_a_plan_that_does_not_exist_is_wrong_use(tmp_path: Path, name: str) -> None:
    context, _ = first_plan(tmp_path)
    with pytest.raises(UsageError):
        read_plan(context.state_dir, name)


def test_a_plan_file_that_was_edited_is_refused(tmp_path: Path) -> None:
    context, made = first_plan(tmp_path)
    file = plans_folder(context.state_dir) / f"{made.hash}.json"
    file.write_text(file.read_text(encoding="utf-8").replace("cost 10", "cost 11"), encoding="utf-8")
    with pytest.raises(Refused):
        read_plan(context.state_dir, made.hash[:12])


def result(state: State, reason: Text | None = None, rule: bool = False) -> Result:
    return Result("core-r1", state, reason, refused_by_rule=rule)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome((result(State.FAILED, text("no")),), ("core-r2",)), ExitCode.FAILED),
        (Outcome((result(State.REFUSED, text("no"), rule=True),)), ExitCode.REFUSED),
        (Outcome((result(State.CONFIRMED),), ("core-r2",), interrupted=True), ExitCode.INTERRUPTED),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_how_an_apply_ended_is_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], outcome: Outcome, code: ExitCode, as_json: bool
) -> None:
    context = Context(directory=tmp_path, json=as_json)
    with pytest.raises(typer.Exit) as left:
        _conclude(context, Plan("qinghai"), outcome)
    assert left.value.exit_code == code
    said = capsys.readouterr().out
    if as_json:
        assert json.loads(said)["data"]["devices"] == {"core-r1": str(outcome.results[0].state)}
    else:
        assert said


def test_whoever_is_refused_as_no_longer_planned_is_told_to_plan_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = Outcome((result(State.REFUSED, text("no"), rule=True),))
    with pytest.raises(typer.Exit):
        _conclude(Context(directory=tmp_path), Plan("qinghai"), outcome)
    assert "plan again" in capsys.readouterr().out


def test_progress_for_programs_is_one_json_line_an_event(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = World(sample_network())
    made = plan(world.network, world.network.devices.values(), world, world)
    from jbnet.services.deploy.apply import apply

    desk = world.desk(tmp_path)
    board = Board(Context(directory=tmp_path, json=True))
    world.report = board.report  # type: ignore[method-assign]  # this one instance answers otherwise
    assert apply(made, desk).ok
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {tuple(sorted(line)) for line in lines} == {("data", "event", "schema", "subject", "time")}
    assert [line["subject"] for line in lines if line["event"] == "apply.wave"] == ["1", "2", "3", "4", "5", "6"]


def test_rendering_from_the_shipped_declaration_needs_no_device(capsys: pytest.CaptureFixture[str]) -> None:
    from jbnet.wiring import load_network

    whole = load_network(ROOT, ROOT / "no-such-state", whole=True)
    network = lab_of(whole, whole.devices)
    roles = {device.role: device for device in network.devices.values()}
    for device in roles.values():
        assert f"hostname {device.name}\n" in render(network, device)
