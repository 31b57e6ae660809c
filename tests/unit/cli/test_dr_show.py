"""What approvers are shown: sentences first, then every value that is known."""

from __future__ import annotations

from jbnet.cli.dr_show import figure_lines, sentences

FIGURES = {
    "assess[production]": {
        "said": "production: xining-dc-db1 is silent; what is missing is unknown",
        "lag_bytes": None,
        "rpo_s": 0.0,
        "standby": {"answers": True, "receiver": None},
    }
}


def test_sentences_are_what_the_steps_said() -> None:
    assert list(sentences(FIGURES)) == ["production: xining-dc-db1 is silent; what is missing is unknown"]


def test_values_that_are_not_known_are_left_out_and_zero_is_not_unknown() -> None:
    assert list(figure_lines(FIGURES)) == [
        "assess[production].rpo_s: 0.0",
        "assess[production].standby.answers: true",
    ]
