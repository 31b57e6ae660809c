"""Telling people: where messages are kept until they are delivered, and what delivers them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from jbnet.monitor.actions import Action
    from jbnet.monitor.messages import Fate, Message
    from jbnet.monitor.notices import Draft, Situation


class Notifier(Protocol):
    """One way to a contact."""

    def send(self, message: Message) -> Fate:
        """Deliver a message, within a time of its own; never raises for what the far side does."""


class Outbox(Protocol):
    """The monitor's memory of what there is to tell, what was told, and what people did about it."""

    def actions_taken(self) -> int:
        """Return the number of the last action that was taken."""

    def take(self, actions: Sequence[tuple[int, Action]]) -> Sequence[Action]:
        """Take actions, each once; return those that had not been taken before."""

    def situation(self) -> Situation:
        """Return what there is to tell now."""

    def intend(self, messages: Sequence[tuple[Message, Draft]], finished: Sequence[str]) -> None:
        """Keep messages and that their items are told, before any of them is sent; ``finished``: incidents."""

    def due(self, now: datetime) -> Sequence[tuple[Message, int]]:
        """Return the messages to send now, and how often each was tried; those whose fate is not known too."""

    def trying(self, key: str) -> None:
        """Note that a message is being sent."""

    def settle(self, key: str, state: str, tries: int, due: datetime) -> None:
        """Note what became of it."""
