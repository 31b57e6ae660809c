"""Plain scalars: what they are here, and where other readers of YAML would see something else.

Resolved by YAML 1.2's core schema, and narrower: only ``true`` and ``false`` are truth values and only plain
decimals are numbers, so that ``no``, ``010`` and ``12:30`` stay text and a code never turns into a number.
Readers of YAML 1.1 (PyYAML, Ansible, older Ruby and Go) see truth values, octal and base 60 there: a warning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jbnet.inventory.report import FileReport
from jbnet.model.findings import Place
from jbnet.model.text import Text, text

LONGEST = 1000
"""Characters past which a scalar is most likely something that was not meant to be one."""

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]+)?\Z")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_STARTS = frozenset("0123456789+-.~tfn")
_LONGEST_WORD = 100
"""No word or number that readers disagree about is longer."""

_OTHERS: tuple[tuple[re.Pattern[str], Text], ...] = (
    (re.compile(r"(yes|no|on|off|true|false)\Z", re.IGNORECASE), text("true or false")),
    (re.compile(r"null\Z", re.IGNORECASE), text("nothing")),
    (re.compile(r"[-+]?0o?[0-7_]+\Z"), text("an octal number")),
    (re.compile(r"[-+]?0[0-9]+\Z"), text("a decimal number")),
    (re.compile(r"[-+]?0x[0-9a-fA-F_]+\Z"), text("a hexadecimal number")),
    (re.compile(r"[-+]?0b[01_]+\Z"), text("a binary number")),
    (re.compile(r"[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?\Z"), text("a number to the base of 60")),
    (re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*\Z"), text("a number")),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z"), text("a number")),
    (re.compile(r"[-+]?\.inf\Z|\.nan\Z", re.IGNORECASE), text("a number")),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?\Z"), text("a date")),
)

_DOUBTFUL = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in _OTHERS), re.IGNORECASE)

_FULL_WIDTH = re.compile("[\uff01-\uff5e\u3001\u3002\u300c-\u300f\u2018\u2019\u201c\u201d]")
_OPENING = "\u201c\u201d\u2018\u2019\uff02\uff07\u300c\u300d\u300e\u300f\uff5b\uff5d\uff3b\uff3d"
_WIDE = _FULL_WIDTH.pattern
_AMONG_ASCII = re.compile(f"""(?<=["'\\]}}A-Za-z0-9]){_WIDE}|{_WIDE}(?=["'\\[{{A-Za-z0-9 ])""")
_PLAIN_FORMS = {"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u3001": ",", "\u3002": ".",
                "\u300c": '"', "\u300d": '"', "\u300e": '"', "\u300f": '"'}  # fmt: skip
_IDEOGRAPH = "[\u3400-\u9fff\U00020000-\U0003ffff]"
"""Compiled when a full-width form is met, which is seldom."""
_LOOKALIKE = re.compile(  # Cyrillic, Greek and mathematical letters with the shape of a Latin one
    "[\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04bb\u0501\u051b\u051d\u0410\u0412\u0415\u041a\u041c"
    "\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408\u03bf\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d"
    "\u039f\u03a1\u03a4\u03a5\u03a7\U0001d400-\U0001d7ff]"
)
_LATIN = re.compile("[A-Za-z]")
_KEY_COLON = re.compile("[A-Za-z0-9_]\uff1a")
_SWALLOWED = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*:[^\s/]")


def resolve(value: str) -> str | int | float | bool | None:
    """Return what a plain scalar without a tag is."""
    if value and value[0] not in _STARTS:
        return value
    if value in _WORDS:
        return _WORDS[value]
    if _INT.match(value) and len(value) < 20:
        return int(value)
    if _FLOAT.match(value):
        return float(value)
    return value


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a scalar stands, where its first character does, and how many of its characters follow on that line."""

    place: Place
    inner: Place
    exact: int

    def at(self, offset: int) -> Place:
        """Return the place of one of its characters, or its own where that cannot be told."""
        return moved(self.inner, offset) if offset < self.exact else self.place


def judge_plain(value: str, spot: Spot, report: FileReport) -> None:
    """Report a plain text that other readers take for something else, or that holds a swallowed comment."""
    if len(value) <= _LONGEST_WORD and _DOUBTFUL.match(value):
        for pattern, other in _OTHERS:
            if pattern.match(value):
                report.add("JB162", "{value} is text here and {other} for other readers of YAML; write it in quotes",
                           spot.place, value=shorten(value), other=other)  # fmt: skip
                return
    if "#" in value:
        at = value.index("#")
        report.add("JB163", "# begins a comment only after a blank; here it belongs to the text {value}",
                   spot.at(at), value=shorten(value))  # fmt: skip


def judge_length(value: str, place: Place, report: FileReport) -> None:
    """Report a scalar that is longer than anything declared."""
    if len(value) > LONGEST:
        report.add("JB164", "a text of {length} characters, {limit} is a lot already", place,
                   length=len(value), limit=LONGEST)  # fmt: skip


def judge_forms(value: str, spot: Spot, report: FileReport, *, plain: bool, key: bool) -> None:
    """Report full-width forms where ASCII was meant, and letters of other scripts that look like Latin ones."""
    lookalike = _LOOKALIKE.search(value)
    if lookalike is not None and _LATIN.search(value):
        report.add("JB169", "{character} ({shown}) among Latin letters only looks like one of them",
                   spot.at(lookalike.start()), character=lookalike.group(),
                   shown=f"U+{ord(lookalike.group()):04X}")  # fmt: skip
    at = _full_width(value, plain=plain, key=key)
    if at is not None:
        full_width(value[at], spot.at(at), report)


def full_width(character: str, place: Place, report: FileReport) -> None:
    """Report one full-width character."""
    report.add("JB168", "a full-width {character} ({shown}); write {right}", place, character=character,
               shown=f"U+{ord(character):04X}", right=_ascii(character))  # fmt: skip


def full_width_in(line: str) -> int | None:
    """Return where a line that is not YAML has a full-width character in the place of an ASCII one."""
    colon = _KEY_COLON.search(line)
    if colon is not None:
        return colon.end() - 1
    found = _AMONG_ASCII.search(line)
    return found.start() if found else None


def _full_width(value: str, *, plain: bool, key: bool) -> int | None:
    """Return where a full-width character stands for an ASCII one. Inside Chinese text it is at home."""
    found = _FULL_WIDTH.search(value)
    if found is None:
        return None
    if key or not re.search(_IDEOGRAPH, value):
        return found.start()
    if plain and value[0] in _OPENING and value[-1] in _OPENING:
        return 0
    colon = _KEY_COLON.search(value)
    return colon.end() - 1 if colon is not None else None


def _ascii(character: str) -> str:
    if character in _PLAIN_FORMS:
        return _PLAIN_FORMS[character]
    return chr(ord(character) - 0xFEE0)


def misses_blank(value: str) -> bool:
    """Say whether a plain text reads ``key:value``: the blank after the colon is missing."""
    return _SWALLOWED.match(value) is not None


def moved(place: Place, columns: int) -> Place:
    """Return a place further right on the line."""
    return Place(place.file, place.line, place.column + columns)


def shorten(value: str) -> str:
    """Return a text as a message quotes it."""
    return value if len(value) <= 40 else value[:37] + "..."
