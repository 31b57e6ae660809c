"""A firmware image gets its name on a device only when it lies there whole; nothing there is overwritten."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from jbnet.adapters.firmware import Image, stage
from jbnet.adapters.firmware_sftp import free_bytes
from jbnet.model.errors import AnswerIsNo, CommandFailed, Missing

CONTENT = b"firmware" * 4096
NAME = "V800R022.cc"


class Flash:
    """Implements FileStore in memory; ``room`` is what is free, ``breaks_at`` the byte at which writing fails."""

    def __init__(self, room: int = 1 << 20) -> None:
        self.files: dict[str, bytes] = {}
        self.room = room
        self.breaks_at: int | None = None
        self.turns_bits = False

    def size(self, name: str) -> int | None:
        return len(self.files[name]) if name in self.files else None

    def free(self) -> int:
        return self.room - sum(map(len, self.files.values()))

    def put(self, name: str, source: IO[bytes]) -> None:
        content = source.read()
        self.files[name] = content[: self.breaks_at] if self.breaks_at is not None else content
        if self.breaks_at is not None:
            raise OSError("No space left on device")
        if self.turns_bits:
            self.files[name] = content[:-1] + b"?"

    def blocks(self, name: str) -> Iterator[bytes]:
        stream = io.BytesIO(self.files[name])
        while block := stream.read(1000):
            yield block

    def rename(self, name: str, to: str) -> None:
        self.files[to] = self.files.pop(name)

    def remove(self, name: str) -> None:
        del self.files[name]


@pytest.fixture
def image(tmp_path: Path) -> Image:
    path = tmp_path / NAME
    path.write_bytes(CONTENT)
    return Image(path, hashlib.sha256(CONTENT).hexdigest())


def test_it_arrives_whole_and_a_second_time_changes_nothing(image: Image) -> None:
    flash = Flash()
    assert stage("core-r1", flash, image)
    assert flash.files == {NAME: CONTENT}
    assert not stage("core-r1", flash, image)


def test_only_looking_says_what_would_change_and_writes_nothing(image: Image) -> None:
    flash = Flash()
    assert stage("core-r1", flash, image, check=True)
    assert flash.files == {}


def test_a_file_that_is_not_the_published_one_goes_nowhere(image: Image) -> None:
    flash = Flash()
    with pytest.raises(AnswerIsNo, match="not the image that was published"):
        stage("core-r1", flash, Image(image.path, "0" * 64))
    assert flash.files == {}


def test_a_checksum_in_capitals_is_the_same(image: Image) -> None:
    assert stage("core-r1", Flash(), Image(image.path, image.sha256.upper()))


@pytest.mark.parametrize(("room", "reserve"), [(len(CONTENT) - 1, 0), (len(CONTENT) + 10, 11)])
def test_where_room_is_short_nothing_is_sent(image: Image, room: int, reserve: int) -> None:
    flash = Flash(room)
    with pytest.raises(AnswerIsNo, match=r"core-r1: no room for V800R022\.cc"):
        stage("core-r1", flash, image, reserve=reserve)
    assert flash.files == {}


def test_what_a_cut_transfer_left_does_not_count_as_taken_room(image: Image) -> None:
    flash = Flash(len(CONTENT))
    flash.files[f"{NAME}.part"] = CONTENT[:100]
    assert stage("core-r1", flash, image)
    assert flash.files == {NAME: CONTENT}


def test_a_flash_that_fills_up_meanwhile_is_cleaned(image: Image) -> None:
    flash = Flash()
    flash.breaks_at = 1000
    with pytest.raises(CommandFailed, match="No space left on device"):
        stage("core-r1", flash, image)
    assert flash.files == {}


def test_what_arrives_damaged_never_gets_the_name(image: Image) -> None:
    flash = Flash()
    flash.turns_bits = True
    with pytest.raises(CommandFailed, match="arrived damaged"):
        stage("core-r1", flash, image)
    assert flash.files == {}


@pytest.mark.parametrize("other", [b"x" * len(CONTENT), b"short"])
def test_another_file_of_that_name_is_not_overwritten(image: Image, other: bytes) -> None:
    flash = Flash()
    flash.files[NAME] = other
    with pytest.raises(AnswerIsNo, match="another file named"):
        stage("core-r1", flash, image)
    assert flash.files == {NAME: other}


def test_an_image_that_is_not_here_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="cannot read"):
        stage("core-r1", Flash(), Image(tmp_path / "none.cc", "0" * 64))


@pytest.mark.parametrize(
    ("platform", "said", "free"),
    [
        ("frr", "Filesystem 1024-blocks Used Available Capacity Mounted on\ntmpfs 1024 24 1000 3% /home\n", 1000 << 10),
        (
            "vrp8",
            "   7  -rw-  1,024  Jan 01 2026  vrpcfg.zip\n\n1,927,476 KB total (1,130,464 KB free)\n",
            1130464 << 10,
        ),
        ("vrp5", "217,584 KB total (110,184 KB free)", 110184 << 10),
        ("comware7", "1048576 KB total (985440 KB free)", 985440 << 10),
        ("ios", "57671680 bytes total (51231744 bytes free)", 51231744),
        ("vrp8", "Error: The device does not exist.", None),
    ],
)
def test_free_room_is_read_from_the_devices_own_words(platform: str, said: str, free: int | None) -> None:
    assert free_bytes(platform, said) == free
