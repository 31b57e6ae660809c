"""From counters to rates. A difference that cannot be trusted gives no rate: never 0, never a spike."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.snmp.mibs import InterfaceRow, System

COUNTER64 = 2**64
COUNTER32 = 2**32
TICKS_PER_SECOND = 100
"""sysUpTime counts hundredths of a second in 32 bits: it wraps after 497 days (RFC 3418)."""

MAX_BPS = 1.6e12
"""No interface is faster (1.6 Tbit/s): a rate above it is a counter that was reset, not traffic."""

_WRAP_SLACK_S = 60.0
_DISAGREE_S, _DISAGREE = 5.0, 0.2
"""By so many seconds, or such a share of the time, an agent's clock and ours may disagree: answers are on the way."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Traffic of an interface in bit/s, each way; None: unknown."""

    in_bps: float | None = None
    out_bps: float | None = None


UNKNOWN = Rate()


def counter_rate(
    before: int | None, after: int | None, seconds: float, *, modulus: int = COUNTER64, max_bps: float = MAX_BPS
) -> float | None:
    """Return bit/s from two readings of an octet counter, or None when the difference means nothing.

    A counter that went backwards has wrapped only if the rate that this gives is possible; otherwise it was
    reset. A counter that could have wrapped more than once in the time between the readings says nothing.
    """
    if before is None or after is None or seconds <= 0 or modulus * 8 / seconds < max_bps:
        return None
    rate = ((after - before) % modulus) * 8 / seconds
    return rate if rate <= max_bps else None


def events_rate(
    before: tuple[int | None, ...], after: tuple[int | None, ...], seconds: float, modulus: int = COUNTER32
) -> float | None:
    """Return the events a second that some counters have counted together, None where one of them says nothing.

    They count what is rare: one that fell by more than half of its range was set back, and has not wrapped.
    """
    if seconds <= 0:
        return None
    total = 0
    for old, new in zip(before, after, strict=True):
        if old is None or new is None:
            return None
        counted = (new - old) % modulus
        if counted > modulus // 2:
            return None
        total += counted
    return total / seconds


def restarted(before: System | None, after: System | None, seconds: float) -> bool:
    """Say whether the agent restarted between two readings that lie ``seconds`` apart.

    snmpEngineBoots and snmpEngineTime (RFC 3411) tell a restart from a wrap of sysUpTime; without them a
    sysUpTime that went backwards is a wrap only if it was about to.
    """
    if before is None or after is None:
        return False
    if before.engine_boots is not None and after.engine_boots is not None:
        if before.engine_boots != after.engine_boots:
            return True
        if before.engine_time is not None and after.engine_time is not None:
            return after.engine_time < before.engine_time
    if before.uptime is None or after.uptime is None or after.uptime >= before.uptime:
        return False
    return before.uptime + (seconds + _WRAP_SLACK_S) * TICKS_PER_SECOND < COUNTER32


def continuous(before: System | None, after: System | None, seconds: float) -> bool:
    """Say whether counters read ``seconds`` apart may be compared: no restart, and both clocks agree on the time.

    An agent whose own clock went much less far than ours was restarted in between and has been up for longer since
    than it was before; or ours was stepped, and then a rate would be of a time that did not pass.
    """
    if restarted(before, after, seconds):
        return False
    passed = _passed(before, after)
    return passed is None or abs(passed - seconds) <= max(_DISAGREE_S, seconds * _DISAGREE)


def _passed(before: System | None, after: System | None) -> float | None:
    """Return how many seconds went by according to the agent, None where it does not say."""
    if before is None or after is None:
        return None
    if before.engine_time is not None and after.engine_time is not None:
        return float(after.engine_time - before.engine_time)
    return agent_seconds(before, after)


def agent_seconds(before: System | None, after: System | None) -> float | None:
    """Return how many seconds, to the hundredth, sysUpTime (RFC 3418) went on between two readings; None: not told."""
    if before is None or after is None or before.uptime is None or after.uptime is None:
        return None
    return (after.uptime - before.uptime) % COUNTER32 / TICKS_PER_SECOND


def interface_rate(before: InterfaceRow, after: InterfaceRow, seconds: float, *, agent_restarted: bool) -> Rate:
    """Return the traffic between two readings of ifHCInOctets and ifHCOutOctets (RFC 2863).

    Unknown after a restart of the agent, a change of ifCounterDiscontinuityTime, or a new ifIndex.
    """
    broken = before.discontinuity != after.discontinuity or before.index != after.index
    if agent_restarted or broken:
        return UNKNOWN
    return Rate(
        counter_rate(before.in_octets, after.in_octets, seconds),
        counter_rate(before.out_octets, after.out_octets, seconds),
    )
