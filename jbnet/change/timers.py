"""The timer on a device that takes an unconfirmed change back: how long it runs, what it costs, when it cannot be had.

Which timer a platform has is data (``jbnet.platforms.changing``). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from jbnet.config.tree import Patch
from jbnet.model.network import Device
from jbnet.model.text import Text, text
from jbnet.platforms.changing import DeviceTimer, Ending, changing

REVERT_S = 90
"""How long a change may take where it is loaded whole."""
RESTART_S = 240
"""How long a restart takes at the most."""
TYPED = 3
"""How much longer everything takes where commands are typed one by one: a first deployment has hundreds of lines."""

_SAID = {
    Ending.LOCKED: text("{command} ({seconds} s); nobody else can change anything meanwhile"),
    Ending.EVERYBODY: text("{command} ({seconds} s); if it runs out, everybody's changes since then go"),
    Ending.RESTART: text("{command} ({seconds} s): a restart to what is saved, sites cut off: {count}"),
}


def pace(platform: str) -> int:
    """Return how many times as long as usual a change of this platform may take."""
    return TYPED if changing(platform).typed else 1


def timer(platform: str, at_risk: Collection[str]) -> Text:
    """Return what a plan says of the timer; ``at_risk`` are the sites behind the device."""
    known = changing(platform).timer
    command, seconds = _command(known, REVERT_S * pace(platform)), known.seconds(REVERT_S * pace(platform))
    said = _SAID[known.ending].template
    return Text(said, {"command": command, "seconds": str(seconds), "count": str(len(at_risk))})  # as a file has them


def _command(known: DeviceTimer, wanted: int) -> str:
    seconds = known.seconds(wanted)
    return known.command.format(seconds=seconds, minutes=-(-seconds // 60))


def back_after(platform: str, wanted: int) -> int:
    """Return after how many seconds an unconfirmed change is taken back, where so many are wanted."""
    return changing(platform).timer.seconds(wanted) + (RESTART_S if restarts(platform) else 0)


def restarts(platform: str) -> bool:
    """Say whether the platform's only timer is a restart."""
    return changing(platform).timer.ending is Ending.RESTART


def no_restart(device: Device, patch: Patch, at_risk: Collection[str], *, saved: bool) -> Iterator[Text]:
    """Yield why a restart should not, or cannot, take the change back. ``saved``: what runs is what is saved."""
    if not restarts(device.platform):
        return
    if not saved:
        yield text(
            "{device}: what runs is not what is saved, and a restart would bring back what is saved", device=device.name
        )
    if line := next(_clock_lines(device.platform, patch), ""):
        yield text(
            "{device}: `{line}` touches the clock, by which the restart is planned that takes the change back",
            device=device.name, line=line,
        )  # fmt: skip
    if others := [site for site in at_risk if site != device.home]:
        yield text(
            "{device}: what takes the change back is a restart, and sites behind it depend on it: {sites}",
            device=device.name, sites=", ".join(others),
        )  # fmt: skip


def _clock_lines(platform: str, patch: Patch) -> Iterator[str]:
    pattern = changing(platform).clock
    return (path[0] for path in (*patch.removed, *patch.added) if re.match(pattern, path[0]))
