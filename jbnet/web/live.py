"""Who looks at what now, and what changed of it: rendered once for all who look at the same, sent to each at once.

A browser that is slow gets the newest and not all that was between: nothing piles up (server-sent events, WHATWG
HTML, section 9.2).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from jbnet.model.text import text
from jbnet.web.reader import Reader

if TYPE_CHECKING:
    from jbnet.web.sight import Eyes, Sight

T = TypeVar("T")
log = logging.getLogger(__name__)
ASK_S = 0.05
"""So often the store is asked whether it changed: a PRAGMA and three dates."""
BEAT_S = 1.0
"""So often everybody is told how old what they see is, whatever happened."""


@dataclass(frozen=True)
class Subject:
    """What somebody looks at: equal ones are rendered once."""

    page: str
    name: str
    reader: Reader


Render = Callable[["Sight", Subject], Mapping[str, str]]
"""Returns the events of a subject by their names, each as its data in JSON."""


@dataclass(eq=False)
class Listener:
    """One browser. ``waiting`` has of each event what was last said and not yet sent."""

    subject: Subject
    waiting: dict[str, str] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    def tell(self, name: str, data: str) -> None:
        """Keep an event for this browser, in the place of an older one of its kind."""
        self.waiting[name] = data
        self.news.set()

    def end(self) -> None:
        """Let the stream end."""
        self.over = True
        self.news.set()

    async def events(self) -> AsyncIterator[str]:
        """Yield what is to be sent, in the text of the protocol, until the stream ends."""
        while not self.over:
            await self.news.wait()
            self.news.clear()
            told, self.waiting = self.waiting, {}
            for name, data in told.items():
                yield f"event: {name}\ndata: {data}\n\n"


class Hub:
    """The one that looks for everybody. ``render`` is called in the thread that reads the store.

    What was said last of each subject is touched by the event loop alone; a thread renders and hands back.
    """

    def __init__(self, eyes: Eyes, render: Render):
        self._eyes, self._render = eyes, render
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sight")
        self._listeners: set[Listener] = set()
        self._said: dict[Subject, Mapping[str, str]] = {}
        self.sight: Sight = eyes.last

    async def there(self, deed: Callable[..., T], *given: object) -> T:
        """Do something in the thread that reads the store."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, deed, *given)

    async def start(self) -> None:
        """Look for the first time."""
        await self.there(self._eyes.start)
        self.sight = await self.there(self._eyes.look)

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Look whenever something changed, and tell whoever looks at it; until cancelled."""
        loop = asyncio.get_running_loop()
        beat = loop.time()
        while True:
            if loop.time() >= beat or await self._changed():
                beat = loop.time() + BEAT_S
                await self.look()
            await sleep(ASK_S)

    async def listen(self, subject: Subject) -> Listener:
        """Return a listener that is told at once how things stand. Raises what rendering raises."""
        said = await self.there(self._render, self.sight, subject)
        listener = Listener(subject)
        self._listeners.add(listener)
        self._said.setdefault(subject, {})  # the next look says all of it: nothing that came between is missed
        for name, data in (*said.items(), ("beat", self._beat(self.sight))):
            listener.tell(name, data)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener that is gone."""
        self._listeners.discard(listener)
        if all(other.subject != listener.subject for other in self._listeners):
            self._said.pop(listener.subject, None)

    def listeners(self) -> tuple[Listener, ...]:
        """Return who listens now."""
        return tuple(self._listeners)

    async def stop(self) -> None:
        """End all streams and let go of the store."""
        for listener in self._listeners:
            listener.end()
        await self.there(self._eyes.close)
        self._thread.shutdown(wait=False)

    async def look(self) -> None:
        """Look now, and tell everybody what changed for them; where looking fails, that nobody sees any more."""
        try:
            self.sight = await self.there(self._eyes.look)
        except Exception as error:
            log.exception("nothing can be seen")
            self.sight = replace(
                self.sight, trouble=text("what the monitor keeps cannot be read: {error}", error=error)
            )
        rendered = await self.there(self._rendered, self.sight, {one.subject for one in self._listeners})
        beat = self._beat(self.sight)
        for listener in self._listeners:
            before, said = self._said.get(listener.subject, {}), rendered.get(listener.subject, {})
            for name, data in said.items():
                if before.get(name) != data:
                    listener.tell(name, data)
            listener.tell("beat", beat)
        self._said.update({s: said for s, said in rendered.items() if s in self._said})

    async def _changed(self) -> bool:
        try:
            return await self.there(self._eyes.changed)
        except Exception:  # noqa: BLE001  looking says what is wrong
            return True

    def _rendered(self, sight: Sight, subjects: set[Subject]) -> Mapping[Subject, Mapping[str, str]]:
        """Return what is to be said of each subject; of one that cannot be rendered nothing, and the others go on."""
        found = {}
        for subject in subjects:
            try:
                found[subject] = self._render(sight, subject)
            except Exception:
                log.exception("%s %s cannot be rendered", subject.page, subject.name)
        return found

    @staticmethod
    def _beat(sight: Sight) -> str:
        age = sight.fresh.age_s
        blind = bool(sight.fresh.blind) or sight.trouble is not None
        return json.dumps({"age_s": None if age is None else round(age, 1), "blind": blind})
