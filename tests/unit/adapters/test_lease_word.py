"""What a host's watchdog says over SSH: read whole, or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from jbnet.adapters.lease_word import SshWord
from jbnet.model.errors import CommandFailed
from jbnet.ports import Completed, RemoteHosts
from jbnet.recovery.lease import MemberWord, SeenStill

SAID = {"refuses": True, "leads": False, "acknowledged_s": 80.5, "state": "idle", "why": ""}
SAW = {"revision": 41, "number": 977, "still_s": 63.25}


@dataclass
class Host:
    """Implements what is used of RemoteHosts: one host that prints a status."""

    status: Any
    asked: list[Sequence[str]] = field(default_factory=list)

    def host(self, device: str, account: str) -> Host:
        return self

    def run(self, argv: Sequence[str], **_: object) -> Completed:
        self.asked.append(argv)
        return Completed(tuple(argv), 0, json.dumps({"production": self.status}), "")


def said(status: Any) -> MemberWord:
    return SshWord(cast("RemoteHosts", Host(status))).word("golmud-dc-db1", "production")


def test_what_it_saw_of_the_lease_comes_along() -> None:
    assert said({**SAID, "saw": SAW}) == MemberWord(True, 80.5, leads=False, saw=SeenStill(41, 977, 63.25))


@pytest.mark.parametrize("status", [SAID, {**SAID, "saw": None}], ids=["one of before", "it saw nothing"])
def test_a_watchdog_that_saw_nothing_says_the_rest(status: Any) -> None:
    assert said(status) == MemberWord(True, 80.5)


@pytest.mark.parametrize("saw", [{}, {**SAW, "still_s": None}, {**SAW, "revision": "x"}, [1], "long"])
def test_what_cannot_be_read_is_nobodys_word(saw: object) -> None:
    with pytest.raises(CommandFailed, match="does not say how it is"):
        said({**SAID, "saw": saw})
