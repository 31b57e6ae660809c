"""How much an alarm was raised by, in words of both languages; nothing is said where a figure says nothing."""

from __future__ import annotations

import pytest

from jbnet.catalogue import load
from jbnet.monitor.measured import Measured


@pytest.mark.parametrize(("found", "english", "chinese"), [
    (Measured("loss", 0.098, 0.03, 60), "round trips lost: 9.8 % over 60 s, limit 3 %",
     "往返丢失率：9.8 %（60 秒内），门限 3 %"),
    (Measured("path-rtt", 0.35, 0.3), "round trip: 350 ms, limit 300 ms", "往返时间：350 ms，门限 300 ms"),
    (Measured("seconds", 2.5, 2), "time to the answer: 2.5 s, limit 2 s", "应答用时：2.5 s，门限 2 s"),
    (Measured("gauge:cpu", 1.0, 0.9, part="processor 2"), "processor load of processor 2: 100 %, limit 90 %",
     "processor 2的处理器负载：100 %，门限 90 %"),
    (Measured("errors", 12.5, 1.0, 60.0), "errors: 12.5 /s over 60 s, limit 1 /s",
     "错误：12.5 /s（60 秒内），门限 1 /s"),
])  # fmt: skip
def test_a_reading_says_how_much_the_limit_and_over_what_time(found: Measured, english: str, chinese: str) -> None:
    assert found.words is not None
    assert found.words.render({}) == english
    assert found.words.render(load("zh")) == chinese


@pytest.mark.parametrize("measure", ["up", "interface", "gauge:fan-failed", "overdue"])
def test_of_what_is_or_is_not_there_no_figure_is_told(measure: str) -> None:
    assert Measured(measure, 0.0, 0.0).words is None


def test_the_data_are_there_whatever_the_words() -> None:
    found = Measured("gauge:fan-failed", 1.0, 1.0)
    assert found.as_json() == {"measure": "gauge:fan-failed", "value": 1.0, "limit": 1.0, "over_s": 0.0, "part": None}
