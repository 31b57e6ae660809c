"""Plans that are kept in the state directory, and how people name one: by the beginning of its hash, or by its file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from jbnet.cli.plan import SHORT, plans_folder
from jbnet.cli.private import check_file
from jbnet.model.errors import UsageError
from jbnet.model.text import Text, text

SHORTEST = 6
"""How many digits of a hash are typed at least."""
FEW = 5
_DIGITS = re.compile("[0-9a-f]+")


def file_of(state_dir: Path, name: str) -> Path:
    """Return the file of a plan. Raises UsageError where the name is of none, or of several.

    Raises Refused for one that is kept where somebody else can write to it.
    """
    if Path(name).is_file():
        return Path(name)
    files = {file.stem: file for file in plans_folder(state_dir).glob("*.json") if _DIGITS.fullmatch(file.stem)}
    newest = sorted(files, key=lambda stem: files[stem].stat().st_mtime, reverse=True)
    none = text("make one with: jbnet plan")
    hint = text("kept plans, the newest first: {plans}", plans=few(newest)) if newest else none
    found = beginning_with(name, newest, hint)
    if found is None:
        raise UsageError("no plan begins with {name}", name=name, hint=hint)
    check_file(files[found])
    return files[found]


def beginning_with(name: str, hashes: Sequence[str], hint: Text) -> str | None:
    """Return the one hash that begins so, None where none does.

    Raises UsageError for what is no hash, for too few digits, and where several begin so.
    """
    if not _DIGITS.fullmatch(name):
        raise UsageError("there is no file {name}, and it is no hash of a plan", name=name, hint=hint)
    found = [known for known in hashes if known.startswith(name)]
    if len(name) < SHORTEST:
        more = text("these have enough digits: {plans}", plans=few(found)) if found else hint
        raise UsageError(
            "{name} is too short: a plan is named by {least} digits of its hash or more",
            name=name, least=SHORTEST, hint=more,
        )  # fmt: skip
    if len(found) > 1:
        raise UsageError(
            "plans that begin with {name}: {count}, expected one",
            name=name, count=len(found), hint=text("type more digits: {plans}", plans=", ".join(found[:FEW])),
        )  # fmt: skip
    return found[0] if found else None


def few(hashes: Sequence[str]) -> str:
    """Return the first few hashes as people see them."""
    return ", ".join([*(known[:SHORT] for known in hashes[:FEW]), *(["..."] if len(hashes) > FEW else [])])
