"""The way back from a hand-over that did not come to its end: the host that led leads again, and nothing is left over.

Only where it is known that the other host leads neither now nor later: it is a standby, and holds no order to promote.
"""

from __future__ import annotations

import contextlib

from jbnet.model.errors import CommandFailed, JbnetError, Refused
from jbnet.model.text import text
from jbnet.ports import DatabaseServer, ServerState, StepOutcome
from jbnet.services.database_cluster import member_name
from jbnet.services.recover.actions import Params, Place, Tools, facts, other_server, place, seen, server

STOPPING_S = 60.0
"""Seconds for a stop that is under way: it cannot be called off, and is waited for."""


def leads_undisturbed(state: ServerState) -> bool:
    """Say whether a server leads and nobody is stopping it."""
    return state.leads and not state.demoted


def forgotten(tools: Tools, database: str, host: str) -> None:
    """Clear the orders on a host, if it can be reached: they are without effect by now."""
    with contextlib.suppress(JbnetError):
        tools.handovers.forget(database, host)


def given_back(tools: Tools, where: Place, why: JbnetError) -> JbnetError:
    """Take a hand-over back; return the error that says why it failed, and who leads now as far as that is known."""
    name, host, other = where.database.name, where.host, where.other
    try:
        take_back(tools, where)
    except JbnetError as error:
        return Refused(
            "{database} was not handed over: {reason}; nor is it taken back: {error}",
            database=name,
            reason=why.text,
            error=error.text,
            hint=text("reach {other} and {host}, and resume; start neither by hand before", other=other, host=host),
        )
    return CommandFailed(
        "{database} was not handed over, {other} leads as before: {reason}", database=name, other=other, reason=why.text
    )


def take_back(tools: Tools, where: Place) -> None:
    """Let ``where.other`` lead again; nothing happens where it does. Raises Refused where it may not, Unreachable."""
    name, standby, old = where.database.name, server(tools, where), other_server(tools, where)
    if tools.handovers.disarm(name, where.host):
        raise Refused(
            "{database}: a promotion was begun on {host}, so {other} is not started again",
            database=name,
            host=where.host,
            other=where.other,
            hint=text("resume: it goes on from there"),
        )
    state = standby.state()
    if not state.exists or not state.demoted or state.leads:
        raise Refused(
            "{database}: {host} is not known to be a standby, so {other} is not started again",
            database=name,
            host=where.host,
            other=where.other,
        )
    stopping = tools.handovers.disarm(name, where.other)
    if stopping or not leads_undisturbed(old.state()):
        _take_up(tools, where, old)
    _announce_again(tools, where)
    if state.answers:
        standby.drop_slots()
    forgotten(tools, name, where.host)
    forgotten(tools, name, where.other)


def _take_up(tools: Tools, where: Place, old: DatabaseServer) -> None:
    """Start the server that was stopped, once it is."""
    tools.wait_for(lambda: not old.state().processes, STOPPING_S)
    state = old.state()
    if state.processes or not state.was_leading:
        raise CommandFailed(
            "{database} on {host} did not stop as one that led, and is not started again",
            database=where.database.name,
            host=where.other,
            hint=text("see what runs there, and resume"),
        )
    old.clear_demotion()
    old.settings(where.database.waited_for(where.other), follow=False)
    old.start()


def _announce_again(tools: Tools, where: Place) -> None:
    address = str(where.database.service_address)
    if tools.routes.announces(address, where.host):
        tools.routes.withdraw(address, where.host)
    if not tools.routes.announces(address, where.other):
        tools.routes.announce(address, where.other, prefer=False)


class TakeBack:
    """Undoes a hand-over that failed: ``from`` leads, ``to`` follows, nothing that was prepared is left."""

    def __init__(self, tools: Tools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """Look at both hosts."""
        where = place(self._tools, params, "to")
        name, host, other = where.database.name, where.host, where.other
        theirs, error = seen(other_server(self._tools, where).state)
        mine = server(self._tools, where).state()
        clear = theirs is not None and leads_undisturbed(theirs) and mine.in_recovery is True
        clear = clear and member_name(other) not in {str(slot["name"]) for slot in mine.slots}
        done = clear and not any(self._tools.handovers.armed(name, one) for one in (host, other))
        message = (
            text("{database}: {other} leads as before, {host} follows", database=name, host=host, other=other)
            if done
            else text("{database}: {other} does not lead as before", database=name, other=other)
        )
        return StepOutcome(done, message, {"host": facts(mine), "source": facts(theirs, error)})

    def do(self, params: Params) -> StepOutcome:
        """Take it back. Raises Refused where the other may lead, Unreachable where that cannot be seen."""
        take_back(self._tools, place(self._tools, params, "to"))
        return self.probe(params)

    def verify(self, params: Params) -> StepOutcome:
        """Look again."""
        return self.probe(params)
