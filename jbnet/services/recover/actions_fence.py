"""Actions around the fence, before anything leads elsewhere: fence, unfence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from jbnet.model.errors import CommandFailed, Refused
from jbnet.model.text import text
from jbnet.ports import FenceProof, StepOutcome
from jbnet.recovery.lease import Ruling
from jbnet.services.recover.actions import Params, Place, Tools, other_server, place, seen, server

QUICK_S = 1.0
"""Seconds to wait for the host when it is only asked whether it is fenced already."""


class FenceHost:
    """The old primary can no longer be written to, and that is proved (design section 5, rule 3)."""

    def __init__(self, tools: Tools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """Look as far as it takes to know whether there is something to do: closing it twice does no harm."""
        where = place(self._tools, params)
        return self._outcome(where, self._tools.fence.glance(where.database.name, where.host))

    def prepare(self, params: Params) -> None:
        """Reach the routers from every vantage, and learn whether the host is silent."""
        self.verify(params)

    def do(self, params: Params) -> StepOutcome:
        """Close the fence. Raises Refused when it cannot be proved."""
        where = place(self._tools, params)
        proof = self._tools.fence.close(where.database.name, where.host)
        if not proof.proved:
            raise unproved(proof)
        return self._outcome(where, proof)

    def verify(self, params: Params) -> StepOutcome:
        """Look for a proof without waiting long."""
        where = place(self._tools, params)
        return self._outcome(where, self._tools.fence.check(where.database.name, where.host, QUICK_S))

    @staticmethod
    def _outcome(where: Place, proof: FenceProof) -> StepOutcome:
        name, host = where.database.name, where.host
        message = (
            text("{database} on {host} is fenced: {by}", database=name, host=host, by=proof.by)
            if proof.proved
            else text("{database} on {host} is not proved to be fenced", database=name, host=host)
        )
        return StepOutcome(proof.proved, message, asdict(proof))


def unproved(proof: FenceProof) -> Refused:
    """Return the refusal of a fence that is not proved, with what was seen."""
    said = "; ".join(" ".join(f"{key}={value}" for key, value in seen.items()) for seen in proof.observations)
    lease = next((seen for seen in proof.observations if seen.get("what") == "lease"), {})
    if lease.get("ruling") == Ruling.FAILSAFE:
        return _leads_on(proof, lease, said)
    return Refused(
        "{database} on {host} is not proved to be fenced; silence proves nothing. Seen: {seen}",
        database=proof.database,
        host=proof.host,
        seen=said or "-",
        hint=text("reach a ring of routers around {host}, or the host itself, and resume", host=proof.host),
    )


def _leads_on(proof: FenceProof, lease: Mapping[str, object], said: str) -> Refused:
    """Return the refusal where the leader lives and must be taken to serve clients (ADR 54): waiting does not help."""
    return Refused(
        "{database} on {host} leads on: its watchdog reached {standby} directly {age} s ago (failsafe), though etcd"
        " does not hear from it. Seen: {seen}",
        database=proof.database,
        host=proof.host,
        standby=lease.get("by"),
        age=f"{float(str(lease.get('standby_acknowledged_s'))):.0f}",
        seen=said,
        hint=text(
            "let it lead, and mend etcd (jbnet dr check says which members answer). If it must move all the same:"
            " jbnet dr switchover; or reach a ring of routers around {host}, or the host itself, and fail over again",
            host=proof.host,
        ),
    )


class Unfence:
    """Clients may reach the host again. A server that was stopped for a fence that failed takes up again."""

    def __init__(self, tools: Tools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """Done when every router says that it has nothing of the filter, and nothing is left stopped."""
        where = place(self._tools, params)
        filtered = dict(self._tools.fence.filtered(where.database.name, where.host))
        stopped = self._left_stopped(where)
        done = all(state is False for state in filtered.values()) and not stopped
        return self._outcome(where, done, filtered)

    def do(self, params: Params) -> StepOutcome:
        """Open the filters. Raises CommandFailed with the routers that still have one or do not answer.

        Raises Refused where both hosts take writes: behind the filters one of them is harmless, before them it is not.
        """
        where = place(self._tools, params)
        self._refuse_second_writer(where)
        self._tools.fence.open(where.database.name, where.host)
        filtered = dict(self._tools.fence.filtered(where.database.name, where.host))
        left = [router for router, state in filtered.items() if state is not False]
        if left:
            raise CommandFailed(
                "the fence around {host} is not open: {routers} still filter or do not answer",
                host=where.host,
                routers=", ".join(left),
                hint=text("resume when they can be reached"),
            )
        if self._left_stopped(where):
            self._take_up(where)
        return self._outcome(where, True, filtered)

    def verify(self, params: Params) -> StepOutcome:
        """Look again."""
        return self.probe(params)

    def _refuse_second_writer(self, where: Place) -> None:
        mine, _ = seen(server(self._tools, where).state)
        theirs, _ = seen(other_server(self._tools, where).state)
        if mine is not None and theirs is not None and mine.leads and theirs.leads:
            raise Refused(
                "{database}: the fence around {host} stays closed: it takes writes, and {other} does, too",
                database=where.database.name,
                host=where.host,
                other=where.other,
                hint=text("one of them has to stop first: docs/recovery-howto.md, both think they are primary"),
            )

    def _left_stopped(self, where: Place) -> bool:
        """It is stopped and marked, it led before, and the other still is a standby: nobody leads."""
        mine, _ = seen(server(self._tools, where).state)
        theirs, _ = seen(other_server(self._tools, where).state)
        if mine is None or theirs is None or mine.processes or not (mine.exists and mine.demoted):
            return False
        return theirs.in_recovery is True and theirs.receiver is None and mine.was_leading

    def _take_up(self, where: Place) -> None:
        mine, local = server(self._tools, where), where.database.local_standby
        mine.clear_demotion()
        mine.settings(where.database.waited_for(where.host), follow=False)
        mine.start()
        if local is not None and where.host == where.database.primary:
            self._tools.servers.server(where.database.name, local).start()  # it was stopped with it, and follows again

    @staticmethod
    def _outcome(where: Place, done: bool, filtered: dict[str, bool | None]) -> StepOutcome:
        name, host = where.database.name, where.host
        message = (
            text("{database} on {host}: no router filters any more", database=name, host=host)
            if done
            else text("{database} on {host} is still fenced", database=name, host=host)
        )
        return StepOutcome(done, message, {"filtered": filtered})
