"""Sessions of BFD as states: lost over a line that is up is an alarm, and says nothing of what never was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from networks import small
from watching import Watching

from jbnet.monitor.codec import pack_sample, pack_state, unpack_sample, unpack_state
from jbnet.monitor.samples import Sample
from jbnet.monitor.state import Subject, SubjectKind
from jbnet.snmp.bfd import BfdSession

CIRCUIT = "chengdong-up1"


class Bfd(Watching):
    """chengdong-r1 has a session with the far end of its line."""

    @property
    def far(self) -> str:
        return self.net.plant.lines[CIRCUIT].z.neighbour or ""

    def seconds(self, count: int, *sessions: BfdSession) -> list[str]:
        """Play so many rounds; BFD is read every tenth second. Return the root causes of what is open."""
        for number in range(count):
            self.time += timedelta(seconds=1)
            look = self.net.look(self.time)
            given = sessions if number % 10 == 0 else None
            self.play((tuple(replace(s, bfd=given) if s.device == "chengdong-r1" else s for s in look),))
        return [incident.root_cause.name for incident in self.open]

    def session(self, *, up: bool | None) -> BfdSession:
        return BfdSession(self.far, up)


@pytest.fixture
def watch() -> Bfd:
    return Bfd(small())


def test_a_session_that_is_lost_over_a_line_that_is_up_is_an_alarm_until_it_is_back(watch: Bfd) -> None:
    assert watch.seconds(20, watch.session(up=True)) == []
    assert watch.seconds(100, watch.session(up=False)) == [f"bfd-missing {CIRCUIT}"]
    assert watch.seconds(100, watch.session(up=True)) == []


def test_a_session_that_is_no_longer_listed_is_lost(watch: Bfd) -> None:
    watch.seconds(20, watch.session(up=True))
    assert watch.seconds(100) == [f"bfd-missing {CIRCUIT}"]


def test_a_session_that_never_was_up_says_nothing(watch: Bfd) -> None:
    assert watch.seconds(120, watch.session(up=False)) == []


def test_a_state_that_nobody_knows_leaves_it_as_it_was(watch: Bfd) -> None:
    watch.seconds(20, watch.session(up=True))
    assert watch.seconds(120, watch.session(up=None)) == []
    assert watch.book.states["chengdong-r1"].bfd[watch.far].up


def test_a_line_that_is_down_has_one_incident_and_no_second_one_for_its_session(watch: Bfd) -> None:
    watch.seconds(20, watch.session(up=True))
    watch.net.cut.add(CIRCUIT)
    assert watch.seconds(120, watch.session(up=False)) == [CIRCUIT]


def test_its_going_and_coming_are_events(watch: Bfd) -> None:
    watch.seconds(10, watch.session(up=True))
    words = []
    for up in (False, False, True):
        watch.seconds(1, watch.session(up=up))
        assert watch.last is not None
        words += [(e.event, e.subject) for e in watch.last.events if e.subject.kind is SubjectKind.BFD]
    subject = Subject(SubjectKind.BFD, "chengdong-r1", watch.far)
    assert words == [("down", subject), ("up", subject)]


def test_samples_and_states_with_sessions_come_back_exactly(watch: Bfd) -> None:
    watch.seconds(10, watch.session(up=True), BfdSession("10.9.9.9", None))
    sample = next(s for r in watch.rounds for look in r.looks for s in look if s.bfd)
    back: Sample = unpack_sample(sample.device, sample.time, pack_sample(sample))
    assert back == sample
    state = watch.book.states["chengdong-r1"]
    assert unpack_state("chengdong-r1", pack_state(state), None).bfd == state.bfd
