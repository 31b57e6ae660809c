"""Patroni (PyPI, an environment of its own below build/) and Debian's etcd on the hosts of jbnet's lab.

Three clusters side by side, as jbnet has three databases: a server of each on both database hosts, beside jbnet's
(other ports, other folders, the same disks), and a member of etcd on each of them and on a router of a prefecture,
for the lab has no server at a third site. Everything runs inside the devices: without power it ends as they do, and
with the lab.
"""

from __future__ import annotations

import secrets
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import patroni_settings as settings
import yaml
from patroni_settings import DATA, HOME, SETTINGS, Member, Preset

from jbnet import wiring
from jbnet.adapters.secrets import SecretsFile
from jbnet.model.business import Replication
from jbnet.services.database_accounts import CLIENT, CLIENT_SECRET

sys.path[:0] = [str(Path(__file__).parents[1] / "lab")]

from recovery_drill import Drill, wait  # noqa: E402  found only on the path set above

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / "build" / "bench" / "patroni"
PEER = "patroni[etcd3,psycopg3]>=4.1.5,<4.2"
THIRD = "haixi-r1"
SETTLING_S = 180.0
HOSTS_PYTHON = "/usr/bin/python3"
WITH_PACKAGES = ("env", f"HOME={DATA}", f"PYTHONPATH={HOME}", HOSTS_PYTHON)
AS_POSTGRES = ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups")
GRANTED = """
import base64, json, sys, urllib.request
def ask(path, **body):
    return json.load(urllib.request.urlopen(sys.argv[1] + path, json.dumps(body).encode(), timeout=5))
key = base64.b64encode(sys.argv[2].encode()).decode()
for found in ask("/v3/kv/range", key=key).get("kvs", []):
    print(ask("/v3/lease/timetolive", ID=found["lease"])["grantedTTL"])
"""
TABLE = """
CREATE ROLE {client} LOGIN PASSWORD '{password}';
CREATE DATABASE {database};
\\c {database}
CREATE TABLE client_writes (client text, n bigint, written timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (client, n));
GRANT SELECT, INSERT ON client_writes TO {client};
"""


