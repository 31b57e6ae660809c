"""The monitor's store says which devices answer; coverage counts by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitoring import make_monitor
from networks import small
from simnet import SimNet

from jbnet.adapters.clock import SystemClock
from jbnet.adapters.journal import SqliteJournal
from jbnet.adapters.store_view import SqliteStoreView
from jbnet.services.coverage import gather


def test_a_cut_device_does_not_answer_and_the_others_do(tmp_path: Path) -> None:
    net = SimNet(small())
    monitor = make_monitor(net, tmp_path / "monitor.db")
    monitor.start()
    monitor.poll_once()
    view = SqliteStoreView(tmp_path / "monitor.db")
    before = view.answers()
    assert before
    assert set(before.values()) == {True}
    net.cut |= {"chengdong-up1"}
    for _ in range(3):
        monitor._clock.sleep(1)
        monitor.poll_once()
    after = view.answers()
    silent = {device for device, answers in after.items() if answers is False}
    assert silent
    assert all(device.startswith("chengdong") for device in silent)
    summary = view.summary()
    assert summary is not None
    looked = datetime.fromisoformat(str(summary["as_of"]))
    journal = SqliteJournal(tmp_path / "change.db", SystemClock())
    found = gather(journal, view, looked.astimezone(UTC) + timedelta(seconds=1))
    assert found.evidence.answering == after
    assert found.as_of == looked
    assert not (tmp_path / "change.db").exists()
    view.close()
    monitor.close()
