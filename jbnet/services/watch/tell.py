"""Telling: takes what people did, decides who is told what, keeps it, sends it, and notes what became of it.

What is to be sent is in the store before it is sent, and marked as told with it. Killed before a try, the message is
sent later; killed during one, its fate is not known and it is sent again with the same key: a receiver that knows keys
sees it once, one that does not (a telephone) may see it twice. Nothing is ever marked as told that was not kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from jbnet.model.errors import JbnetError
from jbnet.model.text import Text, text
from jbnet.monitor.actions import Action, Picks
from jbnet.monitor.messages import Fate, Message, compose
from jbnet.monitor.notices import Telling, next_try, plan
from jbnet.monitor.tongue import Tongue
from jbnet.ports import Clock
from jbnet.ports.actions import ActionLog
from jbnet.ports.telling import Notifier, Outbox

EVERY_S = 1.0
"""Seconds between two steps."""
AT_ONCE = 8
"""Messages that are sent at the same time: one slow receiver keeps nobody else waiting."""
MOST = 64
"""Messages that one step sends at most."""


class Teller:
    """One ``step`` does all that is due. ``after_change`` is called when what was told has changed.

    ``tongues``: by language, how to speak to people.
    """

    def __init__(
        self,
        telling: Telling,
        outbox: Outbox,
        log: ActionLog,
        notifiers: Mapping[str, Notifier],
        clock: Clock,
        picks: Picks,
        tongues: Callable[[str], Tongue],
        say: Callable[[Text], None],
        after_change: Callable[[], None] = lambda: None,
    ):
        self._telling, self._outbox, self._log, self._notifiers = telling, outbox, log, notifiers
        self._clock, self._picks, self._tongues = clock, picks, tongues
        self._say, self._after_change = say, after_change
        self._ahead = timedelta()

    def step(self) -> Sequence[Action]:
        """Do what is due now; return what people did since. Raises JbnetError (the store)."""
        taken = self._outbox.take(self._log.after(self._outbox.actions_taken()))
        situation = self._outbox.situation()
        wall = self._clock.now()
        self._ahead = max(timedelta(), (situation.latest or wall) - wall)
        now = wall + self._ahead
        found = plan(self._telling, situation, self._picks, now)
        if found.drafts or found.finished:
            made = [
                (compose(draft, now, self._telling.most, self._tongues(draft.contact.lang)), draft)
                for draft in found.drafts
            ]
            self._outbox.intend([(message, draft) for message, draft in made], found.finished)
        sent = self._send(now)
        if taken or found.drafts or sent:
            self._after_change()
        return taken

    def _send(self, now: datetime) -> bool:
        """Send what is due, several at once; each is noted as soon as its fate is known."""
        due = list(self._outbox.due(now))[:MOST]
        if not due:
            return False
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="tell") as pool:
            for message, _ in due:
                self._outbox.trying(message.key)
            futures = {pool.submit(self._try, message): (message, tries) for message, tries in due}
            for future in futures:
                wait([future])
                message, tries = futures[future]
                self._settle(message, tries + 1, future.result())
        return True

    def _try(self, message: Message) -> Fate:
        notifier = self._notifiers.get(message.channel)
        try:
            return notifier.send(message) if notifier is not None else Fate.FAILED
        except Exception:  # noqa: BLE001  ways out by others: one that breaks must not keep all others from being told
            return Fate.UNSURE

    def _settle(self, message: Message, tries: int, fate: Fate) -> None:
        now = self._clock.now() + self._ahead
        if fate is Fate.SENT:
            self._outbox.settle(message.key, "sent", tries, now)
            return
        if now - message.made > self._telling.give_up:
            self._outbox.settle(message.key, "given up", tries, now)
            self._say(
                text("given up after {count} tries: {channel} did not take the message to {contact}: {title}",
                     count=tries, channel=message.channel, contact=message.contact, title=message.title)
            )  # fmt: skip
            return
        if tries == 1:
            self._say(
                text("{channel} did not take the message to {contact}; it is tried again: {title}",
                     channel=message.channel, contact=message.contact, title=message.title)
            )  # fmt: skip
        self._outbox.settle(message.key, "due" if fate is Fate.FAILED else "unsure", tries, next_try(tries, now))


class TellingThread:
    """Runs a teller beside the monitor until ``close``; what stops a step is said once and tried again."""

    def __init__(self, teller: Teller, say: Callable[[Text], None], every_s: float = EVERY_S):
        self._teller, self._say, self._every_s = teller, say, every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="teller", daemon=True)
        self._last = ""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Do one step more, and end; a message that is being sent is waited for, as long as its notifier does."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            self._step()
        self._step()

    def _step(self) -> None:
        try:
            self._teller.step()
            self._last = ""
        except JbnetError as error:
            if str(error) != self._last:
                self._last = str(error)
                self._say(text("nobody can be told now: {error}", error=error.text))
