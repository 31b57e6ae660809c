"""A fault report on a terminal and as one HTML page to print or to send."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jbnet.cli.columns import cells, lines, pad
from jbnet.cli.fault_words import Section

if TYPE_CHECKING:
    from collections.abc import Callable

    from jbnet.model.text import Text

_ROOM = 80
_STYLE = (
    "@page{size:A4;margin:18mm}body{font:11pt/1.45 sans-serif;max-width:46em;margin:2em auto;padding:0 1em;color:#111}"
    "h1{font-size:1.5em}h2{font-size:1.1em;margin:1.2em 0 .3em;border-bottom:1px solid #999}"
    "table{border-collapse:collapse;width:100%;break-inside:avoid}h2{break-after:avoid}"
    "th,td{text-align:left;vertical-align:top;padding:.15em .6em .15em 0}th{width:11em;font-weight:normal;color:#444}"
)


def as_text(heading: Text, sections: Sequence[Section], tr: Callable[[Text], str]) -> str:
    """Return the report for a terminal or a mail: at most 80 columns wide."""
    width = 2 + max(cells(tr(fact.label)) for section in sections for fact in section.facts)
    said = [tr(heading)]
    for section in sections:
        said += ["", tr(section.title)]
        for fact in section.facts:
            first, *rest = lines(tr(fact.said), _ROOM - width - 2)
            said.append(f"  {pad(tr(fact.label), width)}{first}".rstrip())
            said += [" " * (width + 2) + line for line in rest]
    return "\n".join(said)


def as_html(heading: Text, sections: Sequence[Section], tr: Callable[[Text], str], lang: str) -> str:
    """Return the report as a page that needs nothing else."""
    said = html.escape(tr(heading))
    head = f'<meta charset="utf-8"><title>{said}</title><style>{_STYLE}</style>'
    body = "\n".join(_html(section, tr) for section in sections)
    return f'<!doctype html>\n<html lang="{lang}"><head>{head}</head><body>\n<h1>{said}</h1>\n{body}\n</body></html>'


def _html(section: Section, tr: Callable[[Text], str]) -> str:
    rows = "\n".join(
        f'<tr><th scope="row">{html.escape(tr(fact.label))}</th><td>{html.escape(tr(fact.said))}</td></tr>'
        for fact in section.facts
    )
    return f"<h2>{html.escape(tr(section.title))}</h2>\n<table>\n{rows}\n</table>"
