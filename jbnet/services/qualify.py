"""Qualifying a platform on real hardware: every promise of its driver, tried on one router, with a transcript.

The reading part changes nothing. The trial part adds one discard route to an address of documentation (RFC 5737) and
takes it away again, four ways: by roll-back, by the device's own timer, after a confirmation by another session, and
by replacing the whole configuration with what ran before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jbnet.model.errors import CommandFailed, JbnetError, Unreachable
from jbnet.model.text import Text, text
from jbnet.ports import Clock, DeviceSession

REVERT_S = 60
PATIENCE_S = 900.0
"""A router of VRP5 restarts when its timer runs out."""
POLL_S = 10.0


class Qualifiable(DeviceSession, Protocol):
    """What is tried: the session that services use, NAPALM's getters, and a harmless line of its platform."""

    probe: str
    """A discard route for 192.0.2.1, as the device shows it."""

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load lines to add."""

    def get_interfaces(self) -> Mapping[str, object]:
        """Return the interfaces."""

    def get_interfaces_ip(self) -> Mapping[str, object]:
        """Return the addresses."""

    def get_interfaces_counters(self) -> Mapping[str, object]:
        """Return the counters."""

    def get_lldp_neighbors(self) -> Mapping[str, object]:
        """Return the neighbours."""

    def get_bgp_neighbors(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the sessions."""

    def get_arp_table(self) -> Sequence[object]:
        """Return the link addresses."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One step of the transcript. ``said`` is what was seen, without secrets: counts, not configurations."""

    step: Text
    ok: bool
    said: str
    seconds: float


class Qualification:
    """Tries one device. ``open_session`` gives a new session, not logged in; ``report`` hears each outcome."""

    def __init__(
        self, open_session: Callable[[], Qualifiable], clock: Clock, report: Callable[[Outcome], None]
    ) -> None:
        self._open_session, self.clock, self._report = open_session, clock, report

    def run(self, *, trial: bool) -> tuple[Outcome, ...]:
        """Read, and with ``trial`` also change. After a step that failed no further one that changes is tried.

        Raises what ``open`` raises where nobody gets in at all.
        """
        outcomes: list[Outcome] = []
        steps = [*self._reading(), *(self._changing() if trial else ())]
        for step, changes, act in steps:
            if changes and any(not outcome.ok for outcome in outcomes):
                break
            outcomes.append(self._tried(step, act, first=not outcomes))
        return tuple(outcomes)

    def _tried(self, step: Text, act: Callable[[Qualifiable], str], *, first: bool) -> Outcome:
        begun = self.clock.monotonic()
        session = self._open_session()
        entered = False
        try:
            session.open()
            entered = True
            ok, said = True, act(session)
        except JbnetError as error:
            if first and not entered:
                raise
            ok, said = False, str(error)
        finally:
            session.close()
        outcome = Outcome(step, ok, said, round(self.clock.monotonic() - begun, 2))
        self._report(outcome)
        return outcome

    def _reading(self) -> Iterator[tuple[Text, bool, Callable[[Qualifiable], str]]]:
        yield text("facts"), False, _facts
        yield text("what runs and what is saved, whole"), False, _configurations
        yield text("what runs compared with itself is nothing"), False, _compared
        for name, ask in _GETTERS.items():
            yield text("read: {name}", name=name), False, ask

    def _changing(self) -> Iterator[tuple[Text, bool, Callable[[Qualifiable], str]]]:
        yield text("a trial runs, is seen by another session, and is rolled back"), True, self._rolled_back
        yield text("a trial that nobody confirms goes back by itself"), True, self._lapsed
        yield text("another session confirms; it is saved, and replaced by what ran before"), True, self._confirmed

    def _begin(self, session: Qualifiable) -> None:
        session.load_merge_candidate(config=session.probe)
        if session.compare_config() != f"+ {session.probe}":
            raise CommandFailed("the comparison is not the one line: {said}", said=session.compare_config())
        session.commit_config("jbnet qualify", revert_in=REVERT_S)
        _see(session, runs=True, pending=True)

    def _rolled_back(self, session: Qualifiable) -> str:
        self._begin(session)
        self._seen_by_another(lambda other: _see(other, runs=True, pending=True))
        session.rollback()
        return _see(session, runs=False, pending=False)

    def _lapsed(self, session: Qualifiable) -> str:
        self._begin(session)
        session.close()
        end = self.clock.monotonic() + PATIENCE_S
        self.clock.sleep(REVERT_S)
        while True:
            try:
                return self._seen_by_another(lambda other: _see(other, runs=False, pending=False))
            except (CommandFailed, Unreachable):
                if self.clock.monotonic() >= end:
                    raise
                self.clock.sleep(POLL_S)

    def _confirmed(self, session: Qualifiable) -> str:
        before = session.get_config("running")["running"]
        self._begin(session)
        self._seen_by_another(lambda other: other.confirm_commit())
        _see(session, runs=True, pending=False)
        if session.probe not in session.get_config("startup")["startup"]:
            raise CommandFailed("what was confirmed is not saved")
        session.load_replace_candidate(config=before)
        session.commit_config("jbnet qualify")
        return _see(session, runs=False, pending=False)

    def _seen_by_another(self, act: Callable[[Qualifiable], str | None]) -> str:
        other = self._open_session()
        try:
            other.open()
            return act(other) or ""
        finally:
            other.close()


def _runs(session: Qualifiable) -> bool:
    return session.probe in session.get_config("running")["running"]


def _see(session: Qualifiable, *, runs: bool, pending: bool) -> str:
    """See that the probe runs or not, and that a timer runs or not. Raises CommandFailed."""
    seen = (_runs(session), session.has_pending_commit())
    if seen != (runs, pending):
        raise CommandFailed(
            "seen: the line runs: {runs}, a timer runs: {pending}; expected: {expected_runs}, {expected_pending}",
            runs=seen[0], pending=seen[1], expected_runs=runs, expected_pending=pending,
        )  # fmt: skip
    return f"runs={runs} pending={pending}"


def _facts(session: Qualifiable) -> str:
    facts = session.get_facts()
    return " ".join(str(facts.get(name, "")) for name in ("vendor", "model", "os_version"))


def _configurations(session: Qualifiable) -> str:
    config = session.get_config()
    if not config["running"].strip():
        raise CommandFailed("what runs is empty")
    return f"running={len(config['running'].splitlines())} startup={len(config['startup'].splitlines())}"


def _compared(session: Qualifiable) -> str:
    session.load_replace_candidate(config=session.get_config("running")["running"])
    if said := session.compare_config():
        raise CommandFailed("the comparison is not empty: {said}", said=said)
    return "0"


_GETTERS: Mapping[str, Callable[[Qualifiable], str]] = {
    "interfaces": lambda it: str(len(it.get_interfaces())),
    "addresses": lambda it: str(len(it.get_interfaces_ip())),
    "counters": lambda it: str(len(it.get_interfaces_counters())),
    "LLDP": lambda it: str(len(it.get_lldp_neighbors())),
    "ARP": lambda it: str(len(it.get_arp_table())),
    "OSPF": lambda it: str(len(it.get_ospf_neighbors())),
    "BGP": lambda it: str(sum(len(vrf["peers"]) for vrf in it.get_bgp_neighbors().values())),
}
