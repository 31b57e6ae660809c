"""The only place that builds adapters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jbnet.model.network import Network


def load_network(directory: Path, state_dir: Path) -> Network:
    """Return the declared network; with a lab up (``state_dir``/lab.json), the part of it that the lab built.

    Raises AnswerIsNo with the findings when the declaration has errors, UsageError where there is no workspace.
    """
    import json

    from jbnet.adapters.workspace import read_files
    from jbnet.inventory import load
    from jbnet.inventory.restrict import restrict
    from jbnet.model.errors import AnswerIsNo
    from jbnet.model.text import text

    loaded = load(read_files(directory))
    if loaded.network is None:
        errors = tuple(f for f in loaded.findings if f.severity == "error")
        raise AnswerIsNo(
            "the declaration has {count} errors", hint=text("see them with: jbnet check"), count=len(errors), findings=errors
        )
    lab = state_dir / "lab.json"
    if not lab.is_file():
        return loaded.network
    return restrict(loaded.network, json.loads(lab.read_text(encoding="utf-8"))["devices"].keys())
