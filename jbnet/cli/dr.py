"""``jbnet dr``: recovery. A runbook is executed step by step, with a journal, after two people approved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jbnet.cli.context import Context

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Recovery: status, check, switchover, failover, failback, rejoin, drill, compare, alone, approve, resume.",
)

ExecutionName = Annotated[str | None, typer.Argument(metavar="[EXECUTION]", help="The latest, if none is named.")]
Databases = Annotated[
    list[str] | None, typer.Option("--database", metavar="NAME", help="Only this one (may be given again).")
]
RunbookFile = Annotated[Path | None, typer.Option("--runbook", metavar="FILE", help="Another runbook.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the steps; do nothing.")]
By = Annotated[str | None, typer.Option("--as", metavar="PERSON", help="Who starts it, and so may not approve it.")]


@app.command()
def status(
    ctx: typer.Context,
    lease: Annotated[bool, typer.Option("--lease", help="Ask who holds the leases, too.")] = False,
) -> None:
    """List executions: how far each is and what it waits for; how old the last drill and the last look are.

    Exit code 1 when a journal is damaged.
    """
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.workspace import expect_workspace
    from jbnet.cli.dr_drill import print_practice
    from jbnet.cli.dr_lease import leases
    from jbnet.cli.dr_newest import print_newest
    from jbnet.cli.dr_show import print_standings
    from jbnet.cli.dr_work import standings

    context: Context = ctx.obj
    expect_workspace(context.directory)
    asked = {"leases": leases(context)} if lease else {}
    found = standings(context)
    print_standings(context, found)
    practice = print_practice(context)
    newest = print_newest(context, SystemClock().now())
    damaged = any(standing.state == "damaged" for standing in found)
    rows = [standing.as_json() for standing in found]
    context.emit({"executions": rows, "drill": practice, "readiness": newest, **asked}, ok=not damaged)
    if damaged:
        raise typer.Exit(1)


@app.command()
def check(
    ctx: typer.Context,
    database: Databases = None,
    history: Annotated[
        str | None, typer.Option("--history", metavar="CHECK", help="How this check went; looks at nothing.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="A line for each check that is green, too.")] = False,
) -> None:
    """Could we move now, what would be lost, how long would it take? Changes nothing.

    Exit code 1 with anything red, or unknown where an answer needs it; 3 when something else did not answer.
    """
    from jbnet.cli.dr_check import run, run_history

    if history is not None:
        run_history(ctx.obj, history, database or [])
    else:
        run(ctx.obj, database or [], everything=everything)


@app.command()
def failover(
    ctx: typer.Context, database: Databases = None, runbook: RunbookFile = None, dry_run: DryRun = False, by: By = None
) -> None:
    """Move databases to the standby site: assess, approve, fence, promote, move the address, verify."""
    from jbnet.cli.dr_work import begin

    begin(ctx.obj, "failover", database or [], runbook, dry_run=dry_run, by=by)


@app.command()
def switchover(
    ctx: typer.Context, database: Databases = None, runbook: RunbookFile = None, dry_run: DryRun = False, by: By = None
) -> None:
    """Move databases to the standby site while all is well; nothing may be lost."""
    from jbnet.cli.dr_work import begin

    begin(ctx.obj, "switchover", database or [], runbook, dry_run=dry_run, by=by)


@app.command()
def failback(
    ctx: typer.Context, database: Databases = None, runbook: RunbookFile = None, dry_run: DryRun = False, by: By = None
) -> None:
    """Return databases to the primary site; nothing may be lost."""
    from jbnet.cli.dr_work import begin

    begin(ctx.obj, "failback", database or [], runbook, dry_run=dry_run, by=by)


@app.command()
def rejoin(
    ctx: typer.Context, database: Databases = None, runbook: RunbookFile = None, dry_run: DryRun = False, by: By = None
) -> None:
    """Let the standby site follow again, as it is, rewound or copied anew; what it alone has is listed first."""
    from jbnet.cli.dr_work import begin

    begin(ctx.obj, "rejoin", database or [], runbook, dry_run=dry_run, by=by)


@app.command()
def drill(
    ctx: typer.Context,
    database: Databases = None,
    runbook: RunbookFile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the steps and the commands on the host; do nothing.")
    ] = False,
    clean_up: Annotated[
        bool, typer.Option("--clean-up", help="Take away what a drill left, by its record; end one that goes on.")
    ] = False,
    source: Annotated[
        str | None, typer.Option("--from", metavar="SOURCE", help="What is copied: standby (as usual), or backup.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="With --from backup: to this time (with its zone), not to the end."),
    ] = None,
    site: Annotated[
        str | None,
        typer.Option("--on", metavar="SITE", help="With --from backup: on the host of the primary, or standby, site."),
    ] = None,
    by: By = None,
) -> None:
    """Recover a copy of the standby in a bubble beside production, which is not touched; nothing stays behind.

    Nobody has to approve. One database after another is copied at the pace that dr/plan.yaml declares, recovered,
    promoted, written to and read through. --from backup restores the newest backup and its archived log instead, and
    counts as a restore test. Exit code 3 when something does not hold, 4 when there must be no drill now.
    """
    from jbnet.cli.dr_drill import Wanted, clear, run

    wanted = Wanted(source, at, site)
    if clean_up:
        if dry_run or runbook or wanted != Wanted():
            raise typer.BadParameter("--clean-up goes with --database alone")
        clear(ctx.obj, database or [], by=by)
    else:
        run(ctx.obj, database or [], runbook, wanted, dry_run=dry_run, by=by)


@app.command()
def compare(
    ctx: typer.Context,
    database: Databases = None,
    rate: Annotated[
        int, typer.Option("--rate", metavar="MB", min=1, max=1024, help="MiB a second that are read of each side.")
    ] = 32,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="S", min=1, help="For no longer than this, for each database.")
    ] = 86400,
) -> None:
    """Do both sites hold the same rows? Reads every table on both, while the leader goes on writing; changes nothing.

    Exit code 1 where rows differ; 3 where nothing differs, and something could not be compared.
    """
    from jbnet.cli.dr_compare import run

    run(ctx.obj, database or [], rate_mb_s=rate, seconds=seconds)


@app.command()
def alone(ctx: typer.Context, database: Databases = None) -> None:
    """What has each of two hosts alone, that both took writes? Reads their logs, running or not; changes nothing.

    No record of a promotion is needed. Exit code 1 where one of them has something alone; 3 where it is not known.
    """
    from jbnet.cli.dr_alone import run

    run(ctx.obj, database or [])


@app.command()
def resume(
    ctx: typer.Context,
    execution: ExecutionName = None,
    skip: Annotated[bool, typer.Option("--skip", help="Go on without the step that failed.")] = False,
    abandon: Annotated[bool, typer.Option("--abandon", help="Give it up; what was done stays.")] = False,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="What could not be listed of a host may be lost with its rebuild.")
    ] = False,
    by: By = None,
) -> None:
    """Go on with an execution that was killed, interrupted or failed; a failed step is tried again."""
    from jbnet.cli.dr_work import go_on

    if abandon and (skip or accept_loss):
        raise typer.BadParameter("--abandon goes with neither --skip nor --accept-loss")
    go_on(ctx.obj, execution, skip=skip, abandon=abandon, accept_loss=accept_loss, by=by)


@app.command()
def approve(
    ctx: typer.Context,
    execution: Annotated[str | None, typer.Argument(metavar="EXECUTION")] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Your private key (ed25519).")] = None,
    token: Annotated[str | None, typer.Option("--token", help="An approval that was made elsewhere.")] = None,
    print_: Annotated[bool, typer.Option("--print", help="Print the approval instead of handing it in.")] = False,
    request: Annotated[
        Path | None, typer.Option("--request", metavar="FILE", help="A request carried here from elsewhere.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask after showing the figures.")] = False,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Sign although more would be lost than is declared.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Every value that is signed, below the summary.")] = False,
) -> None:
    """Show the figures of an execution and sign them with your own key."""
    from jbnet.cli.dr_approve import accept, sign

    if (key is None) == (token is None):
        raise typer.BadParameter("give either --key FILE or --token TOKEN")
    if token is not None:
        accept(ctx.obj, execution, token)
    elif key is not None:
        sign(ctx.obj, execution, key, request, only_print=print_, yes=yes, accept_loss=accept_loss,
             everything=everything)  # fmt: skip


@app.command()
def report(
    ctx: typer.Context,
    execution: ExecutionName = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write the signed report: .html or .json (may be given again)."
        ),
    ] = None,
    measured: Annotated[
        Path | None, typer.Option("--measured", metavar="FILE", help="What databases measure printed with --json.")
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", metavar="FILE.csv", help="Who was told of which transaction.")
    ] = None,
    reconciliation: Annotated[
        Path | None, typer.Option("--reconciliation", metavar="FILE.csv", help="Write the reconciliation list.")
    ] = None,
) -> None:
    """Print the account of an execution: what was done when, and the evidence (Markdown, or --json).

    With -o the whole report is written, signed: times against objectives, approvals, losses, the score.
    """
    context: Context = ctx.obj
    if output or reconciliation:
        from jbnet.cli.dr_report import Wanted, write_report

        write_report(context, execution, Wanted(tuple(output or ()), measured, ledger, reconciliation))
        return
    if measured or ledger:
        raise typer.BadParameter("--measured and --ledger go into a file: give -o FILE or --reconciliation FILE")
    from jbnet import wiring
    from jbnet.cli.times import local
    from jbnet.recovery.account import markdown

    store = wiring.executions(context.state_dir)
    journal = store.journal(store.find(execution))
    entries = journal.entries()
    if not context.json and entries:
        account = markdown(entries, journal.head(), local, context.tr)
        context.out.print(account, markup=False, end="")
    context.emit({"entries": entries, "head": journal.head()})


@app.command()
def verify(
    ctx: typer.Context,
    execution: Annotated[
        str | None,
        typer.Argument(
            metavar="[EXECUTION|FILE]",
            help="The latest execution, if nothing is named; or a report, or a journal's copy.",
        ),
    ] = None,
    head: Annotated[str | None, typer.Option(metavar="HASH", help="A hash of the journal noted earlier.")] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY", help="Whose seal a report must have: a .pub file, or SHA256:..."),
    ] = None,
) -> None:
    """Prove a journal: nothing changed or missing, every signature genuine, every safety rule kept.

    A report (.html or .json) is proved by itself, down to each byte; a copy of a journal (.jsonl) as the journal is.
    Exit code 1 names what differs.
    """
    from jbnet import wiring
    from jbnet.cli.dr_report import is_report, prove
    from jbnet.model.errors import AnswerIsNo
    from jbnet.recovery.copies import SUFFIX

    context: Context = ctx.obj
    copy = Path(execution) if execution is not None and execution.endswith(SUFFIX) else None
    if copy is None and execution is not None and is_report(execution):
        prove(context, Path(execution), key, head)
        return
    if key is not None:
        raise typer.BadParameter("--key is for a report's file; a journal is proved by the approvers' keys")
    if copy is not None:
        found, count, last = wiring.verify_copy(context.directory, context.state_dir, copy, head)
    else:
        found, count, last = wiring.verify_execution(context.directory, context.state_dir, execution, head)
    if found:
        raise AnswerIsNo("the journal is not sound: {count} findings", count=len(found), findings=found)
    context.say("the journal is sound: {count} entries, last hash {head}", count=count, head=last)
    context.emit({"entries": count, "head": last})


@app.command()
def score(
    ctx: typer.Context,
    whole: Annotated[
        bool, typer.Option("--all", help="Every requirement, not only what the next level lacks.")
    ] = False,
) -> None:
    """Score the site by GB/T 20988, element by element, with the evidence. Exit code 1: dr/standard.yaml has errors."""
    from jbnet import wiring
    from jbnet.cli.dr_report import print_score
    from jbnet.model.errors import AnswerIsNo

    context: Context = ctx.obj
    found, findings, in_lab = wiring.score(context.directory, context.state_dir)
    if findings:
        raise AnswerIsNo("{file} has errors: {count}", file="dr/standard.yaml", count=len(findings), findings=findings)
    print_score(context, found, in_lab=in_lab, whole=whole)
