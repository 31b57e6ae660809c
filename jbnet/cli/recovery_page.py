"""A recovery report as one page to print and hand on: HTML by itself, made from the signed document alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from importlib import resources

from jbnet.catalogue import load
from jbnet.cli.dr_figures import figure_lines, summary
from jbnet.cli.recovery_headline import drill_rows, headline
from jbnet.cli.recovery_words import LABELS, WORDS
from jbnet.cli.times import offset
from jbnet.model.text import Text, text
from jbnet.recovery.account import told_by
from jbnet.recovery.loss import lost_count
from jbnet.recovery.shown import as_typed

MARK = "<!--report-->"
"""Where the document stands in the page; nothing that is written into the page can say it."""
LONGEST = 1500
"""Characters of one answer that are shown; the whole of it stands in the document."""

Data = Mapping[str, object]


@dataclass(frozen=True)
class View:
    """What the template asks for beside the document: words in one language, times, figures."""

    document: Data
    lang: str
    catalogue: Mapping[str, str]

    def tr(self, said: Text) -> str:
        """Return a text in the page's language."""
        return said.render(self.catalogue)

    def told(self, said: Data) -> str:
        """Return a text as a document has it in the page's language; in English where its values do not fit."""
        try:
            return self.tr(told_by(said)) if said else ""
        except (KeyError, IndexError, ValueError, AttributeError):
            return str(said.get("text", ""))

    def label(self, name: str) -> str:
        """Return a heading. Raises KeyError for one that is not there."""
        return self.tr(LABELS[name])

    def word(self, word: object) -> str:
        """Return a word of a closed set."""
        known = WORDS.get(str(word))
        return self.tr(known) if known is not None else str(word)

    def name(self, one: Data) -> str:
        """Return a name in the page's language, with the technical one behind it."""
        said = str(one["name_zh"]) if self.lang == "zh" and one.get("name_zh") else ""
        return f"{said} ({one['name']})" if said else str(one["name"])

    def words(self, one: Data) -> str:
        """Return a sentence that the document has in both languages."""
        return str(one["zh" if self.lang == "zh" else "en"])

    def title(self) -> str:
        """Return the runbook's title."""
        found = self._part("execution")
        return str((found.get("title_zh") if self.lang == "zh" else "") or found.get("title") or found.get("runbook"))

    def when(self, said: object) -> str:
        """Return a time in UTC, and as it was at the network where that is known."""
        if not said:
            return "-"
        time = datetime.fromisoformat(str(said)).astimezone(UTC)
        here = self._local(time)
        there = f" ({here:%H:%M:%S} {offset(here)})" if here is not None else ""
        return f"{time:%Y-%m-%d %H:%M:%S}Z{there}"

    def clock(self, said: object) -> tuple[str, str]:
        """Return a time's clock in UTC, and the local one."""
        time = datetime.fromisoformat(str(said)).astimezone(UTC)
        here = self._local(time)
        return f"{time:%H:%M:%S}Z", f"{here:%H:%M:%S}" if here is not None else ""

    def seconds(self, value: object) -> str:
        """Return seconds; what is unknown is a word, not a number."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return self.tr(text("unknown"))
        return f"{value:.0f} s" if value >= 100 or value == int(value) else f"{value:.2f} s"

    def reached(self, one: Data) -> str:
        """Return a time that was reached: exactly, within bounds, or unknown."""
        if one["seconds"] is not None:
            return self.seconds(one["seconds"])
        low, high = one["at_least"], one["at_most"]
        if low is not None and high is not None:
            return self.tr(text("{low} to {high}", low=self.seconds(low), high=self.seconds(high)))
        if low is not None:
            return self.tr(text("at least {low}", low=self.seconds(low)))
        return self.tr(text("at most {high}", high=self.seconds(high))) if high is not None else self.seconds(None)

    def summary(self) -> Iterator[tuple[str, str]]:
        """Yield what a reader wants first: a verdict (met, missed, unknown) and the sentence."""
        return headline(self)

    def drilled(self) -> Sequence[Data]:
        """Return what a drill showed of each database; empty for an execution that moved, or was to move, databases."""
        return drill_rows(self)

    def shown(self, asked: Data) -> list[str]:
        """Return what approvers had to weigh, in sentences."""
        return [self.tr(said).strip() for said in summary(_mapping(asked.get("figures")))]

    def values(self, asked: Data) -> list[str]:
        """Return every value that they signed."""
        return list(figure_lines(_mapping(asked.get("figures"))))

    def lost(self, one: Data) -> str:
        """Return how many transactions one source knows to be lost."""
        count = one["count"]
        return self.tr(lost_count(count if isinstance(count, int) else None))

    def evidence(self, step: Data) -> Data:
        """Return what a step answered, in values."""
        entry = self._entries().get(str(step.get("answer")))
        return _mapping(_mapping(entry.get("data")).get("evidence")) if entry else {}

    def answer(self, step: Data) -> str:
        """Return what a step answered, as the journal has it; cut where it is long."""
        evidence = self.evidence(step)
        return self.short(evidence) if evidence else ""

    def short(self, value: object) -> str:
        """Return a value as JSON, cut where it is long."""
        said = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
        if len(said) <= LONGEST:
            return said
        return said[:LONGEST] + self.tr(text(" ... ({count} characters; whole in the document)", count=len(said)))

    def pairs(self, params: Data) -> str:
        """Return parameters as ``key=value``."""
        return " ".join(f"{key}={as_typed(key, value)}" for key, value in params.items())

    def requirement(self, name: str) -> str:
        """Return what a requirement of the standard says."""
        from jbnet.recovery.scoring.table import table

        found = table().requirements.get(name)
        return (found.words.zh if self.lang == "zh" else found.words.en) if found else name

    def level(self, level: object) -> str:
        """Return a level; below the first, nothing is shown."""
        return str(level) if level else self.tr(text("none shown"))

    def keeps_from(self, element: Data) -> str:
        """Return what keeps an element from its next level."""
        missing = element.get("missing")
        names = missing if isinstance(missing, list) else []
        return "; ".join(self.requirement(str(name)) for name in names) or "-"

    def _entries(self) -> Mapping[str, Data]:
        journals = self.document["journals"]
        own = journals[0] if isinstance(journals, list) and journals else {}
        entries = own.get("entries") if isinstance(own, Mapping) else []
        return {str(entry["seq"]): entry for entry in entries or () if isinstance(entry, Mapping)}

    def _local(self, time: datetime) -> datetime | None:
        minutes = self._part("made").get("utc_offset_minutes")
        return time.astimezone(timezone(timedelta(minutes=minutes))) if isinstance(minutes, int) else None

    def _part(self, name: str) -> Data:
        return _mapping(self.document[name])


def _mapping(value: object) -> Data:
    return value if isinstance(value, Mapping) else {}


def page(document: Data, lang: str) -> str:
    """Return the page with MARK in the place of the document. The same document gives the same page."""
    view = View(document, lang, {} if lang == "en" else load(lang))
    return _template()(d=document, v=view, L=view.label, lang=lang, mark=MARK)


def differing_line(found: bytes, document: Data, lang: str) -> tuple[int, str, str] | None:
    """Return the first line of a page that this program would draw otherwise: number, found and drawn; None: none."""
    drawn = page(document, lang).split(MARK)[0].split("\n")
    seen = found.decode("utf-8", "replace").split("\n")
    return next(
        ((number, one, other) for number, (one, other) in enumerate(zip(seen, drawn, strict=False), 1) if one != other),
        None,
    )


def rows_of(document: Data, lang: str) -> Sequence[Sequence[str]]:
    """Return the reconciliation list as a table with headings in English and Chinese."""
    chinese = View(document, "zh", load("zh"))
    english = View(document, "en", {})
    shown = chinese if lang == "zh" else english
    found = document["reconciliation"]
    listed = found if isinstance(found, Mapping) else {}
    keys = ("database", "transaction", "lost_at", "counterparty", "told_at", "amount", "remark", "source")
    head = [f"{chinese.label(f'list_{key}')} {english.label(f'list_{key}')}" for key in keys]
    rows = [[_cell(row, key, shown) for key in keys] for row in listed.get("rows", []) if isinstance(row, Mapping)]
    more = [[str(name), shown.tr(text("{count} more that are not listed", count=int(str(count)))), *[""] * 6]
            for name, count in dict(listed.get("unlisted", {})).items()]  # fmt: skip
    return [head, *rows, *more]


def _cell(row: Data, key: str, view: View) -> str:
    value = row.get("time" if key == "told_at" else key)
    if key == "counterparty" and value is None:
        return view.tr(text("unknown: ask"))
    return view.word(value) if key == "source" else str(value or "")


def _template() -> Callable[..., str]:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    source = resources.files("jbnet.cli").joinpath("recovery_page.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source).render
