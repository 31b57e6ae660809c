"""Reports of an audit: golden texts for each platform, and a page that can be handed on.

Write the expected files anew with JBNET_UPDATE_GOLDEN=1, and read the difference before committing it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from audited import DEVICE, GOLDEN, PLATFORMS, ROOT, Case, case, shipped
from rich.cells import cell_len

from jbnet.cli import audit_text
from jbnet.cli.audit_page import page
from jbnet.cli.audit_rows import COLUMNS, data, sheet
from jbnet.cli.context import Context
from jbnet.model.text import text
from jbnet.standards.audit import Audit
from jbnet.standards.model import Outcome

RENDER = ROOT / "tests" / "golden" / "render"


def as_rendered(platform: str) -> Case:
    """A device that runs what jbnet renders today, and nothing more."""
    folder = RENDER if platform == "frr" else RENDER / platform
    return Case(platform, (folder / "prefecture-router.conf").read_text(encoding="utf-8"))


CASES: dict[str, Callable[[str], Case]] = {"hardened": case, "rendered": as_rendered}


def printed(found: Audit, lang: str) -> str:
    context = Context(Path(), lang=lang)
    lines = [*audit_text.by_aspect(context, found), *audit_text.details(context, found), ""]
    for one in found.judgements:
        if one.outcome is not Outcome.VIOLATED:
            lines += [f"{one.rule.id} {context.tr(one.outcome.value)}: {context.tr(one.text)}"]
            lines += [f"    {place.line}: {found.line(DEVICE, place)}" for place in one.related[:3]]
    return "\n".join((*lines, *audit_text.conclusion(context, found), ""))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_report_on_each_platform_is_exactly_this(platform: str, name: str, lang: str) -> None:
    expected = GOLDEN / platform / f"{name}.{lang}.txt"
    shown = printed(CASES[name](platform).audit(shipped()), lang)
    if os.environ.get("JBNET_UPDATE_GOLDEN"):
        expected.write_text(shown, encoding="utf-8")
    assert shown == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_line_of_the_text_is_wider_than_80_columns(platform: str, lang: str) -> None:
    context, found = Context(Path(), lang=lang), as_rendered(platform).audit(shipped())
    parts = (audit_text.heading, audit_text.by_aspect, audit_text.by_site, audit_text.by_control, audit_text.details,
             audit_text.unshown, audit_text.conclusion)  # fmt: skip
    wide = [line for part in parts for line in part(context, found) if cell_len(line) > 80]
    assert [line for line in wide if len(line.split()) > 1] == []


class Tags(HTMLParser):
    """Collects tags, and what they load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "srcset", "action")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, said: str) -> None:
        self.said.append(said)


def read(document: str) -> Tags:
    tags = Tags()
    tags.feed(document)
    return tags


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_page_stands_by_itself_and_is_well_formed(platform: str) -> None:
    document = page(as_rendered(platform).audit(shipped()))
    tags = read(document)
    assert tags.open == []
    assert tags.loaded == []
    assert "@import" not in document
    assert "url(" not in document


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_page_tells_every_judgement_with_its_lines(platform: str) -> None:
    found = as_rendered(platform).audit(shipped())
    said = " ".join(" ".join(read(page(found)).said).split())
    for one in found.judgements:
        assert one.rule.id in said
        assert " ".join(str(one.text).split()) in said
        for place in one.related[:8]:
            assert f"{place.file}:{place.line}" in said


def test_the_page_speaks_both_languages_and_says_when_whence_and_by_which_declaration() -> None:
    said = " ".join(read(page(case("vrp8").audit(shipped()))).said)
    for wanted in ("配置安全核查报告", "Audit of configurations", "2026-11-22T04:00:00Z", "1" * 40, "0" * 64,
                   "auditor@noc", "as the devices run it", "实体", "physical", "附录 B"):  # fmt: skip
        assert wanted in said, wanted
    assert re.search(r"[0-9a-f]{64}", said)


def test_no_secret_is_in_the_page_the_rows_or_the_data() -> None:
    found = case("frr", running=case("frr").running.replace("password opaque", "password Word-of-bgp")).audit(shipped())
    context = Context(Path())
    everything = page(found) + repr(list(sheet(context, found))) + repr(data(context, found)) + printed(found, "en")
    assert "neighbor 10.5.0.129 password" in everything
    assert "Word-of-" not in everything


def test_what_a_configuration_says_does_not_become_markup() -> None:
    running = case("vrp8").running.replace("local-user noc ", "local-user <script>alert(1)</script> ")
    document = page(case("vrp8", running=running).audit(shipped()))
    assert "<script" not in document
    assert "&lt;script&gt;" in document


def test_a_device_that_could_not_be_asked_is_in_the_page_and_makes_it_incomplete() -> None:
    found = case("vrp8", more={"unasked": text("{device} does not answer", device=DEVICE)}).audit(shipped())
    said = " ".join(read(page(found)).said)
    assert f"{DEVICE} does not answer" in said
    assert "not complete" in said
    assert found.of(Outcome.FULFILLED) == ()


def test_rows_of_csv_are_one_a_judgement() -> None:
    found = as_rendered("ios").audit(shipped())
    rows = list(sheet(Context(Path(), lang="zh"), found))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 1 + len(found.judgements)
    assert {len(row) for row in rows} == {len(COLUMNS)}
