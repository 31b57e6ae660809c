"""Laws of targets: parts sum to the whole, worse service is never judged better, and what is owed follows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from jbnet.monitor.availability import Account
from jbnet.monitor.targets import Target, Tier, Verdict, judge, proven, worst

MONTH = timedelta(days=30)
TIME = st.integers(0, 30 * 86400).map(lambda second: timedelta(seconds=second))
SHARE = st.integers(1, 1000).map(lambda share: Fraction(share, 1000))
ORDER = [Verdict.MISSED, Verdict.UNKNOWN, Verdict.MET]
COST = st.integers(0, 100_000)


@st.composite
def targets(draw: st.DrawFn) -> Target:
    wanted = draw(SHARE)
    tiers = draw(st.lists(st.tuples(SHARE, SHARE, st.integers(0, 5).map(Fraction)), max_size=4))
    made = tuple(Tier(min(below, wanted), part, times) for below, part, times in tiers)
    return Target("t", wanted, tiers=made, cap=draw(SHARE), most_unknown=draw(SHARE))


ACCOUNTS = st.builds(Account, TIME, TIME, TIME, TIME)


@given(ACCOUNTS, targets(), TIME, COST)
@settings(max_examples=300, deadline=None)
def test_more_lost_time_is_never_judged_better_nor_owed_less(
    account: Account, target: Target, more: timedelta, cost: int
) -> None:
    more = min(more, account.up)
    worse = Account(account.up - more, account.down + more, account.maintenance, account.unknown)
    before, after = judge(account, target, MONTH, cost), judge(worse, target, MONTH, cost)
    assert ORDER.index(after.verdict) <= ORDER.index(before.verdict)
    assert (after.over, before.left) >= (before.over, after.left)
    assert (after.owed is None) == (before.owed is None) == (not target.tiers)
    if after.owed is not None and before.owed is not None:
        assert after.owed >= before.owed


@given(ACCOUNTS, targets(), COST)
@settings(max_examples=300, deadline=None)
def test_money_is_owed_only_for_a_target_that_was_missed_and_never_more_than_its_cap(
    account: Account, target: Target, cost: int
) -> None:
    found = judge(account, target, MONTH, cost)
    assert found.over * found.left.total_seconds() == timedelta()
    if found.owed:
        assert found.verdict is Verdict.MISSED
        assert found.owed <= Decimal(cost)
        assert Fraction(found.owed) <= target.cap * cost + Fraction(1, 100)


@given(ACCOUNTS, targets())
@settings(max_examples=300, deadline=None)
def test_a_verdict_holds_whatever_the_unseen_time_was(account: Account, target: Target) -> None:
    """Missed: missed in the best case. Met without doubt: met in the worst. Over is what even the best case lost."""
    verdict = judge(account, target, MONTH).verdict
    best = Account(account.up + account.unknown, account.down, account.maintenance)
    worst_case = Account(account.up, account.down + account.unknown, account.maintenance)
    assert (verdict is Verdict.MISSED) == (judge(best, target, MONTH).verdict is Verdict.MISSED)
    assert proven(best) == proven(account)
    if judge(worst_case, target, MONTH).verdict is Verdict.MET:
        assert verdict is Verdict.MET


@given(st.lists(ACCOUNTS, min_size=1, max_size=5), targets())
@settings(max_examples=200, deadline=None)
def test_what_parts_lost_beyond_their_targets_is_no_less_than_what_the_whole_did(
    accounts: list[Account], target: Target
) -> None:
    """A month that is split, or sites that are added up: the good part never pays for the bad one."""
    whole = sum(accounts[1:], accounts[0])
    parts = [judge(account, target, MONTH) for account in accounts]
    over = sum((part.over for part in parts), timedelta())
    slack = timedelta(microseconds=len(parts))  # each allowance is a whole number of microseconds
    assert over + slack >= judge(whole, target, MONTH).over
    if worst(frozenset(part.verdict for part in parts)) is Verdict.MET and all(not a.unknown for a in accounts):
        assert judge(whole, target, MONTH).verdict is Verdict.MET


@given(ACCOUNTS, TIME, SHARE, COST)
@settings(max_examples=200, deadline=None)
def test_what_is_owed_pro_rata_is_the_same_for_a_month_and_for_its_parts(
    account: Account, first: timedelta, wanted: Fraction, cost: int
) -> None:
    target = Target("t", wanted, tiers=(Tier(wanted, times=Fraction(1)),), cap=Fraction(1000))
    down = min(first, account.down)
    one, two = Account(down=down), Account(down=account.down - down)
    whole = judge(Account(down=account.down), target, MONTH, cost).owed
    parts = [judge(part, target, MONTH, cost).owed for part in (one, two)]
    assert whole is not None
    assert None not in parts
    assert abs(whole - sum(part for part in parts if part is not None)) <= Decimal("0.02")
