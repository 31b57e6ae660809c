"""What a router with FRR answers is judged before it is believed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from jbnet.adapters.frr.session import FrrSession
from jbnet.model.errors import CommandFailed
from jbnet.ports import Completed

WHOLE = "frr version 8.4.4\nfrr defaults traditional\nhostname r1\n!\nend\n"


class Answering:
    """Stands for the connection: every command is answered with the same text."""

    def __init__(self, said: str) -> None:
        self.said = said

    def run(self, argv: Sequence[str], **_: Any) -> Completed:
        return Completed(tuple(argv), 0, self.said, "")


def session(said: str, monkeypatch: pytest.MonkeyPatch) -> FrrSession:
    made = FrrSession("r1", "netops")
    monkeypatch.setattr(made, "_connection", Answering(said))
    return made


@pytest.mark.parametrize(
    "said", ["", "\ufffd\x07\ufffd\n\x1b[2J", WHOLE[: len(WHOLE) // 2], f"x\n{WHOLE}", "interface AAAA\n" * 9]
)
def test_noise_and_half_an_answer_are_not_taken_for_what_runs(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = session(said, monkeypatch)
    with pytest.raises(CommandFailed, match=r"r1: what it answers .* is no whole configuration of FRR"):
        asked.get_config("running")
    with pytest.raises(CommandFailed, match="no whole configuration"):
        asked.load_replace_candidate(config=WHOLE)


def test_a_whole_configuration_is_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert session(WHOLE, monkeypatch).get_config("running")["running"] == WHOLE
