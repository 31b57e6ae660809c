"""The command line as a function, in this process: fast, and seen by the debugger."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import click
import pytest
import typer

from jbnet.cli.app import LAZY_COMMANDS, load_command, root
from jbnet.cli.errors import run_guarded

Run = Callable[..., tuple[int, str, str]]
"""Takes the words of a command line; returns its exit code, what it said on stdout and on stderr."""


def runner(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command as ``jbnet`` would."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["jbnet", *map(str, arguments)])
        code = int(run_guarded(root))
        said = capfd.readouterr()
        return code, said.out, said.err

    return call


def all_commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with the words that call it, the root first."""
    yield (), typer.main.get_command(root)
    for name in LAZY_COMMANDS:
        yield from _walk(load_command(name), (name,))


def _walk(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _walk(below, (*path, name))
