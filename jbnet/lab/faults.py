"""What is wrong with a line of a lab: no carrier, or frames of one end or both that are lost on the way. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jbnet.model.errors import UsageError
from jbnet.model.text import text

ALL = 100.0
_WORD = re.compile(r"mute-(?P<mute>[az])|loss-(?P<loss>[0-9.]+)(-(?P<end>[az]))?")


@dataclass(frozen=True, slots=True)
class Fault:
    """How a line is. ``lost_a`` of every 100 frames that end a sends do not arrive, ``lost_z`` of those of end z.

    Without ``carrier`` both ends see their port down, and nothing arrives either.
    """

    carrier: bool = True
    lost_a: float = 0.0
    lost_z: float = 0.0

    @property
    def word(self) -> str:
        """Return the state's name: up, cut, silent, mute-a (nothing of end a's arrives), loss-5, loss-5-a (so many)."""
        if not self.carrier:
            return "cut"
        lost = (self.lost_a, self.lost_z)
        whole = {(0.0, 0.0): "up", (ALL, ALL): "silent", (ALL, 0.0): "mute-a", (0.0, ALL): "mute-z"}
        if lost in whole:
            return whole[lost]
        share = f"loss-{max(lost):g}"
        return share if self.lost_a == self.lost_z else f"{share}-{'a' if self.lost_a else 'z'}"


UP, CUT, SILENT = Fault(), Fault(carrier=False), Fault(lost_a=ALL, lost_z=ALL)


def read(word: str) -> Fault:
    """Return the fault with this name. Raises ValueError."""
    for fault in (UP, CUT, SILENT):
        if word == fault.word:
            return fault
    found = _WORD.fullmatch(word)
    if found is None:
        raise ValueError(word)
    share = ALL if found["mute"] else float(found["loss"])
    end = found["mute"] or found["end"]
    return Fault(lost_a=0.0 if end == "z" else share, lost_z=0.0 if end == "a" else share)


def asked(*, silent: bool = False, one_way: str | None = None, loss: float | None = None) -> Fault:
    """Return the fault that switches ask for; none of them: no carrier.

    ``one_way``: the end (a or z) whose frames alone are lost. ``loss``: so many of 100 frames. Raises UsageError.
    """
    if one_way not in (None, "a", "z"):
        raise UsageError("no end {end} of a circuit", end=one_way, hint=text("the ends are a and z"))
    if loss is not None and not 0 < loss <= ALL:
        raise UsageError("a line cannot lose {loss} % of its frames", loss=loss, hint=text("0.1 to 100"))
    if not silent and one_way is None and loss is None:
        return CUT
    share = ALL if loss is None else loss
    return Fault(lost_a=0.0 if one_way == "z" else share, lost_z=0.0 if one_way == "a" else share)
