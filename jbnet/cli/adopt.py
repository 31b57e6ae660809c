"""``jbnet adopt``: a workspace drafted from the configurations of a network that runs."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.model.errors import ExitCode
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.config.adopt.facts import Problem
    from jbnet.model.errors import TargetError
    from jbnet.services.adopt import Adoption

SHOWN = 12
"""Problems and findings that are printed; the account has all of them."""


def command(
    ctx: typer.Context,
    configs: Annotated[
        list[Path] | None, typer.Argument(metavar="CONFIGS...", help="Files, or folders of them, one a device.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Where to lay the workspace.")
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Option("--names", metavar="REGEX", help="What host names say; groups prefecture, county ..., device."),
    ] = None,
    network: Annotated[str, typer.Option("--network", metavar="NAME", help="What the network is called.")] = "adopted",
    from_devices: Annotated[
        Path | None,
        typer.Option("--from-devices", metavar="FILE", help="Lines of NAME PLATFORM ADDRESS: log in and fetch."),
    ] = None,
    lldp: Annotated[
        list[Path] | None,
        typer.Option("--lldp", metavar="FILE", help="Saved LLDP neighbours of VRP or Comware, prompts included."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be written.")] = False,
) -> None:
    """Draft a workspace from what runs on VRP, Comware and FRR, so that a plan straight after it sends nothing.

    Exit codes: 0 drafted; 1 drafted, and the draft has errors; 2 wrong use; 3 some configurations were left
    out, or no device gave one.
    """
    from jbnet import wiring
    from jbnet.cli.vantage import enter

    context: Context = ctx.obj
    _check_use(configs, output, from_devices, dry_run=dry_run)
    if from_devices is not None:
        enter(context)
    sources, unread = wiring.saved_configs(configs or [])
    if from_devices is not None:
        fetched, silent = wiring.fetched_configs(context.directory, context.state_dir, from_devices)
        sources, unread = [*sources, *fetched], [*unread, *silent]
        if not sources and silent:
            raise _nobody(context, silent)
    seen, unseen = wiring.saved_configs(lldp or [])
    found = wiring.adoption(sources, [*unread, *unseen], names or [], network, seen)
    written: tuple[str, ...] = ()
    if output is not None and not dry_run:
        written = wiring.write_workspace(output, found, "\n".join(_account(context, found)) + "\n")
    good = found.loaded.network is not None
    context.emit(_data(found, written), ok=good and not found.refused, findings=found.loaded.findings)
    if not context.json:
        _print(context, found, output if written else None)
    if not good:
        raise typer.Exit(ExitCode.NO)
    if found.refused:
        raise typer.Exit(ExitCode.FAILED)


def _check_use(configs: list[Path] | None, output: Path | None, devices: Path | None, *, dry_run: bool) -> None:
    from jbnet.model.errors import UsageError

    if not configs and devices is None:
        raise UsageError("nothing to adopt from", hint=text("name files or folders, or --from-devices FILE"))
    if output is None and not dry_run:
        raise UsageError("it is not said where the workspace shall lie", hint=text("-o DIR, or --dry-run"))


def _nobody(context: Context, silent: list[Problem]) -> TargetError:
    """Return what to say where no device gave its configuration; of several the reasons are printed."""
    from jbnet.cli.plan import print_unasked
    from jbnet.model.errors import TargetError

    first = silent[0]
    if len(silent) > 1 and not context.json:
        print_unasked(context, {problem.place.file: problem.text for problem in silent})
    return TargetError("nothing can be adopted: {device} gave no configuration: {reason}", device=first.place.file,
                       reason=first.text)  # fmt: skip


def _print(context: Context, found: Adoption, laid: Path | None) -> None:
    from jbnet.wiring.adopting import ACCOUNT

    read = Counter(d.running.platform for d in found.draft.devices.values() if d.running)
    context.say("read: {platforms}", platforms=", ".join(f"{name} {count}" for name, count in sorted(read.items())))
    if found.refused:
        context.say("left out: {count} of {whole}", count=len(found.refused),
                    whole=len(found.draft.devices) + len(found.refused))  # fmt: skip
        _print_problems(context, found.refused)
    homes, lines = found.draft.homes.values(), sum(len(home.circuits) for home in found.draft.homes.values())
    kept, runs = found.draft.kept()
    context.say("devices: {devices}, homes: {homes}, lines between them: {lines}", devices=len(found.draft.devices),
                homes=len(homes), lines=lines)  # fmt: skip
    context.say("addresses declared: {kept} of {runs}", kept=kept, runs=runs)
    _print_sections(context, found)
    fates = Counter(line.fate.value for line in found.lines)
    context.say("lines rendered as they run: {declared}, read and said otherwise: {read}, not understood: {unknown}",
                declared=fates["declared"], read=fates["read"], unknown=fates["unknown"])  # fmt: skip
    others = [problem for problem in found.problems if not problem.refused]
    if others:
        context.say("to be looked at: {count}", count=len(others))
        _print_problems(context, others)
    errors = [finding for finding in found.loaded.findings if finding.severity == "error"]
    context.say("findings of jbnet check: errors {errors}, others {others}", errors=len(errors),
                others=len(found.loaded.findings) - len(errors))  # fmt: skip
    for finding in errors[:SHOWN]:
        context.say("  {place} {code} {said}", place=finding.place or "-", code=finding.code, said=finding.text)
    if laid is not None:
        context.say("all of it, line by line: {file}", file=laid / ACCOUNT)
        context.say("next: {command}", command=f"jbnet -C {shlex.quote(str(laid))} check")


def _print_problems(context: Context, problems: tuple[Problem, ...] | list[Problem]) -> None:
    for problem in problems[:SHOWN]:
        context.say("  {said}", said=_placed(context, problem))
    if len(problems) > SHOWN:
        context.say("and {count} more", count=len(problems) - SHOWN)


def _placed(context: Context, problem: Problem) -> str:
    """Return what is said of a place, with the place; a device that gave no text has none, and is named once."""
    said = context.tr(problem.text)
    if not problem.silent:
        return f"{problem.place} {said}"
    return said if problem.place.file in said else f"{problem.place.file}: {said}"


def _print_sections(context: Context, found: Adoption) -> None:
    """Print on how many devices each section is owned, observed or foreign, those that anything says first."""
    words = ("owned", "observed", "foreign")
    counted: dict[str, Counter[str]] = {}
    for name, section in dict.fromkeys((line.device, line.section) for line in found.lines):
        counted.setdefault(section, Counter())[found.held[name].of(section, "").value] += 1
    heads = [context.tr("section"), context.tr("as owned"), context.tr("as observed"), context.tr("as foreign")]
    context.say("{head}", head=_row(heads))
    for section, count in sorted(counted.items(), key=lambda item: (-item[1]["owned"], -item[1]["observed"], item[0])):
        context.say("{row}", row=_row([section, *(str(count[word] or "-") for word in words)]))


def _row(cells: list[str]) -> str:
    from jbnet.cli.columns import pad, padding

    return "  " + pad(cells[0], 18) + "".join(padding(cell, 12) + cell for cell in cells[1:])


def _account(context: Context, found: Adoption) -> Iterator[str]:
    """Yield the account: what was left out or guessed, then every line that is not owned as it runs."""
    yield context.tr("left out, guessed, or to be looked at:")
    for problem in found.problems:
        yield f"{problem.place} {context.tr(problem.text)}"
    yield ""
    yield context.tr("lines that the draft does not render as they run: place, section, how it is held, what was read")
    for line in found.lines:
        if line.fate != "declared":
            yield f"{line.place} {line.section} {line.hold.value} {line.fate.value}: {line.said}"


def _data(found: Adoption, written: tuple[str, ...]) -> dict[str, object]:
    return {
        "files": list(written),
        "devices": {
            name: {
                "source": device.running.source if device.running else None,
                "platform": device.running.platform if device.running else None,
                "sections": {section: hold.value for section, hold in found.held[name].sections.items()},
                "lines": {line: hold.value for line, hold in found.held[name].lines.items()},
                "rest": found.held[name].rest.value,
            }
            for name, device in found.draft.devices.items()
        },
        "problems": [
            {"file": p.place.file, "line": p.place.line, "reason": str(p.text), "refused": p.refused}
            for p in found.problems
        ],
        "lines": [
            {"device": line.device, "file": line.place.file, "line": line.place.line, "section": line.section,
             "held": line.hold.value, "fate": line.fate.value, "said": line.said}
            for line in found.lines if line.fate != "declared"
        ],
    }  # fmt: skip
