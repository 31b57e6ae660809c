"""What a recovery report says first, in its box: of a move its times and losses, of a drill what the copies showed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from jbnet.model.text import text
from jbnet.recovery.loss import lost_count
from jbnet.recovery.replay import Status

if TYPE_CHECKING:
    from jbnet.cli.recovery_page import View

Data = Mapping[str, object]
DRILL, CLEAR = "drill", "clear-drill"


def headline(view: View) -> Iterator[tuple[str, str]]:
    """Yield a verdict (met, missed, unknown) and the sentence."""
    result = _parts(view.document, "execution").get("result")
    yield ("met" if result == "done" else "missed"), view.tr(text("result: {result}", result=view.word(result)))
    if _drills(view.document):
        yield from _drilled(view)
    else:
        for name in ("databases", "services"):
            yield from _objectives(view, name)
        yield _lost(view)
    if wrong := len(_list(view.document, "findings")):
        yield "missed", view.tr(text("the journal is not sound: {count} findings", count=wrong))
    else:
        yield "met", view.tr(text("the journal is sound: chain, signatures and safety rules"))


def drill_rows(view: View) -> Sequence[Data]:
    """Return, of each database of a drill, what its copy showed beside what is declared; None is unknown."""
    declared = {str(one["name"]): one for one in _list(view.document, "databases")}
    rows = []
    for step in _drills(view.document):
        name = str(_parts(step, "params").get("database"))
        found, own = view.evidence(step), declared.get(name, {})
        smoke = found.get("smoke")
        rows.append({
            "name": name,
            "host": found.get("host") or _parts(step, "params").get("host"),
            "rto": found.get("rto_s"), "rto_objective": _parts(own, "rto").get("objective"),
            "behind": found.get("behind_s"), "rpo_objective": _parts(own, "rpo").get("objective"),
            "smoke": len(smoke) if isinstance(smoke, list) else None,
            "left": _left(view.document, name),
        })  # fmt: skip
    return rows


def _drilled(view: View) -> Iterator[tuple[str, str]]:
    """Yield how each copy went, and whether something was left behind: nothing of production moved, or can be lost."""
    for step in _drills(view.document):
        said = view.told(_parts(step, "said")) or view.word(step["status"])
        database = str(_parts(step, "params").get("database"))
        whole = said if said.startswith(database) else f"{database}: {said}"
        yield {Status.VERIFIED: "met", Status.FAILED: "missed"}.get(Status(str(step["status"])), "unknown"), whole
    known = {str(one["name"]): one["left"] for one in drill_rows(view)}
    left, open_ = [name for name, one in known.items() if one], [name for name, one in known.items() if one is None]
    if left:
        yield "missed", view.tr(text("something of the drill was left behind: {databases}", databases=", ".join(left)))
    elif open_:
        names = ", ".join(open_)
        yield "unknown", view.tr(text("whether something was left behind is not known: {databases}", databases=names))
    else:
        yield "met", view.tr(text("nothing of the drill was left behind; production was not touched"))


def _objectives(view: View, name: str) -> Iterator[tuple[str, str]]:
    listed = _list(view.document, name)
    for kind in ("rto", "rpo") if listed else ():
        counts = Counter(str(_parts(one, kind)["verdict"]) for one in listed)
        worst = next(verdict for verdict in ("missed", "unknown", "met") if counts[verdict])
        yield worst, view.tr(
            text("{kind} of {what}: {met} met, {missed} missed, {unknown} unknown", kind=kind.upper(),
                 what=view.label(name), met=counts["met"], missed=counts["missed"], unknown=counts["unknown"])
        )  # fmt: skip


def _lost(view: View) -> tuple[str, str]:
    """Return what is lost, in the words of ``jbnet dr check``: nothing, unknown, or how many transactions."""
    listed = _list(view.document, "lost")
    known: dict[str, int] = {}
    for one in listed:
        if one["count"] is not None and (one["acknowledged"] or not one["count"]):
            known[str(one["database"])] = max(known.get(str(one["database"]), 0), int(str(one["count"])))
    unknown = sorted({str(one["database"]) for one in listed} - set(known))
    found = sum(known.values())
    if unknown and not found:
        names = ", ".join(unknown)
        return "unknown", view.tr(text("lost: {loss} ({databases})", loss=lost_count(None), databases=names))
    if unknown:
        return "missed", view.tr(text("lost: {loss}; of {databases}: {unknown}", loss=lost_count(found),
                                      databases=", ".join(unknown), unknown=lost_count(None)))  # fmt: skip
    return ("missed" if found else "met"), view.tr(text("lost: {loss}", loss=lost_count(found)))


def _left(document: Data, database: str) -> bool | None:
    """Say whether something of a drill was left behind, by the last look behind it; None: nobody looked."""
    own = {one["key"] for one in _list(document, "steps")
           if one["action"] in (DRILL, CLEAR) and _parts(one, "params").get("database") == database}  # fmt: skip
    looks = [one for one in _list(document, "verification") if one["step"] in own]
    return not looks[-1]["holds"] if looks else None


def _drills(document: Data) -> Sequence[Data]:
    return [step for step in _list(document, "steps") if step["action"] == DRILL]


def _list(document: Data, name: str) -> Sequence[Data]:
    found = document[name]
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _parts(document: Data, name: str) -> Data:
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}
