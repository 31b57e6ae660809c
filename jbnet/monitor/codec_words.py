"""Words of alarms as plain data, and back: another's as they are, ours with what is needed to translate them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jbnet.model.text import Text
from jbnet.monitor.alarms import Said, Words

_TEMPLATE, _PARAMS = "text", "with"


def pack_words(words: Words) -> object:
    """Return words as plain data: a text as its template and parameters, texts inside it likewise."""
    if not isinstance(words, Text):
        return words
    return {_TEMPLATE: words.template, _PARAMS: {key: _plain(value) for key, value in words.params.items()}}


def _plain(value: object) -> object:
    if isinstance(value, Text):
        return pack_words(value)
    return value if isinstance(value, int | float) else str(value)


def unpack_words(packed: object) -> Words:
    """Return the words that were packed."""
    found = _unpacked(packed)
    return found if isinstance(found, Text) else str(found)


def _unpacked(packed: object) -> object:
    if not isinstance(packed, Mapping):
        return packed
    params: Mapping[str, Any] = packed[_PARAMS]
    return Text(str(packed[_TEMPLATE]), {key: _unpacked(value) for key, value in params.items()})


def pack_said(said: Said | None) -> list[object] | None:
    """Return what is expected and what is there as plain data."""
    return None if said is None else [pack_words(said[0]), pack_words(said[1])]


def unpack_said(packed: Sequence[object]) -> Said:
    """Return what was packed."""
    return unpack_words(packed[0]), unpack_words(packed[1])
