"""The action verify-applications: behind the databases' move the applications work, in their order, for clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from itertools import takewhile

from jbnet.model.errors import UsageError
from jbnet.model.network import Application, Network
from jbnet.model.text import Text, text
from jbnet.ports import ApplicationCalls, Clock, Said, StepOutcome
from jbnet.services.recover.actions import POLL_S, Params, named
from jbnet.services.recover.side_by_side import Asked

ANSWER_S = 4.0
"""An application asks its databases meanwhile, which takes up to 3 s where one does not answer."""
WAIT_S = 30.0
AMOUNT = 1
"""Of the payment, in fen."""
UP = (HTTPStatus.OK, HTTPStatus.CREATED)


@dataclass(frozen=True)
class _Look:
    works: bool
    message: Text
    hosts: Mapping[str, str]


@dataclass(frozen=True)
class VerifyApplications:
    """Each application answers at one host of a site at least that its databases take writes; then one takes a payment.

    ``sites``: the locations by ``primary`` and ``standby``. ``lab``: applications without a host at the site were left
    out of this lab, and are passed over; those with a host there have to work, as in production.
    """

    network: Network
    sites: Mapping[str, str]
    calls: ApplicationCalls
    clock: Clock
    lab: bool

    def probe(self, params: Params) -> StepOutcome:
        """It is always tried anew."""
        return StepOutcome(False, text("not yet asked: {names}", names=", ".join(_names(params))))

    def do(self, params: Params) -> StepOutcome:
        """Wait for each in turn, then pay. Not done where one does not come in time: the first of them is named.

        ``back`` in the evidence: in which order they were found to work, and how many seconds after it began.
        """
        began, waiting = self.clock.monotonic(), list(_names(params))
        met, back = dict[str, object](), list[dict[str, object]]()
        while True:
            looks = self._look(waiting, params)
            came = _in_turn(waiting, looks)
            met |= {name: looks[name].hosts for name in waiting[: len(came) + 1]}
            after_s = round(self.clock.monotonic() - began, 2)
            back += [{"application": name, "after_s": after_s} for name in came if looks[name].hosts]
            waiting, evidence = waiting[len(came) :], {"applications": met, "back": back}
            if not waiting:
                return self._paid(params, evidence)
            if self.clock.monotonic() >= began + WAIT_S:
                return StepOutcome(False, looks[waiting[0]].message, evidence)
            self.clock.sleep(POLL_S)

    def verify(self, params: Params) -> StepOutcome:
        """Ask them all once more; no second payment."""
        looks = self._look(_names(params), params)
        evidence = {"applications": {name: look.hosts for name, look in looks.items()}}
        for look in looks.values():
            if not look.works:
                return StepOutcome(False, look.message, evidence)
        return StepOutcome(True, text("they answer: {names}", names=", ".join(looks)), evidence)

    def _look(self, names: Sequence[str], params: Params) -> Mapping[str, _Look]:
        """Ask applications at every host of the site, all side by side."""
        doors = [(name, host) for name in names for host in self._hosts(name, params)]
        asked = Asked({(n, h): partial(self._ask, h, self._application(n).port or 0) for n, h in doors}, ANSWER_S + 1)
        said = {door: one if isinstance(one, Said) else Said(None, {}) for door, one in asked.answers().items()}
        each = {name: {host: one for (of, host), one in said.items() if of == name} for name in names}
        return {name: self._judged(name, self._site(params), found) for name, found in each.items()}

    def _judged(self, name: str, site: str, found: Mapping[str, Said]) -> _Look:
        hosts = {host: _said(said) for host, said in found.items()}
        if any(said.code in UP for said in found.values()):
            return _Look(True, text("{application} works at {site}", application=name, site=site), hosts)
        if self.lab and not hosts:
            return _Look(True, text("{application} is not in this lab at {site}", application=name, site=site), hosts)
        return _Look(False, _why(name, site, hosts), hosts)

    def _ask(self, host: str, port: int) -> Said:
        return self.calls.call(host, port, "/health", None, ANSWER_S)

    def _paid(self, params: Params, evidence: Mapping[str, object]) -> StepOutcome:
        """Register a payment at the first host that takes it, and query it there."""
        everything = self._answering(params)
        if "payment" not in params:
            return StepOutcome(True, everything, evidence)
        name = named(params, "payment")
        port, number = self._application(name).port or 0, f"jbnet-verify-{self.clock.now():%Y%m%dT%H%M%S%f}"
        one = {"number": number, "service": "jbnet-verify", "person": "nobody", "counterparty": "nobody",
               "amount": AMOUNT}  # fmt: skip
        told: dict[str, str] = {}
        hosts = self._hosts(name, params)
        if self.lab and not hosts:
            return StepOutcome(True, everything, evidence)
        for host in hosts:
            sent = self.calls.call(host, port, "/payments", one, ANSWER_S)
            back = self.calls.call(host, port, f"/payments/{number}", None, ANSWER_S) if sent.code in UP else sent
            told[host] = _said(back)
            if back.code == HTTPStatus.OK and back.words.get("number") == number:
                paid = text("{application} took payment {number} at {host}", application=name, number=number, host=host)
                return StepOutcome(True, paid, {**evidence, "payment": number, "host": host})
        failed = text("{application} took no payment: {reason}", application=name, reason=_each(told))
        return StepOutcome(False, failed, {**evidence, "payment": number, "said": told})

    def _answering(self, params: Params) -> Text:
        asked = [name for name in _names(params) if self._hosts(name, params)]
        if asked or not self.lab:
            return text("they answer: {names}", names=", ".join(asked))
        return text("no application is in this lab at {site}: none was asked", site=self._site(params))

    def _site(self, params: Params) -> str:
        return self.sites[named(params, "site")]

    def _application(self, name: str) -> Application:
        found = self.network.applications.get(name)
        if found is None or found.port is None:
            raise UsageError("there is no application {name} with a port", name=name)
        return found

    def _hosts(self, name: str, params: Params) -> list[str]:
        home, devices = self._site(params), self.network.devices
        return [host for host in self._application(name).hosts if host in devices and devices[host].home == home]


def _in_turn(waiting: Sequence[str], looks: Mapping[str, _Look]) -> list[str]:
    """Return those that work and before which none is waited for."""
    return list(takewhile(lambda name: looks[name].works, waiting))


def _names(params: Params) -> Sequence[str]:
    value = params.get("applications")
    if not isinstance(value, list):
        raise UsageError("a step lacks the parameter {key}", key="applications")
    return [str(name) for name in value]


def _said(said: Said) -> str:
    """Return what was answered, in a few words."""
    for key in ("error", "why", "state"):
        if said.words.get(key):
            return str(said.words[key])
    return str(said.code) if said.code is not None else "no answer"


def _why(name: str, site: str, hosts: Mapping[str, str]) -> Text:
    if not hosts:
        return text("no host of {application} is declared at {site}", application=name, site=site)
    return text("{application} does not work at {site}: {reason}", application=name, site=site, reason=_each(hosts))


def _each(hosts: Mapping[str, str]) -> str:
    return "; ".join(f"{host}: {said}" for host, said in hosts.items())
