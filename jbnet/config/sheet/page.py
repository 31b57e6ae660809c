"""A sheet as a page of HTML that prints on one side of A4."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined

from jbnet.config.sheet.plain import rows
from jbnet.config.sheet.sheet import Sheet

DENSE = 7
"""Rows of the table of cables past which everything is printed smaller."""
DENSEST = 11


def page(sheet: Sheet, catalogue: Mapping[str, str], lang: str) -> str:
    """Return the whole document; nothing in it is fetched from elsewhere. ``lang`` is ``zh`` or ``en`` (BCP 47)."""
    table = list(rows(sheet, catalogue))
    template = _environment().get_template("sheet.html.j2")
    return template.render(
        sheet=sheet, heading=table[0], table=table[1:], lang=lang, size=_size(len(table)),
        tr=lambda said: said.render(catalogue),
    )  # fmt: skip


def _size(lines: int) -> str:
    return "densest" if lines > DENSEST else "dense" if lines > DENSE else "normal"


@cache
def _environment() -> Environment:
    def source(name: str) -> str:
        return resources.files("jbnet.config.sheet").joinpath(name).read_text(encoding="utf-8")

    return Environment(loader=FunctionLoader(source), undefined=StrictUndefined, autoescape=True, trim_blocks=True,
                       lstrip_blocks=True)  # fmt: skip
