"""A carrier's monthly claim as rows: each outage as evidence, each line with its sums, and what is owed in all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jbnet.cli.sla_print import Table
from jbnet.cli.sla_targets import NONE, of_part
from jbnet.cli.times import stamp
from jbnet.model.text import Text, joined, text

if TYPE_CHECKING:
    from jbnet.model.lines import Carrier
    from jbnet.monitor.availability import Account
    from jbnet.monitor.claim import Claim, Claimed, LineSum


def outage_table(found: Claim, carrier: Carrier) -> Table:
    """Return each outage: ``down`` counts, ``maintenance`` and ``unknown`` do not."""
    return Table(
        [_outage(outage) for outage in found.outages],
        ("line", "from", "down", "excluded", "incident"),
        title=text("outages from {begins} to {ends} (local time, {offset})").template,
        note=joined(_notes(found, carrier)),
        wide=("line", "circuit", "from", "to", "down", "maintenance", "unknown", "incident"),
    )


def _notes(found: Claim, carrier: Carrier) -> Iterator[Text]:
    """Yield whose lines they are, and what the sign behind a name means where one stands."""
    yield text("carrier: {name}", name=f"{carrier.name_zh} ({carrier.name})")
    if any(not outage.circuit.line_number for outage in found.outages):
        yield text("*: the circuit, whose line number is not declared")


def line_table(found: Claim) -> Table:
    """Return the sums of each line, and last those of all."""
    rows = [_line(line) for line in found.lines]
    owed = found.owed
    if rows:
        summed = {key: round(sum(float(str(row[key])) for row in rows), 3) for key in ("down", "maintenance")}
        whole = {**dict.fromkeys(rows[0], ""), **summed, "outages": len(found.outages)}
        rows.append({**whole, "row": "sum", "owed": None if owed is None else str(owed)})
    return Table(
        rows,
        ("line", "outages", "availability", "target", "down", "owed"),
        title=text("sums of each line").template,
        note=text("not counted: announced work, and time that nobody saw; amounts are in yuan").template,
        wide=(
            "line", "circuit", "outages", "availability", "target", "down", "maintenance", "unknown", "over_allowed",
            "monthly_cost", "owed",
        ),
    )  # fmt: skip


def _outage(outage: Claimed) -> dict[str, object]:
    times = _times(outage.account)
    return {
        "row": "outage",
        "circuit": outage.circuit.name,
        "line": outage.circuit.line_number or "",
        "from": stamp(outage.begins),
        "to": stamp(outage.ends),
        **times,
        "excluded": times["maintenance"] + times["unknown"],
        "incident": outage.incident,
        "monthly_cost": outage.circuit.monthly_cost,
    }


def _line(line: LineSum) -> dict[str, object]:
    judged = NONE if line.target is None or line.part is None else of_part(line.target, line.part.judgement)
    return {
        "row": "line",
        "circuit": line.circuit.name,
        "line": line.circuit.line_number or "",
        "outages": line.outages,
        "availability": line.account.availability,
        **_times(line.account),
        "monthly_cost": line.circuit.monthly_cost,
        "contract": line.target.name if line.target is not None else None,
        **judged,
    }


def _times(account: Account) -> dict[str, float]:
    """Return what counts and what does not, in seconds."""
    parts = {"down": account.down, "maintenance": account.maintenance, "unknown": account.unknown}
    return {name: round(time.total_seconds(), 3) for name, time in parts.items()}
