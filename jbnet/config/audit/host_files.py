"""The files of the host below a router's daemons: how they are asked for in one command, and what came back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from jbnet.config.audit.lines import NumberedText
from jbnet.model.text import Text, text
from jbnet.platforms.facts import HostFile

_LINE = re.compile(r"(?P<path>/[^:]+):(?P<number>\d+):(?P<said>.*)")


def argv(files: Mapping[str, HostFile]) -> tuple[str, ...]:
    """Return the command that prints every line of them with its file and number (grep(1))."""
    paths = [path for one in files.values() for path in one.paths]
    return ("env", "LC_ALL=C", "grep", "-rIHn", "--", "", *paths)


def read(
    device: str, platform: str, files: Mapping[str, HostFile], said: str, errors: str
) -> tuple[dict[str, NumberedText], dict[str, Text]]:
    """Return the texts by kind and path, and why a kind is missing.

    A kind of which some file may not be read is missing whole: what the rest says may not be what holds.
    """
    content = _by_path(said)
    texts: dict[str, NumberedText] = {}
    missing: dict[str, Text] = {}
    for kind, one in files.items():
        denied = [path for path in one.paths if any(path in line and "denied" in line for line in errors.splitlines())]
        found = [path for prefix in one.paths for path in sorted(content) if _is_below(path, prefix)]
        if denied:
            missing[kind] = text("{path} may not be read by the account that jbnet logs in with", path=denied[0])
        elif not found:
            missing[kind] = text("{path} is not there or empty", path=one.paths[0])
        else:
            texts |= {f"{kind}:{p}": _text(f"{device}{p}", content[p], platform, one) for p in found}
    return texts, missing


def _text(file: str, content: str, platform: str, kind: HostFile) -> NumberedText:
    return NumberedText(file, content, platform, flat=True, masks=kind.masks)


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


def _by_path(said: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for path, number, line in _lines(said):
        lines = found.setdefault(path, [])
        lines += [""] * (number - 1 - len(lines))
        lines.append(line)
    return {path: "\n".join(lines) + "\n" for path, lines in found.items()}


def _lines(said: str) -> Iterator[tuple[str, int, str]]:
    for line in said.splitlines():
        match = _LINE.match(line)
        if match:
            yield match["path"], int(match["number"]), match["said"]
