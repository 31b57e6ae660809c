"""The FRR driver, its timer on the device and SSH, on one real router with FRR and OpenSSH."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from device_contract import DeviceSessionContract
from frr_device import FrrDevice, build, destroy, keygen, until

from jbnet.adapters.frr.driver import FRRDriver
from jbnet.adapters.ssh import SshHosts
from jbnet.model.errors import CommandFailed, Missing, Refused, Unreachable

pytestmark = pytest.mark.lab

OSPF = """\
router ospf
 ospf router-id 10.0.0.1
exit
interface lan1
 description changed
 ip address 10.0.1.1/24
 ip ospf area 0.0.0.0
exit
"""
NOWHERE = """\
interface gone-1
 description its port was pulled
 ip address 10.77.0.0/31
 ip ospf area 0.0.0.0
 ip ospf network point-to-point
exit
"""
JBNET_THAT_DIES = """
import sys, time
from jbnet.adapters.frr.driver import FRRDriver
name, address, state, revert_in, config = sys.argv[1:]
driver = FRRDriver(name, "netops", optional_args={
    "addresses": (address,), "known_hosts": state + "/known_hosts", "key_file": state + "/keys/netops"})
driver.open()
driver.load_replace_candidate(config=config)
print("loaded", flush=True)
driver.commit_config(revert_in=int(revert_in))
print("committed", flush=True)
time.sleep(600)
"""


def driver_of(device: FrrDevice, **optional: object) -> FRRDriver:
    """Return an inert driver for the device."""
    given = {"addresses": (device.address,), "known_hosts": device.state / "known_hosts",
             "key_file": device.state / "keys/netops"}  # fmt: skip
    return FRRDriver(device.name, "netops", optional_args={**given, **optional})


def with_ospf(device: FrrDevice) -> str:
    """Return what runs, with a change of several lines."""
    return device.running().replace(" description office\n", "").removesuffix("end\n") + OSPF


@pytest.fixture
def device() -> Iterator[FrrDevice]:
    one = build()
    try:
        one.start()
        yield one
    finally:
        destroy(one)


@pytest.fixture
def driver(device: FrrDevice) -> Iterator[FRRDriver]:
    session = driver_of(device)
    session.open()
    yield session
    session.close()


def last_outcome(device: FrrDevice) -> str:
    """Return how the last commit on the device ended, '' while one waits."""
    session = driver_of(device)
    session.open()
    status = session.commit_status()
    session.close()
    return "" if status["pending"] else str((status["last"] or {}).get("outcome", "none"))


class FrrBench:
    """A real device on the bench."""

    def __init__(self, device: FrrDevice) -> None:
        self.device = device
        self.sessions: list[FRRDriver] = []

    def session(self) -> FRRDriver:
        self.sessions.append(driver_of(self.device))
        return self.sessions[-1]

    def by_hand(self, *lines: str) -> None:
        self.device.vtysh("configure terminal", *lines)

    def running(self) -> str:
        return self.device.running()

    def lapse(self) -> None:
        until(lambda: last_outcome(self.device), 30, "the timer has run out")


class TestFrrDriver(DeviceSessionContract):
    """The contract, by FRR itself."""

    @pytest.fixture
    def bench(self, device: FrrDevice) -> Iterator[FrrBench]:
        bench = FrrBench(device)
        yield bench
        for session in bench.sessions:
            session.close()


def jbnet_that_dies(device: FrrDevice, revert_in: int, config: str) -> subprocess.Popen[str]:
    """Start another process that commits and then only waits."""
    argv = [sys.executable, "-c", JBNET_THAT_DIES, device.name, device.address, str(device.state), str(revert_in)]
    return subprocess.Popen([*argv, config], stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_kill_9_between_commit_and_confirm_ends_in_what_ran_before(device: FrrDevice) -> None:
    before, startup = device.running(), device.startup()
    process = jbnet_that_dies(device, 2, with_ospf(device))
    assert [said(process), said(process)] == ["loaded", "committed"]
    assert "description changed" in device.running()
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: last_outcome(device) == "timer", 30, "the timer puts back what ran")
    assert (device.running(), device.startup()) == (before, startup)


def test_kill_9_in_the_middle_of_a_commit_leaves_no_half_of_it(device: FrrDevice) -> None:
    before = device.running()
    routes = "".join(f"ip route 10.{n // 250}.{n % 250}.0/24 blackhole\n" for n in range(1500))
    process = jbnet_that_dies(device, 4, device.running().removesuffix("end\n") + routes)
    assert said(process) == "loaded"
    until(lambda: "blackhole" in device.vtysh("show ip route 10.0.3.0/24"), 20, "the first routes are in")
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: last_outcome(device) == "timer", 60, "the timer puts back what ran")
    assert device.running() == before


def test_a_change_that_cuts_its_own_path_undoes_itself(device: FrrDevice, driver: FRRDriver, hosts: SshHosts) -> None:
    before = device.running()
    driver.load_replace_candidate(config=before.removesuffix("end\n") + "interface up1\n shutdown\nexit\n")
    with contextlib.suppress(Unreachable):  # the answer may arrive once the path is back, or never
        driver.commit_config(revert_in=3)
    with pytest.raises((CommandFailed, Unreachable)):
        driver.confirm_commit()
    until(lambda: answers(hosts, device), 30, "the path is back")
    until(lambda: last_outcome(device) == "timer", 30, "the timer has run out")
    assert device.running() == before


def test_a_device_that_lost_power_before_the_confirmation_boots_into_what_ran_before(device: FrrDevice) -> None:
    device.vtysh("configure terminal", "ip route 192.0.2.64/26 blackhole")
    before = device.running()
    session = driver_of(device)
    session.open()
    session.load_replace_candidate(config=with_ospf(device))
    session.commit_config(revert_in=600)
    session.close()
    device.stop()
    device.start()
    assert device.running() == before
    assert device.startup() == before
    assert last_outcome(device) == "boot"


def test_a_device_that_loses_power_after_the_confirmation_boots_into_the_change(
    device: FrrDevice, driver: FRRDriver
) -> None:
    driver.load_replace_candidate(config=with_ospf(device))
    driver.commit_config(revert_in=600)
    driver.confirm_commit()
    after = device.running()
    driver.close()
    device.stop()
    device.start()
    assert device.running() == after
    assert "description changed" in after


def test_nothing_of_a_timer_is_left_on_the_device_after_the_confirmation(device: FrrDevice, driver: FRRDriver) -> None:
    driver.load_replace_candidate(config=with_ospf(device))
    driver.commit_config(revert_in=600)
    assert "jbnet-timer" in device.run("ps", "axww")
    driver.confirm_commit()
    until(lambda: "jbnet-timer" not in device.run("ps", "axww"), 5, "the timer has ended")


def test_a_line_that_frr_cannot_parse_is_named_and_changes_nothing(device: FrrDevice, driver: FRRDriver) -> None:
    before = device.running()
    with pytest.raises(CommandFailed, match=r"nothing was changed: line \d+: .*ospf rooter-id 1.1.1.1"):
        driver.load_replace_candidate(config=with_ospf(device) + "router ospf\n ospf rooter-id 1.1.1.1\nexit\n")
    assert device.running() == before
    assert driver.compare_config() == ""


def test_a_change_that_frr_refuses_half_way_is_taken_back_at_once(device: FrrDevice, driver: FRRDriver) -> None:
    before = device.running()
    refused = "router ospf\n network 10.0.1.0/24 area 0.0.0.0\nexit\n"
    driver.load_replace_candidate(config=with_ospf(device) + refused)
    with pytest.raises(CommandFailed, match="what ran before runs again: ") as failure:
        driver.commit_config(revert_in=600)
    assert "ip ospf area" in str(failure.value)
    assert device.running() == before
    assert not driver.has_pending_commit()


def test_a_candidate_that_contradicts_itself_is_taken_back_and_the_line_named(
    device: FrrDevice, driver: FRRDriver
) -> None:
    before = device.running()
    driver.load_replace_candidate(config=before.removesuffix("end\n") + "interface lan1\n description other\nexit\n")
    with pytest.raises(CommandFailed, match=r"differs from the candidate(?s:.*)description office"):
        driver.commit_config(revert_in=600)
    assert device.running() == before


def test_a_port_that_stands_in_the_configuration_alone_can_be_taken_away_again(
    device: FrrDevice, driver: FRRDriver
) -> None:
    driver.load_replace_candidate(config=with_ospf(device))
    driver.commit_config()
    before = device.running()
    driver.load_replace_candidate(config=before.removesuffix("end\n") + NOWHERE)
    driver.commit_config()
    assert "interface gone-1" in device.running()
    driver.load_replace_candidate(config=before)
    driver.commit_config()
    assert device.running() == before


def test_what_runs_without_a_daemon_that_ended_is_not_saved(device: FrrDevice, driver: FRRDriver) -> None:
    driver.load_replace_candidate(config=with_ospf(device))
    startup = device.startup()
    driver.commit_config(revert_in=600)
    device.run("pkill", "-x", "bgpd")
    until(lambda: "bgpd" not in device.vtysh("show daemons"), 5, "bgpd has ended")
    with pytest.raises(CommandFailed, match="bgpd ended since the commit"):
        driver.confirm_commit()
    assert device.startup() == startup
    assert driver.has_pending_commit()


def test_a_merge_adds_and_takes_away_only_what_it_names(device: FrrDevice, driver: FRRDriver) -> None:
    lines = "interface lan1\n no description office\n ip address 10.1.1.1/24\nexit\n"
    driver.load_merge_candidate(config=lines)
    assert driver.compare_config() == (
        "  interface lan1\n-  description office\n  interface lan1\n+  ip address 10.1.1.1/24"
    )
    driver.commit_config()
    assert "203.0.113.0/24" in device.running()
    driver.load_merge_candidate(config=lines)
    assert driver.compare_config() == ""


def test_no_candidate_is_left_on_the_device_and_what_is_held_there_is_for_the_account_alone(
    device: FrrDevice, driver: FRRDriver
) -> None:
    driver.load_replace_candidate(config=with_ospf(device))
    assert driver.compare_config()
    assert device.run("find", "/var/lib/jbnet/commit", "-type", "f") == ""
    driver.commit_config(revert_in=600)
    held = device.run("find", "/var/lib/jbnet/commit", "-type", "f", "-not", "-name", "lock", "-printf", "%m %u %P\n")
    assert "candidate-" not in held
    assert {line.rsplit(" ", 1)[0] for line in held.splitlines()} == {"600 netops"}
    assert "600 netops before/frr.conf" in held.splitlines()
    driver.rollback()


def test_a_candidate_whose_commit_never_came_is_forgotten_after_a_day(device: FrrDevice, driver: FRRDriver) -> None:
    device.run(
        "install", "-d", "-o", "netops", "-g", "netops", "-m", "700", "/var/lib/jbnet/commit/candidate-0123456789ab"
    )
    device.run("chown", "netops:netops", "/var/lib/jbnet/commit")
    device.run("touch", "-d", "2 days ago", "/var/lib/jbnet/commit/candidate-0123456789ab")
    driver.load_replace_candidate(config=with_ospf(device))
    driver.commit_config()
    assert device.run("find", "/var/lib/jbnet/commit", "-name", "candidate-*") == ""


def test_passwords_do_not_show_in_a_comparison(device: FrrDevice, driver: FRRDriver) -> None:
    secret = "router bgp 65001\n neighbor 192.0.2.9 remote-as 65002\n neighbor 192.0.2.9 password hunter2\nexit\n"
    driver.load_replace_candidate(config=device.running().removesuffix("end\n") + secret)
    shown = driver.compare_config()
    assert "neighbor 192.0.2.9 password <secret>" in shown
    assert "hunter2" not in shown
    driver.commit_config()
    assert "hunter2" in device.running()
    assert "hunter2" not in driver.get_config(sanitized=True)["running"]


def test_getters_read_the_device(device: FrrDevice, driver: FRRDriver) -> None:
    device.vtysh("configure terminal", "router bgp 65001", "neighbor 192.0.2.9 remote-as 65002")
    facts = driver.get_facts()
    assert (facts["hostname"], facts["vendor"], facts["os_version"][:1]) == ("test-r1", "FRRouting", "8")
    assert facts["interface_list"] == ["lan1", "lo", "up1"]
    assert driver.get_interfaces()["lan1"]["description"] == "office"
    assert driver.get_interfaces()["up1"]["is_up"]
    assert driver.get_interfaces_ip()["up1"]["ipv4"] == {device.address: {"prefix_length": 30}}
    assert driver.get_interfaces_counters()["up1"]["rx_octets"] > 0
    assert device.host_address in {entry["ip"] for entry in driver.get_arp_table()}
    assert driver.get_route_to("203.0.113.7")["203.0.113.0/24"][0]["outgoing_interface"] == "blackhole"
    assert driver.get_bgp_neighbors()["global"]["peers"]["192.0.2.9"]["remote_as"] == 65002
    assert driver.ping(device.host_address, count=1)["success"]["packet_loss"] == 0
    assert driver.get_ospf_neighbors() == []
    assert "zebra" in driver.cli(["show daemons"])["show daemons"]
    assert driver.is_alive() == {"is_alive": True}


def test_a_device_without_bgp_has_no_sessions(device: FrrDevice, driver: FRRDriver) -> None:
    device.run("pkill", "-x", "bgpd")
    until(lambda: "bgpd" not in device.vtysh("show daemons"), 5, "bgpd has ended")
    assert driver.get_bgp_neighbors() == {"global": {"router_id": "", "peers": {}}}


def test_a_host_key_that_is_not_the_known_one_is_refused(device: FrrDevice, tmp_path: Path) -> None:
    other = " ".join(keygen(tmp_path / "other").split()[:2])
    (tmp_path / "known_hosts").write_text(f"{device.name} {other}\n")
    with pytest.raises(Refused, match=r"is not test-r1: its host key is SHA256:.*, expected SHA256:"):
        driver_of(device, known_hosts=tmp_path / "known_hosts").open()


def test_a_host_whose_key_nobody_knows_is_refused(device: FrrDevice, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="its host key is not in"):
        driver_of(device, known_hosts=tmp_path / "known_hosts").open()


def test_a_key_that_the_device_does_not_know_is_told_so(device: FrrDevice, tmp_path: Path) -> None:
    keygen(tmp_path / "stranger")
    with pytest.raises(Unreachable, match="does not let netops in"):
        driver_of(device, key_file=tmp_path / "stranger").open()


@pytest.mark.timeout(30)
def test_a_device_that_accepts_and_never_speaks_is_unreachable(device: FrrDevice) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address, port = silent.getsockname()
        with pytest.raises(Unreachable, match="fails or is silent"):
            driver_of(device, addresses=(address,), port=port, open_timeout=1.0).open()


@pytest.mark.timeout(60)
def test_a_device_that_falls_silent_is_unreachable_and_the_session_is_over(device: FrrDevice) -> None:
    hosts = SshHosts(device.state, lambda name: [device.address], connect_timeout=1.0)
    host = hosts.host(device.name, "netops")
    assert host.run(["true"]).code == 0
    subprocess.run(["ip", "link", "set", device.link, "down"], check=True)
    with pytest.raises(Unreachable):
        host.run(["true"], timeout=1.0)
    subprocess.run(["ip", "link", "set", device.link, "up"], check=True)
    until(lambda: answers(hosts, device), 30, "it answers again")
    hosts.close_all()


def answers(hosts: SshHosts, device: FrrDevice) -> bool:
    try:
        return hosts.host(device.name, "netops").run(["true"], timeout=3.0).code == 0
    except Unreachable:
        return False


def test_a_dead_address_does_not_hide_a_live_one(device: FrrDevice) -> None:
    session = driver_of(device, addresses=("192.0.2.77", "127.0.0.2", device.address))
    session.open()
    assert session.is_alive()["is_alive"]
    session.close()


@pytest.fixture
def hosts(device: FrrDevice) -> Iterator[SshHosts]:
    all_hosts = SshHosts(device.state, lambda name: ["127.0.0.1"] if name == "far-r1" else [device.address])
    yield all_hosts
    all_hosts.close_all()


def test_arguments_input_output_and_exit_codes_pass_unchanged(device: FrrDevice, hosts: SshHosts) -> None:
    host = hosts.host(device.name, "netops")
    odd = ["printf", "%s|", "a b", "$HOME", "; false", "'quoted'", "中文"]
    assert host.run(odd).stdout == "a b|$HOME|; false|'quoted'|中文|"
    text = "line\n" * 100_000
    assert host.run(["cat"], stdin=text).stdout == text
    failed = host.run(["sh", "-c", "echo out; echo err >&2; exit 7"])
    assert (failed.code, failed.stdout, failed.stderr) == (7, "out\n", "err\n")


def test_a_lot_of_standard_error_blocks_nothing(device: FrrDevice, hosts: SshHosts) -> None:
    done = hosts.host(device.name, "netops").run(["sh", "-c", "head -c 5000000 /dev/zero >&2; echo done"])
    assert (len(done.stderr), done.stdout) == (5_000_000, "done\n")


@pytest.mark.timeout(30)
def test_a_command_that_does_not_end_is_given_up(device: FrrDevice, hosts: SshHosts) -> None:
    with pytest.raises(Unreachable, match="`sleep 600` did not end within"):
        hosts.host(device.name, "netops").run(["sleep", "600"], timeout=0.5)


def test_one_connection_serves_many_commands_and_a_dead_one_is_replaced(device: FrrDevice, hosts: SshHosts) -> None:
    host = hosts.host(device.name, "netops")
    ports = {host.run(["sh", "-c", "echo $SSH_CONNECTION"]).stdout for _ in range(3)}
    assert len(ports) == 1
    device.run("pkill", "-f", "sshd: netops")
    assert host.run(["sh", "-c", "echo $SSH_CONNECTION"]).stdout not in ports


@pytest.mark.timeout(60)
def test_commands_at_the_same_time_do_not_wait_for_one_another(device: FrrDevice, hosts: SshHosts) -> None:
    host = hosts.host(device.name, "netops")
    meet = 'touch "/tmp/$0"; until [ -e "/tmp/$1" ]; do sleep 0.05; done; echo met'
    with ThreadPoolExecutor(2) as pool:
        names = [("here", "there"), ("there", "here")]
        found = [pool.submit(host.run, ["sh", "-c", meet, *pair], timeout=30.0) for pair in names]
        assert [one.result().stdout for one in found] == ["met\n", "met\n"]


@pytest.mark.timeout(60)
def test_a_command_that_is_given_up_takes_no_other_with_it(device: FrrDevice, hosts: SshHosts) -> None:
    host = hosts.host(device.name, "netops")
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(host.run, ["sh", "-c", "until [ -e /tmp/over ]; do sleep 0.05; done; echo fine"])
        with pytest.raises(Unreachable, match="did not end within"):
            host.run(["sleep", "600"], timeout=0.5)
        host.run(["touch", "/tmp/over"])
        assert other.result().stdout == "fine\n"


def test_a_vantage_connects_from_where_it_stands(device: FrrDevice, hosts: SshHosts) -> None:
    known = device.state / "known_hosts"
    known.write_text(known.read_text() + known.read_text().replace(device.name, "far-r1"))
    seen = hosts.host("far-r1", "netops", via=device.name).run(["sh", "-c", "echo $SSH_CONNECTION"])
    assert seen.stdout.split()[0] == "127.0.0.1"
    assert hosts.host("far-r1", "netops", via=device.name).via == device.name


def test_a_vantage_that_gets_no_answer_says_so(device: FrrDevice) -> None:
    known = device.state / "known_hosts"
    known.write_text(known.read_text() + known.read_text().replace(device.name, "far-r1"))
    hosts = SshHosts(device.state, lambda name: ["127.0.0.9"] if name == "far-r1" else [device.address])
    device.run("nft", "add table ip t; add chain ip t out { type filter hook output priority 0; }; "
               "add rule ip t out ip daddr 127.0.0.9 reject")  # fmt: skip
    with pytest.raises(Unreachable, match=r"far-r1 does not answer test-r1: 127\.0\.0\.9: "):
        hosts.host("far-r1", "netops", via=device.name).run(["true"])
    hosts.close_all()


def test_an_account_without_a_key_is_missing(device: FrrDevice, hosts: SshHosts) -> None:
    with pytest.raises(Missing, match="no SSH key for the account postgres"):
        hosts.host(device.name, "postgres").run(["true"])


def test_nobody_on_the_way_can_steer_the_boot(device: FrrDevice) -> None:
    """``boot`` runs as root on files that the account wrote: it must not follow a link to somebody else's."""
    session = driver_of(device)
    session.open()
    session.load_replace_candidate(config=with_ospf(device))
    session.commit_config(revert_in=600)
    session.close()
    saved = device.root / "lib/commit/before/frr.conf"
    saved.unlink()
    saved.symlink_to("/etc/shadow")
    startup = device.startup()
    with pytest.raises(subprocess.CalledProcessError):
        device.run("/usr/local/libexec/jbnet-commit", "boot")
    assert device.startup() == startup
