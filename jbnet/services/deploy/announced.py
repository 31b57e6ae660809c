"""What a wave touches, announced to the monitor while the wave lasts: what is down there meanwhile is no incident."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from jbnet.change.model import Plan, Wave
from jbnet.model.errors import JbnetError
from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.ports import Progress
from jbnet.services.deploy.desk import Desk


@contextmanager
def announced(plan: Plan, wave: Wave, desk: Desk, seconds: float) -> Iterator[None]:
    """Have a maintenance window over the devices of a wave during the ``with``.

    It is closed with the wave, and ends by itself after ``seconds`` where this process is killed. A monitor that cannot
    be told costs an alarm that somebody has to look at, not the change: that is reported as ``apply.unannounced``.
    """
    begins = desk.clock.now()
    window = Maintenance(
        id=f"change:{plan.hash[:12]}:{wave.number}:{int(begins.timestamp())}",
        opener=Opener.CHANGE,
        begins=begins,
        ends=begins + timedelta(seconds=seconds),
        devices=frozenset(wave.devices),
        reason=f"jbnet apply {plan.hash[:12]}",
        who=desk.owner,
        registered=begins,
        work=plan.hash[:12],
    )
    _tell(desk, window)
    try:
        yield
    finally:
        _tell(desk, replace(window, ended=desk.clock.now()))


def _tell(desk: Desk, window: Maintenance) -> None:
    if desk.windows is None:
        return
    try:
        desk.windows.register(window)
    except (JbnetError, OSError) as error:
        desk.reporter.report(Progress("apply.unannounced", window.id, {"reason": str(error)}))
