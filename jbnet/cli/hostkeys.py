"""``jbnet hostkeys``: who answers there is who it should be."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.plan import print_unasked
from jbnet.model.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jbnet.cli.context import Context
    from jbnet.model.host_keys import HostKey
    from jbnet.model.network import Device, Network
    from jbnet.services.host_keys import Fate, Look, Office

app = typer.Typer(help="Host keys of devices: learn, compare.", no_args_is_help=True, add_completion=False)

Selector = Annotated[str, typer.Argument(metavar="[SELECTOR]", help="Which devices (default: all).")]


@app.command()
def check(ctx: typer.Context, selector: Selector = "all") -> None:
    """Ask devices for their host keys and compare them with the known ones.

    Exit codes: 0 all are the known ones; 1 some changed or are not known; 3 some device could not be asked.
    """
    from jbnet.services.host_keys import check as compare

    context: Context = ctx.obj
    devices, office = _prepare(context, selector)
    looks = compare(devices, office)
    counts = Counter(one.standing.value for one in looks)
    bad = counts["changed"] + counts["unknown"]
    context.emit([_json(one) for one in looks], ok=counts["same"] == len(looks))
    if not context.json:
        _print_looks(context, [one for one in looks if one.standing.value != "same"])
        context.say("same: {same}; changed: {changed}; not known: {unknown}; not asked: {unreachable}",
                    **{name: counts[name] for name in ("same", "changed", "unknown", "unreachable")})  # fmt: skip
    if bad or counts["unreachable"]:
        raise typer.Exit(ExitCode.NO if bad else ExitCode.FAILED)


@app.command()
def learn(
    ctx: typer.Context,
    selector: Selector = "all",
    expect: Annotated[
        Path | None, typer.Option("--expect", metavar="FILE", help="Learn only keys with these fingerprints.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Believe what unknown devices show; for a first contact.")] = False,
    replace: Annotated[
        list[str] | None, typer.Option("--replace", metavar="DEVICE", help="Its known keys may be replaced.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the keys; learn none.")] = False,
) -> None:
    """Learn the host keys that devices show: after asking for each, or those with expected fingerprints.

    A known key is never replaced unless its device is named. Exit codes: 0 all are known now; 3 some device could
    not be asked; 4 some show other keys than the known or expected ones, or were declined.
    """
    from jbnet.services import host_keys

    context: Context = ctx.obj
    devices, office = _prepare(context, selector)
    _check_named(devices, replace or [])
    trust = host_keys.Trust(_expected(expect), _asker(context, yes=yes), frozenset(replace or ()))
    looks = host_keys.look(devices, office)
    if expect is None and not yes and not dry_run:
        _check_person(context, host_keys.questions(looks, trust))
    fates = host_keys.learn(looks, trust, office) if not dry_run else {}
    _tell(context, looks, fates)


def _prepare(context: Context, selector: str) -> tuple[tuple[Device, ...], Office]:
    from jbnet import wiring
    from jbnet.cli.progress import Counting
    from jbnet.cli.vantage import enter

    enter(context)
    network = wiring.load_network(context.directory, context.state_dir)
    devices = _ours(network, selector)
    return devices, wiring.host_key_office(context.state_dir, network, Counting(context, (d.name for d in devices)))


def _ours(network: Network, selector: str) -> tuple[Device, ...]:
    """Return the selected devices that we may log in to: servers too, but not those of partners."""
    from jbnet.inventory.exchange.ansible import ours
    from jbnet.inventory.select import select, some

    names = {device.name for device in ours(network)}
    return some((device for device in select(network, selector) if device.name in names), selector)


def _check_named(devices: Sequence[Device], names: Sequence[str]) -> None:
    from jbnet.model.errors import UsageError

    selected = {device.name for device in devices}
    for name in names:
        if name not in selected:
            raise UsageError("--replace names {device}, which is not selected", device=name)


def _expected(file: Path | None) -> dict[str, frozenset[str]] | None:
    if file is None:
        return None
    from jbnet.services.host_keys_expected import expected
    from jbnet.wiring.files import read_text

    return dict(expected(read_text(file), str(file)))


def _check_person(context: Context, asked: Sequence[Look]) -> None:
    """Raise Refused where a person is to be asked about keys, and nobody can be; the keys are shown first."""
    from jbnet.model.errors import Refused
    from jbnet.model.text import text

    if asked and (context.json or not sys.stdin.isatty()):
        for one in asked:
            _print_keys(context, one)
        raise Refused("nobody can be asked here whether a key is the right one",
                      hint=text("--expect FILE names fingerprints; --yes believes what is shown"))  # fmt: skip


def _asker(context: Context, *, yes: bool) -> Callable[[Look], bool]:
    """Return what asks a person about a device's keys; with ``yes`` everything is believed."""

    def ask(one: Look) -> bool:
        _print_keys(context, one)
        return yes or typer.confirm(context.tr("is that the key of {device}?", device=one.device), err=True)

    return ask


