"""Laws of availability: parts sum to the whole; splitting a period gives the same sum; to the microsecond."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from simnet import START

from jbnet.monitor.availability import Account, spent, total
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.hours import Hours, Interval, parse
from jbnet.monitor.spells import Loss, Spell, SpellKind

SECOND = st.integers(-5000, 200_000)
CAUSES = [CauseId(CauseKind.CIRCUIT, "up1"), CauseId(CauseKind.DEVICE, "r1"), None]
HOURS = st.sampled_from(
    [Hours(), Hours({"t1": parse("Mo-Fr 08:30-12:00,14:30-18:00; Sa 09:00-12:00")}, offset_min=480)]
)
OF = st.integers(1, 5)


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


@st.composite
def spells(draw: st.DrawFn) -> list[Spell]:
    found = []
    for number in range(draw(st.integers(0, 8))):
        begins = draw(SECOND)
        ends = draw(st.one_of(st.none(), st.integers(begins, 200_000)))
        kind = draw(st.sampled_from([SpellKind.SITE, SpellKind.MONITOR]))
        loss = Loss.UNKNOWN if kind is SpellKind.MONITOR else draw(st.sampled_from(list(Loss)))
        sites, cause = draw(OF), draw(st.sampled_from(CAUSES))
        ended = None if ends is None else at(ends)
        found.append(Spell(kind, "t1", loss, at(begins), ended, str(number), cause, sites))
    return found


def counted(hours: Hours, begins: int, ends: int) -> list[Interval]:
    return list(hours.open_between("t1", at(begins), at(ends)))


@given(HOURS, spells(), SECOND, SECOND, OF)
@settings(max_examples=200, deadline=None)
def test_parts_sum_to_the_whole(hours: Hours, lost: list[Spell], one: int, two: int, of: int) -> None:
    spans = counted(hours, min(one, two), max(one, two))
    found = spent(spans, lost, of)
    assert found.due == of * sum((end - begin for begin, end in spans), timedelta())
    assert sum(found.charged.values(), timedelta()) == found.down
    assert min(found.up, found.down, found.maintenance, found.unknown) >= timedelta()


@given(HOURS, spells(), SECOND, SECOND, SECOND, OF)
@settings(max_examples=200, deadline=None)
def test_a_period_that_is_split_anywhere_gives_the_same_sum(
    hours: Hours, lost: list[Spell], one: int, two: int, three: int, of: int
) -> None:
    begins, middle, ends = sorted((one, two, three))
    whole = spent(counted(hours, begins, ends), lost, of)
    halves = total([spent(counted(hours, begins, middle), lost, of), spent(counted(hours, middle, ends), lost, of)])
    assert halves == whole


@given(spells(), SECOND, SECOND)
@settings(max_examples=100, deadline=None)
def test_a_moment_belongs_to_what_the_definition_says(lost: list[Spell], one: int, two: int) -> None:
    begins, ends = min(one, two), max(one, two)
    found = spent([(at(begins), at(ends))], lost)
    expected = Account()
    edges = {begins, ends}
    for spell in lost:
        for edge in (spell.begins, spell.ends):
            if edge is not None:
                second = int((edge - START).total_seconds())
                edges |= {second} if begins < second < ends else set()
    ordered = sorted(edges)
    for first, last in zip(ordered, ordered[1:], strict=False):
        losses = {s.loss for s in lost if s.begins <= at(first) and (s.ends is None or s.ends >= at(last))}
        length = timedelta(seconds=last - first)
        if Loss.UNKNOWN in losses:
            expected += Account(unknown=length)
        elif Loss.MAINTENANCE in losses:
            expected += Account(maintenance=length)
        else:
            expected += Account(down=length) if Loss.DOWN in losses else Account(up=length)
    assert (found.up, found.down) == (expected.up, expected.down)
    assert (found.maintenance, found.unknown) == (expected.maintenance, expected.unknown)


@given(spells(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_spells_means_nothing(lost: list[Spell], random) -> None:  # type: ignore[no-untyped-def]  # hypothesis' own
    spans = counted(Hours(), 0, 100_000)
    assert spent(spans, random.sample(lost, len(lost)), 3) == spent(spans, lost, 3)
