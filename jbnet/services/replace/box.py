"""A dead box is replaced: made ready on paper, then taken in when the new one answers. Every act is in the journal.

``prepare`` asks whether the old box is really dead, writes the new serial number down and the papers out. ``take_in``
learns the new host key by a person's word, compares the serial number, brings the full configuration and waits for the
neighbours. Both may be killed anywhere and be called again: what is done is not done twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from jbnet.change.applied import applied
from jbnet.change.endings import GOOD
from jbnet.change.model import Plan
from jbnet.model.errors import AnswerIsNo, JbnetError, Refused, Unreachable, UsageError
from jbnet.model.network import Device
from jbnet.model.text import text
from jbnet.ports import Progress
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.plan import plan
from jbnet.services.host_keys import Standing
from jbnet.services.replace.desk import Bench as Bench
from jbnet.services.replace.desk import Papers as Papers
from jbnet.services.replace.desk import Wishes as Wishes
from jbnet.services.replace.key import recorded, show, take_key
from jbnet.services.replace.look import missing_neighbours, shown_serial
from jbnet.services.replace.record import Act, Replacement, going_on

PING_S = 2.0


@dataclass(frozen=True)
class Prepared:
    """A replacement that was made ready. ``papers`` are the files, ``declared`` the file with the serial number."""

    replacement: Replacement
    declared: str
    papers: tuple[str, ...]


@dataclass(frozen=True)
class TakenIn:
    """The new box works. ``serial`` is what it shows itself; None: it does not say. ``shredded`` files are gone."""

    replacement: Replacement
    serial: str | None
    changed: bool
    shredded: tuple[str, ...] = field(default=())


def prepare(device: Device, serial: str, bench: Bench, *, override: bool = False, dry_run: bool = False) -> Prepared:
    """Make a replacement ready, or say in a dry run what would be. Raises Refused while the old box still answers.

    The same serial number again writes the papers anew; another one begins anew.
    """
    journal, owner = bench.desk.journal, bench.desk.owner
    found = going_on(journal.entries(), device.name)
    if found is None or found.serial != serial:
        check_dead(device, serial, bench, override=override)
    bench.papers.check(device, serial)
    old = found.old_serial if found is not None else device.serial
    old = None if old == serial else old
    if dry_run:
        return Prepared(found or Replacement(device.name, serial, old, owner, ""), "", ())
    if found is None or found.serial != serial:
        keys = recorded(bench.office.known.keys(device.name))
        record = {"owner": owner, "serial": serial, "old_serial": old, "override": override, "known": keys}
        journal.append(Act.BEGIN, device.name, record)
    declared = bench.papers.declare(device, serial)
    journal.append(Act.SERIAL, device.name, {"owner": owner, "file": declared, "old": old, "new": serial})
    papers = tuple(bench.papers.print(device, old, serial))
    journal.append(Act.PAPERS, device.name, {"owner": owner, "files": list(papers)})
    now = going_on(journal.entries(), device.name)
    assert now is not None  # noqa: S101  it was begun above
    return Prepared(now, declared, papers)


def check_dead(device: Device, serial: str, bench: Bench, *, override: bool) -> None:
    """Raise Refused where the old box still answers: by its host key, or by an echo with nobody on SSH.

    A box that shows another key than the known one is not the old one. Silence is taken for death here: what is put
    in is put in by hands, which see what they take out.
    """
    one = show(device, bench)
    answers = one.standing in (Standing.SAME, Standing.UNKNOWN)
    if one.standing is Standing.UNREACHABLE:
        answers = any(bench.prober.ping(bench.addresses(device.name), PING_S).values())
    if answers and not override:
        raise Refused(
            "{device} still answers: it is not dead, or its address is another's now", device=device.name,
            hint=text("if it is to be replaced all the same: --override {device}", device=device.name),
        )  # fmt: skip


def take_in(device: Device, bench: Bench, wishes: Wishes, *, dry_run: bool = False) -> TakenIn | None:
    """Take the new box in; None where a person did not want the plan (or in a dry run): nothing was sent then.

    Raises UsageError (none was begun), Unreachable (it does not answer yet), Refused (its key is not vouched for, it is
    the old box, it has another serial number, the plan is refused) and AnswerIsNo (neighbours are missing; run it again
    when they are there).
    """
    found = going_on(bench.desk.journal.entries(), device.name)
    if found is None:
        hint = text("begin it with: jbnet replace {device} --serial SN", device=device.name)
        raise UsageError("no replacement of {device} goes on", device=device.name, hint=hint)
    take_key(device, found, bench, wishes, dry_run=dry_run)
    if dry_run and Act.KEY not in found.done:
        return None
    serial = _compare_serial(device, found, bench, wishes)
    if not dry_run:
        shown = {"owner": bench.desk.owner, "shown": serial, "serial": found.serial}
        bench.desk.journal.append(Act.BOX, device.name, shown)
    made = plan(bench.desk.network, [device], bench.desk.sessions, bench.desk.reporter)
    if device.name in made.unasked:
        raise Unreachable("{reason}", reason=made.unasked[device.name])
    if made.changes:
        accepted = wishes.approve(made)
        if accepted is None or dry_run:
            return None
        _bring(made, bench, accepted)
    _await_neighbours(device, bench, wishes)
    shredded = tuple(bench.papers.shred(device)) if not dry_run else ()
    if not dry_run:
        record = {"owner": bench.desk.owner, "without": sorted(wishes.without), "shredded": list(shredded)}
        bench.desk.journal.append(Act.END, device.name, record)
    return TakenIn(found, serial, bool(made.changes), shredded)


def _compare_serial(device: Device, found: Replacement, bench: Bench, wishes: Wishes) -> str | None:
    """Return the number that the box shows. Raises Refused where it is another than on the sheet."""
    shown = shown_serial(device, bench.desk)
    if shown is not None and shown != found.serial and not wishes.override:
        raise Refused(
            "{device} says that its serial number is {shown}; expected: {serial}", device=device.name, shown=shown,
            serial=found.serial,
            hint=text("if that is the box that was sent: jbnet replace {device} --serial {shown}",
                      device=device.name, shown=shown),
        )  # fmt: skip
    return shown


def _bring(made: Plan, bench: Bench, accepted: Collection[str]) -> None:
    """Apply the plan; one that a killed run began goes on. Raises why it could not be."""
    begun = made.hash in applied(bench.desk.journal.entries())
    outcome = apply(made, bench.desk, overrides=accepted, resume=begun)
    for result in outcome.results:
        if result.state not in GOOD:
            reason = result.reason or text("{state}", state=str(result.state))
            error: type[JbnetError] = Refused if result.refused_by_rule else Unreachable
            raise error("{reason}", reason=reason)


def _await_neighbours(device: Device, bench: Bench, wishes: Wishes) -> None:
    missing = missing_neighbours(device, bench.desk, wishes.without)
    bench.desk.reporter.report(Progress("replace.neighbours", device.name, {"missing": list(missing)}))
    if missing:
        raise AnswerIsNo(
            "{device} runs what it should, and has no neighbour on {ports}: look whether these cables are in the "
            "right ports", device=device.name, ports=", ".join(missing),
            hint=text("then run this again; a line that is down for another reason: --without {port}",
                      port=missing[0]),
        )  # fmt: skip
