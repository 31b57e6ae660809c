"""The keeper decides: commits go on without the standby only where declared, and only after a record."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

FILE = Path(__file__).parents[3] / "playbooks" / "roles" / "postgres" / "files" / "jbnet-keeper"


def loaded() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("jbnet_keeper", str(FILE))
    spec = importlib.util.spec_from_loader("jbnet_keeper", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["jbnet_keeper"] = module  # its dataclasses look their module up
    loader.exec_module(module)
    return module


KEEPER = loaded()
WAITING = {"standby": "b_db1", "names": "FIRST 1 (b_db1)", "recorded": True}
ALONE = {"standby": "b_db1", "names": "", "recorded": False, "marked": True}


@pytest.mark.parametrize(
    ("seen", "act"),
    [
        ({"follows": True, "recorded": None}, None),
        ({**WAITING, "state": "streaming sync"}, None),
        ({**WAITING, "state": "streaming sync", "recorded": False}, "RECORD_WAITS"),
        ({**WAITING, "state": "catchup sync", "recorded": False}, None),
        ({**WAITING, "state": "streaming sync", "weakened": True}, "RECORD_ALONE"),
        ({**WAITING, "state": "", "away_s": 9.0}, None),
        ({**WAITING, "state": "", "away_s": 10.0}, "GO_ON"),
        ({**WAITING, "state": "catchup async", "away_s": 10.0}, "GO_ON"),
        ({**WAITING, "state": "", "away_s": 999.0, "mode": "sync-remote: block"}, None),
        ({**WAITING, "state": "streaming sync", "marked": True}, "WAIT_AGAIN"),
        ({**ALONE, "state": ""}, None),
        ({**ALONE, "state": "streaming async", "here_s": 1.0}, None),
        ({**ALONE, "state": "streaming async", "here_s": 3.0}, "WAIT_AGAIN"),
        ({**ALONE, "state": "", "recorded": True}, "RECORD_ALONE"),
        ({**ALONE, "state": "streaming async", "here_s": 99.0, "marked": False}, None),
        ({"standby": "b_db1", "names": "FIRST 1 (b_db12)", "state": "", "away_s": 99.0}, "RECORD_ALONE"),
    ],
)
def test_each_state_has_its_act(seen: dict[str, object], act: str | None) -> None:
    decided = KEEPER.decide(KEEPER.Seen(**seen))
    assert (decided.name if decided else None) == act


@given(
    st.fixed_dictionaries(
        {
            "follows": st.booleans(), "mode": st.sampled_from(["sync-remote: block", "sync-remote: degrade", ""]),
            "names": st.sampled_from(["", "FIRST 1 (b_db1)", "FIRST 1 (x)"]), "standby": st.just("b_db1"),
            "state": st.sampled_from(["", "catchup async", "streaming async", "streaming sync"]),
            "recorded": st.sampled_from([None, True, False]), "marked": st.booleans(), "weakened": st.booleans(),
            "away_s": st.floats(0, 100), "here_s": st.floats(0, 100),
        }
    )
)  # fmt: skip
def test_commits_go_on_only_where_declared_and_after_the_time(seen: dict[str, object]) -> None:
    if KEEPER.decide(KEEPER.Seen(**seen)) is KEEPER.Act.GO_ON:
        assert seen["mode"] == "sync-remote: degrade"
        assert not seen["follows"]
        assert float(str(seen["away_s"])) >= 10
        assert not str(seen["state"]).startswith("streaming")


class Session:
    """Implements the keeper's session; ``refuses``: a statement that fails."""

    def __init__(self, marker: Path, refuses: str = ""):
        self.marker, self.refuses = marker, refuses
        self.asked: list[tuple[str, bool]] = []

    def ask(self, sql: str) -> dict[str, object]:
        self.asked.append((sql, self.marker.exists()))
        return {} if sql == self.refuses else {"lsn": "0/3000060", "since": "2026-11-23 01:02:03+00"}


def test_the_record_is_there_before_the_server_is_told_and_without_it_nothing_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "exchange"
    keeper, marker = KEEPER.Keeper("/bin", data, "5433"), tmp_path / "exchange-alone.conf"
    session = Session(marker)
    keeper._act(KEEPER.Act.GO_ON, session)
    assert session.asked == [(KEEPER.ALONE, False), (KEEPER.RELOAD, True)]
    assert "jbnet.alone_lsn = '0/3000060'" in marker.read_text()
    keeper._act(KEEPER.Act.WAIT_AGAIN, session)
    assert not marker.exists()
    full = Session(marker, refuses=KEEPER.ALONE)
    keeper._act(KEEPER.Act.GO_ON, full)
    assert full.asked == [(KEEPER.ALONE, False)]
    assert not marker.exists()
