"""The drivers for VRP8, VRP5 and Comware 7 over real SSH: NAPALM's verbs, and what must hold when things go wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from cli_bench import NAME, CliBench, cli_bench
from cli_servers.comware import Comware
from cli_servers.console import Console
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8
from device_contract import Bench, DeviceSessionContract

from jbnet.adapters.commandline.driver import CommandLineDriver
from jbnet.model.errors import CommandFailed, Refused, Unreachable


@pytest.fixture(params=[Vrp8, Vrp5, Comware])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CliBench]:
    with cli_bench(request.param, tmp_path) as made:
        yield made


class CliContract(DeviceSessionContract):
    end = "#\n"
    header = "!Software"
    route = "ip route-static 192.0.2.0 255.255.255.0 NULL0"
    other_route = "ip route-static 192.0.2.128 255.255.255.128 NULL0"
    port = "interface GigabitEthernet0/1/1"
    port_line = "mtu 1400"


@pytest.mark.parametrize("bench", [Vrp8], indirect=True)
class TestTrialContract(CliContract):
    """VRP8: the timer is a trial run."""


@pytest.mark.parametrize("bench", [Comware], indirect=True)
class TestDelayContract(CliContract):
    """Comware: the timer is a commit delay. Static routes are shown with the length of their mask."""

    route = "ip route-static 192.0.2.0 24 NULL0"
    other_route = "ip route-static 192.0.2.128 25 NULL0"


@pytest.mark.parametrize("bench", [Vrp5], indirect=True)
class TestRestartContract(CliContract):
    """VRP5: the timer is a restart, which ends all sessions."""

    def test_a_commit_that_went_back_cannot_be_confirmed(self, bench: Bench) -> None:
        self.loaded(bench).commit_config(revert_in=2)
        bench.lapse()
        with pytest.raises(CommandFailed, match="could not be confirmed"):
            self.opened(bench).confirm_commit()

    def test_rolling_back_gives_what_ran_and_what_was_saved(self, bench: Bench) -> None:
        before = bench.running()  # saved: a restart brings back nothing else
        session = self.loaded(bench)
        startup = session.get_config()["startup"]
        session.commit_config(revert_in=60)
        session.rollback()
        assert bench.running() == before
        assert session.get_config()["startup"] == startup
        assert not session.has_pending_commit()


def changed(config: str) -> str:
    """Return a configuration with another MTU and another description."""
    return config.replace("description agency\n", "description agency office\n mtu 1400\n")


def delay_of(bench: CliBench) -> Comware:
    assert isinstance(bench.router, Comware)
    return bench.router


def committing(bench: CliBench, session: CommandLineDriver, config: str | None = None) -> None:
    """Commit what runs, changed, on a timer of 60 s."""
    session.load_replace_candidate(config=config or changed(session.get_config("running")["running"]))
    session.commit_config("a test", revert_in=60)


def test_a_line_refused_in_the_middle_leaves_everything_as_it_was(bench: CliBench) -> None:
    before = bench.running()
    bench.router.faults.refuse = "mtu 1400"
    with bench.opened() as session:
        with pytest.raises(CommandFailed, match=r"what ran before runs again.*mtu 1400"):
            committing(bench, session)
        assert session.sent[-1] == "mtu 1400"
        assert bench.running() == before
        assert not session.has_pending_commit()
        assert session.compare_config() != ""


@pytest.mark.parametrize("how", ["drop", "drop_after"])
def test_a_session_that_breaks_in_the_middle_is_known_up_to_its_last_line_and_taken_back(
    bench: CliBench, how: str
) -> None:
    before = bench.running()
    setattr(bench.router.faults, how, "mtu 1400")
    with bench.opened() as session:
        with pytest.raises((CommandFailed, Unreachable)):
            committing(bench, session)
        assert session.sent[-1] == "mtu 1400"
        assert bench.running() == before
    with bench.opened() as another:
        assert not another.has_pending_commit()


def test_a_change_that_cuts_its_own_path_goes_back_by_itself(bench: CliBench) -> None:
    before = bench.running()
    bench.router.faults.cut_by = "mtu 1400"
    with bench.opened() as session, pytest.raises(Unreachable):
        committing(bench, session)
    assert bench.running() != before
    with pytest.raises(Unreachable):
        bench.session().open()
    bench.lapse()
    assert bench.running() == before
    with bench.opened() as another:
        assert not another.has_pending_commit()


def test_a_question_nobody_expects_is_answered_with_no_and_told(bench: CliBench) -> None:
    before = bench.running()
    bench.router.faults.ask = "mtu 1400"
    with bench.opened() as session, pytest.raises(CommandFailed, match=r"what nobody expected: .*Continue"):
        committing(bench, session)
    assert bench.running() == before


def test_slow_pieces_with_prompts_in_them_are_read_whole(bench: CliBench) -> None:
    bench.by_hand("interface GigabitEthernet0/1/1", f" description <{bench.router.name}>")
    bench.by_hand("interface LoopBack0", f" description [{bench.router.name}]")
    with bench.opened() as session:
        whole = session.get_config("running")["running"]
        bench.router.faults.piece, bench.router.faults.pause = 7, 0.0005
        assert session.get_config("running")["running"] == whole
        assert f"description <{bench.router.name}>" in whole


def test_a_banner_that_looks_like_a_prompt_does_not_confuse_the_login(bench: CliBench) -> None:
    bench.router.faults.banner = f"Welcome to <{bench.router.name}>\n[Y/N] only authorised users [{bench.router.name}]"
    with bench.opened() as session:
        assert "sysname" in session.get_config("running")["running"]
        committing(bench, session)
        session.confirm_commit()
    assert "mtu 1400" in bench.running()


def test_a_device_that_says_nothing_is_given_up_at_the_time_limit(bench: CliBench) -> None:
    bench.router.faults.silent = "display saved"
    session = bench.session()
    session.timeout = 0.3
    session.open()
    with pytest.raises(Unreachable, match=r"did not end within 0\.3 s"):
        session.get_config("startup")
    assert session.is_alive() == {"is_alive": False}


def test_a_device_that_prints_without_end_is_cut_off_and_named(
    bench: CliBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jbnet.adapters.commandline.transcript.MOST_BYTES", 100_000)
    bench.router.faults.endless = "display saved"
    session = bench.session()
    session.timeout = 600
    session.open()
    with pytest.raises(Unreachable, match=rf"{NAME}: `display saved-configuration` printed more than 16 MiB"):
        session.get_config("startup")
    assert session.is_alive() == {"is_alive": False}


def test_the_time_limit_also_ends_a_device_that_goes_on_printing(bench: CliBench) -> None:
    bench.router.faults.endless = "display saved"
    bench.router.faults.piece, bench.router.faults.pause = 100, 0.01
    session = bench.session()
    session.timeout = 0.5
    session.open()
    with pytest.raises(Unreachable, match=r"did not end within 0\.5 s"):
        session.get_config("startup")


def test_letters_of_several_bytes_are_whole_wherever_an_answer_is_cut(bench: CliBench) -> None:
    line = f" description {'西宁市社会保险局' * 6}"
    bench.by_hand("interface GigabitEthernet0/1/1", line)
    bench.router.faults.piece = 64
    with bench.opened() as session:
        assert f"{line}\n" in session.get_config("running")["running"]


def test_paging_that_stays_on_is_paged_through(bench: CliBench) -> None:
    bench.by_hand(*(f"ip route-static 10.9.{n}.0 255.255.255.0 NULL0" for n in range(80)))
    bench.router.faults.refuse = "screen-length"
    with bench.opened() as session:
        running = session.get_config("running")["running"]
    assert all(f"10.9.{n}.0 " in running for n in range(80))


def test_binding_an_interface_to_a_vpn_instance_gives_its_address_again(bench: CliBench) -> None:
    with bench.opened() as session:
        config = session.get_config("running")["running"]
        bound = config.replace(" ip address 10.0.0.1", " ip binding vpn-instance agency\n ip address 10.0.0.1")
        committing(bench, session, bound)
        assert session.compare_config() == ""
        session.confirm_commit()
    assert " ip address 10.0.0.1 255.255.255.252" in bench.running()
    assert " ospf cost 10" in bench.running()


def test_lines_are_merged_into_what_runs_and_undo_takes_away(bench: CliBench) -> None:
    with bench.opened() as session:
        session.load_merge_candidate(config="interface GigabitEthernet0/1/1\n mtu 1400\n undo description\n")
        assert session.compare_config().splitlines() == [
            "  interface GigabitEthernet0/1/1", "-  description agency", "  interface GigabitEthernet0/1/1",
            "+  mtu 1400",
        ]  # fmt: skip
        session.commit_config()
    assert " mtu 1400" in bench.running()
    assert "description agency" not in bench.running()


def test_no_secret_is_in_a_comparison_an_error_or_a_sanitized_configuration(bench: CliBench) -> None:
    with bench.opened() as session:
        clean = session.get_config("running")["running"]
        secret = next(word for word in clean.split() if word.startswith("%^%#"))
        assert secret not in session.get_config("running", sanitized=True)["running"]
        session.load_replace_candidate(config=clean.replace("netops", "another").replace(secret, "N0t-shown"))
        assert "N0t-shown" not in session.compare_config()
        assert secret not in session.compare_config()
        bench.router.faults.refuse = "password"
        with pytest.raises(CommandFailed) as failure:
            session.commit_config(revert_in=60)
    assert "N0t-shown" not in str(failure.value)
    assert secret not in str(failure.value)


def test_a_secret_that_the_device_shows_encrypted_is_no_difference(bench: CliBench) -> None:
    with bench.opened() as session:
        config = session.get_config("running")["running"]
        secret = next(word for word in config.split() if word.startswith("%^%#"))
        session.load_replace_candidate(config=config.replace(secret, "a-Password-1"))
        assert session.compare_config() == ""


def test_a_secret_that_stands_by_its_name_is_never_typed(bench: CliBench) -> None:
    with bench.opened() as session:
        config = session.get_config("running")["running"]
        unchanged = config.replace(
            next(w for w in config.split() if w.startswith(("%^%#", "$h$"))), "<secret:user-netops>"
        )
        session.load_replace_candidate(config=unchanged)
        assert session.compare_config() == ""
        session.load_replace_candidate(config=f"{unchanged}\nsnmp-agent community write cipher <secret:community>\n")
        with pytest.raises(CommandFailed, match="by name in the candidate: community"):
            session.commit_config(revert_in=60)
    assert not any("<secret" in line for line in bench.router.typed)


def test_another_host_key_than_the_known_one_is_refused(bench: CliBench) -> None:
    key = paramiko.ECDSAKey.generate()
    bench.known_hosts.write_text(f"{NAME} {key.get_name()} {key.get_base64()}\n")
    with pytest.raises(Refused, match="is not"):
        bench.session().open()


def test_a_key_logs_in_and_a_wrong_password_does_not(bench: CliBench, tmp_path: Path) -> None:
    key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(tmp_path / "key"))
    bench.router.keys.add(("netops", key.get_base64()))
    with bench.opened(key_file=tmp_path / "key") as session:
        assert session.is_alive() == {"is_alive": True}
    bench.router.passwords["netops"] = "changed"
    with pytest.raises(Unreachable, match="does not let netops in"):
        bench.session().open()


@pytest.mark.parametrize("bench", [Vrp8], indirect=True)
class TestVrp8:
    def test_nothing_runs_where_the_candidate_would_not_be_what_was_planned(self, bench: CliBench) -> None:
        before = bench.running()
        with bench.opened() as session:
            session.load_replace_candidate(
                config=session.get_config("running")["running"] + "acl number 3001\n step 5\n"
            )
            bench.router.faults.ask = ""
            bench.by_hand("interface GigabitEthernet0/1/1", " mtu 9000")
            session._running = lambda: before  # what was read is no longer what runs
            with pytest.raises(CommandFailed, match="not what was planned"):
                session.commit_config(revert_in=60)
        assert "acl number 3001" not in bench.running()

    def test_a_refused_commit_changes_nothing(self, bench: CliBench) -> None:
        before = bench.running()
        bench.router.faults.refuse_commit = "mtu 1400"
        with bench.opened() as session:
            with pytest.raises(CommandFailed, match="what ran before runs again"):
                committing(bench, session)
            assert bench.running() == before
            committing(bench, session, changed(session.get_config("running")["running"]).replace("1400", "1300"))

    def test_somebody_elses_trial_is_seen_and_neither_confirmed_nor_ended(self, bench: CliBench) -> None:
        Console(bench.router).type("system-view", "sysname other", "commit trial 600 persist theirs")
        with bench.opened() as session:
            assert session.has_pending_commit()
            for act in (session.confirm_commit, session.rollback):
                with pytest.raises(CommandFailed, match="somebody else"):
                    act()
            assert session.has_pending_commit()

    def test_short_timers_become_the_shortest_trial_and_messages_are_cut(self, bench: CliBench) -> None:
        with bench.opened() as session:
            session.load_replace_candidate(config=changed(session.get_config("running")["running"]))
            session.commit_config("变更 " + "x" * 80, revert_in=2)
        command = next(line for line in bench.router.typed if line.startswith("commit trial"))
        assert re.fullmatch(r"commit trial 60 persist jbnet-\w{8} description \? x{58}", command)


@pytest.mark.parametrize("bench", [Vrp5], indirect=True)
class TestVrp5:
    def test_a_timer_is_refused_where_the_restart_was_not_allowed(self, bench: CliBench) -> None:
        with bench.opened(reboot_timer=False) as session, pytest.raises(Refused, match="only timer is a restart"):
            committing(bench, session)
        assert "mtu 1400" not in bench.running()

    def test_a_restart_is_refused_where_it_would_not_bring_back_what_runs(self, bench: CliBench) -> None:
        bench.by_hand("interface GigabitEthernet0/1/1", " mtu 1300")
        with bench.opened() as session:
            session.load_merge_candidate(config="lldp enable")
            with pytest.raises(Refused, match="not what is saved"):
                session.commit_config(revert_in=60)

    def test_a_restart_is_refused_for_a_change_of_the_clock(self, bench: CliBench) -> None:
        with bench.opened() as session:
            session.load_merge_candidate(config="clock timezone BJ add 08:00:00")
            with pytest.raises(Refused, match="touches the clock"):
                session.commit_config(revert_in=60)

    def test_after_the_confirmation_no_restart_is_planned(self, bench: CliBench) -> None:
        with bench.opened() as session:
            committing(bench, session)
            session.confirm_commit()
        bench.router.wait(100_000)
        assert "mtu 1400" in bench.running()

    def test_without_a_timer_a_change_is_made_and_can_be_rolled_back_by_the_same_session(self, bench: CliBench) -> None:
        before = bench.running()
        with bench.opened(reboot_timer=False) as session:
            session.load_merge_candidate(config="lldp enable")
            session.commit_config()
            session.rollback()
        assert bench.running() == before
        with bench.opened() as another, pytest.raises(CommandFailed, match="keeps no earlier configuration"):
            another.rollback()


@pytest.mark.parametrize("bench", [Comware], indirect=True)
class TestComware:
    def test_the_marker_of_a_delay_is_never_seen_as_configuration(self, bench: CliBench) -> None:
        with bench.opened() as session:
            committing(bench, session)
            assert "scheduler job jbnet-" in bench.running()
            assert "scheduler" not in session.get_config("running")["running"]
            session.confirm_commit()
        assert "scheduler" not in bench.running()

    def test_a_run_killed_between_confirmation_and_clean_up_is_confirmed_by_the_next(self, bench: CliBench) -> None:
        with bench.opened() as session:
            committing(bench, session)
        delay_of(bench).delay = None  # `configuration commit` was typed, then jbnet was killed
        with bench.opened() as another:
            assert another.has_pending_commit()
            another.confirm_commit()
        assert "scheduler" not in bench.running()
        assert "mtu 1400" in bench.running()

    def test_a_marker_whose_time_is_over_means_nothing(self, bench: CliBench) -> None:
        with bench.opened() as session:
            committing(bench, session)
            delay_of(bench).delay = None
            bench.router.wait(3600)
            assert not session.has_pending_commit()

    def test_seconds_become_whole_minutes(self, bench: CliBench) -> None:
        with bench.opened() as session:
            session.load_replace_candidate(config=changed(session.get_config("running")["running"]))
            session.commit_config(revert_in=90)
        assert "configuration commit delay 2" in bench.router.typed
