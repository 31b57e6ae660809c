"""``jbnet show``: one thing of the declaration, or all of a kind, readable at 80 columns, in the chosen language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import click
import typer
from typer.core import TyperGroup

from jbnet.cli.show_subjects import SUBJECTS, Subject
from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.model.network import Network, Site

_PLURALS = {subject.plural: subject.name for subject in SUBJECTS} | {"prefixes": "prefix", "changes": "change"}


class PluralGroup(TyperGroup):
    """Takes the plural of a noun for the noun: ``show carriers`` is ``show carrier``, the list of all."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or of that plural."""
        return super().get_command(ctx, _PLURALS.get(cmd_name, cmd_name))


app = typer.Typer(
    cls=PluralGroup, help="Show one thing of the declaration by its name, or without a name all of its kind; or costs.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip
Name = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="Its name, or its Chinese name or code; none: list all.")
]
Explain = Annotated[bool, typer.Option("--explain", help="Say where each value comes from.")]
T = TypeVar("T")


def _command(subject: Subject) -> Callable[..., None]:
    """Return the command that shows a noun."""

    def plain(ctx: typer.Context, name: Name = None) -> None:
        _show(ctx, subject, name)

    def explained(ctx: typer.Context, name: Name = None, explain: Explain = False) -> None:
        if explain and name is None:
            raise UsageError("the argument {name} is missing", name="NAME")
        if explain and name is not None:
            _explain(ctx, subject, name)
        else:
            _show(ctx, subject, name)

    if subject.name == "device":
        return device
    return explained if subject.explained else plain


def device(
    ctx: typer.Context,
    name: Name = None,
    explain: Explain = False,
    live: Annotated[bool, typer.Option("--live", help="As the monitor sees it now, until q.")] = False,
    once: Annotated[bool, typer.Option("--once", help="With --live: show it once.")] = False,
) -> None:
    """Show a device as it is declared, or live."""
    subject = next(one for one in SUBJECTS if one.name == "device")
    if (explain or live) and name is None:
        raise UsageError("the argument {name} is missing", name="NAME")
    if explain and live:
        raise UsageError("--explain and --live exclude each other", hint=text("choose one"))
    if once and not live:
        raise UsageError("--once is for --live")
    if live and name is not None:
        from jbnet.cli.live import live as show_live

        context, network = _load(ctx)
        show_live(context, _find(subject, name, network, network.devices).name, once=once)
    elif explain and name is not None:
        _explain(ctx, subject, name)
    else:
        _show(ctx, subject, name)


for _subject in SUBJECTS:
    app.command(_subject.name, help=_subject.help)(_command(_subject))


@app.command()
def prefix(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[PREFIX]", help="A prefix or an address; none: list all blocks.")
    ] = None,
) -> None:
    """Show whose a prefix or an address is, and what contains it."""
    from jbnet import wiring
    from jbnet.cli.show_addresses import known_prefixes, prefix_view
    from jbnet.cli.show_print import joined, show, show_records

    context, network = _load(ctx)
    declared = wiring.read_declaration(context.directory)
    if name is None:
        known = known_prefixes(network, declared)
        columns = ("prefix", "kind", "owner")
        headings = (text("Prefix"), text("Kind"), text("Owner"))
        show_records(context, known, [tuple(joined(use[column]) for column in columns) for use in known], headings)
    else:
        show(context, *prefix_view(network, declared, name))


@app.command()
def change(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[CHANGE]", help="The hash of the plan that was applied; none: list all.")
    ] = None,
) -> None:
    """Show changes that were applied from here: when, by whom, how they ended."""
    from jbnet.cli.show_changes import applied_change, known_changes, print_change, print_changes

    context: Context = ctx.obj
    if name is None:
        print_changes(context, list(known_changes(context.state_dir).values()))
    else:
        print_change(context, applied_change(context.state_dir, name))


@app.command()
def costs(
    ctx: typer.Context,
    by: Annotated[str, typer.Option(metavar="carrier|payer|level", help="What to count by.")] = "carrier",
) -> None:
    """Show what all leased lines cost a month, counted by carrier, by payer or by the payers' level."""
    from jbnet.cli.show_costs import print_costs

    context, network = _load(ctx)
    print_costs(context, network, by)


def find(kind: str, name: str, known: Mapping[str, T]) -> T:
    """Return the thing of that name. Raises UsageError with the nearest name."""
    from jbnet.inventory.report import nearest

    if name in known:
        return known[name]
    like = nearest(name, known)
    hint = text("did you mean {like}?", like=like) if like else None
    raise UsageError("there is no {kind} {name}", hint=hint, kind=text(kind), name=name)


def find_called(kind: str, name: str, known: Mapping[str, T]) -> T:
    """Return the thing of that name, code or Chinese name. Raises UsageError when several bear it, or none."""
    if name in known:
        return known[name]
    matches = {key: it for key, it in known.items() if name in (getattr(it, "code", 0), getattr(it, "name_zh", 0))}
    if len(matches) > 1:
        several = ", ".join(list(matches)[:5])
        raise UsageError("{name} is the name of several: {names}", name=name, names=several)
    return next(iter(matches.values())) if matches else find(kind, name, known)


def find_site(network: Network, name: str) -> Site:
    """Return a site by name, code or Chinese name. Raises UsageError when several bear it, or none."""
    return find_called("site", name, network.sites)


def _load(ctx: typer.Context) -> tuple[Context, Network]:
    from jbnet.wiring import load_network

    context: Context = ctx.obj
    return context, load_network(context.directory, context.state_dir, whole=True)


def _show(ctx: typer.Context, subject: Subject, name: str | None) -> None:
    from jbnet.cli.show_print import records_of, show, show_records

    context, network = _load(ctx)
    known = subject.all(network)
    if name is None:
        records = records_of(known)
        show_records(context, records, subject.rows(network, records), subject.headings)
        return
    found = _find(subject, name, network, known)
    show(context, found, subject.view_of(network, found))


def _find(subject: Subject, name: str, network: Network, known: Mapping[str, Any]) -> Any:
    """Return the thing meant; who takes a location for a site, or a site for a location, is told."""
    other = {"site": ("location", network.locations), "location": ("site", network.sites)}.get(subject.name)
    if name not in known and other is not None and name in other[1]:
        hint = text("it is a {kind}: jbnet show {command} {name}", kind=text(other[0]), command=other[0], name=name)
        raise UsageError("there is no {kind} {name}", hint=hint, kind=text(subject.name), name=name)
    return find_called(subject.name, name, known)


def _explain(ctx: typer.Context, subject: Subject, name: str) -> None:
    from jbnet import wiring
    from jbnet.cli.show_explain import facts_about, print_facts

    context, network = _load(ctx)
    found = _find(subject, name, network, subject.all(network))
    print_facts(context, facts_about(wiring.read_declaration(context.directory), network, subject.name, found))