def _print_looks(context: Context, looks: Sequence[Look]) -> None:
    for one in looks:
        if one.reason is None:
            _print_keys(context, one)
    print_unasked(context, {one.device: one.reason for one in looks if one.reason is not None})


def _print_keys(context: Context, one: Look) -> None:
    """Print the keys of a device: what is known of it, and what it shows, as OpenSSH prints them."""
    context.say("{device}: {standing}", device=one.device, standing=_word(one.standing.value))
    for key in one.known:
        context.say("  known  {fingerprint} ({kind})", fingerprint=key.fingerprint, kind=key.kind)
    for key in one.shown:
        context.say("  shown  {fingerprint} ({kind})", fingerprint=key.fingerprint, kind=key.kind)


def _word(word: str) -> object:
    from jbnet.model.text import text

    words = {
        "same": text("the known key"),
        "changed": text("another key than the known one"),
        "unknown": text("no key is known"),
    }
    return words.get(word, word)


def _tell(context: Context, looks: Sequence[Look], fates: dict[str, Fate]) -> None:
    """Say what became of the keys, and leave with the exit code that it deserves."""
    from jbnet.services.host_keys import Fate

    bad = [one for one in looks if fates.get(one.device) in (Fate.CHANGED, Fate.UNEXPECTED, Fate.DECLINED)]
    unreachable = [one for one in looks if one.reason is not None]
    shown = [{**_json(one), "fate": str(fates[one.device]) if fates else None} for one in looks]
    context.emit(shown, ok=not (bad or unreachable))
    if not context.json:
        _print_looks(context, [*(bad if fates else looks), *unreachable])
        _print_outcome(context, bad, Counter(fates.values()))
    if bad or unreachable:
        raise typer.Exit(ExitCode.REFUSED if bad else ExitCode.FAILED)


def _print_outcome(context: Context, bad: Sequence[Look], counts: Counter[Fate]) -> None:
    from jbnet.services.host_keys import Fate

    changed = [one.device for one in bad if one.standing.value == "changed"]
    if changed and counts[Fate.CHANGED]:
        context.say("kept as known; if it was exchanged: --replace {device}", device=changed[0])
    if counts:
        context.say("learned: {learned}; replaced: {replaced}; known before: {known}; not learned: {bad}",
                    learned=counts[Fate.LEARNED], replaced=counts[Fate.REPLACED], known=counts[Fate.KNOWN],
                    bad=len(bad))  # fmt: skip


def _json(one: Look) -> dict[str, object]:
    return {
        "device": one.device,
        "standing": one.standing.value,
        "known": _keys(one.known),
        "shown": _keys(one.shown),
        "reason": str(one.reason) if one.reason is not None else None,
    }


def _keys(keys: Sequence[HostKey]) -> list[dict[str, str]]:
    return [{"kind": key.kind, "fingerprint": key.fingerprint} for key in keys]
