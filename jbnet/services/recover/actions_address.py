"""Actions about the service address: move-address, release-address, verify-writes."""

from __future__ import annotations

from jbnet.model.errors import CommandFailed, JbnetError, TargetError
from jbnet.model.text import text
from jbnet.ports import StepOutcome
from jbnet.services.recover.actions import Params, Place, Tools, near_watchers, not_yet, place, server

ROUTE_S = 20.0
WRITE_S = 30.0
WRITE_TRY_S = 2.0


class MoveAddress:
    """The service address is announced by the new leader's host, and by the old one no more where it can be reached."""

    def __init__(self, tools: Tools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """Done when the new host announces it, the old one is not seen to, and a watcher's route leads there."""
        where, address = self._to(params)
        if not self._tools.routes.announces(address, where.host):
            return self._outcome(where, False, {})
        old = self._old_holds(where, address)
        paths = self._paths(where, address)
        return self._outcome(where, bool(paths["leads_there"]) and old is not True, {"old_host": old, **paths})

    def prepare(self, params: Params) -> None:
        """Reach the new host, and the watcher that will be asked for the way."""
        where, address = self._to(params)
        self._tools.routes.announces(address, where.host)
        self._paths(where, address)

    def do(self, params: Params) -> StepOutcome:
        """Announce it first, so that the route is there at once; then take it from the old host.

        While the old host is not known to have let go, the new announcement is one that wins over the old.
        """
        where, address = self._to(params)
        self._tools.routes.announce(address, where.host, prefer=True)
        released, error = True, ""
        try:
            self._tools.routes.withdraw(address, where.other)
        except TargetError as problem:
            released, error = False, str(problem)
        if released:
            self._tools.routes.announce(address, where.host, prefer=False)
        return self._outcome(where, True, {"old_host_released": released, "old_host_error": error})

    def verify(self, params: Params) -> StepOutcome:
        """Wait until routing has it."""
        return self._tools.awaited(lambda: self.probe(params), ROUTE_S)

    def _to(self, params: Params) -> tuple[Place, str]:
        where = place(self._tools, params, "to")
        return where, str(where.database.service_address)

    def _old_holds(self, where: Place, address: str) -> bool | None:
        try:
            return self._tools.routes.announces(address, where.other)
        except TargetError:
            return None

    def _paths(self, where: Place, address: str) -> dict[str, object]:
        """Compare, on the first watcher that answers, the way to the address with the way to the host's own.

        The host's neighbours come last: with the other site dark nobody else may be left to ask.
        """
        own = self._tools.network.devices[where.host].loopback
        asked = dict.fromkeys((*self._tools.watchers, *near_watchers(self._tools.network, where.host)))
        for watcher in asked:
            try:
                used = self._tools.routes.seen_at(address, watcher)
                wanted = self._tools.routes.seen_at(str(own), watcher)
            except TargetError:
                continue
            ways = {"watcher": watcher, "way": list(used), "way_to_host": list(wanted)}
            return {**ways, "leads_there": bool(used) and used == wanted}
        return {"watcher": None, "leads_there": False}

    @staticmethod
    def _outcome(where: Place, done: bool, evidence: dict[str, object]) -> StepOutcome:
        address, host = where.database.service_address, where.host
        message = (
            text("{address} ({database}) leads to {host}", address=address, database=where.database.name, host=host)
            if done
            else text(
                "{address} ({database}) does not lead to {host}",
                address=address,
                database=where.database.name,
                host=host,
            )
        )
        return StepOutcome(done, message, evidence)


class ReleaseAddress:
    """The host no longer announces the service address."""

    def __init__(self, tools: Tools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """Done when the host does not hold it."""
        where = place(self._tools, params)
        address = str(where.database.service_address)
        held = self._tools.routes.announces(address, where.host)
        message = (
            text("{host} still announces {address}", host=where.host, address=address)
            if held
            else text("{host} does not announce {address}", host=where.host, address=address)
        )
        return StepOutcome(not held, message, {"address": address, "host": where.host, "announces": held})

    def do(self, params: Params) -> StepOutcome:
        """Withdraw it."""
        where = place(self._tools, params)
        self._tools.routes.withdraw(str(where.database.service_address), where.host)
        return self.probe(params)

    def verify(self, params: Params) -> StepOutcome:
        """Look again."""
        return self.probe(params)


class VerifyWrites:
    """A write through the service address arrives on the host that is to lead."""

    def __init__(self, tools: Tools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """It is always tried anew."""
        return not_yet(text("{database}: not yet written to", database=params["database"]))

    def do(self, params: Params) -> StepOutcome:
        """Write until one write arrives. Raises CommandFailed past the deadline, with what the last try met."""
        last: dict[str, object] = {}

        def wrote() -> bool:
            last.clear()
            last.update(self._try(params))
            return bool(last["arrived"])

        where = place(self._tools, params)
        if not self._tools.wait_for(wrote, WRITE_S):
            raise CommandFailed(
                "{database}: no write through {address} arrived on {host}: {error}",
                database=where.database.name,
                address=where.database.service_address,
                host=where.host,
                error=last.get("error") or "it arrived elsewhere",
            )
        return self._outcome(where, last)

    def verify(self, params: Params) -> StepOutcome:
        """Write once more."""
        return self._outcome(place(self._tools, params), self._try(params))

    def _try(self, params: Params) -> dict[str, object]:
        """Write a row through the address and look for it on the host itself."""
        where = place(self._tools, params)
        wrote = dict(self._tools.writes.write(where.database.name, str(where.database.service_address), WRITE_TRY_S))
        arrived = False
        if wrote["ok"]:
            try:
                arrived = wrote["n"] in server(self._tools, where).present(str(wrote["client"]))
            except JbnetError as error:
                wrote["error"] = str(error)
        return {**wrote, "arrived": arrived}

    @staticmethod
    def _outcome(where: Place, wrote: dict[str, object]) -> StepOutcome:
        name, host, address = where.database.name, where.host, where.database.service_address
        message = (
            text("{database}: a write through {address} arrived on {host}", database=name, address=address, host=host)
            if wrote["arrived"]
            else text(
                "{database}: a write through {address} did not arrive on {host}",
                database=name,
                address=address,
                host=host,
            )
        )
        return StepOutcome(bool(wrote["arrived"]), message, wrote)
