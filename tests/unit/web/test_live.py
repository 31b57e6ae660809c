"""One looks for all: each is told what changed for them, and a fault of one page or look is no calm for the others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from jbnet.monitor.freshness import freshness
from jbnet.web.live import Hub, Listener, Subject
from jbnet.web.reader import Reader
from jbnet.web.sight import Sight

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
READER = Reader("en", None, frozenset())
SUMMARY = {"as_of": NOW.isoformat(), "stale_s": 15.0, "devices": {"total": 1, "answering": 1}}


class Looks:
    """Eyes that see a number, which goes up; or nothing at all."""

    def __init__(self) -> None:
        self.seen = 0
        self.broken = False
        self.last = self.sight()

    def sight(self) -> Sight:
        return Sight(NOW, freshness(SUMMARY, NOW), {"seen": self.seen})

    def start(self) -> None:
        return

    def close(self) -> None:
        return

    def changed(self) -> bool:
        return True

    def look(self) -> Sight:
        if self.broken:
            raise ValueError("a word that nobody knows")
        return self.sight()


def rendered(sight: Sight, subject: Subject) -> Mapping[str, str]:
    if subject.name == "bad":
        raise KeyError("bad")
    return {"now": json.dumps(sight.summary), "constant": "1"}


async def told(listener: Listener) -> dict[str, object]:
    found, listener.waiting = listener.waiting, {}
    listener.news.clear()
    return {name: json.loads(data) for name, data in found.items()}


def test_each_is_told_all_at_first_and_then_what_changed() -> None:
    async def story() -> None:
        looks = Looks()
        hub = Hub(looks, rendered)  # type: ignore[arg-type]  # what it needs of Eyes
        await hub.start()
        listener = await hub.listen(Subject("wall", "", READER))
        assert {"now", "constant", "beat"} <= set(await told(listener))
        await hub.look()
        looks.seen = 7
        await told(listener)
        await hub.look()
        said = await told(listener)
        assert said["now"] == {"seen": 7}
        assert "constant" not in said
        await hub.stop()
        assert listener.over

    asyncio.run(story())


def test_a_look_that_fails_is_said_to_all_and_the_next_one_is_made() -> None:
    async def story() -> None:
        looks = Looks()
        hub = Hub(looks, rendered)  # type: ignore[arg-type]  # what it needs of Eyes
        await hub.start()
        listener = await hub.listen(Subject("wall", "", READER))
        looks.broken = True
        await hub.look()
        assert (await told(listener))["beat"] == {"age_s": 0.0, "blind": True}
        assert "a word that nobody knows" in str(hub.sight.trouble)
        looks.broken, looks.seen = False, 3
        await hub.look()
        said = await told(listener)
        assert said["beat"] == {"age_s": 0.0, "blind": False}
        assert said["now"] == {"seen": 3}
        await hub.stop()

    asyncio.run(story())


def test_a_page_that_cannot_be_rendered_keeps_nobody_else_from_hearing_and_leaves_no_listener() -> None:
    async def story() -> None:
        looks = Looks()
        hub = Hub(looks, rendered)  # type: ignore[arg-type]  # what it needs of Eyes
        await hub.start()
        good = await hub.listen(Subject("wall", "", READER))
        with pytest.raises(KeyError):
            await hub.listen(Subject("incident", "bad", READER))
        assert hub.listeners() == (good,)
        hub.leave(good)
        assert hub.listeners() == ()
        await hub.stop()

    asyncio.run(story())
