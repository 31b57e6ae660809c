"""From exceptions to messages and exit codes. No stack trace reaches a person."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import sys
import traceback
from typing import TextIO

import click
import typer

from jbnet.cli.context import Context
from jbnet.model.errors import ExitCode, JbnetError
from jbnet.model.findings import Finding, Severity
from jbnet.model.refusals import reason_of, way_out
from jbnet.model.text import Text, text

USAGE: tuple[tuple[re.Pattern[str], str], ...] = (
    # click's English, and what we say instead
    (re.compile(r"Missing argument '?(?P<name>.+?)'?\."), "the argument {name} is missing"),
    (re.compile(r"Missing option '?(?P<name>.+?)'?\."), "the option {name} is missing"),
    (re.compile(r"No such command '(?P<name>.*)'\.(?P<like>.*)", re.DOTALL), "there is no command {name}"),
    (re.compile(r"No such option '?(?P<name>.+?)'?\.(?P<like>.*)", re.DOTALL), "there is no option {name}"),
    (re.compile(r"Got unexpected extra arguments? \((?P<name>.*)\)"), "more arguments than expected: {name}"),
    (re.compile(r"Option '(?P<name>.*)' requires an argument\."), "the option {name} needs a value"),
    (re.compile(r"Invalid value for '?(?P<name>.+?)'?: (?P<why>.*)", re.DOTALL), "{name}: wrong value: {why}"),
)


def run_guarded(app: typer.Typer) -> int:
    """Run the application and return its exit code; every failure becomes one clear message."""
    code = _run(app)
    if code == ExitCode.INTERRUPTED:
        _end_undisturbed()
    return code


def _run(app: typer.Typer) -> int:
    command = typer.main.get_command(app)
    context = context_from_argv()
    try:
        result = command.main(args=sys.argv[1:], prog_name="jbnet", standalone_mode=False)
        sys.stdout.flush()
        return int(result) if isinstance(result, int) else ExitCode.OK
    except JbnetError as error:
        _print_error(context, error.text, error.hint, error.findings)
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        _print_usage(context, error)
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        _print_error(context, text("interrupted"), None, ())
        return ExitCode.INTERRUPTED
    except OSError as error:
        _print_error(context, *refused(error), ())
        return ExitCode.FAILED
    except Exception as error:  # noqa: BLE001  a defect of ours: say so in one line, keep the trace for JBNET_DEBUG
        _print_error(context, defect(error), text("set JBNET_DEBUG=1 for the trace, and report it"), ())
        return ExitCode.FAILED


def _end_undisturbed() -> None:
    """Let no further signal change the exit code of a command that was interrupted and has taken back what it began.

    The interpreter gives signals their first meaning again before it ends: a second SIGTERM then would kill it.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def defect(error: Exception) -> Text:
    """Return what is said of a defect of ours; the trace is printed where it was asked for (JBNET_DEBUG)."""
    if os.environ.get("JBNET_DEBUG"):
        traceback.print_exception(error)
    return text("internal error: {kind}: {error}", kind=type(error).__name__, error=error)


def refused(error: OSError) -> tuple[Text, Text | None]:
    """Return what is said where the system refused a file or a stream, and what to do; no defect of ours."""
    if os.environ.get("JBNET_DEBUG"):
        traceback.print_exception(error)
    reason = reason_of(error)
    hint = way_out(error)
    if error.filename is None:
        return text("the system refused: {reason}", reason=reason), hint
    return text("{path}: {reason}", path=os.fsdecode(error.filename), reason=reason), hint


def _print_usage(context: Context, error: click.ClickException) -> None:
    """Say what was wrong with the command line; a bare group prints its help, as it is."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        sys.stderr.write(f"{error.format_message()}\n")
        return
    where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "jbnet"
    _print_error(context, _usage(error), text("{command} --help lists what there is", command=where), ())


def _usage(error: click.ClickException) -> Text:
    """Return click's complaint in words of ours, which can be translated; the rare ones stay as click writes them."""
    said = error.format_message()
    for pattern, template in USAGE:
        if found := pattern.fullmatch(said):
            return text(template, **found.groupdict())
    return text("{message}", message=said)


def context_from_argv() -> Context:
    """Read the two options that help and an error message need, wherever they stand, even where parsing itself failed.

    What stands behind ``--`` is a device's or a program's.
    """
    from itertools import takewhile
    from pathlib import Path

    arguments = [*takewhile(lambda argument: argument != "--", sys.argv[1:])]
    said = [after for before, after in zip(arguments, arguments[1:], strict=False) if before == "--lang"]
    said += [argument.removeprefix("--lang=") for argument in arguments if argument.startswith("--lang=")]
    lang = said[-1] if said else os.environ.get("JBNET_LANG")
    return Context(directory=Path(), json="--json" in arguments, lang="zh" if lang == "zh" else "en")


def _print_error(context: Context, message: Text, hint: Text | None, findings: tuple[Finding, ...]) -> None:
    """Say it on stderr, with ``--json`` on stdout too; where a stream refuses, the exit code alone speaks."""
    said = context.tr(message)
    if hint is not None:
        said += "\n  " + context.tr(hint)
    lines = [f"{f.place or '-'} {context.tr(Text(f.severity.value))} {f.code} {context.tr(f.text)}" for f in findings]
    begin = "\r\x1b[K" if sys.stderr.isatty() else ""  # over a line of progress that was cut short
    from jbnet.cli.printing import json_text
    from jbnet.model.printable import printable

    _put(sys.stderr, begin + printable("\n".join([*lines, f"jbnet: {said}"])))
    if context.json:
        own = Finding("JB000", Severity.ERROR, text("{message}", message=said))
        envelope = context.envelope(None, ok=False, findings=(*findings, own))
        _put(sys.stdout, json_text(envelope))


def _put(stream: TextIO, line: str) -> None:
    with contextlib.suppress(OSError):
        stream.write(line + "\n")
        stream.flush()


def settle_streams() -> None:
    """Let go of what a full or closed stream did not take, so that the interpreter's end has nothing to say of it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def open_streams() -> None:
    """Open the standard streams that the caller closed onto nothing: else a file of ours would get their numbers.

    What a stream's encoding does not have is written as an escape.
    """
    for name, descriptor, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            with contextlib.suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115  for good
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Chinese shows escapes, which is no defect
            stream.reconfigure(errors="backslashreplace")
