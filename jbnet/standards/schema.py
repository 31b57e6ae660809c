"""What may be written in ``topology/standards/``: rule sets and waivers, strict, unknown keys forbidden."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model

from jbnet.inventory.schema.inventory import Declared
from jbnet.inventory.schema.values import Day
from jbnet.standards.predicates import VOCABULARY
from jbnet.standards.subjects import FILTERS

Line = Annotated[str, Field(min_length=1, max_length=200)]
Paragraph = Annotated[str, Field(min_length=1, max_length=600)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]
RuleId = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9.-]*$", max_length=40)]


def _words(value: object) -> object:
    """Take a single value for a list of one, and a truth value or number as it is written."""
    values = value if isinstance(value, list) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) if isinstance(one, int) else one for one in values]


_Word = str | int | bool
Filter = Annotated[
    tuple[str, ...],
    BeforeValidator(_words, json_schema_input_type=_Word | list[_Word]),
    Field(strict=False),
]


class BilingualDecl(Declared):
    """A text in English and Chinese."""

    en: Line
    zh: Line


class NoteDecl(Declared):
    """A longer text in English and Chinese."""

    en: Paragraph
    zh: Paragraph


class SetDecl(Declared):
    """The standard itself. ``citation`` stands before the clause where a finding cites it."""

    name: Name
    prefix: RuleId
    title: BilingualDecl
    source: NoteDecl
    citation: Line


def _optional(fields: dict[str, Any]) -> Any:
    return {name: (annotation | None, None) for name, annotation in fields.items()}


Where: type[Declared] = create_model(
    "Where", __base__=Declared, **_optional({key: Filter for filters in FILTERS.values() for key in filters})
)
"""Filters of all kinds together; which of them a kind has is judged afterwards."""

Require: type[Declared] = create_model("Require", __base__=Declared, **_optional(dict(VOCABULARY)))
"""Predicates by name, each with its parameters."""


class RuleDecl(Declared):
    """A rule. With ``evidence: elsewhere`` it has neither subjects nor requirements."""

    title: BilingualDecl
    clause: Line
    aspect: Literal[
        "addressing", "topology", "routing", "data", "host", "network", "link", "physical", "management"
    ]  # fmt: skip
    severity: Literal["error", "warning", "info"] = "error"
    note: NoteDecl | None = None
    mend: NoteDecl | None = None
    evidence: Literal["declaration", "configuration", "elsewhere"] = "declaration"
    applies_to: (
        Literal[
            "network", "sites", "locations", "devices", "circuits", "carriers", "underlays", "databases",
            "applications", "services", "agencies", "premises", "peers",
        ]
        | None
    ) = None  # fmt: skip
    where: Where | None = None
    require: Require | None = None


class WaiverDecl(Declared):
    """An exception to one rule, for subjects by name or for all under a site, until a day."""

    rule: RuleId
    subjects: tuple[str, ...] = Field(default=(), strict=False, max_length=1000)
    under: str | None = None
    reason: Paragraph
    who: Line
    until: Day


class StandardsFile(Declared):
    """A file below topology/standards/: a rule set, or waivers, or both."""

    set: SetDecl | None = None
    rules: dict[RuleId, RuleDecl] = Field(default={}, max_length=500)
    waivers: tuple[WaiverDecl, ...] = Field(default=(), strict=False, max_length=1000)