class Patroni:
    """Its clusters on one lab. The constructor does nothing."""

    def __init__(self, drill: Drill):
        self.drill = drill
        devices = drill.network.devices
        self.hosts = (drill.host, drill.standby)
        self.etcd = {name: str(devices[name].loopback) for name in (*self.hosts, THIRD)}
        self.members = tuple(
            Member(database, host, self.etcd[host])
            for database in drill.network.databases.values()
            for host in self.hosts
        )

    def up(self) -> None:
        """Set all up, with the primaries where jbnet's are."""
        passwords = {role: secrets.token_hex(16) for role in ("superuser", "replication", "rewind")}
        for host in self.hosts:
            self._lay_out(host, passwords)
        for name in self.etcd:
            self._start_etcd(name)
        for host in self.hosts:
            self._start(host)
            wait(lambda: all(map(self._has_leader, self.drill.network.databases)), "leaders", SETTLING_S)
        for member in self.members:
            if member.host == self.drill.host:
                self._make_table(member)
        self.await_leader(self.drill.host)

    def boot(self, host: str) -> None:
        """Give a host power, and have all of it started as systemd would."""
        self.drill.lab.boot(host)
        self.drill.await_reachable(host)
        self._start_etcd(host)
        self._start(host)

    def switch_over(self, candidate: str) -> None:
        """Move all databases at the same time, by ``patronictl switchover``."""
        running = [
            subprocess.Popen(
                self.drill.lab.inside(self.drill.standby, self._ctl(name, "switchover", *_to(candidate))),
                env=self.drill.lab.environment(device_side=True), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
            for name in self.drill.network.databases
        ]  # fmt: skip
        said = [process.communicate(timeout=SETTLING_S)[0] for process in running]
        assert not any(process.returncode for process in running), said

    def adopt(self, preset: Preset) -> None:
        """Have all live by a preset; returns when the leaders hold their keys for as long as it says."""
        changes = [word for name, value in preset.settings().items() for word in ("-s", f"{name}={value}")]
        for name in self.drill.network.databases:
            self._say(name, "edit-config", "--force", *changes)
        wait(lambda: all(self._granted(n) == preset.ttl for n in self.drill.network.databases), "keys", SETTLING_S)

    def await_leader(self, host: str) -> None:
        """Wait until a host leads all databases and the other follows, synchronously where it shall."""
        wait(lambda: all(self._settled(name, host) for name in self.drill.network.databases), "Patroni", SETTLING_S)

    def present(self, database: str, client: str) -> set[int]:
        """Return which rows of a client the standby site's server has."""
        member = next(m for m in self.members if (m.database.name, m.host) == (database, self.drill.standby))
        said = self._sql(member, database, f"SELECT n FROM client_writes WHERE client = '{client}'")
        return set(map(int, said.split()))

    def version(self) -> str:
        """Return what of Patroni and etcd was measured."""
        patroni = self._say(next(iter(self.drill.network.databases)), "version").split()[-1]
        etcd = subprocess.run(["etcd", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
        return f"Patroni {patroni}, etcd {etcd}"

    @contextmanager
    def writing(self, record: Path) -> Iterator[None]:
        """Have the client of a community write meanwhile, and both sites tried from there and from the NOC."""
        passfile = str(wiring.client_passfile(self.drill.state))
        places = [f"{m.database.name}={m.address}:{m.port}" for m in self.members]
        common = ["--client", record.name, "--passfile", passfile]
        client = [str(Path(__file__).with_name("patroni_client.py")), "--record", str(record), "--every", "0.005"]
        running = [self._popen(self.drill.community, [*client, *common, *places])]
        for at in (self.drill.community, self.drill.network.noc or ""):
            probe = ["-m", "jbnet.lab.client.probe", "--record", f"{record}-probe-{at}", "--every", "0.1"]
            running.append(self._popen(at, [*probe, *common[:1], f"{record.name}-{at}", *common[2:], *places]))
        try:
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(20)

    def _popen(self, device: str, argv: list[str]) -> subprocess.Popen[bytes]:
        return self.drill.lab.popen(device, [sys.executable, *argv], cwd=ROOT)

    def _lay_out(self, host: str, passwords: Mapping[str, str]) -> None:
        tree = self.drill.lab.paths.tree(host)
        shutil.copytree(environment(), tree / HOME[1:])
        folder = tree / SETTINGS[1:]
        folder.mkdir()
        for member in self.members:
            if member.host == host:
                text = yaml.safe_dump(member.settings(self.etcd.values(), passwords))
                (folder / f"{member.database.name}.yaml").write_text(text, encoding="utf-8")
        self.drill.run_in(host, "sh", "-c", f"chown -R postgres: {SETTINGS} && chmod -R go= {SETTINGS}")
        self.drill.run_in(host, "install", "-d", "-o", "postgres", "-m", "700", DATA)

    def _start_etcd(self, device: str) -> None:
        self._detached(device, settings.etcd_arguments(device, self.etcd), "/var/log/etcd-patroni.log")

    def _start(self, host: str) -> None:
        for name in self.drill.network.databases:
            argv = [*AS_POSTGRES, *WITH_PACKAGES, "-m", "patroni", f"{SETTINGS}/{name}.yaml"]
            self._detached(host, argv, f"/var/log/patroni-{name}.log")

    def _detached(self, device: str, argv: Iterable[str], log: str) -> None:
        self.drill.run_in(device, "sh", "-c", f"cd / && setsid -f {shlex.join(argv)} </dev/null >>{log} 2>&1")

    def _ctl(self, database: str, *words: str) -> list[str]:
        command = [*WITH_PACKAGES, f"{HOME}/bin/patronictl", "-c", f"{SETTINGS}/{database}.yaml"]
        return [*command, words[0], *([] if words[0] == "version" else [database]), *words[1:]]

    def _say(self, database: str, *words: str) -> str:
        return self.drill.run_in(self.drill.standby, *self._ctl(database, *words))

    def _has_leader(self, database: str) -> bool:
        return '"Leader"' in self._listed(database)

    def _settled(self, database: str, leader: str) -> bool:
        waits = self.drill.network.databases[database].replication is not Replication.ASYNC
        listed = self._listed(database)
        return bool(listed) and settings.settled(listed, leader, synchronous=waits)

    def _listed(self, database: str) -> str:
        """Return what ``patronictl list`` says, nothing while it cannot."""
        done = self.drill.lab.run(self.drill.standby, self._ctl(database, "list", "--format", "json"))
        return done.stdout if done.returncode == 0 else ""

    def _granted(self, database: str) -> int:
        """Return for how many seconds the leader's key is granted; 0 when nobody holds it."""
        url = f"http://{self.etcd[self.drill.standby]}:{settings.CLIENT_PORT}"
        argv = (HOSTS_PYTHON, "-I", "-c", GRANTED, url, f"/service/{database}/leader")
        return int(self.drill.run_in(self.drill.standby, *argv).strip() or 0)

    def _make_table(self, member: Member) -> None:
        password = SecretsFile(self.drill.state / "secrets.yaml").get(CLIENT_SECRET).reveal()
        name = member.database.name
        self._sql(member, "postgres", TABLE.format(client=CLIENT, password=password, database=name))

    def _sql(self, member: Member, database: str, statements: str) -> str:
        where = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", DATA, "-p", str(member.port), "-d", database]
        done = self.drill.lab.run(member.host, [*AS_POSTGRES, *where], stdin=statements)
        assert done.returncode == 0, done.stderr
        return done.stdout


def environment() -> Path:
    """Return the folder with Patroni's packages, made when it is missing; for the Python that the lab's hosts have."""
    if not (ENVIRONMENT / "bin" / "patronictl").exists():
        pip = [sys.executable, "-m", "pip", "--python", HOSTS_PYTHON, "install", "-q", "--target", str(ENVIRONMENT)]
        subprocess.run([*pip, PEER], check=True)
    return ENVIRONMENT


def _to(candidate: str) -> tuple[str, ...]:
    return ("--candidate", candidate, "--force")
