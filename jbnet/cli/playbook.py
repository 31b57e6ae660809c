"""``jbnet playbook``: a playbook on the selected devices, through ansible-runner."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.printing import echo
from jbnet.model.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jbnet.cli.context import Context
    from jbnet.model.text import Text
    from jbnet.ports import HostOutcome, PlaybookResult, Progress
    from jbnet.services.playbook import Playbook

WHOLE = "ansible-playbook:"
"""How a failure begins that is of the run and of no host: its time was over, a playbook has an error."""


def command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The playbook; without it they are listed.")] = "",
    selector: Annotated[
        str, typer.Argument(metavar="SELECTOR", help="Which devices: device:NAME, level=county, all.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="As --dry-run, with exit code 1 when anything would change.")
    ] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A variable of the playbook; no secrets.")
    ] = None,
) -> None:
    """Run a playbook of playbooks/ on the selected devices; a second run changes nothing.

    Exit codes: 0 it ended well everywhere; 1 a condition does not hold on some host; 3 it failed on some.
    """
    from jbnet import wiring
    from jbnet.cli.vantage import enter
    from jbnet.inventory.select import select
    from jbnet.model.errors import UsageError
    from jbnet.model.text import text
    from jbnet.services.playbook import PlaybookOrder, chosen, exit_code, find, run

    context: Context = ctx.obj
    shelf = wiring.playbook_shelf(context.directory)
    if not name:
        _list(context, shelf.all())
        return
    playbook = find(shelf, name)
    if not selector:
        raise UsageError("say which devices", hint=text("as in: jbnet playbook {name} device:NAME, or all", name=name))
    variables = _variables(settings or ())
    enter(context)
    dry = dry_run or check
    ways = wiring.playbook_ways(context.directory, context.state_dir, playbook, _Tasks(context, dry=dry))
    devices = chosen(ways.network, select(ways.network, selector))
    result = run(PlaybookOrder(playbook, devices, dry, variables), ways)
    _show(context, playbook, result, dry=dry)
    if not dry:
        _keep_restores(context, playbook.name, result)
    code = exit_code(result)
    if code is ExitCode.OK and check and result.changed:
        code = ExitCode.NO
    if code:
        raise typer.Exit(code)


def _keep_restores(context: Context, name: str, result: PlaybookResult) -> None:
    """Keep which backups were restored, for ``dr check``; where that fails the run did what it did all the same."""
    from jbnet import wiring
    from jbnet.adapters.clock import SystemClock
    from jbnet.model.errors import JbnetError
    from jbnet.services.restored import restores_of

    done = restores_of(name, result, SystemClock().now())
    if not done:
        return
    try:
        wiring.restored_file(context.state_dir).append(done)
    except JbnetError as error:
        context.note("the proof is not kept, and jbnet dr check will not know of it: {reason}", reason=error.text)


def _variables(settings: Sequence[str]) -> dict[str, object]:
    """Return ``NAME=VALUE`` words as variables; a value is read as YAML.

    Raises UsageError, and Refused for what would change where and how a task runs.
    """
    import yaml

    from jbnet.model.errors import UsageError
    from jbnet.model.text import text

    found: dict[str, object] = {}
    for word in settings:
        name, equals, value = word.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError("{word} sets no variable", word=word, hint=text("as in: --set name=value"))
        try:
            found[name] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise UsageError("the value of {name} is no YAML", name=name, hint=text("put it in quotes")) from error
        _check_setting(name, found[name])
    return found


def _check_setting(name: str, value: object) -> None:
    """Raise Refused for a variable that decides where and how a task runs, and for a value that would be evaluated."""
    from jbnet.inventory.exchange.ansible_variables import is_special, is_template
    from jbnet.model.errors import Refused
    from jbnet.model.text import text

    if is_special(name):
        raise Refused(
            "--set {name}: where a task runs and which host keys are believed is not for a variable to say",
            name=name,
            hint=text("say in inventory/ how a device is reached; variables of a playbook have names of their own"),
        )
    if is_template(value):
        raise Refused(
            "--set {name}: a template would be evaluated on this machine",
            name=name,
            hint=text("give the value itself"),
        )


class _Tasks:
    """A Reporter that prints each task's end on each host; ``dry``: nothing is changed, only said."""

    def __init__(self, context: Context, *, dry: bool):
        self._context, self._dry = context, dry

    def report(self, progress: Progress) -> None:
        ended = str(progress.data["outcome"])
        said = self._context.tr("would change" if self._dry and ended == "changed" else ended)
        task = _task(str(progress.data["task"]))
        self._context.note("{host}: {task}: {outcome}", host=progress.subject, task=task, outcome=said)


