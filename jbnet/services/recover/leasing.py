"""Replacing a host by its lease: looking, waiting, taking, giving (design section 5, rule 3, proof (b); ADR 54)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jbnet.model.errors import JbnetError
from jbnet.model.text import Text, text
from jbnet.ports import Clock, LeaseStore, LeaseWord
from jbnet.recovery.lease import (
    Judgement,
    LeaseRecord,
    LeaseSight,
    LeaseTerms,
    MemberWord,
    Ruling,
    may_replace,
    silent_s,
)

POLL_S = 0.5
UNHEARD_S = 15.0
"""Seconds without an answer that are waited through: an etcd whose leader is gone elects one in 2 to 4."""
UNHEARD = (Ruling.NO_STORE, Ruling.NO_WORD)


@dataclass(frozen=True, slots=True)
class LeaseLook:
    """What was seen of a lease, and what it means for replacing its holder. ``errors``: what did not answer."""

    judgement: Judgement
    sight: LeaseSight | None
    word: MemberWord | None
    errors: tuple[str, ...] = ()

    @property
    def granted(self) -> bool:
        """The old host was replaced in the store."""
        return self.judgement.ruling is Ruling.TAKEN

    def facts(self) -> dict[str, object]:
        """Return what the journal keeps and approvers are shown."""
        sight, word = self.sight, self.word
        return {
            "ruling": self.judgement.ruling.value,
            "wait_s": round(self.judgement.wait_s, 1),
            "holder": sight.record.holder if sight else None,
            "guarded": sight.record.guarded if sight else None,
            "taken_from": sight.record.taken_from if sight else None,
            "revision": sight.revision if sight else None,
            "silent_s": round(silent_s(sight, word), 1) if sight else None,
            "standby_refuses": word.refuses if word else None,
            "standby_acknowledged_s": word.acknowledged_s if word else None,
            "errors": list(self.errors),
        }


@dataclass(frozen=True)
class Leasing:
    """Carries out what the rules allow. It may be asked from several threads, each about a database of its own."""

    store: LeaseStore
    words: LeaseWord
    terms: LeaseTerms
    clock: Clock

    def look(self, database: str, host: str, by: str) -> LeaseLook:
        """See whether ``by`` may be promoted in the place of ``host``. Changes nothing, never raises."""
        return self._look(database, host, by, refuse=False)

    def replace(self, database: str, host: str, by: str) -> LeaseLook:
        """Wait until it may be, and take the lease; stop at once where waiting does not help.

        The standby refuses first. Where nothing comes of it, it acknowledges again: its leader may be alive.
        """
        look = self._wait(database, host, by)
        if look.judgement.ruling not in (Ruling.GRANTED, Ruling.NOT_REFUSING):
            return look
        return self._take(database, host, by)

    def _wait(self, database: str, host: str, by: str) -> LeaseLook:
        """Look until it is decided. An answer that is missing for a moment decides nothing; what was counted stands.

        An acknowledgement of late is waited out as long as it is the last one: its leader may have ended since.
        """
        began = heard = self.clock.monotonic()
        before: LeaseLook | None = None
        while True:
            look, now = self.look(database, host, by), self.clock.monotonic()
            unheard = look.judgement.ruling in UNHEARD
            heard = heard if unheard else now
            waits = now - heard < UNHEARD_S if unheard else look.judgement.ruling is Ruling.WAIT
            if look.judgement.ruling is Ruling.FAILSAFE:
                waits, before = before is None or _told_no_more(before, look), look
            if not waits or now - began > 2 * self.terms.silence_s:
                return look
            self.clock.sleep(min(POLL_S, look.judgement.wait_s or POLL_S))

    def _take(self, database: str, host: str, by: str) -> LeaseLook:
        look, unknown = self._look(database, host, by, refuse=True), False
        if look.judgement.ruling is Ruling.GRANTED and look.sight is not None:
            record = LeaseRecord(by, taken_from=host, number=look.sight.record.number + 1)
            try:
                self.store.put(database, record, look.sight.revision)
            except JbnetError:
                unknown = True  # it may be written: the standby must not take its refusal back
            look = self.look(database, host, by)
        if not look.granted and not unknown:
            self._accept(database, by)
        return look

    def give(self, database: str, host: str, by: str) -> LeaseLook:
        """Hand it over after another proof, so that an old watchdog that lives stops its server. Never raises."""
        try:
            sight = self.store.look(database)
            if sight.record.holder not in ("", by):
                self.store.put(database, LeaseRecord(by, number=sight.record.number + 1), sight.revision)
        except JbnetError:
            pass  # the proof does not rest on it; the new leader's watchdog takes it when it stood still long enough
        return self.look(database, host, by)

    def _accept(self, database: str, by: str) -> None:
        try:
            self.words.accept(by, database)
        except JbnetError:
            return  # it goes on refusing: the leader then stops by itself, nobody leads twice

    def _look(self, database: str, host: str, by: str, *, refuse: bool) -> LeaseLook:
        """The word comes before the store: what was said before the last look at it cannot be taken back after."""
        errors: list[str] = []
        word, sight = None, None
        try:
            word = self.words.refuse(by, database) if refuse else self.words.word(by, database)
        except JbnetError as error:
            errors.append(str(error))
        try:
            sight = self.store.look(database)
        except JbnetError as error:
            errors.append(str(error))
        return LeaseLook(may_replace(host, by, sight, word, self.terms), sight, word, tuple(errors))


def _told_no_more(before: LeaseLook, look: LeaseLook) -> bool:
    """Say whether nobody told the leader to go on between two looks: the time since then grew."""
    ages = [one.word.acknowledged_s if one.word is not None else None for one in (before, look)]
    return ages[0] is not None and ages[1] is not None and ages[1] > ages[0]


_WORDS: Mapping[Ruling, Text] = {
    Ruling.TAKEN: text("the lease of the old leader was taken: it stood still for as long as it takes"),
    Ruling.GRANTED: text("the lease has stood still for as long as it takes"),
    Ruling.NOT_REFUSING: text("the lease has stood still for as long as it takes"),
    Ruling.WAIT: text("the lease was renewed lately, or is watched only since a moment ago"),
    Ruling.NO_STORE: text("etcd has no quorum: nothing is known of the lease"),
    Ruling.NO_RECORD: text("nobody holds a lease"),
    Ruling.NOT_HELD: text("another host holds the lease: this one's silence says nothing"),
    Ruling.UNGUARDED: text("the holder's watchdog does not guard it: its silence says nothing"),
    Ruling.FAILSAFE: text("failsafe: the leader reached the standby directly, and goes on"),
    Ruling.NO_WORD: text("the standby's watchdog does not answer"),
}


def said(look: LeaseLook) -> Text:
    """Return what a look means, for people."""
    return _WORDS[look.judgement.ruling]
