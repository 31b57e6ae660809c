"""Telling goes on while the store cannot be written: from memory, and into the store as soon as it takes it again.

Law: an item is told to a target once, whether the store could be written before, at the time, or after. Only a monitor
that ends while it cannot write forgets what it told then, with the rounds that it could not write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from jbnet.model.errors import JbnetError
from jbnet.monitor.actions import Action, take
from jbnet.monitor.messages import Message
from jbnet.monitor.notices import Draft, Situation, Target, marks
from jbnet.ports.telling import Outbox
from jbnet.services.watch.waiting import Waiting

_OVER = frozenset({"sent", "given up"})


@dataclass
class _Kept:
    """A message that is in memory only, or the fate of one in the store that could not be noted there (``draft`` None).

    ``state``, ``tries`` and ``due`` as in ``Outbox.settle``.
    """

    message: Message | None
    draft: Draft | None
    state: str
    tries: int
    due: datetime


class KeptOutbox:
    """Implements the Outbox port over one in the store; ``waiting`` has what the store does not have yet."""

    def __init__(self, outbox: Outbox, waiting: Waiting):
        self._outbox, self._waiting = outbox, waiting
        self._kept: dict[str, _Kept] = {}
        self._finished: set[str] = set()
        self._actions: Sequence[Action] = ()

    def actions_taken(self) -> int:
        """Return the number of the last action that was taken; what is in memory is written first if it can be."""
        if (self._kept or self._finished) and self._waiting.now is None:
            self._write()
        return self._outbox.actions_taken()

    def take(self, actions: Sequence[tuple[int, Action]]) -> Sequence[Action]:
        """Take actions, each once; while they cannot be kept they count, and are taken later."""
        self._actions = ()
        try:
            return self._outbox.take(actions)
        except JbnetError:
            if self._waiting.now is None:
                raise
            self._actions = [action for _, action in actions]
            return ()

    def situation(self) -> Situation:
        """Return what there is to tell now, with what only memory has."""
        found, unseen = self._outbox.situation(), self._waiting.now
        if unseen is not None:
            there = {incident.id: incident for incident in found.incidents}
            there |= {i: incident for i, incident in unseen.incidents.items() if i not in self._finished}
            ordered = sorted(there.values(), key=lambda incident: int(incident.id))
            latest = max(unseen.latest, found.latest) if found.latest is not None else unseen.latest
            found = replace(found, incidents=ordered, latest=latest)
        return replace(self._with_memory(found), desk=reduce(take, self._actions, found.desk))

    def intend(self, messages: Sequence[tuple[Message, Draft]], finished: Sequence[str]) -> None:
        """Keep messages: in the store, or where that cannot be written in memory."""
        try:
            self._outbox.intend(messages, finished)
        except JbnetError:
            if self._waiting.now is None:
                raise
            for message, draft in messages:
                self._kept[message.key] = _Kept(message, draft, "due", 0, message.made)
        if self._waiting.now is not None:
            self._finished.update(finished)

    def due(self, now: datetime) -> Sequence[tuple[Message, int]]:
        """Return the messages to send now, oldest first."""
        found = [(message, tries) for message, tries in self._outbox.due(now) if self._is_due(message, now)]
        mine = [(k.message, k.tries) for k in self._kept.values() if k.message and _due(k, now)]
        return sorted([*found, *mine], key=lambda one: one[0].made)

    def trying(self, key: str) -> None:
        """Note that a message is being sent."""
        if key in self._kept:
            return
        try:
            self._outbox.trying(key)
        except JbnetError:
            if self._waiting.now is None:
                raise

    def settle(self, key: str, state: str, tries: int, due: datetime) -> None:
        """Note what became of a message."""
        if (kept := self._kept.get(key)) is not None:
            self._kept[key] = replace(kept, state=state, tries=tries, due=due)
            return
        try:
            self._outbox.settle(key, state, tries, due)
        except JbnetError:
            if self._waiting.now is None:
                raise
            self._kept[key] = _Kept(None, None, state, tries, due)

    def _write(self) -> None:
        """Write what memory has, each message with its fate. Raises JbnetError: then it stays in memory."""
        fresh = [(k.message, k.draft) for k in self._kept.values() if k.message is not None and k.draft is not None]
        self._outbox.intend(fresh, sorted(self._finished, key=int))
        for key, kept in self._kept.items():
            self._outbox.settle(key, kept.state, kept.tries, kept.due)
        self._kept.clear()
        self._finished.clear()

    def _with_memory(self, found: Situation) -> Situation:
        told: dict[Target, frozenset[str]] = dict(found.told)
        busy, last = set(found.busy), dict(found.last)
        for kept in self._kept.values():
            if kept.message is None or kept.draft is None:
                continue
            target = (kept.message.contact, kept.message.channel)
            told[target] = told.get(target, frozenset()) | frozenset(marks(kept.draft))
            last[target] = max(last.get(target, kept.message.made), kept.message.made)
            if kept.state not in _OVER:
                busy.add(target)
        return replace(found, told=told, busy=frozenset(busy), last=last)

    def _is_due(self, message: Message, now: datetime) -> bool:
        kept = self._kept.get(message.key)
        return kept is None or (kept.message is None and _due(kept, now))


def _due(kept: _Kept, now: datetime) -> bool:
    return kept.state not in _OVER and kept.due <= now
