"""A candidate made complete, as FRR's own comparison wants it, and its answer made readable. Text in, text out.

``frr-reload.py`` compares whole files: a candidate without the lines that every running configuration starts with
would read as their removal. Those that say nothing about the network are taken from what runs; in all else a
candidate is the whole truth: what it does not mention goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jbnet.platforms.masking import masked

_OPINIONS = ("frr defaults", "hostname", "service integrated-vtysh-config")
"""Beginnings of the global lines that are left as they run where the candidate does not mention them."""

HEAD, END = "frr version", "end"
"""What the first line of a running configuration begins with, and its last line."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_STAMP = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ +")
_SAYS_NOTHING = re.compile(r"WARNING: frr-reload\.py failed due to|vtysh \(exec file\) exited with status \d+|")
_REMOVED_ROUTE = re.compile(r"no (ip|ipv6) route ")

Entry = tuple[str, ...]
"""A command with the contexts above it: ``("router ospf", "ospf router-id 10.0.0.1")``."""


def complete(candidate: str, running: str) -> str:
    """Return the candidate with ``frr version`` as it runs and the global lines it says nothing about."""
    said = [line for line in candidate.splitlines() if not line.startswith(("frr version", "Building", "Current"))]
    while said and said[-1].strip() in ("", "end", "!"):
        said.pop()
    mentioned = {_opinion(line) for line in said if not line.startswith(" ")}
    taken = [
        line
        for line in running.splitlines()
        if line.startswith("frr version") or ((word := _opinion(line)) and word not in mentioned)
    ]
    return "\n".join([*taken, *said, "end", ""])


def lacks(said: str) -> str:
    """Return what a text lacks to be a whole running configuration of FRR, as vtysh prints it; empty: nothing."""
    lines = [line for line in said.splitlines() if line.strip()] or [""]
    begins, ends = lines[0].startswith(HEAD), lines[-1].strip() == END
    return "" if begins and ends else HEAD if not begins else END


def merged(candidate: str, running: str) -> str:
    """Return what runs with the candidate's lines added, and those that its ``no ...`` lines name taken out."""
    asked = candidate.splitlines()
    dropped = {(*path[:-1], path[-1][3:]) for path in paths(asked) if path[-1].startswith("no ")}
    lines = [line for line in running.splitlines() if line.strip() != "end"]
    kept = [line for line, path in zip(lines, paths(lines), strict=True) if path not in dropped]
    added = [line for line in asked if line.strip() != "end" and not line.strip().startswith("no ")]
    return "\n".join([*kept, *added, "end", ""])


def paths(lines: Sequence[str]) -> Iterator[Entry]:
    """Give each line with the contexts above it, by FRR's own indentation of one blank a level."""
    above: list[str] = []
    for line in lines:
        depth = len(line) - len(line.lstrip(" "))
        above = [*above[:depth], line.strip()]
        yield tuple(above)


def _opinion(line: str) -> str | None:
    """Return which global setting a line of column 0 decides, be it as ``no ...``."""
    words = line.removeprefix("no ")
    return next((start for start in _OPINIONS if words == start or words.startswith(start + " ")), None)


def readable(reload_output: str) -> str:
    """Turn ``frr-reload.py --test``'s two lists into a diff: ``- `` what goes, ``+ `` what comes, ``  `` the context.

    Removals stand first. Each changed line is one line of the result; nothing to do is the empty string.
    """
    removed, added = _lists(reload_output)
    removed += [_undo(entry) for entry in added if _REMOVED_ROUTE.match(entry[0])]
    added = [entry for entry in added if not _REMOVED_ROUTE.match(entry[0])]
    return redacted("\n".join([*marked("-", removed), *marked("+", added)]))


def _lists(output: str) -> tuple[list[Entry], list[Entry]]:
    """Split the output into entries; an entry starts in column 0 and goes on while the lines go deeper."""
    found: dict[str, list[Entry]] = {"Delete": [], "Add": []}
    current: list[Entry] = []
    for line in output.splitlines():
        if line.startswith("Lines To "):
            current = found[line.split()[-1]]
        elif line.strip() and not line.startswith("==="):
            if line.startswith(" ") and current:
                current[-1] = (*current[-1], line.strip())
            else:
                current.append((line.strip(),))
    return [_undo(entry) for entry in found["Delete"]], found["Add"]


def _undo(entry: Entry) -> Entry:
    """Return the line that goes, from the command that takes it away."""
    command = entry[-1]
    line = command[3:] if command.startswith("no ") else f"no {command}"
    return (*entry[:-1], line)


def marked(mark: str, changes: Sequence[Entry]) -> Iterator[str]:
    """Write each change under its context, which is named once; a context that is itself a change carries the mark."""
    own = set(changes)
    shown: Entry = ()
    for entry in changes:
        for depth in range(len(entry) - 1):
            if entry[: depth + 1] != shown[: depth + 1] and entry[: depth + 1] not in own:
                yield "  " + " " * depth + entry[depth]
        yield f"{mark} " + " " * (len(entry) - 1) + entry[-1]
        shown = entry


def redacted(said: str) -> str:
    """Blank the passwords and keys in configuration lines (design section 5, rule 6)."""
    return masked("frr", said)


def essence(said: str) -> str:
    """Return what FRR said without colours, clock and repetitions (each of the two passes says it again)."""
    lines = [_STAMP.sub("", line).strip() for line in _COLOURS.sub("", redacted(said)).splitlines()]
    return "\n".join(dict.fromkeys(line for line in lines if not _SAYS_NOTHING.fullmatch(line)))
