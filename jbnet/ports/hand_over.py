"""A database handed from the host that leads to the one that follows, both made ready before anything is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from jbnet.ports.service import FenceProof


class Conversation(Protocol):
    """A command that runs on a host and goes on running: it is told lines, and answers in lines."""

    def tell(self, line: str) -> None:
        """Send a line; returns at once. Raises Unreachable when the connection is known to be broken."""

    def hear(self, timeout: float) -> str:
        """Return the next line. Raises Unreachable when none came within ``timeout`` seconds, or the command ended."""

    def close(self) -> None:
        """End the conversation; the command meets the end of its input. Never raises."""


class Conversations(Protocol):
    """Begins conversations with hosts, over SSH."""

    def converse(
        self, device: str, user: str, argv: Sequence[str], *, via: str | None = None, timeout: float = 10.0
    ) -> Conversation:
        """Start a command; several share a connection. Raises Unreachable."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A server that led and was stopped: the proof of it, and where its log ends.

    ``checkpoint`` is the LSN of its shutdown checkpoint, the last record that it wrote; None: it was not seen.
    ``seconds``: from saying it to the proof.
    """

    proof: FenceProof
    checkpoint: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Led:
    """A server that was promoted. ``replayed`` and ``received``: LSNs at which it left the old primary's log.

    Seconds count from the order to it: ``caught_up_s`` until everything was replayed, ``seconds`` until it led.
    """

    replayed: int
    received: int | None
    caught_up_s: float
    seconds: float


class HandOver(Protocol):
    """One hand-over made ready: everything is connected and waits for a word. Raises Unreachable and CommandFailed."""

    def stop(self, timeout: float) -> Stopped:
        """Stop the host that leads, with the marker that survives a boot, and see from every vantage that it is."""

    def lead(self, checkpoint: int, timeout: float) -> Led:
        """Promote the follower once the record at ``checkpoint`` was replayed as the last one.

        Refuses (CommandFailed), with nothing promoted, where it does not come to that within ``timeout`` seconds,
        or has more than that record.
        """

    def announce(self, timeout: float) -> float:
        """Let the new leader's host announce the service address, over the other; return the seconds it took."""

    def withdraw(self, timeout: float) -> float:
        """Let the old leader's host no longer announce it; return the seconds it took."""

    def close(self) -> None:
        """End all conversations; what was not said is never done. Never raises."""


class HandOvers(Protocol):
    """Makes hand-overs ready, and takes back what was made ready.

    An order that was given and not yet obeyed is the danger: a connection breaks, nobody knows, and the host obeys a
    minute later. So each host obeys only while it holds the token of its hand-over, which it gives up by one
    atomic act when it begins, and which ``disarm`` takes away.
    """

    def arm(self, database: str, leaving: str, taking: str) -> HandOver:
        """Connect to both hosts and every vantage. Raises Unreachable and CommandFailed; then nothing was stopped."""

    def disarm(self, database: str, host: str) -> bool:
        """Take the tokens away; return whether what was ordered (a stop, a promotion) was begun there.

        Afterwards nothing that was ordered before begins any more. Raises Unreachable.
        """

    def begin(self, database: str, host: str) -> None:
        """Note on the host that a promotion begins, as a hand-over does by itself. Raises Unreachable."""

    def forget(self, database: str, host: str) -> None:
        """Clear what is noted on the host: the promotion is known to have ended. Raises Unreachable."""

    def armed(self, database: str, host: str) -> bool:
        """Say whether anything of a hand-over is left on the host. Raises Unreachable."""
