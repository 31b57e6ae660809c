"""Opening hours: what can be read and what is said of the rest."""

from __future__ import annotations

import pytest

from jbnet.inventory.opening_hours import fault


@pytest.mark.parametrize(
    "written",
    [
        "24/7",
        "08:30-17:30",
        "Mo-Fr 08:30-12:00,14:30-18:00",
        "Mo-Fr 09:00-17:00; Sa 09:00-12:00; PH off",
        "Mo,We,Fr 00:00-24:00",
        "Mo-We,Sa closed",
    ],
)
def test_hours_as_openstreetmap_writes_them_can_be_read(written: str) -> None:
    assert fault(written) is None


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("Mo-Fr 9:00-17:00", "9:00-17:00"),
        ("Mo-Fr 08:00-25:00", "08:00-25:00"),
        ("Mo-Fr 08:61-09:00", "08:61-09:00"),
        ("Mo-Fr 17:00-08:00", "before it begins"),
        ("Mo-Fr 08:00-12:00,11:00-13:00", "before the span"),
        ("Mon-Fri 08:00-12:00", "Mon is not a day"),
        ("Mo- 08:00-12:00", "is not a day"),
        ("Mo-Fr 08:00 - 12:00", "more than days and times"),
        ("Mo-Fr 08:00-12:00;", "two semicolons"),
        ("周一至周五", "not a span of time"),
        ("", "two semicolons"),
    ],
)
def test_the_fault_is_named(written: str, reason: str) -> None:
    assert reason in str(fault(written))
