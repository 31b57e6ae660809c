"""Text shown to people: an English template with named parameters, translated by looking the template up.

The English template is the key of the catalogue (``jbnet/catalogue/zh/*.yaml``), so code reads naturally
and a text without a translation falls back to English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """A template such as ``"{device} does not answer"`` and the values of its parameters."""

    template: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.render({})

    def render(self, catalogue: Mapping[str, str]) -> str:
        """Return the text in the catalogue's language, or in English where the catalogue has no entry."""
        template = catalogue.get(self.template, self.template)
        if not self.params:
            return template
        return template.format(**{key: _shown(value, catalogue) for key, value in self.params.items()})


def _shown(value: object, catalogue: Mapping[str, str]) -> object:
    """Return a parameter as it is printed: a Text inside a Text is translated too."""
    return value.render(catalogue) if isinstance(value, Text) else value


def text(template: str, **params: object) -> Text:
    """Build a Text: ``text("{device} does not answer", device="core-r1")``."""
    return Text(template, params)
