"""Settings of strongSwan (swanctl.conf(5)) in one form, so that two files that say the same are the same text. Pure.

One setting a line, a blank a section deeper, no comments: as FRR's own lines stand, and so by the same trees, the same
comparison and the same masks. What cannot be read is kept word by word: a damaged file must be seen, not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r'(?P<comment>#[^\n]*)|(?P<brace>[{}])|(?P<end>\n)|(?P<said>(?:"(?:\\.|[^"\\])*"|[^#{}\n"])+|")', re.DOTALL
)
_OPEN, _CLOSE = "{", "}"


def printed(content: str) -> str:
    """Return a file's settings in the one form. Law: what is printed is printed as it stands."""
    return "".join(f"{line}\n" for line in _lines(content))


def _lines(content: str) -> Iterator[str]:
    depth, name = 0, ""
    for said in _statements(content):
        if said == _OPEN:
            yield " " * depth + f"{name} {_OPEN}".lstrip()
            depth, name = depth + 1, ""
            continue
        if name:
            yield " " * depth + name
            name = ""
        if said == _CLOSE:
            depth = max(0, depth - 1)
            yield " " * depth + _CLOSE
        elif "=" in said:
            key, _, value = said.partition("=")
            yield " " * depth + f"{key.strip()} = {_on_one_line(value.strip())}".rstrip()
        else:
            name = _on_one_line(said)
    if name:
        yield " " * depth + name


def _statements(content: str) -> Iterator[str]:
    """Yield names of sections, settings, and the braces between them; those in a quoted value are its own."""
    said = ""
    for token in _TOKEN.finditer(content):
        if token["said"]:
            said += token["said"]
            continue
        if said.strip():
            yield said.strip()
        said = ""
        if token["brace"]:
            yield token["brace"]
    if said.strip():
        yield said.strip()


def _on_one_line(value: str) -> str:
    r"""Return a value without line ends; strongSwan reads ``\n`` between quotes as one."""
    return value.replace("\n", r"\n")
