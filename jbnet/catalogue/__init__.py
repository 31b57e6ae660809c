"""The one catalogue of translations: ``zh/*.yaml``, English template to Chinese template."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def load(lang: str) -> dict[str, str]:
    """Return all templates of a language; an unknown language has none."""
    import yaml

    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast; absent where libyaml is
    folder = resources.files(__name__) / lang
    merged: dict[str, str] = {}
    if folder.is_dir():
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".yaml"):
                words = entry.read_text(encoding="utf-8")
                merged |= yaml.load(words, Loader=quick) or {}  # noqa: S506  both loaders are safe ones
    return merged
