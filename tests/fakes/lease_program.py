"""The watchdog of a database host as a module: it is a program without a suffix, and alone on its host."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parents[2] / "playbooks/roles/lease/files/jbnet-lease"


def load() -> Any:
    """Return the program; nothing of it runs."""
    loader = SourceFileLoader("jbnet_lease", str(PROGRAM))
    spec = spec_from_loader("jbnet_lease", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module
