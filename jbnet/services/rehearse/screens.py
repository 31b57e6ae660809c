"""Packet filters of routers that others stand in for: FRR has none, so the copy's kernel is given them beside it."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.change.endings import State
from jbnet.config.standin.standin import StandIn
from jbnet.ports import LiveCopy, Progress


class Screens:
    """Puts the filters of today up, and those of a change when it is committed."""

    def __init__(self, copy: LiveCopy, stood_in: Mapping[str, StandIn]) -> None:
        self._copy, self._stood_in = copy, stood_in

    def put_up(self) -> None:
        """Put up what filters today. Raises TargetError."""
        for name, made in self._stood_in.items():
            if made.filters:
                self._copy.screen(name, made.filters)

    def note(self, progress: Progress) -> bool:
        """Follow a device that is changed, or whose change is taken back; say whether it is being changed now.

        A change of filters alone changes nothing that FRR runs: such a device is found to be right already.
        Raises TargetError.
        """
        made = self._stood_in.get(progress.subject)
        is_other = made is not None and made.filters != made.filters_after
        is_right = progress.event == "apply.device" and progress.data.get("state") == State.ALREADY
        is_changed = progress.event == "apply.commit" or (is_right and is_other)
        if made is not None and is_other and (is_changed or progress.event == "apply.rollback"):
            self._copy.screen(progress.subject, made.filters_after if is_changed else made.filters)
        return is_changed
