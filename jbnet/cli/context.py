"""What every command knows: the workspace, the language, where results and progress go."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.model.findings import Finding, Severity
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from rich.console import Console

SCHEMA = "jbnet/1"


@dataclass
class Context:
    """The global options, and the two consoles: results on stdout, progress and logs on stderr."""

    directory: Path
    json: bool = False
    lang: str = "en"
    state: Path | None = None
    vantage: str | None = None
    before_results: Callable[[], None] | None = None
    """What is to be ended on stderr before a result is printed."""

    @cached_property
    def state_dir(self) -> Path:
        """Return the state directory (mode 0700; not made here). Raises Refused where it is not ours alone."""
        from jbnet.cli.private import check_state

        found = (self.state or self.directory / ".jbnet").absolute()
        remark = check_state(found)
        if remark is not None and "JBNET_VANTAGE" not in os.environ:  # there it was said before
            self.note(remark)
        return found

    @cached_property
    def time_zone(self) -> tzinfo | None:
        """Return the network's time zone; None where none can be read, which ``jbnet check`` speaks of."""
        from jbnet.wiring.declaration import declared_time_zone

        return declared_time_zone(self.directory)

    @cached_property
    def catalogue(self) -> Mapping[str, str]:
        """Return the templates of the chosen language (empty for English)."""
        if self.lang == "en":
            return {}
        from jbnet.catalogue import load

        return load(self.lang)

    @cached_property
    def out(self) -> Console:
        """Return the console for results."""
        from jbnet.cli.console import SafeConsole

        return SafeConsole(soft_wrap=True, highlight=False, emoji=False)

    @cached_property
    def err(self) -> Console:
        """Return the console for progress and logs."""
        from jbnet.cli.console import SafeConsole

        return SafeConsole(stderr=True, soft_wrap=True, highlight=False, emoji=False)

    def tr(self, template: str | Text, **params: object) -> str:
        """Return a text in the chosen language."""
        found = template if isinstance(template, Text) else text(template, **params)
        return found.render(self.catalogue)

    def end_progress(self) -> None:
        """End what is told of progress: a result or an error comes."""
        if self.before_results is not None:
            self.before_results()

    def say(self, template: str | Text, **params: object) -> None:
        """Print a result line (nothing with ``--json``)."""
        self.end_progress()
        if not self.json:
            self.out.print(self.tr(template, **params), markup=False)

    def wrapped(self, template: str | Text, indent: int = 4, /, **params: object) -> None:
        """Print a result in lines no wider than the terminal, broken between the items of a list where it has some.

        The lines behind the first begin with ``indent`` blanks.
        """
        from jbnet.cli.columns import hanging, listing, terminal_width
        from jbnet.model.printable import printable

        self.end_progress()
        if not self.json:
            said = printable(self.tr(template, **params)).replace("\n", " ")
            lay = listing if "names" in params else hanging
            for line in lay(said, indent, terminal_width()):
                self.out.print(line, markup=False)

    def streamed(self, said: str) -> None:
        """Print one of many lines that are read as they come: broken for a terminal, whole for grep."""
        from jbnet.cli.columns import on_terminal

        if on_terminal():
            self.wrapped("{said}", 2, said=said)
        else:
            self.say("{said}", said=said)

    def note(self, template: str | Text, **params: object) -> None:
        """Print a progress line on stderr."""
        self.err.print(self.tr(template, **params), markup=False)

    def emit(
        self,
        data: object = None,
        *,
        ok: bool = True,
        findings: Sequence[Finding] = (),
        kind: str = SCHEMA,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        """Print the ``--json`` envelope (nothing without ``--json``). ``counts`` stand beside those of findings."""
        self.end_progress()
        if self.json:
            from jbnet.cli.printing import json_text

            sys.stdout.write(json_text(self.envelope(data, ok=ok, findings=findings, kind=kind, counts=counts)) + "\n")

    def envelope(
        self,
        data: object,
        *,
        ok: bool,
        findings: Sequence[Finding] = (),
        kind: str = SCHEMA,
        counts: Mapping[str, int] | None = None,
    ) -> dict[str, object]:
        """Return the envelope of design section 6."""
        found = {str(severity): sum(f.count for f in findings if f.severity is severity) for severity in Severity}
        listed = [f.as_json(self.tr(f.text)) for f in findings]
        return {"schema": kind, "ok": ok, "counts": found | dict(counts or {}), "findings": listed, "data": data}
