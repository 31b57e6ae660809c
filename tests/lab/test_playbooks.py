"""The shipped playbooks on a lab's servers, over SSH: each works, a second run changes nothing, faults are told.

One lab for all: the NOC, the core and the two data centres. The tests stand in the order in which servers are set up.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Collected, copy_workspace
from eventually import eventually

from jbnet import wiring
from jbnet.lab.lab import Lab
from jbnet.lab.netns import network_of

pytestmark = [pytest.mark.lab, pytest.mark.timeout(420)]
SCALE = "servers"
APP1, APP2, DB1, DB2 = "xining-dc-app1", "golmud-dc-app1", "xining-dc-db1", "golmud-dc-db1"
APPS = f"device:{APP1}+device:{APP2}"
DATABASES = f"device:{DB1}+device:{DB2}"
LOCK_OUT = """
- name: A filter that shuts us out
  hosts: servers
  become: true
  tasks:
    - name: The filter
      guarded_file:
        path: /etc/shut.conf
        content: "table inet shut { chain input { type filter hook input priority -5; policy drop; }; }"
        check: ["true"]
        apply: [/usr/sbin/nft, -f, /etc/shut.conf]
        apply_absent: [/usr/sbin/nft, delete, table, inet, shut]
        seconds: 2
"""


class Watcher(threading.Thread):
    """Looks through all command lines of the machine for texts that must not be in any, until told to stop."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__(daemon=True)
        self.texts = [text.encode() for text in texts]
        self.found: set[bytes] = set()
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.02):
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    line = process.read_bytes()
                except OSError:
                    continue
                self.found |= {text for text in self.texts if text in line}


@dataclass
class Site:
    """The workspace with its lab; ``said`` is all that commands printed so far."""

    lab: Lab
    said: list[str] = field(default_factory=list)

    @property
    def workspace(self) -> Path:
        return self.lab.workspace

    @property
    def state(self) -> Path:
        return self.workspace / ".jbnet"

    def secrets(self) -> list[str]:
        return list(yaml.safe_load((self.state / "secrets.yaml").read_text(encoding="utf-8")).values())

    def jbnet(self, *words: str) -> tuple[int, dict[str, Any]]:
        argv = [sys.executable, "-m", "jbnet", "-C", str(self.workspace), "--json", *words]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300)
        self.said += [done.stdout, done.stderr]
        return done.returncode, json.loads(done.stdout)["data"]

    def playbook(self, name: str, selector: str, *options: str) -> tuple[int, dict[str, dict[str, Any]]]:
        """Run one; return its exit code and its hosts by name."""
        code, data = self.jbnet("playbook", name, selector, *options)
        return code, {host["host"]: host for host in data["hosts"]}

    def twice(self, name: str, selector: str, *options: str) -> dict[str, dict[str, Any]]:
        """Run one twice: the first changes something, the second nothing; return the hosts after the second."""
        code, first = self.playbook(name, selector, *options)
        assert code == 0, first
        assert changed(first)
        code, second = self.playbook(name, selector, *options)
        assert (code, changed(second)) == (0, {})
        return second

    def ansible(self, *words: str) -> str:
        """Run ansible-playbook by itself, in the network of the NOC, as people do; return what it printed."""
        argv = [str(self.workspace / "playbooks" / "in-noc.sh"), "ansible-playbook", "-i", "playbooks/inventory.sh"]
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [*argv, *words], cwd=self.workspace, env=environment, capture_output=True, text=True, check=False,
            timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def at(self, device: str, *argv: str) -> str:
        done = self.lab.run(device, list(argv))
        assert done.returncode == 0, done.stderr
        return str(done.stdout)


