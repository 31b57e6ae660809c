"""How soon and how sure: the few numbers by which states become incidents."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FlapPolicy:
    """When a cause that comes and goes is said to flap; times are in seconds. The figures are Zino's.

    The ``first`` change costs so much, every further one doubles the penalty up to ``ceiling``, and half of it is
    forgiven every ``half_life_s``. At ``suppress_at`` and above it flaps (0: nothing ever does). ``look_again_s``
    after a change there is another look, in case what followed was not told.
    """

    first: float = 2.0
    ceiling: float = 256.0
    suppress_at: float = 35.0
    half_life_s: float = 300.0
    look_again_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds of monitoring; times are in seconds. ``monitors/policy.yaml`` sets them.

    ``confirm_looks``: contrary looks in a row before bad news is believed.
    ``hold_s``: how long a device may be silent behind lines that work before it is called the cause (routing
    needs this long to find the other way round), and how long a device must answer again before a lost
    adjacency counts against its line.
    ``together_s``: lines of one device that went down within this time went down together.
    ``fold_s``: an incident younger than this is folded into a cause that turns up later and explains it.
    ``recover_s``: how long what lies behind a repaired cause may take to come back before it stands alone.
    ``stale_s``: state that is older is shown as stale.
    ``blind_s``: a pause between two rounds that is longer is time of which nothing is known.
    ``expect_s``: how long what is declared may be missing before that is an alarm.
    """

    confirm_looks: int = 2
    hold_s: float = 6.0
    together_s: float = 3.0
    fold_s: float = 30.0
    recover_s: float = 60.0
    stale_s: float = 15.0
    blind_s: float = 180.0
    expect_s: float = 60.0
    flap: FlapPolicy = field(default_factory=FlapPolicy)
