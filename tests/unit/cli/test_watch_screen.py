"""jbnet watch: what stands on its screens, at any size and in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from networks import small
from simnet import START

from jbnet.catalogue import load
from jbnet.cli.board_text import Board
from jbnet.cli.columns import cells
from jbnet.cli.context import Context
from jbnet.cli.watch.model import Model, Page, PageKind, Target
from jbnet.cli.watch.picture import Details, Picture
from jbnet.cli.watch.screen import HELP, QUESTIONS, draw
from jbnet.cli.watch.terminal import render
from jbnet.model.lines import Carrier
from jbnet.model.text import text
from jbnet.monitor.actions import Comment, Desk, Notes, Silence
from jbnet.monitor.alarms import Severity
from jbnet.monitor.board import by_urgency, entries, wanted
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident
from jbnet.topology.needs import ServiceImpact

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
    for word in ("flapping", "maintenance", "recovering", "silenced", "→ li", " nobody\n"):
        assert word in said
    for count in (
        "sites 7/10 reachable, devices 20/24 answer",
        "incidents open: 6",
        "flapping 1",
        "silenced 1",
        "closed: 1",
    ):
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


def test_a_list_of_one_group_says_so_and_how_many_there_are_besides() -> None:
    seen = picture(8)
    group = Target(PageKind.LIST, "/".join(seen.entries[0].group))
    count = sum("/".join(entry.group) == group.name for entry in seen.entries)
    said = screen(seen, Model((Page(Target(PageKind.GROUPS)), Page(group))))
    assert f" ({count} of 8); Esc: back" in said
    assert "group: " in said
    assert "group: " not in screen(seen)


def test_a_line_without_a_number_says_so_in_words() -> None:
    name = next(iter(NETWORK.circuits))
    leased = replace(NETWORK.circuits[name], carrier="telecom", line_number=None)
    network = replace(
        NETWORK,
        circuits={**NETWORK.circuits, name: leased},
        carriers={"telecom": Carrier("telecom", "电信", phone="10000")},
    )
    found = entries([Incident("1", CauseId(CauseKind.CIRCUIT, name), START, START)], Desk(), NOW, nobody, network)
    seen = replace(picture(), network=network, details=Details(found[0]))
    assert "  line number not declared, 电信 (telecom), phone 10000" in screen(seen, at(PageKind.INCIDENT, "1"))
    assert "线路号未声明，" in screen(seen, at(PageKind.INCIDENT, "1"), lang="zh").replace(", ", "，")


def test_an_incident_lists_sites_from_the_top_and_services_in_the_readers_language() -> None:
    touched = incident(1, sites=("chengdong-t1", "chengdong"), services=(ServiceImpact("pension", 2),))
    seen = replace(picture(), details=Details(entries([touched], Desk(), NOW, nobody, NETWORK)[0]))
    shown = [line.said for line in draw(at(PageKind.INCIDENT, "1"), seen, tr("zh"), 80, 40).lines]
    assert "  养老保险 (2)" in shown
    places = [line.split()[0] for line in shown if line.startswith("  chengdong")]
    assert places[:2] == ["chengdong", "chengdong-t1"]


def nobody(_selector: str) -> frozenset[str]:
    return frozenset()


LONG = "chengdong-dongguandajie-beiguan"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_in_a_line_of_80_columns_what_it_is_about_can_be_recognised(lang: str) -> None:
    causes = [
        CauseId(CauseKind.CIRCUIT, f"{LONG}-up1"),
        CauseId(CauseKind.ALARM, "busy-processor haixi-r1/processor 196608"),
        CauseId(CauseKind.ALARM, "video-loss golmud-changjiang-up2"),
    ]
    found = entries([Incident(str(n), c, START, START) for n, c in enumerate(causes)], Desk(), NOW, nobody, None)
    board = Board(tr(lang), found, NOW, 80)
    assert all(cells(line) <= 80 for line in (board.head, *board.lines))
    assert "…" not in board.head
    whole = "\n".join(board.lines)
    for word in ("beiguan-up1", "chengdong-dong", "haixi-r1/", "-processor", "golmud-changjiang-up2", "video-loss"):
        assert word in whole


def test_read_once_the_worst_stands_first_whoever_is_on_it_and_has_its_owners_name() -> None:
    critical = incident(1, sites=("chengdong",))
    alarms = [incident(n, alarm=Severity.WARNING) for n in range(2, 9)]
    found = entries([*alarms, critical], Desk({"1": ACKNOWLEDGED}), NOW, nobody, NETWORK)
    assert found[-1].incident.id == "1", "the list to work off: somebody is on it"
    ordered = by_urgency(found)
    assert ordered[0].incident.id == "1"
    assert "→ li" in Board(tr("en"), ordered, NOW, 80).lines[0]


def test_chinese_has_one_word_for_a_backup_line_in_use_and_no_english_placeholders() -> None:
    chinese = load("zh")
    assert [said for said in chinese.values() if "走备用线路" in said or "走备份线路" in said] == []
    asked = [chinese[template] for template in (*QUESTIONS.values(), *HELP)]
    assert [said for said in asked if "SELECTOR" in said or "SITE" in said] == []
    assert "可能" not in chinese["  the evidence reads: {reading}"], "English says what it reads, and no more"
