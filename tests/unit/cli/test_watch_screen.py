"""jbnet watch: what stands on its screens, at any size and in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from networks import small
from simnet import START

from jbnet.catalogue import load
from jbnet.cli.columns import cells
from jbnet.cli.context import Context
from jbnet.cli.watch.model import Model, Page, PageKind, Target
from jbnet.cli.watch.picture import Details, Picture
from jbnet.cli.watch.screen import draw
from jbnet.cli.watch.terminal import render
from jbnet.model.text import text
from jbnet.monitor.actions import Comment, Desk, Notes, Silence
from jbnet.monitor.board import entries, wanted
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident

NETWORK = small()
NOW = START + timedelta(minutes=9)
LINES = list(NETWORK.circuits)
SUMMARY = {
    "as_of": START.isoformat(),
    "sites": {"reachable": 7, "total": 10, "closed": 1},
    "devices": {"answering": 20, "total": 24},
    "unexplained": ["chengdong-t1-r1"],
    "alarms": [{"rule": "ways-left"}],
    "stale_s": 15.0,
}


def incident(number: int, **known: object) -> Incident:
    cause = CauseId(CauseKind.CIRCUIT, LINES[number % len(LINES)])
    return replace(Incident(str(number), cause, START, START), **known)  # type: ignore[arg-type]  # fields by name


ACKNOWLEDGED = Notes(("wang", START), "li", (Comment(START, "wang", "carrier called\x1b[2J"),))
SILENCE = Silence("abc", "4", "ma", START, NOW + timedelta(hours=1), "works")


def picture(count: int = 6, *, age_s: float = 1.0) -> Picture:
    found = [
        incident(1, sites=("chengdong", "xining"), devices=("chengdong-r1",)),
        incident(2, flapping=True), incident(3, maintenance="change:1"), incident(4), incident(5, cleared=NOW),
        *(incident(number, sites=("chengzhong",)) for number in range(6, count + 1)),
    ]  # fmt: skip
    desk = Desk({"6": ACKNOWLEDGED}, {"abc": SILENCE})
    shown = entries(found, desk, NOW, lambda _: frozenset(), NETWORK)
    summary = {**SUMMARY, "as_of": (NOW - timedelta(seconds=age_s)).isoformat()}
    return Picture(NOW, summary, shown, network=NETWORK)


def tr(lang: str) -> Callable[..., str]:
    from pathlib import Path

    return Context(Path(), lang=lang).tr


def screen(seen: Picture, model: Model | None = None, size: tuple[int, int] = (80, 24), lang: str = "en") -> str:
    return "\n".join(line.said for line in draw(model or Model(), seen, tr(lang), *size).lines)


def at(kind: PageKind, name: str = "") -> Model:
    return Model((Page(Target(PageKind.LIST)), Page(Target(kind, name))))


PAGES = [
    Model(), Model(filter="under:xining"), at(PageKind.GROUPS), at(PageKind.INCIDENT, "6"), at(PageKind.SITE, "xining"),
    at(PageKind.DEVICE, "xining-r1"), at(PageKind.HELP),
]  # fmt: skip


@pytest.mark.parametrize("size", [(40, 8), (80, 24), (132, 43), (250, 70), (20, 5)])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("age_s", [1.0, 500.0])
def test_every_page_fits_every_size(size: tuple[int, int], lang: str, age_s: float) -> None:
    seen = picture(500, age_s=age_s)
    seen = replace(seen, details=Details(next(e for e in seen.entries if e.incident.id == "6")))
    for model in PAGES:
        shown = draw(model, seen, tr(lang), *size)
        assert len(shown.lines) == size[1]
        if size[0] >= 40:
            assert max(cells(line.said) for line in shown.lines) <= size[0]


def test_what_calls_for_somebody_stands_first_and_the_rest_is_marked() -> None:
    order = [entry.incident.id for entry in picture().entries]
    assert order[0] == "1", "two sites are cut off and nobody is on it"
    assert order[-1] == "3", "what is planned stands last"
    said = screen(picture())
    for word in ("flapping", "maintenance", "recovering", "silenced", "→ li", "nobody is on it"):
        assert word in said
    for count in ("sites 7 of 10 reachable", "incidents open: 6", "flapping 1", "silenced 1", "closed: 1"):
        assert count in said


def test_chinese_has_chinese_words_for_every_mark() -> None:
    said = screen(picture(), lang="zh")
    for word in ("flapping", "maintenance", "recovering", "silenced", "nobody", "sites"):
        assert word not in said
    assert "闪断" in said


def test_stale_data_looks_stale() -> None:
    seen = picture(age_s=500)
    lines = draw(Model(), seen, tr("en"), 80, 24).lines
    assert "BLIND since 04:00:40Z" in lines[1].said
    assert [line.style for line in lines[:4]] == ["bold white on red"] * 4
    assert "BLIND" not in screen(picture())


def test_why_the_store_cannot_be_read_is_said_above_what_was_seen_last() -> None:
    said = screen(replace(picture(), trouble=text("the disk is gone")))
    assert said.startswith("the disk is gone")
    assert "BLIND" in said


def test_a_storm_is_a_few_groups_by_cause() -> None:
    seen = picture(500)
    lines = [line for line in screen(seen, at(PageKind.GROUPS)).splitlines() if "circuit" in line or "cable" in line]
    assert 0 < len(lines) <= 5
    assert sum(int(line.split()[0]) for line in lines) == 500


def test_an_incident_has_whom_it_touches_and_what_was_noted_and_steers_no_terminal() -> None:
    seen = picture()
    entry = next(e for e in seen.entries if e.incident.id == "6")
    shown = draw(at(PageKind.INCIDENT, "6"), replace(seen, details=Details(entry)), tr("en"), 80, 40)
    said = "\n".join(line.said for line in shown.lines)
    assert "acknowledged by wang" in said
    assert "chengzhong" in said
    assert "\x1b[2J" not in render(shown.lines, 80)


@pytest.mark.parametrize(
    ("said", "ids"),
    [("under:chengdong", {"1"}), ("CHENGZHONG", {"6"}), ("flapping", {"2"}), ("#4", {"4"}), ("li", {"6"}), ("", None)],
)
def test_a_filter_finds_by_subtree_by_selector_and_by_text(said: str, ids: set[str] | None) -> None:
    found = {entry.incident.id for entry in filter(wanted(said, NETWORK), picture().entries)}
    assert ids is None or ids <= found
    if ids and said not in ("under:chengdong", "li"):  # lines near by bear the name, too
        assert len(found) < 6


def test_colours_are_never_the_only_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    drawn = render(draw(Model(), picture(), tr("en"), 80, 24).lines, 80)
    assert "\x1b[31m" not in drawn
    assert "\x1b[1;31m" not in drawn
    assert "critical" in drawn


def test_every_word_of_the_screen_is_translated() -> None:
    assert {"recovering", "silenced", "acknowledged", "flapping", "maintenance"} <= set(load("zh"))