def _task(name: str) -> Text:
    """Return a task's name as a text: those of the shipped playbooks are in the catalogue."""
    from jbnet.model.text import Text, text

    if found := re.fullmatch(r"Service (\S+)", name):
        return text("Service {name}", name=found[1])
    if found := re.fullmatch(r"End (\S+) for its new settings", name):
        return text("End {name} for its new settings", name=found[1])
    return Text(name)


def _list(context: Context, playbooks: Mapping[str, Playbook]) -> None:
    from jbnet.cli.columns import pad

    context.emit({"playbooks": [_described(playbook) for playbook in playbooks.values()]})
    for playbook in playbooks.values():
        about = playbook.about_zh if context.lang == "zh" else playbook.about
        context.say("{name}  {about}", name=pad(playbook.name, 14), about=about)


def _described(playbook: Playbook) -> dict[str, object]:
    return {"name": playbook.name, "about": playbook.about, "about_zh": playbook.about_zh,
            "secrets": list(playbook.secrets), "seconds": playbook.seconds}  # fmt: skip


def _show(context: Context, playbook: Playbook, result: PlaybookResult, *, dry: bool) -> None:
    data = {
        "playbook": playbook.name,
        "check": dry,
        "interrupted": result.interrupted,
        "seconds": round(result.seconds, 2),
        "failed": list(result.failed),
        "hosts": [_json(host) for host in result.hosts],
    }
    context.emit(data, ok=result.ok, counts=_counts(result))
    if context.json:
        return
    if result.hosts:
        _table(context, result.hosts, dry=dry)
    _print_endings(context, result)


def _counts(result: PlaybookResult) -> dict[str, int]:
    counts = {"hosts": len(result.hosts), "changed": len(result.changed)}
    for host in result.hosts:
        counts[host.state.value] = counts.get(host.state.value, 0) + 1
    return counts


def _json(host: HostOutcome) -> dict[str, object]:
    return {"host": host.host, "state": host.state.value, "ok": host.ok, "changed": list(host.changed),
            "reason": host.reason, "found": dict(host.found)}  # fmt: skip


def _table(context: Context, hosts: Sequence[HostOutcome], *, dry: bool) -> None:
    from jbnet.cli.columns import cells, pad

    head = [context.tr(word) for word in ("host", "state", "tasks", "would change" if dry else "changed")]
    rows = [head, *([host.host, context.tr(host.state.value), str(host.ok), str(len(host.changed))] for host in hosts)]
    widths = [max(cells(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        padded = [pad(word, width) for word, width in zip(row, widths, strict=False)]
        echo("  ".join([*padded, row[3]]).rstrip())


def _print_endings(context: Context, result: PlaybookResult) -> None:
    """Print what was found, and why it did not end well."""
    _print_found(context, [host for host in result.hosts if host.found])
    for host in result.hosts:
        if host.reason is not None:
            context.say("{host}: {reason}", host=host.host, reason=host.reason)
    for line in result.failed:
        if line.startswith(WHOLE):
            context.say("{line}", line=line)
    if result.interrupted:
        context.say("interrupted: what a task was at on a host may still end there; run it again")


def _print_found(context: Context, hosts: Sequence[HostOutcome]) -> None:
    """Print what was found on hosts as a table of 80 columns."""
    from jbnet.cli.run_table import chosen, layout
    from jbnet.services.run_answer import Answer, Form

    if not hosts:
        return
    found = [
        Answer(host.host, "", "", Form.JSON, ({context.tr(k): _plain(v) for k, v in host.found.items()},))
        for host in hosts
    ]
    table = layout(found, chosen("", found), context.tr("host"))
    for line in ("", *table.lines):
        echo(line)
    if table.left_out:
        context.say("columns without room (--json): {names}", names=", ".join(table.left_out))


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return str(value)
