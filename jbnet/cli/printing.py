"""Printing for people: nothing that a device, a file or a playbook said steers the terminal it is shown on."""

from __future__ import annotations

import json
import re

import typer

from jbnet.model.printable import STEERING, printable

_STEERING = re.compile(f"[{STEERING}]")


def echo(said: str, *, nl: bool = True) -> None:
    """Print a text on stdout; what steers terminals as codes."""
    typer.echo(printable(said), nl=nl)


def json_text(document: object) -> str:
    """Return a document as JSON that can be looked at on a terminal, too: with the same value."""
    said = json.dumps(document, ensure_ascii=False)
    return _STEERING.sub(lambda found: f"\\u{ord(found.group()):04x}", said)
