"""What is remembered of secrets that were loaded: whether they are the same, and nothing that shows one."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from jbnet.adapters.loaded_secrets import LoadedSecretFiles
from jbnet.model.errors import Refused
from jbnet.model.secrets import Secret

OLD, NEW = Secret("aaa-key", "the-old-one"), Secret("aaa-key", "the-new-one")


def test_a_secret_is_the_same_another_or_unknown(tmp_path: Path) -> None:
    found = LoadedSecretFiles(tmp_path / "loaded")
    assert found.is_same("core-r1", OLD) is None
    found.keep("core-r1", [OLD], ["aaa-key"])
    again = LoadedSecretFiles(tmp_path / "loaded")
    assert again.is_same("core-r1", OLD) is True
    assert again.is_same("core-r1", NEW) is False
    assert again.is_same("core-r2", OLD) is None
    assert again.is_same("core-r1", Secret("user-noc", "the-old-one")) is None


def test_what_the_device_no_longer_has_is_forgotten(tmp_path: Path) -> None:
    found = LoadedSecretFiles(tmp_path)
    found.keep("core-r1", [OLD, Secret("user-noc", "x")], ["aaa-key", "user-noc"])
    found.keep("core-r1", [], ["user-noc"])
    assert found.is_same("core-r1", OLD) is None
    assert found.is_same("core-r1", Secret("user-noc", "x")) is True


def test_equal_values_have_nothing_in_common_and_all_files_are_private(tmp_path: Path) -> None:
    found = LoadedSecretFiles(tmp_path)
    found.keep("core-r1", [OLD, Secret("user-noc", "the-old-one")], ["aaa-key", "user-noc"])
    found.keep("core-r2", [OLD], ["aaa-key"])
    other = LoadedSecretFiles(tmp_path / "other")
    other.keep("core-r1", [OLD], ["aaa-key"])
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    said = [file.read_text() for file in files]
    assert not [text for text in said if "the-old-one" in text]
    digests = [word for text in said for word in text.replace('"', " ").replace(",", " ").split() if len(word) == 64]
    assert len(set(digests)) == len(digests) == 2 + 1 + 1 + 2


def test_a_file_that_others_may_read_and_one_that_is_damaged_are_refused(tmp_path: Path) -> None:
    found = LoadedSecretFiles(tmp_path)
    found.keep("core-r1", [OLD], ["aaa-key"])
    (tmp_path / "core-r1.json").chmod(0o644)
    with pytest.raises(Refused, match="0600"):
        found.is_same("core-r1", OLD)
    (tmp_path / "core-r1.json").chmod(0o600)
    (tmp_path / "core-r1.json").write_text("[]")
    with pytest.raises(Refused, match="cannot be read"):
        found.is_same("core-r1", OLD)