def changed(hosts: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    return {name: host["changed"] for name, host in hosts.items() if host["changed"]}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    workspace = copy_workspace(tmp_path_factory.mktemp("playbooks"))
    with (workspace / "topology" / "lab.yaml").open("a", encoding="utf-8") as scales:
        scales.write(f"  {SCALE}: {{locations: [noc, core, xining-dc, golmud-dc]}}\n")
    made = wiring.lab(workspace, workspace / ".jbnet")
    try:
        assert made.up(wiring.load_scale(workspace, SCALE), SCALE, Collected(), deployed=True)
        network = wiring.load_network(workspace, workspace / ".jbnet")
        for device in (APP1, APP2, DB1, DB2):
            ping = ["ping", "-n", "-c1", "-W1", str(network.devices[device].loopback)]
            assert eventually(lambda ping=ping: made.run("noc-s1", ping).returncode == 0), device  # type: ignore[misc]  # a lambda has no types
        yield Site(made)
    finally:
        made.down()


def test_the_baseline_is_laid_and_a_second_run_by_ansible_itself_changes_nothing(site: Site) -> None:
    code, would = site.playbook("baseline", f"device:{APP1}", "--check")
    assert (code, set(changed(would))) == (1, {APP1})
    assert site.lab.run(APP1, ["nft", "list", "table", "inet", "jbnet"]).returncode != 0
    code, hosts = site.playbook("baseline", f"device:{APP1}")
    assert (code, len(changed(hosts)[APP1])) == (0, len(changed(would)[APP1]))
    assert "changed=0" in site.ansible("playbooks/baseline.yaml", "--limit", APP1)
    filters = site.at(APP1, "nft", "list", "table", "inet", "jbnet")
    assert "policy drop" in filters
    assert 'tcp dport 8080 accept comment "application insurance"' in filters
    assert "dport 5432" not in filters
    assert "permitrootlogin no" in site.at(APP1, "/usr/sbin/sshd", "-T")


def test_a_change_that_nobody_confirms_takes_itself_back(site: Site) -> None:
    (site.workspace / "playbooks" / "lock-out.yaml").write_text(LOCK_OUT, encoding="utf-8")
    code, hosts = site.playbook("lock-out", f"device:{APP2}")  # its answer comes when the filter is gone
    assert (code, changed(hosts)) == (0, {APP2: ["The filter"]})
    assert eventually(lambda: site.lab.run(APP2, ["nft", "list", "table", "inet", "shut"]).returncode != 0)
    assert eventually(lambda: site.lab.run(APP2, ["test", "-e", "/etc/shut.conf"]).returncode != 0)


def test_the_databases_are_set_up_and_the_passwords_are_seen_nowhere(site: Site) -> None:
    watcher = Watcher(site.secrets())
    watcher.start()
    code, hosts = site.playbook("postgres", DATABASES)
    watcher.over.set()
    assert code == 0, hosts
    assert changed(hosts)
    assert watcher.found == set()
    code, data = site.jbnet("databases", "set-up")  # the same playbook, and the service addresses
    assert (code, data["changed"]) == (0, [])


def test_a_database_of_which_only_one_host_is_chosen_is_left_alone(site: Site) -> None:
    code, hosts = site.playbook("postgres", f"device:{DB1}")
    assert (code, hosts[f"{DB1}.production"]["state"], changed(hosts)) == (1, "unmet", {})


def test_the_application_writes_into_the_database_that_leads(site: Site) -> None:
    assert eventually(lambda: site.lab.run("noc-s1", ["ping", "-n", "-c1", "-W1", "10.3.0.1"]).returncode == 0)
    hosts = site.twice("application", f"device:{APP1}")
    assert set(hosts[APP1]["found"].values()) == {"up"}
    network = wiring.load_network(site.workspace, site.state)
    ask = (
        "import sys, urllib.request as u; "
        "print(u.urlopen(u.Request(sys.argv[1], method='POST'), timeout=20).read().decode())"
    )
    url = f"http://{network.devices[APP1].loopback}:8080/records"
    said = site.at("noc-s1", "python3", "-c", ask, url)  # through the baseline's filter
    assert json.loads(said) == {"record": 1}
    assert site.at(APP1, "stat", "-c", "%a %U", "/etc/opt/jbnet-app/pgpass").split() == ["600", "jbnet-app"]


def test_behind_a_move_the_applications_of_a_site_are_asked_and_one_takes_a_payment(site: Site) -> None:
    network = wiring.load_network(site.workspace, site.state)
    params = {"site": "primary", "applications": ["insurance", "card", "supervision"], "payment": "insurance"}
    with network_of(site.lab.netns("noc-s1")):
        step = wiring.recovery_actions(site.workspace, site.state, network)["verify-applications"]
        assert not step.probe(params).done
        found = step.do(params)
        assert found.done, str(found.text)
        assert found.evidence["host"] == APP1
        assert step.verify(params).done
    asked = f"SELECT count(*) FROM jbnet_app.payments WHERE number = '{found.evidence['payment']}'"
    psql = ("runuser", "-u", "postgres", "--", "psql", "-XqAth", "/var/lib/postgresql/15", "-p", "5432", "production")
    assert site.at(DB1, *psql, "-c", asked).strip() == "1"


def test_an_application_that_ended_runs_again_after_a_step_of_a_recovery(site: Site) -> None:
    site.at(APP1, "pkill", "-u", "jbnet-app")
    network = wiring.load_network(site.workspace, site.state)
    params = {"playbook": "application", "hosts": [APP1], "seconds": 100}
    with network_of(site.lab.netns("noc-s1")):
        step = wiring.recovery_actions(site.workspace, site.state, network)["playbook"]
        assert not step.probe(params).done
        assert step.do(params).done
        assert step.verify(params).done


def test_archiving_is_not_begun_by_a_restart_that_nobody_asked_for(site: Site) -> None:
    code, hosts = site.playbook("backup", f"device:{DB1}")
    assert code == 1
    assert {h["state"] for name, h in hosts.items() if "." in name} == {"unmet"}
    assert {n: c for n, c in changed(hosts).items() if "." in n} == {}


def test_a_backup_is_taken_once_at_the_standbys_site_and_proved_by_restoring_it(site: Site) -> None:
    hosts = site.twice("backup", DATABASES, "--set", "backup_restart=true")
    assert hosts[f"{DB1}.production"]["found"] == {"leads": True, "backups": None, "newest": None}
    taken = hosts[f"{DB2}.production"]["found"]
    assert (taken["leads"], taken["backups"]) == (False, 1)
    before = site.at(DB2, "ls", "/var/lib/postgresql/15")
    code, proved = site.playbook("restore-proof", DATABASES)
    assert (code, changed(proved)) == (0, {})
    read = proved[f"{DB2}.production"]["found"]
    assert read["backup"] == taken["newest"]
    assert read["read"].startswith("1|")
    assert site.at(DB2, "ls", "/var/lib/postgresql/15") == before


def test_firmware_arrives_whole_or_not_at_all(site: Site) -> None:
    image = site.workspace / "m14.cc"
    image.write_bytes(os.urandom(2 << 20))
    digest = hashlib.sha256(image.read_bytes()).hexdigest()
    images = "firmware_images={{netengine-8000-m14: {{file: m14.cc, sha256: {}}}}}"
    home = ("/home/netops", "size=1m,mode=777", "core-r2")
    site.at("core-r2", "mount", "-t", "tmpfs", "-o", home[1], "tmpfs", home[0])
    given = ("--set", images.format(digest), "--set", "firmware_reserve_mb=0")
    code, hosts = site.playbook("firmware", "role=core", *given)
    assert (code, {name: host["state"] for name, host in hosts.items()}) == (1, {"core-r1": "ok", "core-r2": "unmet"})
    assert "no room" in hosts["core-r2"]["reason"]
    assert site.at("core-r2", "ls", home[0]) == ""
    site.at("core-r2", "umount", home[0])
    code, hosts = site.playbook("firmware", "role=core", *given)
    assert (code, set(changed(hosts))) == (0, {"core-r2"})
    assert site.at("core-r2", "sha256sum", "/home/netops/m14.cc").split()[0] == digest
    code, hosts = site.playbook("firmware", "role=core", "--set", images.format("0" * 64))
    assert (code, {host["state"] for host in hosts.values()}) == (1, {"unmet"})


def test_hosts_that_are_off_or_hang_or_are_others_are_named_and_hold_nobody_up(site: Site) -> None:
    site.lab.kill(APP2)
    site.at(DB2, "sh", "-c", "kill -STOP $(cat /run/sshd.pid)")
    known = site.state / "known_hosts"
    right = known.read_text(encoding="utf-8")
    keys = {line.split(",")[0]: line.split()[2] for line in right.splitlines()}
    known.write_text(right.replace(keys["core-r1"], keys["core-r2"]), encoding="utf-8")
    try:
        code, hosts = site.playbook("facts", f"{APPS}+device:{DB2}+device:core-r1")
    finally:
        known.write_text(right, encoding="utf-8")
        site.at(DB2, "sh", "-c", "kill -CONT $(cat /run/sshd.pid)")
    states = {name: host["state"] for name, host in hosts.items()}
    assert (code, states) == (3, {APP1: "ok", **dict.fromkeys(("core-r1", APP2, DB2), "unreachable")})
    assert "Host key verification failed" in hosts["core-r1"]["reason"]
    assert hosts[APP1]["found"]["system"].startswith("Debian")


def test_an_interrupted_run_leaves_nothing_behind(site: Site) -> None:
    argv = [
        sys.executable,
        "-m",
        "jbnet",
        "-C",
        str(site.workspace),
        "--json",
        "playbook",
        "application",
        f"device:{APP1}",
    ]
    run = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stderr is not None
    assert run.stderr.readline()  # a task is through: it is under way
    run.send_signal(signal.SIGINT)
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 130
    assert json.loads(said)["data"]["interrupted"] is True
    assert list((site.state / "ansible").iterdir()) == []
    assert [p for p in Path("/proc").glob("[0-9]*/environ") if str(site.state / "ansible") in environ(p)] == []


def environ(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def test_no_secret_was_printed_by_any_of_it(site: Site) -> None:
    said = "".join(site.said)
    assert [secret for secret in site.secrets() if secret in said] == []
    assert list((site.state / "ansible").iterdir()) == []
