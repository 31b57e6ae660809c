"""A lab leaves nothing behind, however it ends, and never touches the host's own network."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Collected, copy_workspace
from eventually import eventually
from host_view import Host, Namespaces, leftovers, own_host

from jbnet.lab import process
from jbnet.lab.lab import Lab
from jbnet.lab.paths import LabPaths
from jbnet.lab.spec import LabSpec
from jbnet.model.errors import CommandFailed

pytestmark = pytest.mark.lab


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with own_host(copy_workspace(tmp_path)) as found:
        yield found
        found.jbnet("lab", "down")


@pytest.fixture
def paths(host: Host) -> LabPaths:
    return LabPaths(host.workspace / ".jbnet")


def settled(paths: LabPaths) -> set[int]:
    """Return the processes of a lab once no more are started: programs of devices start others for a while."""
    looks: deque[frozenset[int]] = deque(maxlen=20)

    def unchanged() -> bool:
        looks.append(frozenset(process.belonging(paths.runtime)))
        return len(looks) == looks.maxlen and len(set(looks)) == 1

    assert eventually(unchanged)
    return set(looks[-1])


def half_up(host: Host, paths: LabPaths) -> subprocess.Popen[bytes]:
    """Start `lab up` and return it when some of the devices boot."""
    running = host.start("lab", "up")
    assert eventually(lambda: len(list(paths.runtime.glob("devices/*/init"))) >= 8)
    return running


def test_the_host_is_the_same_before_during_and_after_a_lab(host: Host, paths: LabPaths) -> None:
    before = host.settings()
    assert host.jbnet("lab", "up").returncode == 0
    assert host.settings() == before
    with ExitStack() as stack:
        spaces = Namespaces(paths, stack)
        assert len(spaces) > 24
        done = host.jbnet("lab", "down")
        assert (done.returncode, done.stderr) == (0, "")
        assert (leftovers(paths), spaces.inhabitants()) == ([], [])
    assert host.settings() == before
    assert "no lab" in host.jbnet("lab", "down").stdout


def test_up_killed_in_the_middle_leaves_nothing_after_down(host: Host, paths: LabPaths) -> None:
    before = host.settings()
    running = half_up(host, paths)
    running.kill()
    running.wait()
    assert leftovers(paths) != []
    with ExitStack() as stack:
        spaces = Namespaces(paths, stack)
        assert host.jbnet("lab", "down").returncode == 0
        assert (leftovers(paths), spaces.inhabitants()) == ([], [])
    assert host.settings() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_up_cleans_up_by_itself_even_when_pressed_twice(
    host: Host, paths: LabPaths, number: signal.Signals
) -> None:
    running = half_up(host, paths)
    running.send_signal(number)
    assert eventually(lambda: not list(paths.runtime.glob("devices/*/init")))
    running.send_signal(number)
    assert running.wait(60) == 130
    assert leftovers(paths) == []


@pytest.mark.parametrize("look_s", [0.02, 2.0])
def test_a_device_that_does_not_boot_is_named_and_nothing_stays(
    small_lab: Callable[[str], Lab], pair: LabSpec, reporter: Collected, look_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jbnet.lab.power.POLL_S", look_s)  # who looks late is told all the same
    left, right = pair.devices
    broken = replace(right, daemons=("zebra", "no-such-daemon"))
    lab = small_lab("one")
    with pytest.raises(CommandFailed, match="right did not boot: failed: no-such-daemon") as caught:
        lab.up_spec(replace(pair, devices=(left, broken)), reporter)
    assert caught.value.hint is not None
    assert "no-such-daemon" in str(caught.value.hint)
    assert leftovers(lab.paths) == []
    assert lab.record() is None


FULL = """
mkdir -p {state} && mount -t tmpfs -o mode=700,size=64k,nr_inodes=40 none {state}
head -c 65000 /dev/zero >{state}/filler 2>/dev/null
head -c 65000 /dev/zero >{state}/more 2>/dev/null
exec {python} -m jbnet -C {workspace} lab up
"""


def test_a_full_disk_is_said_in_one_line_and_nothing_stays(host: Host, paths: LabPaths) -> None:
    script = FULL.format(state=paths.state, python=sys.executable, workspace=host.workspace)
    command = ("nsenter", f"--net=/proc/{host.pid}/ns/net", "unshare", "--mount", "dash", "-c", script)
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 3
    assert "No space left on device" in done.stderr
    assert "internal error" not in done.stderr
    assert leftovers(paths) == []


def test_up_and_down_refuse_while_another_is_at_work(host: Host, paths: LabPaths) -> None:
    paths.state.mkdir()
    with paths.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for act in ("up", "down"):
            done = host.jbnet("lab", act)
            assert done.returncode == 3
            assert "at work" in done.stderr
    assert not paths.runtime.exists()


def test_a_second_up_says_so_and_changes_nothing(host: Host, paths: LabPaths) -> None:
    assert host.jbnet("lab", "up").returncode == 0
    before = settled(paths)
    again = host.jbnet("lab", "up")
    assert again.returncode == 0
    assert "already" in again.stdout
    assert eventually(lambda: process.belonging(paths.runtime) == before)


def test_up_removes_what_a_killed_run_left(small_lab: Callable[[str], Lab], pair: LabSpec, reporter: Collected) -> None:
    lab = small_lab("one")
    lab.up_spec(pair, reporter)
    found = lab.record()
    assert found is not None
    process.kill(found.carriers.pid)
    assert eventually(lambda: lab.record() is None)
    old = process.belonging(lab.paths.runtime)
    assert lab.up_spec(pair, reporter)
    assert old.isdisjoint(process.belonging(lab.paths.runtime))
    assert lab.status() is not None


def test_down_ends_clients_in_the_network_of_a_device_even_without_the_mark(
    small_lab: Callable[[str], Lab], pair: LabSpec, reporter: Collected
) -> None:
    lab = small_lab("one")
    lab.up_spec(pair, reporter)
    client = lab.popen("left", ["sleep", "1000"], env={})
    lab.down()
    assert client.wait(10) == -signal.SIGKILL


def test_labs_of_two_workspaces_live_side_by_side_and_end_apart(
    small_lab: Callable[[str], Lab], pair: LabSpec, reporter: Collected
) -> None:
    one, two = small_lab("one"), small_lab("two")
    one.up_spec(pair, reporter)
    two.up_spec(pair, reporter)
    kept = settled(two.paths)
    assert one.down()
    assert leftovers(one.paths) == []
    assert eventually(lambda: process.belonging(two.paths.runtime) == kept)
    assert eventually(lambda: two.run("left", ["ping", "-c1", "-W1", "10.0.0.2"]).returncode == 0)
