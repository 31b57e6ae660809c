"""What an alarm was raised by: how much, against which limit, over what time. Data first, and words of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jbnet.model.text import Text, text


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure (``jbnet.monitor.measures``) as it was when the alarm was raised; shares are 0 to 1, times seconds.

    ``over_s``: over how many seconds it was measured, or held (0: at that moment). ``part``: which part of the device
    it is of, where the alarm is about the device.
    """

    measure: str
    value: float
    limit: float
    over_s: float = 0.0
    part: str = ""

    @property
    def words(self) -> Text | None:
        """Return it in words; None where no figure says more than the alarm's name does."""
        known = _KNOWN.get(self.measure)
        if known is None:
            return None
        noun, shown = known
        what = text("{what} of {part}", what=noun, part=self.part) if self.part else noun
        figures = {"value": shown(self.value), "limit": shown(self.limit)}
        if self.over_s:
            seconds = f"{self.over_s:g}"
            return text("{what}: {value} over {seconds} s, limit {limit}", what=what, seconds=seconds, **figures)
        return text("{what}: {value}, limit {limit}", what=what, **figures)

    def as_json(self) -> dict[str, object]:
        """Return it for ``--json``."""
        return {
            "measure": self.measure,
            "value": self.value,
            "limit": self.limit,
            "over_s": self.over_s,
            "part": self.part or None,
        }


def of_event(data: Mapping[str, object]) -> Measured | None:
    """Return what the event ``raised`` or ``cleared`` of an alarm says, None where it has no figures."""
    value, limit = data.get("value"), data.get("limit")
    if not isinstance(value, int | float) or not isinstance(limit, int | float):
        return None
    over = data.get("over_s")
    over_s = float(over) if isinstance(over, int | float) else 0.0
    return Measured(str(data.get("measure", "")), float(value), float(limit), over_s, str(data.get("part") or ""))


def _percent(value: float) -> str:
    return f"{value * 100:.3g} %"


def _time(value: float) -> str:
    return f"{value:.3g} s" if value >= 1 else f"{value * 1000:.3g} ms"


def _in(unit: str) -> Callable[[float], str]:
    return lambda value: f"{value:.4g} {unit}"


_KNOWN: Mapping[str, tuple[Text, Callable[[float], str]]] = {
    "loss": (text("round trips lost"), _percent),
    "path-rtt": (text("round trip"), _time),
    "path-jitter": (text("variation of round trips"), _time),
    "rtt": (text("round trip"), _time),
    "jitter": (text("variation of round trips"), _time),
    "utilisation-in": (text("used of the bandwidth, downwards"), _percent),
    "utilisation-out": (text("used of the bandwidth, upwards"), _percent),
    "errors": (text("errors"), _in("/s")),
    "discards": (text("discarded packets"), _in("/s")),
    "speed": (text("port's speed, of the declared bandwidth"), _percent),
    "seconds": (text("time to the answer"), _time),
    "behind": (text("behind by"), _time),
    "alone": (text("commits without the standby"), lambda value: f"{value:g}"),
    "failsafe": (text("without a lease"), lambda value: f"{value:g}"),
    "age": (text("age of what was sent in last"), _time),
    "days": (text("days to the certificate's end"), lambda value: f"{value:.3g}"),
    "unwritten": (text("rounds that wait to be written"), lambda value: f"{value:g}"),
    "deaf": (text("standstill"), _time),
    "stuck": (text("standstill"), _time),
    "gauge:cpu": (text("processor load"), _percent),
    "gauge:memory": (text("memory in use"), _percent),
    "gauge:disk": (text("disk in use"), _percent),
    "gauge:temperature": (text("temperature"), _in("°C")),
    "gauge:optical-rx-margin": (text("light above the lower limit"), _in("dB")),
    "gauge:minutes-remaining": (text("battery lasts"), _in("min")),
    "gauge:battery-charge": (text("charge of the battery"), _percent),
    "gauge:battery-temperature": (text("temperature of the battery"), _in("°C")),
    "gauge:input-voltage": (text("voltage of the feed"), _in("V")),
    "gauge:output-load": (text("load of the UPS"), _percent),
    "gauge:sensor-celsius": (text("temperature"), _in("°C")),
    "gauge:sensor-humidity": (text("humidity"), _in("%")),
}
"""What is measured, and how a figure of it is written."""
