"""Who could not be asked, as ``--json`` says it everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jbnet.cli.context import Context
    from jbnet.model.text import Text


def unasked_json(context: Context, unasked: Mapping[str, Text]) -> list[dict[str, str]]:
    """Return the devices that could not be asked: ``device`` and ``reason``, in the chosen language."""
    return [{"device": name, "reason": context.tr(reason)} for name, reason in unasked.items()]
