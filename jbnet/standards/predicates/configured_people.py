"""Configurations beside the declaration: accounts, servers, what is saved and backed up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from jbnet.model.findings import Place
from jbnet.model.management import Privilege
from jbnet.model.network import Device
from jbnet.model.text import text
from jbnet.platforms.facts import HIDDEN
from jbnet.standards.predicates.base import Verdict, unknown, violated
from jbnet.standards.predicates.configured import Configured, listed, passed, unread
from jbnet.standards.world import World

if TYPE_CHECKING:  # as in ``configured``: a check never looks at a configuration
    from jbnet.config.audit.observed import Fact, Observed

LISTED = "-"
"""The value of a line that names an account and says nothing of its rights."""


class AccountsDeclared(Configured):
    """Local accounts are declared, and have no more rights than declared. ``besides`` are the system's own."""

    besides: tuple[str, ...] = Field(default=(), strict=False)

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """An account that is declared and not there is no matter of an audit."""
        fact = seen.fact("accounts")
        if (missing := unread(fact)) is not None:
            return missing
        management = world.network.management
        users = {user.name: user.privilege for user in management.users} if management else {}
        rights = {name: said for name, said in rights_of(fact).items() if name not in self.besides}
        strangers = [name for name in rights if name not in users]
        if strangers:
            return violated(text("accounts that are not declared: {names}", names=listed(strangers)),
                            _lines(fact, strangers))  # fmt: skip
        above = [n for n, said in rights.items() if said == Privilege.ADMIN and users[n] is not Privilege.ADMIN]
        if above:
            return violated(text("accounts with more rights than declared: {names}", names=listed(above)),
                            _lines(fact, above))  # fmt: skip
        return passed(text("accounts: {names}", names=listed(list(rights) or ["-"])), fact.places)


class AccountsNotNamed(Configured):
    """No local account bears one of these names, under which vendors deliver equipment."""

    banned: tuple[str, ...] = Field(strict=False, min_length=1)

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """Compare names without regard to case."""
        fact = seen.fact("accounts")
        if (missing := unread(fact)) is not None:
            return missing
        refused = {name.lower() for name in self.banned}
        found = [name for name in rights_of(fact) if name.lower() in refused]
        if found:
            return violated(text("default accounts: {names}", names=listed(found)), _lines(fact, found))
        return passed(text("accounts: {names}", names=listed(list(rights_of(fact)) or ["-"])), fact.places)


class AdminsAtMost(Configured):
    """At most so many local accounts may change everything."""

    count: int = Field(ge=1)

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """Where the rights of one are not known and the others are not too many already, nothing is shown."""
        fact = seen.fact("accounts")
        if (missing := unread(fact)) is not None:
            return missing
        rights = rights_of(fact)
        admins = [name for name, said in rights.items() if said == Privilege.ADMIN]
        said = text("accounts that may change everything: {names}", names=listed(admins or ["-"]))
        if len(admins) > self.count:
            return violated(said, _lines(fact, admins))
        unclear = [name for name, right in rights.items() if right in (HIDDEN, LISTED)]
        if unclear:
            return unknown(text("what these accounts may do is not shown: {names}", names=listed(unclear)))
        return passed(said, _lines(fact, admins))


class ServersDeclared(Configured):
    """The servers that are configured are those that are declared: none is missing, none is a stranger."""

    of: Literal["ntp", "syslog"]
    facts: ClassVar[Mapping[str, str]] = {"ntp": "ntp_servers", "syslog": "log_servers"}

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """Without a declaration nobody can say whether they are the right ones."""
        fact = seen.fact(self.facts[self.of])
        if (missing := unread(fact)) is not None:
            return missing
        management = world.network.management
        wanted = {str(address) for address in getattr(management, self.of, ())} - {str(device.loopback)}
        if not wanted:
            return unknown(text("{fact}: none is declared", fact=fact.title))
        found = {one.value for one in fact.readings if one.value}
        if wanted - found:
            return violated(text("{fact}: {names} missing", fact=fact.title, names=listed(sorted(wanted - found))),
                            fact.places)  # fmt: skip
        if found - wanted:
            return violated(text("{fact}: {names} not declared", fact=fact.title, names=listed(sorted(found - wanted))),
                            fact.places)  # fmt: skip
        return passed(text("{fact}: {found}", fact=fact.title, found=listed(sorted(found))), fact.places)


class Saved(Configured):
    """What runs is what was saved: a restart would bring back nothing else."""

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """A backup and a rendered text do not say."""
        if seen.saved is None:
            return unknown(text("only the device itself shows what it saved"))
        if seen.saved:
            return passed(text("what runs is saved"))
        return violated(text("what runs differs from what is saved; a restart would take it back"))


class BackedUp(Configured):
    """The device's configuration was backed up at most so many days ago."""

    days: int = Field(ge=1)

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """A device that was never backed up breaks it."""
        from jbnet.config.audit.observed import Origin

        if not seen.backups_known or seen.now is None or seen.origin is Origin.RENDERED:
            return unknown(text("nobody looked for backups"))
        if seen.backed_up is None:
            return violated(text("there is no backup of it"))
        days = (seen.now - seen.backed_up) // timedelta(days=1)
        said = text("last backup {time}, {days} days ago", time=f"{seen.backed_up:%Y-%m-%dT%H:%M:%SZ}", days=days)
        return passed(said) if seen.now - seen.backed_up <= timedelta(days=self.days) else violated(said)


def rights_of(fact: Fact) -> Mapping[str, str]:
    """Return the rights of each account: of several lines the one that gives most counts."""
    found: dict[str, str] = {}
    for reading in fact.readings:
        said = reading.value or LISTED
        if found.get(reading.about, LISTED) == LISTED or said == Privilege.ADMIN:
            found[reading.about] = said
    return found


def _lines(fact: Fact, names: list[str]) -> list[Place]:
    return [place for one in fact.readings if one.about in names for place in one.places]
