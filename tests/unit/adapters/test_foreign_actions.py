"""Actions of other packages: found by their entry points, imported when they are used, never in place of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from jbnet.adapters.foreign_actions import GROUP, foreign_actions
from jbnet.model.errors import Missing

CODE = """
from jbnet.model.text import text
from jbnet.ports import StepOutcome


class Drain:
    def __init__(self, tools):
        self.tools = tools

    def probe(self, params):
        return StepOutcome(False, text("{pool}: to be drained", pool=params["pool"]))

    def do(self, params):
        self.tools.append(params["pool"])
        return StepOutcome(True, text("drained"))

    def verify(self, params):
        return StepOutcome(params["pool"] in self.tools, text("drained"))
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package as an installer lays it down, on the path."""
    (tmp_path / "acme_pools.py").write_text(CODE)
    info = tmp_path / "acme_pools-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-pools\nVersion: 1.0\n")
    entries = ["acme.drain = acme_pools:Drain", "acme.broken = acme_nowhere:It", "promote = acme_pools:Drain"]
    (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *entries, ""]))
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("installed")
def test_an_action_of_another_package_is_found_and_acts() -> None:
    drained: list[str] = []
    drain = foreign_actions(drained)["acme.drain"]
    assert not drain.probe({"pool": "web"}).done
    assert drain.do({"pool": "web"}).done
    assert drain.verify({"pool": "web"}).done
    assert drained == ["web"]


@pytest.mark.usefixtures("installed")
def test_nobody_takes_the_name_of_an_action_of_ours() -> None:
    assert sorted(foreign_actions([])) == ["acme.broken", "acme.drain"]


@pytest.mark.usefixtures("installed")
def test_what_cannot_be_loaded_says_so_when_it_is_used_and_not_before() -> None:
    broken = foreign_actions([])["acme.broken"]
    with pytest.raises(Missing, match=r"acme\.broken of acme_nowhere:It cannot be loaded: ModuleNotFoundError"):
        broken.probe({})
