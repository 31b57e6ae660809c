"""Actions that decide who leads: promote, stop-primary, wait-caught-up."""

from __future__ import annotations

from dataclasses import asdict

from jbnet.model.errors import CommandFailed, Refused
from jbnet.model.text import text
from jbnet.ports import Promotion, ServerState, StepOutcome
from jbnet.services.database_cluster import member_name
from jbnet.services.recover.actions import Params, Place, Tools, facts, other_server, place, seen, server
from jbnet.services.recover.actions_fence import unproved

PROMOTE_S = 30.0
STOP_S = 45.0
CATCH_UP_S = 60.0


class Promote:
    """The standby takes writes. Refused unless the other host is proved, at this moment, to be fenced."""

    def __init__(self, tools: Tools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """Done when it leads."""
        where = place(self._tools, params)
        state = server(self._tools, where).state()
        return self._outcome(where, state, {})

    def prepare(self, params: Params) -> None:
        """Reach the host."""
        self.probe(params)

    def do(self, params: Params) -> StepOutcome:
        """Check the fence, set whom commits wait for (nobody: there is no standby yet), promote, keep a slot.

        PostgreSQL checkpoints after a promotion by itself and in the background; whoever rewinds waits for one.
        """
        where = place(self._tools, params)
        proof = self._tools.fence.check(where.database.name, where.other)
        if not proof.proved:
            raise unproved(proof)
        made = server(self._tools, where).lead(member_name(where.other), PROMOTE_S)
        if not made.before.answers:
            raise CommandFailed(
                "{database} on {host} does not answer and cannot be promoted",
                database=where.database.name,
                host=where.host,
                hint=text("start it there, and resume"),
            )
        evidence = {"fence": asdict(proof), "before": facts(made.before), **_promotion(made)}
        return self._outcome(where, made.after, evidence)

    def verify(self, params: Params) -> StepOutcome:
        """It takes writes and waits for nobody who is not there."""
        return self.probe(params)

    @staticmethod
    def _outcome(where: Place, state: ServerState, evidence: dict[str, object]) -> StepOutcome:
        name, host = where.database.name, where.host
        if not state.leads:
            return StepOutcome(False, text("{database} on {host} does not lead", database=name, host=host), evidence)
        message = text("{database} on {host} leads on timeline {timeline}", database=name, host=host, timeline=state.timeline)  # fmt: skip  # noqa: E501  one sentence with its values
        return StepOutcome(True, message, {**evidence, "after": facts(state)})


def _promotion(made: Promotion) -> dict[str, object]:
    """Return what the promotion started from: everything up to ``received`` of the old primary's log."""
    before = made.before
    return {
        "received": before.received, "replayed": before.replayed, "old_timeline": before.timeline, "fork": made.fork,
    }  # fmt: skip


class StopPrimary:
    """The leading server is stopped cleanly and marked, so that its standby may take over without a loss."""

    def __init__(self, tools: Tools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """Done when it is stopped, cleanly, and carries the marker that survives a boot."""
        where = place(self._tools, params)
        state = server(self._tools, where).state()
        done = state.demoted and state.shut_down and not state.processes
        name, host = where.database.name, where.host
        message = (
            text("{database} on {host} is stopped and marked", database=name, host=host)
            if done
            else text("{database} on {host} is not stopped", database=name, host=host)
        )
        return StepOutcome(done, message, facts(state))

    def do(self, params: Params) -> StepOutcome:
        """Stop it. Raises Refused when no standby streams from it: nobody could go on."""
        where = place(self._tools, params)
        mine = server(self._tools, where)
        state = mine.state()
        streaming = [f for f in state.followers if f["state"] == "streaming" and f["name"] == member_name(where.other)]
        if state.leads and not streaming:
            raise Refused(
                "{database} on {host} is not stopped: {other} does not stream from it",
                database=where.database.name,
                host=where.host,
                other=where.other,
                hint=text("rebuild the standby first"),
            )
        mine.stop(STOP_S)
        return self.probe(params)

    def verify(self, params: Params) -> StepOutcome:
        """Look again."""
        return self.probe(params)


class WaitCaughtUp:
    """The last record of the stopped server has arrived: a stop that reports success may leave it behind."""

    def __init__(self, tools: Tools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """Compare the shutdown checkpoint's LSN with what was replayed beyond it."""
        where = place(self._tools, params)
        source, error = seen(other_server(self._tools, where).state)
        mine = server(self._tools, where).state()
        known = source is not None and source.shut_down and source.was_leading and source.checkpoint is not None
        evidence = {"host": facts(mine), "source": facts(source, error)}
        name, host, other = where.database.name, where.host, where.other
        if mine.leads:
            return StepOutcome(True, text("{database} on {host} leads already", database=name, host=host), evidence)
        if not known or source is None or source.checkpoint is None:
            message = text("{database}: where {other} was stopped is not known", database=name, other=other)
            return StepOutcome(False, message, evidence)
        done = mine.replayed is not None and mine.replayed > source.checkpoint
        message = (
            text("{database}: {host} has everything up to the stop of {other}", database=name, host=host, other=other)
            if done
            else text("{database}: {host} lacks the last records of {other}", database=name, host=host, other=other)
        )
        return StepOutcome(done, message, evidence)

    def do(self, params: Params) -> StepOutcome:
        """Wait for it. Raises CommandFailed past the deadline: then nothing must be promoted."""
        outcome = self._tools.awaited(lambda: self.probe(params), CATCH_UP_S)
        if not outcome.done:
            raise CommandFailed(
                "{reason}",
                reason=outcome.text,
                hint=text("do not promote; start the old primary again or carry the rest over, and resume"),
            )
        return outcome

    def verify(self, params: Params) -> StepOutcome:
        """Look again."""
        return self.probe(params)
