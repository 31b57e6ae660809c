"""What monitoring carries from round to round beside states and incidents. It outlives the monitor with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from jbnet.monitor.alarms import Alarms
from jbnet.monitor.flaps import Flaps
from jbnet.monitor.spells import Ended, Open


@dataclass(frozen=True, slots=True)
class Carried:
    """Penalties of what flaps, alarms raised or in doubt, spells that go on, and when the last round was.

    ``ended``: spells that ended although what they were about is broken still.
    A store keeps all of it in the round's transaction: ``jbnet.monitor.codec_carried`` packs it.
    """

    flaps: Flaps = field(default_factory=dict)
    alarms: Alarms = field(default_factory=dict)
    spells: Open = field(default_factory=dict)
    last: datetime | None = None
    ended: Ended = field(default_factory=dict)
