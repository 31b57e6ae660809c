"""Looking at leases: the store, its members and the watchdogs of all hosts, side by side. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from jbnet.model.errors import JbnetError
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.ports import LeaseGuards, LeaseStore
from jbnet.recovery.lease import GuardWord, LeaseTerms, StoreHealth
from jbnet.recovery.observed import Unseen
from jbnet.recovery.readiness import Result
from jbnet.recovery.readiness_lease import LeaseView, about_lease
from jbnet.services.recover.side_by_side import Asked

LOOK_S = 8.0
"""Seconds for all of it: three members of a store, each with two seconds to answer."""


@dataclass(frozen=True)
class LeaseEyes:
    """What leases are looked at through."""

    store: LeaseStore
    guards: LeaseGuards
    terms: LeaseTerms


def look_at_leases(
    eyes: LeaseEyes, network: Network, names: Sequence[str], seconds: float = LOOK_S
) -> tuple[LeaseView, ...]:
    """Look at the leases of databases. Never raises for something that does not answer."""
    chosen = [network.databases[name] for name in names]
    hosts = dict.fromkeys(host for d in chosen for host in (d.primary, d.standby))
    health = Asked({"": eyes.store.health}, seconds)
    sights = Asked({d.name: partial(eyes.store.look, d.name) for d in chosen}, seconds)
    words = Asked({host: partial(eyes.guards.guard, host) for host in hosts}, seconds)
    members, said = health.answers()[""], words.answers()

    def of(host: str, database: str) -> GuardWord | Unseen:
        found = said[host]
        return found if isinstance(found, Unseen) else found.get(database, Unseen(text("it said nothing")))

    return tuple(
        LeaseView(
            d,
            sights.answers()[d.name],
            StoreHealth() if isinstance(members, Unseen) else members,
            {host: of(host, d.name) for host in (d.primary, d.standby)},
        )
        for d in chosen
    )


def failsafe(eyes: LeaseEyes, network: Network, database: str) -> str | None:
    """Return why a database goes on without its lease, empty where it does not; None: nobody who leads it said."""
    declared = network.databases.get(database)
    for host in (declared.primary, declared.standby) if declared else ():
        try:
            word = eyes.guards.guard(host).get(database)
        except JbnetError:
            continue
        if word is not None and word.leads:
            return word.why if word.is_failsafe else ""
    return None


def about_leases(eyes: LeaseEyes, network: Network, names: Sequence[str]) -> tuple[Result, ...]:
    """Look, and judge."""
    return tuple(about_lease(view, eyes.terms) for view in look_at_leases(eyes, network, names))
