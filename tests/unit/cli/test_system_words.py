"""What the operating system refuses is said in the reader's language."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest
from command_line import Run

from jbnet.catalogue import load
from jbnet.model.refusals import reason_of

FILES_AND_CONNECTIONS = (
    errno.EPERM, errno.ENOENT, errno.EIO, errno.EACCES, errno.EBUSY, errno.EEXIST, errno.ENOTDIR, errno.EISDIR,
    errno.EMFILE, errno.ENOSPC, errno.EROFS, errno.EPIPE, errno.ENAMETOOLONG, errno.ELOOP, errno.ECONNREFUSED,
    errno.ECONNRESET, errno.ETIMEDOUT, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRINUSE, errno.EDQUOT,
)  # fmt: skip


@pytest.mark.parametrize("number", FILES_AND_CONNECTIONS, ids=errno.errorcode.get)
def test_each_reason_has_its_words_in_chinese(number: int) -> None:
    said = reason_of(OSError(number, os.strerror(number), "file"))
    assert str(said) == os.strerror(number)
    assert not re.search("[A-Za-z]", said.render(load("zh")))


def test_a_key_that_is_not_there_is_missed_in_chinese(run: Run, tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    absent = tmp_path / "absent"
    code, _, said = run("-C", tmp_path, "--lang", "zh", "databases", "measure", "--record", absent, "--client", "a")
    assert code == 3
    assert "没有此文件或目录" in said


def test_an_error_without_a_number_says_what_it_says() -> None:
    assert str(reason_of(OSError("it is {broken}"))) == "it is {broken}"
