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


class Encrypting:
    """Stands for a router whose file beside FRR's own lines somebody edits; FRR itself sees no difference."""

    def __init__(self) -> None:
        self.key = "first"

    def run(self, argv: Sequence[str], **_: Any) -> Completed:
        compared = argv[-1] == "compare"
        file = f"!swanctl up1.conf\nconnections {{\n secret = {self.key}\n}}\n\n!swanctl\n"
        return Completed(tuple(argv), 0, "" if compared else file + WHOLE, "")


def test_what_was_edited_beside_frr_since_it_was_read_is_seen_by_a_later_comparison(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    router, made = Encrypting(), FrrSession("r1", "netops")
    monkeypatch.setattr(made, "_connection", router)
    made.load_replace_candidate(config=made.get_config("running")["running"])
    assert made.compare_config() == ""
    router.key = "second"
    monkeypatch.setattr("jbnet.adapters.frr.session.FRESH_S", -1.0)
    assert "secret" in made.compare_config()
    assert "second" not in made.compare_config()
