"""The demo from beginning to end: stages in order, whatever happens the lab is taken down, and all is written down."""

from __future__ import annotations

import json
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jbnet import wiring
from jbnet.cli.context import Context
from jbnet.cli.demo import deploy, recover, watch
from jbnet.cli.demo.board import Board
from jbnet.cli.demo.picks import pick
from jbnet.cli.demo.report import markdown
from jbnet.cli.demo.runner import Runner
from jbnet.cli.demo.stage import Stagehand
from jbnet.cli.demo.summary import broken_promises, machine
from jbnet.cli.demo.traces import Traces
from jbnet.cli.errors import defect
from jbnet.model.errors import ExitCode, JbnetError, TargetError
from jbnet.model.text import text

SCALE = "demo"


class Demo:
    """One run. ``summary`` grows with every stage and is written even when a stage fails."""

    def __init__(self, context: Context, seed: int, *, keep: bool):
        self.context = context
        self.keep = keep
        self.folder = (context.directory / "build" / "demo").absolute()
        self.state = self.folder / "state"
        self.summary: dict[str, Any] = {
            "schema": "jbnet/demo/1",
            "result": "failed",
            "seed": seed,
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(os.cpu_count() or 1),
        }

    def run(self) -> int:
        """Run all stages and return the exit code."""
        self._prepare()
        began = time.monotonic()
        hand = self._stagehand()
        problems: list[str] = []
        code = ExitCode.OK
        try:
            self._stages(hand)
        except JbnetError as error:
            problems.append(self.context.tr(error.text) + (f"\n  {self.context.tr(error.hint)}" if error.hint else ""))
            code = error.exit_code
        except KeyboardInterrupt:
            problems.append(self.context.tr("interrupted"))
            code = ExitCode.INTERRUPTED
        except Exception as error:  # noqa: BLE001  a defect of ours: the lab must come down and the report be written
            problems.append(self.context.tr(defect(error)))
            code = ExitCode.FAILED
        finally:
            self._tidy(hand)
        hand.board.times["total"] = round(time.monotonic() - began, 2)
        return self._conclude(hand, problems, code)

    def _prepare(self) -> None:
        """Start from nothing: a lab that an earlier run left is taken down, its figures are removed."""
        if self.context.state_dir.joinpath("lab.json").exists():
            raise TargetError(
                "a lab of this workspace is up; the demo builds its own",
                hint=text("take it down first: jbnet lab down"),
            )
        if wiring.lab(self.context.directory, self.state).down():
            self.context.note("a lab that an earlier demo left was taken down")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.state.mkdir(mode=0o700, parents=True)

    def _stagehand(self) -> Stagehand:
        runner = Runner(self.context.directory.absolute(), self.state, self.folder / "commands.log")
        return Stagehand(self.context, Board(self.context), runner, self.folder, self.summary)

    def _stages(self, hand: Stagehand) -> None:
        with hand.board.stage("check", "the declaration is checked") as stage:
            self.summary["sites"] = hand.runner.json("check")["counts"]["sites"]
            hand.board.measured(stage, "{sites} sites, no error", sites=self.summary["sites"])
        hand.network = wiring.load_scale(self.context.directory, SCALE)
        hand.picks = pick(hand.network, self.summary["seed"])
        hand.traces = Traces.before(self.state)
        with hand.board.stage("lab", "the lab is built: routers as out of their box") as stage:
            found = hand.runner.json("lab", "up", "--scale", SCALE)["data"]
            self.summary["lab"] = {"scale": SCALE, "devices": len(found["devices"]), "circuits": len(found["circuits"])}
            hand.board.measured(stage, "{devices} devices, {circuits} circuits", **self.summary["lab"])
        hand.lab = wiring.lab(self.context.directory, self.state)
        hand.traces.remember(hand.lab)
        deploy.stages(hand)
        watch.stages(hand)
        recover.stages(hand)

    def _tidy(self, hand: Stagehand) -> None:
        """End what was started and take the lab down; say what is left on the machine."""
        hand.runner.stop_all()
        if self.keep:
            self.context.note("the lab stays up: jbnet --state {state} lab status", state=self._shown(self.state))
            self.summary["left_behind"] = []
            return
        with hand.board.stage("down", "the lab is taken down"):
            wiring.lab(self.context.directory, self.state).down()
        if hand.traces is not None:
            self.summary["left_behind"] = hand.traces.left()

    def _conclude(self, hand: Stagehand, problems: list[str], code: int) -> int:
        """Judge the figures, write summary.json and report.md, say how it ended."""
        self.summary["seconds"] = hand.board.times
        if not problems:
            problems = [self.context.tr(problem) for problem in broken_promises(self.summary)]
            code = ExitCode.NO if problems else ExitCode.OK
        self.summary["problems"] = problems
        self.summary["result"] = "failed" if problems else "ok"
        content = json.dumps(self.summary, ensure_ascii=False, indent=2)
        (self.folder / "summary.json").write_text(content + "\n", encoding="utf-8")
        (self.folder / "report.md").write_text(markdown(self.summary), encoding="utf-8")
        for problem in problems:
            self.context.note("✗ {problem}", problem=problem)
        self.context.say(
            "{result}: {path}, seed {seed}",
            result=self.summary["result"],
            path=self._shown(self.folder / "report.md"),
            seed=self.summary["seed"],
        )
        self.context.emit(self.summary, ok=not problems)
        return int(code)

    def _shown(self, path: Path) -> str:
        """Return a path as short as it can be typed."""
        here = Path.cwd()
        return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
