"""Requests that wait in files: what is found there after a restart, whatever else lies in the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jbnet.adapters.send_spool import SendSpool

NOW_MS = 1_790_000_000_000
BODIES = (b"one", b"two", b"three")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    spool = SendSpool(tmp_path / "waiting")
    for number, body in enumerate(BODIES):
        spool.keep(body, 1, NOW_MS + number)
    return tmp_path / "waiting"


def found(folder: Path) -> list[bytes | None]:
    spool = SendSpool(folder)
    return [spool.read(parcel) for parcel in spool.load(NOW_MS + 10)]


def test_what_waited_is_found_in_its_order(folder: Path) -> None:
    assert found(folder) == list(BODIES)


@pytest.mark.parametrize("rubbish", ["directory", "directory.new", "dangling", "pipe"])
def test_rubbish_between_costs_nothing_that_waits(folder: Path, rubbish: str) -> None:
    name = folder / "000000000000-1-1-00000000"
    if rubbish == "dangling":
        name.symlink_to("nowhere")
    elif rubbish == "pipe":
        os.mkfifo(name)
    else:
        (name.with_suffix(".new") if rubbish.endswith(".new") else name).mkdir()
    assert found(folder) == list(BODIES)


def test_numbers_go_on_behind_the_highest(folder: Path) -> None:
    spool = SendSpool(folder)
    spool.load(NOW_MS)
    assert spool.keep(b"four", 1, NOW_MS).name.startswith("000000000004-")


def test_a_time_that_has_not_come_yet_is_taken_for_now(folder: Path) -> None:
    spool = SendSpool(folder)
    ahead = spool.keep(b"of a wrong clock", 1, NOW_MS * 10)
    times = {parcel.name: parcel.time_ms for parcel in SendSpool(folder).load(NOW_MS + 10)}
    assert times[ahead.name] == NOW_MS + 10


def test_a_number_beyond_all_is_no_request(folder: Path) -> None:
    (folder / "999999999999-1-1-00000000").write_bytes(b"")
    assert found(folder) == list(BODIES)
    spool = SendSpool(folder)
    spool.load(NOW_MS)
    assert len(spool.keep(b"four", 1, NOW_MS).name.partition("-")[0]) == 12
