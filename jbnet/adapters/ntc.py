"""Answers of command lines as tables, by the templates of ntc-templates (they come with netmiko).

ntc-templates itself takes the first index entry that fits the beginning of a command: ``d[[ir]]`` of Huawei catches
every ``display`` command without a template of its own, whose answer then "cannot be parsed". Here an entry counts
only where it ends with a word, and where no further keyword follows which could make the answer another one.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

from jbnet.ports import Parsed

_KEYWORD = re.compile(r"[A-Za-z-]+")


class NtcParser:
    """Implements AnswerParser. Not for two threads at once: the library keeps its place in the object."""

    @cached_property
    def _folder(self) -> str:
        import ntc_templates

        return str(Path(ntc_templates.__file__).parent / "templates")

    @cached_property
    def _index(self) -> Any:
        from textfsm.clitable import CliTable

        return CliTable("index", self._folder)

    def template(self, system: str, command: str) -> str | None:
        """Return the name of the template for a command of a system; None: there is none."""
        index = self._index.index
        for row, compiled in zip(index.index, index.compiled, strict=True):
            if row["Platform"].strip() == system and _is_for(compiled["Command"].pattern, command):
                return str(row["Template"])
        return None

    def parse(self, system: str, command: str, said: str) -> Parsed | None:
        """Return the answer as records; None where no template fits the command or what came."""
        from textfsm import TextFSMError
        from textfsm.clitable import CliTable, CliTableError

        template = self.template(system, command)
        if template is None:
            return None
        table = CliTable("index", self._folder)
        try:
            table.ParseCmd(said, templates=template)
        except (TextFSMError, CliTableError, OSError):
            return None  # the template is for another release of the system
        records = tuple({name.lower(): row[name] for name in table.header} for row in table)
        return Parsed(template.removesuffix(".textfsm"), records) if records or not said.strip() else None


def _is_for(pattern: str, command: str) -> bool:
    """Say whether an index entry is about the command: its words are met whole, and only values and filters follow."""
    found = re.match(rf"(?:{pattern.strip()})(?=\s|$)", command, re.IGNORECASE)
    if found is None:
        return False
    rest = command[found.end() :].partition("|")[0].split()
    return not any(_KEYWORD.fullmatch(word) for word in rest)
