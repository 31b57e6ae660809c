"""A database handed over in one go, prepared beforehand.

Between the stop of the old leader and the first write at the new one there are three words: to the old host that it
stop, to the new one that it lead from where that ended, to the new one's router that it announce. Everything
else is done before the first or after the last of them.

Invariant: nothing is started on the old host once a promotion may have begun on the new one, and nothing is promoted
unless the old host is proved stopped and marked, with its last record replayed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict

from jbnet.model.errors import CommandFailed, JbnetError, Refused
from jbnet.model.text import text
from jbnet.ports import HandOver, ServerState, StepOutcome
from jbnet.services.database_cluster import member_name
from jbnet.services.recover.actions import Params, Place, Tools, facts, other_server, place, seen, server
from jbnet.services.recover.actions_address import MoveAddress
from jbnet.services.recover.actions_fence import unproved
from jbnet.services.recover.actions_hand_back import forgotten, given_back
from jbnet.services.recover.actions_lead import Promote, WaitCaughtUp
from jbnet.services.recover.actions_standby import CLOSE_BYTES, following
from jbnet.services.recover.crowd import Crowd

STOP_S = 45.0
CATCH_UP_S = 15.0
"""Seconds for the last records to be replayed, without writes; the stop itself has waited until they arrived."""
ROUTE_S = 10.0
OTHERS_S = 5.0
"""Seconds for which a database waits for others to be ready, or through; nobody waits for it meanwhile."""


class HandOverDatabase:
    """The host that follows leads, the one that led is stopped and marked, the address is where writes are taken."""

    def __init__(self, tools: Tools):
        self._tools = tools
        self._preparing, self._going = Crowd(), Crowd()

    def probe(self, params: Params) -> StepOutcome:
        """Done when the one leads, the other does not, and the address leads to the one that does."""
        where = place(self._tools, params, "to")
        mine, theirs, error = self._both(where)
        moved = mine.leads and MoveAddress(self._tools).probe(params).done
        done = moved and not (theirs is not None and theirs.leads)
        return self._outcome(where, done, {"host": facts(mine), "source": facts(theirs, error)})

    def do(self, params: Params) -> StepOutcome:
        """Hand over, from wherever it stands. Raises Refused or CommandFailed with who leads then, if that is known."""
        where = place(self._tools, params, "to")
        with ExitStack() as preparing:
            preparing.enter_context(self._preparing.one())
            return self._from_here(where, params, preparing)

    def _from_here(self, where: Place, params: Params, preparing: ExitStack) -> StepOutcome:
        mine, theirs, error = self._both(where)
        if mine.leads:
            return self._led(where, params, mine, theirs)
        if theirs is not None and theirs.leads and not theirs.demoted:
            evidence = self._whole(where, mine, theirs, preparing)
            return self._ended(where, params, {"host": facts(mine), "source": facts(theirs), **evidence})
        if theirs is not None and theirs.exists and theirs.demoted and not theirs.processes:
            return self._rest(where, params)
        raise CommandFailed(
            "{database}: it is not known whether {host} still leads: {error}",
            database=where.database.name,
            host=where.other,
            error=error or text("it neither leads nor is it stopped"),
            hint=text("nothing was promoted; resume when {host} can be reached", host=where.other),
        )

    def verify(self, params: Params) -> StepOutcome:
        """Look again, until routing has it."""
        return self._tools.awaited(lambda: self.probe(params), ROUTE_S)

    def _both(self, where: Place) -> tuple[ServerState, ServerState | None, str]:
        theirs, error = seen(other_server(self._tools, where).state)
        return server(self._tools, where).state(), theirs, error

    def _whole(self, where: Place, mine: ServerState, theirs: ServerState, preparing: ExitStack) -> dict[str, object]:
        """Make ready, then go. Nothing is stopped unless everything is ready."""
        filtered = self._make_ready(where, mine, theirs)
        ready = None
        try:
            ready = self._tools.handovers.arm(where.database.name, where.other, where.host)
            preparing.close()
            self._preparing.dispersed(OTHERS_S)
            with self._going.one():
                evidence = self._go(where, ready, filtered=filtered)
        except JbnetError as error:
            raise given_back(self._tools, where, error) from error
        finally:
            if ready is not None:
                ready.close()
        self._going.dispersed(OTHERS_S)
        return evidence

    def _make_ready(self, where: Place, mine: ServerState, theirs: ServerState) -> bool:
        """Settings, the slot for the way back, and a checkpoint, so that the one of the stop is short.

        Return whether a failover left filters around the host that is to lead.
        """
        behind = theirs.written - mine.replayed if theirs.written is not None and mine.replayed is not None else None
        if not following(where, theirs, mine) or behind is None or behind > CLOSE_BYTES:
            raise Refused(
                "{database} is not handed over: {host} is not close behind {other}",
                database=where.database.name,
                host=where.host,
                other=where.other,
                hint=text("nothing was stopped; see jbnet dr check"),
            )
        # One that streams from a leader has no promotion before it: what is noted of one is of a move long given up.
        self._tools.handovers.forget(where.database.name, where.host)
        standby = server(self._tools, where)
        if mine.synchronous_to:
            standby.settings(None, follow=True)  # the first write would wait for a standby that it has not yet
        standby.ensure_slot(member_name(where.other))
        other_server(self._tools, where).checkpoint()
        return self._is_filtered(where)

    def _go(self, where: Place, ready: HandOver, *, filtered: bool) -> dict[str, object]:
        """Say the three words; clients wait from the first to the last."""
        said_at, began = self._tools.clock.now(), self._tools.clock.monotonic()
        stopped = ready.stop(STOP_S)
        if not stopped.proof.proved or stopped.checkpoint is None:
            raise unproved(stopped.proof)
        led = ready.lead(stopped.checkpoint, CATCH_UP_S)
        if filtered:
            self._tools.fence.open(where.database.name, where.host)
        announced_s, error = _tried(ready.announce)
        gap_s = self._tools.clock.monotonic() - began
        _, not_withdrawn = _tried(ready.withdraw)
        steps = {"stop_s": stopped.seconds, "caught_up_s": led.caught_up_s, "lead_s": led.seconds,
                 "announce_s": announced_s}  # fmt: skip
        return {
            "fence": asdict(stopped.proof),
            "checkpoint": stopped.checkpoint,
            "replayed": led.replayed,
            "received": led.received,
            "stop_said": said_at.isoformat(),
            "gap_s": round(gap_s, 3),
            "gap": {name: round(value, 3) for name, value in steps.items()},
            "address_errors": [told for told in (error, not_withdrawn) if told],
        }

    def _rest(self, where: Place, params: Params) -> StepOutcome:
        """Go on where the old leader is stopped already: a process that was killed left it so."""
        host, name = {**params, "host": where.host}, where.database.name
        caught_up = WaitCaughtUp(self._tools)
        try:
            self._tools.handovers.disarm(name, where.other)
            self._tools.handovers.disarm(name, where.host)
            outcome = self._tools.awaited(lambda: caught_up.probe(host), CATCH_UP_S)
            if not outcome.done:
                raise CommandFailed("{reason}", reason=outcome.text)
        except JbnetError as error:
            raise given_back(self._tools, where, error) from error
        self._tools.handovers.begin(name, where.host)
        evidence = {**outcome.evidence, **Promote(self._tools).do(host).evidence}
        return self._ended(where, params, {**evidence, "resumed": True})

    def _led(self, where: Place, params: Params, mine: ServerState, theirs: ServerState | None) -> StepOutcome:
        """Go on where it leads already: it was promoted behind the proof, by a process that was killed.

        Raises Refused where the old leader is seen to lead: then people decide, and no address moves.
        """
        proof = self._tools.fence.check(where.database.name, where.other)
        if theirs is not None and theirs.leads:
            raise unproved(proof)
        evidence = {"fence": asdict(proof), "promoted_before": True, "host": facts(mine), "source": facts(theirs)}
        return self._ended(where, params, evidence)

    def _ended(self, where: Place, params: Params, evidence: dict[str, object]) -> StepOutcome:
        """It leads: what is not urgent, and whatever an interrupted hand-over left undone."""
        mine, name = server(self._tools, where), where.database.name
        if self._is_filtered(where):
            self._tools.fence.open(name, where.host)
        MoveAddress(self._tools).do(params)
        mine.settings(None, follow=False)
        mine.ensure_slot(member_name(where.other))
        self._tools.handovers.forget(name, where.host)
        forgotten(self._tools, name, where.other)
        return self._outcome(where, True, evidence)

    def _is_filtered(self, where: Place) -> bool:
        """Say whether a router is known to filter: it would keep clients from the address once that is here."""
        return any(self._tools.fence.filtered(where.database.name, where.host).values())

    @staticmethod
    def _outcome(where: Place, done: bool, evidence: dict[str, object]) -> StepOutcome:
        name, host, other = where.database.name, where.host, where.other
        message = (
            text("{database}: {host} leads in the place of {other}", database=name, host=host, other=other)
            if done
            else text("{database}: {host} does not lead in the place of {other}", database=name, host=host, other=other)
        )
        return StepOutcome(done, message, evidence)


def _tried(act: Callable[[float], float]) -> tuple[float, str]:
    """Return the seconds it took, or why it failed: behind the promotion there is another try, without haste."""
    try:
        return act(ROUTE_S), ""
    except JbnetError as error:
        return ROUTE_S, str(error)
