"""Text shown to people: an English template with named parameters, translated by looking the template up.

The English template is the key of the catalogue (``jbnet/catalogue/zh/*.yaml``), so code reads naturally
and a text without a translation falls back to English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_COUNTED = re.compile(r"(\{(\w+)\} (?:more |other )?)([a-z]+)\b")
_ONE: Mapping[str, str] = {
    **{f"{noun}s": noun for noun in (
        "byte", "cell", "character", "circuit", "day", "device", "error", "file", "finding", "key", "level",
        "line", "location", "minute", "router", "row", "rule", "second", "server", "service", "set", "site", "step",
        "table", "task", "township", "transaction", "user", "wave",
    )},
    "addresses": "address", "communities": "community", "counties": "county", "entries": "entry",
    "people": "person", "prefectures": "prefecture", "prefixes": "prefix", "provinces": "province",
}  # fmt: skip
"""What templates count, and what one of it is called: the only place that knows English plurals."""


@dataclass(frozen=True, slots=True)
class Text:
    """A template such as ``"{device} does not answer"`` and the values of its parameters."""

    template: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.render({})

    def render(self, catalogue: Mapping[str, str]) -> str:
        """Return the text in the catalogue's language, or in English where the catalogue has no entry."""
        template = catalogue.get(self.template)
        if template is None:
            template = _counted(self.template, self.params)
        if not self.params:
            return template
        return template.format(**{key: _shown(value, catalogue) for key, value in self.params.items()})


def _counted(template: str, params: Mapping[str, object]) -> str:
    """Return an English template with the noun behind each 1 as one of it is called."""
    ones = {name for name, value in params.items() if type(value) is int and value == 1}
    if not ones:
        return template
    return _COUNTED.sub(lambda m: m[1] + (_ONE.get(m[3], m[3]) if m[2] in ones else m[3]), template)


def _shown(value: object, catalogue: Mapping[str, str]) -> object:
    """Return a parameter as it is printed: a Text inside a Text is translated too."""
    return value.render(catalogue) if isinstance(value, Text) else value


def text(template: str, **params: object) -> Text:
    """Build a Text: ``text("{device} does not answer", device="core-r1")``."""
    return Text(template, params)


@dataclass(frozen=True, slots=True)
class Titled(Text):
    """What somebody wrote in both languages: in English (``template``), and in Chinese (empty: English there, too)."""

    zh: str = ""

    def render(self, catalogue: Mapping[str, str]) -> str:
        """Return it in the language of the catalogue; nothing in it is a parameter."""
        return self.zh if catalogue and self.zh else self.template


def joined(texts: Iterable[Text]) -> Text:
    """Return texts behind each other, with the semicolon of the reader's language between them."""
    whole: Text | None = None
    for one in texts:
        whole = one if whole is None else text("{said}; {more}", said=whole, more=one)
    return whole or Text("")
