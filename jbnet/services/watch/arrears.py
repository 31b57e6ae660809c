"""What fell due for a device that could not be asked then: it stays due for that device, and for nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jbnet.monitor.checks import Check, Reads

Due = frozenset[Reads]
_NOTHING: Due = frozenset()


class Arrears:
    """Remembers those that are in arrears and nobody else, so that it costs nothing while all answer.

    What is due every time anyhow is no arrears: it comes with the next turn.
    """

    def __init__(self, checks: Iterable[Check]):
        known = tuple(checks)
        often = min((check.every_s for check in known), default=0.0)
        self._seldom = frozenset(check.name for check in known if check.every_s > often)
        self._reads = frozenset(check.reads for check in known if check.name in self._seldom)
        self._owed: dict[str, Due] = {}
        self._tried_again: dict[str, Due] = {}

    def worth(self, checks: frozenset[str]) -> frozenset[str]:
        """Return those of some checks that are a loss when they are left out once."""
        return checks & self._seldom

    def put_off(self, due: Mapping[str, Due]) -> None:
        """Note what was due for devices that are not asked for it now."""
        for device, reads in due.items():
            if reads:
                self._owed[device] = self._owed.get(device, _NOTHING) | reads

    def settle(self, device: str) -> Due:
        """Return what is in arrears for a device that is asked for it now."""
        return self._owed.pop(device, _NOTHING) if self._owed else _NOTHING

    def heard(self, device: str, reads: Due, *, answered: bool) -> None:
        """Note whether a device answered when it was asked for something.

        It is asked once more for what was lost with its answer, and not again before that is due: an agent that falls
        silent over one of its tables is not to be asked for that table all the time.
        """
        tried = self._tried_again.get(device, _NOTHING)
        if answered:
            if tried and tried <= reads:
                del self._tried_again[device]
            return
        lost = (reads & self._reads) - tried
        if lost:
            self._tried_again[device] = tried | lost
            self.put_off({device: lost})
