"""Availability against an oracle: random histories of a network, and each interval between two rounds by itself.

The oracle knows nothing of incidents and spells. It notes at every round which lines were seen cut and in which order,
who worked on them, who was closed and whether anybody looked, and adds up intervals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from networks import small
from simnet import START
from watching import Watching

from jbnet.monitor.calendar import Calendar
from jbnet.monitor.hours import Hours, parse
from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.monitor.rules import Rules
from jbnet.monitor.sla import By, Period, charged_to_levels, report

EVERY, CALM, BLIND = 10, 8, 400
"""Seconds between two rounds, rounds before anything happens, and seconds in which nobody looks."""
BEHIND = {
    "chengdong-up1": ("chengdong", "chengdong-t1", "chengdong-t2"),
    "chengdong-t1-up1": ("chengdong-t1",),
    "chengdong-t2-up1": ("chengdong-t2",),
}
"""Lines that are the only way to sites, and these sites."""
LEVELS = {"chengdong-up1": "county", "chengdong-t1-up1": "township", "chengdong-t2-up1": "township"}
HOURS = Hours({"chengdong-t2": parse("04:02-04:10")})
LINES, COUNTY = sorted(BEHIND), "chengdong-up1"
STEPS = st.lists(st.sampled_from([*LINES, *LINES, "wait", "wait", "blind"]), min_size=3, max_size=14)


@dataclass
class Oracle:
    """Seconds of sites by what they were, and of lost ones by the level whose line is to blame."""

    windows: Mapping[str, tuple[datetime, datetime]]
    cut: dict[str, tuple[int, bool | None]] = field(default_factory=dict)
    """Each cut line: how many were cut before it, and whether it is work that was announced.

    None: it was cut while all behind it were closed, and is nothing before the first of them should be there.
    """
    spent: Counter[tuple[str, str]] = field(default_factory=Counter)
    charged: Counter[tuple[str, str]] = field(default_factory=Counter)
    number: int = 0

    def look(self, lines: set[str], now: datetime) -> None:
        """Note what is seen cut at a round: behind a cut line nobody sees whether another one was cut or mended."""
        if COUNTY in lines:
            lines = {COUNTY} | {line for line in self.cut if line != COUNTY}
        self.cut = {line: found for line, found in self.cut.items() if line in lines}
        for line in sorted(lines):
            if line not in self.cut:
                self.number += 1
                self.cut[line] = self.number, None
            number, announced = self.cut[line]
            if announced is not None or any(HOURS.is_open(site, now) for site in BEHIND[line]):
                begins, ends = self.windows.get(line, (now, now))
                self.cut[line] = number, announced is not False and begins <= now < ends

    def lasts(self, site: str, begins: datetime, seconds: int, *, seen: bool) -> None:
        """Add up what a site was from one round to the next."""
        if not HOURS.is_open(site, begins):
            return
        blamed = min((cut for cut in self.cut.items() if site in BEHIND[cut[0]]), key=lambda c: c[1], default=None)
        if not seen:
            self.spent[site, "unknown"] += seconds
        elif blamed is None:
            self.spent[site, "up"] += seconds
        elif blamed[1][1]:
            self.spent[site, "maintenance"] += seconds
        else:
            self.spent[site, "down"] += seconds
            self.charged[site, LEVELS[blamed[0]]] += seconds


def lived(steps: list[str], windows: Mapping[str, tuple[datetime, datetime]]) -> tuple[Watching, Oracle]:
    """Watch a network through a history, and note it."""
    declared = tuple(
        Maintenance(f"declared:{line}", Opener.DECLARED, *span, circuits=frozenset({line}), reason="works")
        for line, span in windows.items()
    )
    watch, oracle = Watching(small(), calm=0, rules=Rules(Calendar(HOURS, declared))), Oracle(windows)
    for step in ["wait"] * CALM + steps + ["wait"]:
        seconds = BLIND if step == "blind" else EVERY
        before = watch.time
        if step in BEHIND:
            watch.net.cut ^= {step}
        watch.round(seconds=seconds)
        if watch.time > START + timedelta(seconds=EVERY):  # before the first round there is nothing to add up
            for moment in range(0, seconds, EVERY):
                for site in BEHIND["chengdong-up1"]:
                    oracle.lasts(site, before + timedelta(seconds=moment), EVERY, seen=seconds < BLIND)
        oracle.look(set(watch.net.cut), watch.time)
    return watch, oracle


@st.composite
def works(draw: st.DrawFn) -> dict[str, tuple[datetime, datetime]]:
    """Announced work on some of the lines."""
    found = {}
    for line in draw(st.sets(st.sampled_from(LINES), max_size=2)):
        first, length = draw(st.integers(CALM, 30)), draw(st.integers(1, 20))
        begins = START + timedelta(seconds=EVERY * first)
        found[line] = begins, begins + timedelta(seconds=EVERY * length)
    return found


def few(steps: list[str]) -> bool:
    """Say whether no line comes and goes so often that it flaps, and there is at most one blind spell."""
    return all(steps.count(line) <= 4 for line in LINES) and steps.count("blind") <= 1


CLOSED = START + timedelta(seconds=110), START + timedelta(seconds=130)
"""Work that begins when a line to a closed place is cut already, and lasts until the place is open."""


@given(STEPS.filter(few), works())
@example(["chengdong-t1-up1", "chengdong-t2-up1", "chengdong-t1-up1", "chengdong-t1-up1"], {"chengdong-t2-up1": CLOSED})
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_second_of_a_site_is_what_the_oracle_says_and_charged_to_the_level_that_it_blames(
    steps: list[str], windows: dict[str, tuple[datetime, datetime]]
) -> None:
    watch, oracle = lived(steps, windows)
    period = Period(START + timedelta(seconds=EVERY), watch.time, tuple(watch.spells.values()), watch.time)
    for line in report(watch.net.plant, HOURS, period, By.SITE):
        if line.name not in BEHIND["chengdong-up1"]:
            continue
        account = line.account
        parts = {name: getattr(account, name).total_seconds() for name in ("up", "down", "maintenance", "unknown")}
        assert parts == {name: oracle.spent[line.name, name] for name in parts}, line.name
        levels = charged_to_levels(watch.net.network, account)
        wanted = {level: oracle.charged[line.name, level] for level in ("county", "township")}
        assert {level: levels.get(level, timedelta()).total_seconds() for level in wanted} == wanted, line.name
