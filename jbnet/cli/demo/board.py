"""The demo's progress: one line a stage, with its time and what it measured."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from jbnet.cli.context import Context


@dataclass
class Stage:
    """One stage while it runs: ``said`` is what it measured, shown when it ends."""

    title: str
    started: float
    said: list[str] = field(default_factory=list)


@dataclass
class Board:
    """Shows stages on stderr: live on a terminal, line by line elsewhere; keeps their times."""

    context: Context
    times: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, key: str, template: str, **params: object) -> Iterator[Stage]:
        """Show a stage while the body runs, and how it ended."""
        stage = Stage(self.context.tr(template, **params), time.monotonic())
        with self._live(stage):
            try:
                yield stage
            except BaseException:
                self._line("✗", stage)
                raise
        self.times[key] = round(time.monotonic() - stage.started, 2)
        self._line("✓", stage)

    def measured(self, stage: Stage, template: str, **params: object) -> None:
        """Add a figure to a stage's line."""
        stage.said.append(self.context.tr(template, **params))

    @contextmanager
    def _live(self, stage: Stage) -> Iterator[None]:
        if self.context.err.is_terminal:
            with self.context.err.status(stage.title):
                yield
        else:
            self.context.err.print(f"… {stage.title}", markup=False)
            yield

    def _line(self, mark: str, stage: Stage) -> None:
        seconds = time.monotonic() - stage.started
        self.context.err.print(f"{mark} {stage.title}  {seconds:.1f} s", markup=False)
        for said in stage.said:
            self.context.err.print(f"    {said}", markup=False)
