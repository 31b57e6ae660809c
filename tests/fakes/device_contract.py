"""What must hold for every DeviceSession, the fake and the real driver alike: inherit it and say how to get one."""

from __future__ import annotations

from typing import Protocol

import pytest

from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.ports import DeviceSession


class Bench(Protocol):
    """A device on the bench: sessions with it, and what happens to it apart from them."""

    def session(self) -> DeviceSession:
        """Return a new session, not logged in."""

    def by_hand(self, *lines: str) -> None:
        """Type lines into the router at its console."""

    def running(self) -> str:
        """Return what runs, read at the console."""

    def lapse(self) -> None:
        """Wait until a timer of 2 seconds has run out and done its work."""


class DeviceSessionContract:
    """The laws. A subclass gives the fixture ``bench``, and the words of its platform (here: FRR's)."""

    end = "end\n"
    header = "frr version"
    route = "ip route 192.0.2.0/24 blackhole"
    other_route = "ip route 192.0.2.128/25 blackhole"
    port = "interface lan1"
    port_line = "bandwidth 77"

    @staticmethod
    def opened(bench: Bench) -> DeviceSession:
        session = bench.session()
        session.open()
        return session

    def loaded(self, bench: Bench) -> DeviceSession:
        """Log in, and load what runs with one more route."""
        session = self.opened(bench)
        running = session.get_config("running")["running"]
        session.load_replace_candidate(config=running.removesuffix(self.end) + f"{self.route}\n{self.end}")
        return session

    def test_what_runs_compared_with_itself_is_nothing(self, bench: Bench) -> None:
        session = self.opened(bench)
        session.load_replace_candidate(config=session.get_config("running")["running"])
        assert session.compare_config() == ""

    def test_a_candidate_without_the_lines_every_configuration_starts_with_compares_equal(self, bench: Bench) -> None:
        session = self.opened(bench)
        lines = session.get_config("running")["running"].splitlines()
        session.load_replace_candidate(config="\n".join(line for line in lines if not line.startswith(self.header)))
        assert session.compare_config() == ""

    def test_a_line_added_is_the_one_line_of_the_comparison(self, bench: Bench) -> None:
        assert self.loaded(bench).compare_config() == f"+ {self.route}"

    def test_a_line_typed_by_hand_is_exactly_what_the_next_comparison_removes(self, bench: Bench) -> None:
        session = self.opened(bench)
        intended = session.get_config("running")["running"]
        bench.by_hand(self.other_route)
        session.load_replace_candidate(config=intended)
        assert session.compare_config() == f"- {self.other_route}"

    def test_a_line_typed_into_an_interface_is_shown_within_it(self, bench: Bench) -> None:
        session = self.opened(bench)
        intended = session.get_config("running")["running"]
        bench.by_hand(self.port, f" {self.port_line}")
        session.load_replace_candidate(config=intended)
        assert session.compare_config() == f"  {self.port}\n-  {self.port_line}"

    def test_after_a_commit_nothing_is_left_to_do_and_it_waits_to_be_confirmed(self, bench: Bench) -> None:
        session = self.loaded(bench)
        candidate = session.get_config("candidate")["candidate"]
        session.commit_config(revert_in=60)
        session.load_replace_candidate(config=candidate)
        assert session.compare_config() == ""
        assert session.has_pending_commit()
        session.rollback()

    def test_what_is_confirmed_is_also_saved_and_stays(self, bench: Bench) -> None:
        session = self.loaded(bench)
        session.commit_config(message="wave 1", revert_in=60)
        session.confirm_commit()
        config = session.get_config()
        assert config["running"] == config["startup"]
        assert self.route in config["running"]
        assert not session.has_pending_commit()

    def test_a_commit_without_a_timer_is_saved_at_once(self, bench: Bench) -> None:
        session = self.loaded(bench)
        session.commit_config()
        config = session.get_config()
        assert config["running"] == config["startup"]
        assert not session.has_pending_commit()

    def test_unconfirmed_nothing_is_saved_and_the_device_goes_back_by_itself(self, bench: Bench) -> None:
        before = bench.running()
        session = self.loaded(bench)
        startup = session.get_config()["startup"]
        session.commit_config(revert_in=2)
        assert session.get_config()["startup"] == startup
        session.close()
        bench.lapse()
        assert bench.running() == before

    def test_a_commit_that_went_back_cannot_be_confirmed(self, bench: Bench) -> None:
        session = self.loaded(bench)
        session.commit_config(revert_in=2)
        bench.lapse()
        with pytest.raises(CommandFailed, match="could not be confirmed"):
            session.confirm_commit()

    def test_another_session_can_confirm(self, bench: Bench) -> None:
        self.loaded(bench).commit_config(revert_in=60)
        other = self.opened(bench)
        assert other.has_pending_commit()
        other.confirm_commit()
        assert self.route in bench.running()

    def test_a_second_commit_is_refused_while_one_waits(self, bench: Bench) -> None:
        self.loaded(bench).commit_config(revert_in=60)
        other = self.loaded(bench)
        with pytest.raises(CommandFailed, match="takes no commit now"):
            other.commit_config(revert_in=60)
        other.rollback()

    def test_rolling_back_gives_what_ran_and_what_was_saved(self, bench: Bench) -> None:
        bench.by_hand(self.port, " description typed by hand")
        before = bench.running()
        session = self.loaded(bench)
        startup = session.get_config()["startup"]
        session.commit_config(revert_in=60)
        session.rollback()
        assert bench.running() == before
        assert session.get_config()["startup"] == startup
        assert not session.has_pending_commit()

    def test_a_confirmed_commit_can_be_rolled_back_too(self, bench: Bench) -> None:
        before = bench.running()
        session = self.loaded(bench)
        session.commit_config(revert_in=60)
        session.confirm_commit()
        session.rollback()
        assert bench.running() == before

    def test_a_discarded_candidate_changes_nothing(self, bench: Bench) -> None:
        before = bench.running()
        session = self.loaded(bench)
        session.discard_config()
        assert session.compare_config() == ""
        with pytest.raises(CommandFailed, match="no candidate"):
            session.commit_config()
        assert bench.running() == before

    def test_a_session_that_is_not_open_is_unreachable(self, bench: Bench) -> None:
        with pytest.raises(Unreachable, match="not open"):
            bench.session().get_config()
