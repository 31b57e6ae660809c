"""The characters of a file before it is parsed: encoding, line ends, what cannot be seen.

What cannot stay is replaced by a blank, one for one, so that every later finding keeps its line and column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from jbnet.inventory.reading.encodings import decode, place_of
from jbnet.inventory.report import FileReport
from jbnet.model.findings import Place

_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff"
_BREAKS = r"\x85\u2028\u2029"
_UNSEEN = r"\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
_UNSEEN_FAR = r"\ufe00-\ufe0f\ufff9-\ufffb\U000e0000-\U000e0fff"
_BLANKS = r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_PRIVATE = r"\ue000-\uf8ff\U000f0000-\U0010ffff"
_ODD = re.compile(f"[{_CONTROL}{_BREAKS}{_UNSEEN}{_UNSEEN_FAR}{_BLANKS}{_PRIVATE}\ufffd]")
_REPLACED = re.compile(f"[{_CONTROL}{_BREAKS}{_UNSEEN}{_UNSEEN_FAR}{_BLANKS}]")
"""Private-use characters stay: they are in somebody's name."""
_MOST = 500
"""Odd characters past which a file is not text at all."""
_IS_BREAK = re.compile(f"[{_BREAKS}]")
_IS_UNSEEN = re.compile(f"[{_UNSEEN}{_UNSEEN_FAR}]")
_IS_BLANK = re.compile(f"[{_BLANKS}]")
_IS_PRIVATE = re.compile(f"[{_PRIVATE}]")
_LONE_CR = re.compile(r"\r(?!\n)")
BOM = "\ufeff"


def clean(content: str, report: FileReport) -> str | None:
    """Return the text without what a parser stumbles over; None when it is no text. Findings go to ``report``."""
    decoded = decode(content, report)
    if decoded is None:
        return None
    if decoded.startswith(BOM):
        report.add("JB173", "a byte order mark before the first character; save without it", Place(report.file))
        decoded = decoded[1:]
    decoded = _line_ends(decoded, report)
    if not _judge_odd(decoded, report):
        return None
    _judge_form(decoded, report)
    return _REPLACED.sub(" ", decoded)


def judge_escaped(value: str, place: Place, report: FileReport) -> None:
    """Report what an escape (a number of a character) brought into a quoted text."""
    odd = _ODD.search(value)
    if odd is not None:
        _report(odd.group(), place, report)


def _line_ends(content: str, report: FileReport) -> str:
    """Return the text with plain line ends; the number of lines stays."""
    if "\r" not in content:
        return content
    both, lines = content.count("\r\n"), content.count("\n")
    lone = _LONE_CR.search(content)
    if lone is not None:
        place = place_of(report.file, content, lone.start())
        report.add("JB174", "a carriage return alone, as old editors end lines; save with LF line ends", place)
    elif both == lines:
        report.add("JB175", "line ends of Windows (CRLF); save with LF line ends", Place(report.file))
    else:
        odd = re.compile(r"\r\n" if both * 2 < lines else r"(?<!\r)\n").search(content)
        place = place_of(report.file, content, odd.start()) if odd else Place(report.file)
        report.add("JB174", "some lines end with CRLF and some with LF; save with LF line ends", place)
    return content.replace("\r\n", "\n").replace("\r", "\n")


def _judge_odd(content: str, report: FileReport) -> bool:
    """Report every character that cannot be seen or is not what it looks like; False when it is no text at all."""
    line, start, done = 1, 0, 0
    for count, odd in enumerate(_ODD.finditer(content)):
        skipped = content.count("\n", done, odd.start())
        if skipped:
            line, start = line + skipped, content.rfind("\n", done, odd.start()) + 1
        done = odd.start()
        place = Place(report.file, line, odd.start() - start + 1)
        if count >= _MOST:
            report.add("JB108", "no text: more than {limit} characters that cannot stand in one", place, limit=_MOST)
            return False
        _report(odd.group(), place, report)
    return True


def _report(character: str, place: Place, report: FileReport) -> None:
    shown = f"U+{ord(character):04X}"
    name = unicodedata.name(character, _CONTROL_NAMES.get(character, "-")).lower()
    if character == "\ufffd":
        report.add("JB108", "the mark of a lost character (U+FFFD): it was saved in a wrong encoding before", place)
    elif _IS_PRIVATE.match(character):
        report.add("JB178", "a private-use character, {character}: it looks different on every machine", place,
                   character=shown)  # fmt: skip
    elif _IS_BREAK.match(character):
        report.add("JB171", "{character} ({name}) ends a line for some readers and not for others", place,
                   character=shown, name=name)  # fmt: skip
    elif _IS_UNSEEN.match(character):
        report.add("JB171", "a character that cannot be seen: {character} ({name})", place,
                   character=shown, name=name)  # fmt: skip
    elif _IS_BLANK.match(character):
        report.add("JB172", "a blank that is not the plain one: {character} ({name})", place,
                   character=shown, name=name)  # fmt: skip
    else:
        report.add("JB170", "a control character, {character}, which YAML does not allow", place, character=shown)


_CONTROL_NAMES: Mapping[str, str] = {"\x85": "next line"}


def _judge_form(content: str, report: FileReport) -> None:
    """Report lines that are not in normal form C: two spellings of one name that look the same."""
    if content.isascii() or unicodedata.is_normalized("NFC", content):
        return
    for number, line in enumerate(content.split("\n"), start=1):
        if unicodedata.is_normalized("NFC", line):
            continue
        right = unicodedata.normalize("NFC", line)
        at = next((i for i, (old, new) in enumerate(zip(line, right, strict=False)) if old != new), len(right) - 1)
        wrong, good = _points(line[at : at + 2]), _points(right[at : at + 1])
        report.add("JB177", "{text} is not in Unicode normal form C, in which it is {right}",
                   Place(report.file, number, at + 1), text=wrong, right=good)  # fmt: skip


def _points(characters: str) -> str:
    """Return characters as they can be told apart: these look the same."""
    return " ".join(f"U+{ord(character):04X}" for character in characters)
