"""``jbnet incidents ID --report``: the fault report that one sends to a line's carrier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jbnet.cli.context import Context
from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.monitor.fault import Fault
    from jbnet.monitor.fault_evidence import Kept
    from jbnet.monitor.incidents import Incident
    from jbnet.ports import StoreView

_EVENTS = 1000
"""The latest events of a device that are looked through."""


def show(context: Context, number: str | None, *, html: bool) -> None:
    """Print the report of an incident. Raises UsageError where its cause is no line of a carrier, or shared by such."""
    from jbnet.cli.fault_print import as_html, as_text
    from jbnet.cli.fault_words import sections, title
    from jbnet.cli.printing import echo

    if number is None:
        raise UsageError("--report needs the number of an incident", hint=text("jbnet incidents lists them"))
    faults = _faults(context, number.lstrip("#"))
    context.emit(faults[0].as_json() if len(faults) == 1 else {"reports": [fault.as_json() for fault in faults]})
    if context.json:
        return
    for fault in faults:
        heading, whole = title(fault), sections(fault)
        echo(as_html(heading, whole, context.tr, context.lang) if html else as_text(heading, whole, context.tr))


def _faults(context: Context, number: str) -> list[Fault]:
    """Return the report of an incident's line, of a shared cause one for each line that it took."""
    from jbnet import wiring
    from jbnet.monitor.fault_reporter import Reporter
    from jbnet.monitor.plant import survey

    network = wiring.load_network(context.directory, context.state_dir)
    view = wiring.monitor_view(context.state_dir)
    try:
        found = view.incidents(only_open=False)
        incident = next((i for i in found if i.id == number), None)
        if incident is None:
            hint = text("jbnet incidents lists them with their numbers")
            raise UsageError("there is no incident {id}", id=number, hint=hint)
        now, summary = datetime.now(UTC), view.summary()
        looked = datetime.fromisoformat(str(summary["as_of"])) if summary else now
        reporter = Reporter(survey(network), now, looked, _keeper(view))
        circuits = reporter.circuits_of(incident)
        if not circuits:
            raise _nobodys(incident)
        history = view.history(incident)
        return [reporter.fault(incident, circuit, history, found) for circuit in circuits]
    finally:
        view.close()


def _keeper(view: StoreView) -> Callable[[str, datetime], Kept]:
    from jbnet.monitor.fault_evidence import LOOKED_BACK, Kept

    def kept(device: str, since: datetime) -> Kept:
        samples = view.samples_of(device, since - LOOKED_BACK)
        return Kept(samples, view.state_of(device), view.events_of(device, _EVENTS))

    return kept


def _nobodys(incident: Incident) -> UsageError:
    """Return the error for an incident that no carrier can mend."""
    cause = incident.root_cause
    return UsageError(
        "incident {id} is no fault of a carrier's line: its cause is {kind} {name}",
        id=incident.id,
        kind=text(str(cause.kind)),
        name=cause.name,
        hint=text("a report is made for lines for which a carrier is declared"),
    )
