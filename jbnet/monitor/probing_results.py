"""What came of a probe: recorded with the round in which it became known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Probed:
    """What one try came to, as it is recorded: replaying records gives the same incidents.

    ``values`` by name: ``up`` (1 or 0), ``seconds``, ``days``, ``trusted`` (1 or 0), ``behind``, ``age`` (seconds),
    ``alone`` and ``failsafe`` (1 or 0), ``way`` (0: our own kernel knows none);
    of echoes, over the window: ``sent``, ``lost``, ``rtt``, ``jitter`` (seconds). What is not known is not there.
    ``missing``: the expected parts that were not sent in. ``why``: what was wrong, in the words of who said it.
    """

    probe: str
    device: str
    part: str
    values: Mapping[str, float]
    missing: tuple[str, ...] | None = None
    why: str = ""

    def packed(self) -> list[object]:
        """Return it as plain data."""
        more = [self.why] if self.why else []
        missing = [list(self.missing)] if self.missing is not None else [None] if more else []
        return [self.probe, self.device, self.part, dict(self.values), *missing, *more]


def unpack_probed(packed: list[object]) -> Probed:
    """Return the result that ``Probed.packed`` gave as plain data."""
    probe, device, part, values, *more = packed
    assert isinstance(values, Mapping)  # noqa: S101  what packed() wrote
    missing = more[0] if more else None
    found = tuple(map(str, missing)) if isinstance(missing, list) else None
    return Probed(str(probe), str(device), str(part), dict(values), found, str(more[1]) if len(more) > 1 else "")
