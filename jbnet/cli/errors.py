"""From exceptions to messages and exit codes. No stack trace reaches a person."""

from __future__ import annotations

import json
import os
import sys
import traceback

import click
import typer

from jbnet.cli.context import Context
from jbnet.model.errors import ExitCode, JbnetError
from jbnet.model.findings import Finding, Severity
from jbnet.model.text import Text, text


def run_guarded(app: typer.Typer) -> int:
    """Run the application and return its exit code; every failure becomes one clear message."""
    command = typer.main.get_command(app)
    context = _context_from_argv()
    try:
        result = command.main(args=sys.argv[1:], prog_name="jbnet", standalone_mode=False)
        return int(result) if isinstance(result, int) else ExitCode.OK
    except JbnetError as error:
        _print_error(context, error.text, error.hint, error.findings)
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        _print_error(context, text("{message}", message=error.format_message()), None, ())
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        _print_error(context, text("interrupted"), None, ())
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001  a defect of ours: say so in one line, keep the trace for JBNET_DEBUG
        _print_error(context, defect(error), text("set JBNET_DEBUG=1 for the trace, and report it"), ())
        return ExitCode.FAILED


def defect(error: Exception) -> Text:
    """Return what is said of a defect of ours; the trace is printed where it was asked for (JBNET_DEBUG)."""
    if os.environ.get("JBNET_DEBUG"):
        traceback.print_exception(error)
    return text("internal error: {kind}: {error}", kind=type(error).__name__, error=error)


def _context_from_argv() -> Context:
    """Read the two options that an error message needs, even where parsing itself failed."""
    from pathlib import Path

    arguments = sys.argv[1:]
    wants_zh = "--lang=zh" in arguments or ("--lang", "zh") in zip(arguments, arguments[1:], strict=False)
    lang = "zh" if wants_zh or os.environ.get("JBNET_LANG") == "zh" else "en"
    return Context(directory=Path(), json="--json" in arguments, lang=lang)


def _print_error(context: Context, message: Text, hint: Text | None, findings: tuple[Finding, ...]) -> None:
    said = context.tr(message)
    if hint is not None:
        said += "\n  " + context.tr(hint)
    for finding in findings:
        sys.stderr.write(f"{finding.place or '-'} {finding.severity} {finding.code} {context.tr(finding.text)}\n")
    sys.stderr.write(f"jbnet: {said}\n")
    if context.json:
        own = Finding("JB000", Severity.ERROR, text("{message}", message=said))
        json.dump(context.envelope(None, ok=False, findings=(*findings, own)), sys.stdout, ensure_ascii=False)
        sys.stdout.write("\n")
