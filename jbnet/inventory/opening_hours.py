"""Opening hours as OpenStreetMap writes them, in the subset that offices need.

``Mo-Fr 08:30-12:00,14:30-18:00; Sa 09:00-12:00; PH off`` or ``24/7``. Days are Mo to Su and PH (public holidays),
ranges and lists of them; times are 00:00 to 24:00, in order and without overlap.
"""

from __future__ import annotations

import re

from jbnet.model.text import Text, text

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_TIMES = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)\Z")


def fault(written: str) -> Text | None:
    """Return what is wrong with opening hours, or None when they can be read."""
    if written == "24/7":
        return None
    for rule in written.split(";"):
        words = rule.split()
        if not words:
            return text("nothing stands between two semicolons")
        found = _fault_of_rule(words)
        if found is not None:
            return found
    return None


def _fault_of_rule(words: list[str]) -> Text | None:
    if len(words) > 2:
        return text("{words} is more than days and times", words=" ".join(words))
    days, times = (words[0], words[1]) if len(words) == 2 else (None, words[0])
    bad = next((day for part in (days or "").split(",") if days for day in part.split("-") if not _is_day(day)), None)
    if bad is not None:
        return text("{word} is not a day (Mo Tu We Th Fr Sa Su PH)", word=bad)
    return None if times in ("off", "closed") else _fault_of_times(times)


def _is_day(word: str) -> bool:
    return word in DAYS or word == "PH"


def _fault_of_times(times: str) -> Text | None:
    last = -1
    for span in times.split(","):
        match = _TIMES.match(span)
        if match is None:
            return text("{word} is not a span of time such as 08:30-17:30", word=span)
        hours, minutes = (int(match[1]), int(match[3])), (int(match[2]), int(match[4]))
        begin, end = (hour * 60 + minute for hour, minute in zip(hours, minutes, strict=True))
        if max(minutes) > 59 or end > 24 * 60:
            return text("{word} is not a span of time such as 08:30-17:30", word=span)
        if end <= begin or begin < last:
            return text("{word} ends before it begins, or before the span before it ends", word=span)
        last = end
    return None
