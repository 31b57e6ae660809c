"""Texts: templates with parameters; English has a singular."""

from __future__ import annotations

import pytest

from jbnet.catalogue import load
from jbnet.model.text import Text, joined, text

NETWORK = "{name}: {sites} sites, {devices} devices, {circuits} circuits"


@pytest.mark.parametrize(
    ("template", "params", "said"),
    [
        (NETWORK, {"name": "a", "sites": 1, "devices": 11, "circuits": 0}, "a: 1 site, 11 devices, 0 circuits"),
        ("{count} more entries", {"count": 1}, "1 more entry"),
        ("{count} more entries", {"count": 21}, "21 more entries"),
        ("{flag} sites", {"flag": True}, "True sites"),
        ("{name} takes {count} lines", {"name": "1", "count": 1}, "1 takes 1 line"),
    ],
)
def test_one_thing_is_counted_in_the_singular(template: str, params: dict[str, object], said: str) -> None:
    assert str(text(template, **params)) == said


def test_a_translation_is_taken_as_it_is() -> None:
    assert text("{count} sites", count=1).render({"{count} sites": "{count} 个站点"}) == "1 个站点"


def test_texts_behind_each_other_have_the_semicolon_of_the_readers_language() -> None:
    said = joined([text("refused"), text("{state}: {count}", state=text("refused"), count=2), Text("x")])
    assert str(said) == "refused; refused: 2; x"
    assert said.render(load("zh")) == "已拒绝；已拒绝：2 台；x"
    assert str(joined([])) == ""
