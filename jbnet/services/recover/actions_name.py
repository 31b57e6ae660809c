"""The action move-name: a name that clients look up leads to another site, at every name server that answers.

The primary is asked to make the change only while the name says what it is expected to say (RFC 2136, 2.4): somebody
else's change is never overwritten, and a step that runs twice changes once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from jbnet.inventory.reach import management_addresses
from jbnet.model.dns import DnsZone, MovableName
from jbnet.model.errors import CommandFailed, Refused, Unreachable, UsageError
from jbnet.model.network import Network
from jbnet.model.text import Text, text
from jbnet.ports import Clock, StepOutcome
from jbnet.ports.names import NameServers
from jbnet.recovery.name_moves import Fate, NameSaid, Records, as_typed, movable, moving, shown
from jbnet.recovery.observed import Unseen
from jbnet.services.recover.actions import Params, named
from jbnet.services.recover.side_by_side import Asked

FOLLOW_S = 15.0
"""For secondaries to follow. They are told of a change at once (NOTIFY, RFC 1996); BIND waits up to five seconds."""
POLL_S = 0.5
LOOK_S = 10.0


@dataclass(frozen=True, slots=True)
class Move:
    """What a step says: the name, and the homes it leads from and to."""

    zone: DnsZone
    name: MovableName
    old: str
    new: str

    @property
    def wanted(self) -> Records:
        """Return what it is to say."""
        return frozenset(self.name.values[self.new])


@dataclass(frozen=True, slots=True)
class Seen:
    """What every declared server says of the name."""

    move: Move
    said: Mapping[str, NameSaid | Unseen]

    @property
    def primary(self) -> NameSaid | Unseen:
        """Return what the primary says."""
        return self.said[self.move.zone.primary]

    @property
    def behind(self) -> tuple[str, ...]:
        """Return the servers that answer, and something else."""
        said = self.said.items()
        return tuple(one for one, what in said if isinstance(what, NameSaid) and what.records != self.move.wanted)

    @property
    def silent(self) -> Mapping[str, Text]:
        """Return the servers that say nothing, and why."""
        return {server: what.reason for server, what in self.said.items() if isinstance(what, Unseen)}

    @property
    def moved(self) -> bool:
        """Say whether the primary has it, and nobody says otherwise: who is silent leads no client astray from here."""
        return isinstance(self.primary, NameSaid) and not self.behind

    def evidence(self) -> dict[str, object]:
        """Return what the journal keeps."""
        return {
            "name": self.move.name.name,
            "to": self.move.new,
            "servers": {
                server: {"says": shown(what.records), "ttl": what.ttl, "serial": what.serial}
                if isinstance(what, NameSaid)
                else {"silent": str(what.reason)}
                for server, what in self.said.items()
            },
        }

    def told(self) -> Text:
        """Return it in a sentence."""
        name, home = self.move.name.name, self.move.new
        serials = {server: what.serial for server, what in self.said.items() if isinstance(what, NameSaid)}
        if self.behind:
            servers = ", ".join(f"{one} ({shown(self._records(one))}, {serials[one]})" for one in self.behind)
            return text("{name} does not lead to {home} yet at {servers}", name=name, home=home, servers=servers)
        servers = ", ".join(f"{server} ({serial})" for server, serial in serials.items()) or "-"
        if self.silent:
            return text("{name} leads to {home} at {servers}; without an answer: {silent}", name=name, home=home,
                        servers=servers, silent=", ".join(self.silent))  # fmt: skip
        return text("{name} leads to {home} at {servers}", name=name, home=home, servers=servers)

    def _records(self, server: str) -> Records:
        what = self.said[server]
        return what.records if isinstance(what, NameSaid) else frozenset()


class MoveName:
    """A declared name leads from one home to another. ``clock`` waits for secondaries."""

    def __init__(self, network: Network, servers: NameServers, clock: Clock):
        self._network, self._servers, self._clock = network, servers, clock

    def probe(self, params: Params) -> StepOutcome:
        """Done when every declared server says the new value; one that is silent may not."""
        seen = self._look(_move(self._network, params))
        return StepOutcome(seen.moved and not seen.silent, seen.told(), seen.evidence())

    def do(self, params: Params) -> StepOutcome:
        """Change it at the primary where it does not say so yet, and wait for the servers that answer.

        Raises Unreachable (the primary is dark), Refused (it says neither value) and CommandFailed.
        """
        move = _move(self._network, params)
        said = self._at_primary(move)
        changed = said.records != move.wanted
        if changed:
            self._change(move, said)
        seen = self._followed(move)
        kept_s = said.ttl if changed else None
        evidence = {**seen.evidence(), "changed": changed, "clients_keep_s": kept_s}
        if not seen.moved:
            return StepOutcome(False, _not_followed(seen), evidence)
        if kept_s is None:
            return StepOutcome(True, seen.told(), evidence)
        told = text("{what}; clients may keep the old answer for {ttl} s", what=seen.told(), ttl=kept_s)
        return StepOutcome(True, told, evidence)

    def verify(self, params: Params) -> StepOutcome:
        """Ask every declared server again. Done when the primary says it, and no server that answers something else."""
        seen = self._look(_move(self._network, params))
        return StepOutcome(seen.moved, seen.told() if seen.moved else _not_followed(seen), seen.evidence())

    def _look(self, move: Move) -> Seen:
        asked = Asked(
            {one: partial(self._servers.look, move.zone, one, move.name.name) for one in move.zone.servers}, LOOK_S
        )
        return Seen(move, asked.answers())

    def _at_primary(self, move: Move) -> NameSaid:
        """Return what the primary says, before anything is changed. Raises Unreachable with what is next."""
        zone = move.zone
        try:
            return self._servers.look(zone, zone.primary, move.name.name)
        except (Unreachable, CommandFailed) as error:
            raise type(error)(
                "{name} was not changed: the primary name server {server} of {zone} gives no answer: {reason}",
                name=move.name.name, server=zone.primary, zone=zone.name, reason=error.text, hint=_dark(zone),
            ) from error  # fmt: skip

    def _change(self, move: Move, said: NameSaid) -> None:
        """Send the change. Where what was expected did not hold: is it there already, as after a lost answer?"""
        update = moving(move.name, move.old, move.new)
        if said.records != update.expected:
            raise self._otherwise(move, said)
        if self._servers.update(move.zone, update) is Fate.MADE:
            return
        now = self._at_primary(move)
        if now.records != move.wanted:
            raise self._otherwise(move, now)

    def _otherwise(self, move: Move, said: NameSaid) -> Refused:
        return Refused(
            "{name} was not changed: it says {found}; expected {expected} ({old}), or {wanted} ({new})",
            name=move.name.name, found=shown(said.records), expected=shown(move.name.values[move.old]), old=move.old,
            wanted=shown(move.wanted), new=move.new,
            hint=text("somebody changed it at {server}: ask who, and set it back or correct inventory/",
                      server=move.zone.primary),
        )  # fmt: skip

    def _followed(self, move: Move) -> Seen:
        """Look until no server that answers says otherwise, or the time is over; return what was seen last."""
        end = self._clock.monotonic() + FOLLOW_S
        while (seen := self._look(move)).behind and self._clock.monotonic() < end:
            self._clock.sleep(POLL_S)
        return seen


def typed(network: Network, params: Params) -> tuple[tuple[str, str], ...]:
    """Return what a step sends, as pairs of the primary and a line of nsupdate(1). Raises UsageError."""
    move = _move(network, params)
    device = network.devices.get(move.zone.primary)
    known = management_addresses(device) if device is not None else ()
    address = str(known[0]) if known else move.zone.primary
    lines = as_typed(move.zone, address, moving(move.name, move.old, move.new))
    return tuple((move.zone.primary, line) for line in lines)


def _move(network: Network, params: Params) -> Move:
    zone, name = movable(network, named(params, "name"))
    old, new = named(params, "from"), named(params, "to")
    for home in (old, new):
        if home not in name.values:
            raise UsageError("{name} has no value at {home}; it has at {known}", name=name.name, home=home,
                             known=", ".join(name.values))  # fmt: skip
    return Move(zone, name, old, new)


def _not_followed(seen: Seen) -> Text:
    if isinstance(seen.primary, Unseen):
        return text("the primary name server {server} gives no answer: {reason}", server=seen.move.zone.primary,
                    reason=seen.primary.reason)  # fmt: skip
    return seen.told()


def _dark(zone: DnsZone) -> Text:
    if not zone.secondaries:
        return text("{zone} has no other name server: bring it back, then jbnet dr resume", zone=zone.name)
    return text(
        "bring it back; or make one of {servers} the primary (in BIND: type primary, and its key), name it as primary "
        "in inventory/, then jbnet dr resume", servers=", ".join(zone.secondaries),
    )  # fmt: skip
