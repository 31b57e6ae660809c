"""A recovery as people carry it out on a lab: an office that writes, a command that recovers, two who approve."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jbnet import wiring
from jbnet.cli.demo.events import Events
from jbnet.cli.demo.people import People
from jbnet.lab.client.probe import two_writers
from jbnet.lab.lab import Lab
from jbnet.model.network import Level, Network
from jbnet.model.text import text
from jbnet.recovery.copies import lines_of

PATIENCE_S = 240.0
WRITES = 10


class Office:
    """The client and the two-site probe, in the network of a community; their records are what is believed."""

    def __init__(self, drill: Drill, name: str):
        self.name = name
        self.drill = drill
        self.folder = drill.workspace / "office" / name
        self.folder.mkdir(parents=True)
        databases = drill.network.databases.values()
        holders = [(d, host) for d in databases for host in (d.primary, d.standby)]
        through = [f"{d.name}={d.service_address}:{d.port}" for d in databases]
        direct = [f"{d.name}={drill.network.devices[host].loopback}:{d.port}" for d, host in holders]
        self.running = [
            self._start("jbnet.lab.client", "client", through),
            self._start("jbnet.lab.client.probe", "probe", [*direct, "--every", "0.2"]),
        ]

    def _start(self, module: str, record: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        passfile = wiring.client_passfile(self.drill.state)
        options = ["--record", str(self.folder / record), "--client", self.name, "--passfile", str(passfile)]
        netns = self.drill.lab.netns(self.drill.community)
        argv = ["nsenter", f"--net={netns}", "--", sys.executable, "-m", module, *options, *arguments]
        return subprocess.Popen(argv)

    def lines(self, record: str) -> list[dict[str, Any]]:
        """Return a record's events; a torn last line is left out."""
        path = self.folder / record
        content = path.read_text() if path.exists() else ""
        return [json.loads(line) for line in content.split("\n")[:-1]]

    def await_writes(self) -> None:
        """Wait until every database acknowledged some writes from now on."""
        since = time.monotonic()
        wait(lambda: self._count("acked", since) >= WRITES, "writes to be acknowledged")

    def await_failures(self) -> None:
        """Wait until a write to every database failed, from now on."""
        since = time.monotonic()
        wait(lambda: self._count("failed", since) > 0, "writes to fail")

    def _count(self, event: str, since: float) -> int:
        found = [line["db"] for line in self.lines("client") if line["event"] == event and line["t"] >= since]
        return min(found.count(name) for name in self.drill.network.databases)

    def close(self) -> None:
        """End both, politely."""
        for process in self.running:
            process.terminate()
        for process in self.running:
            assert process.wait(20) == 0

    def measured(self) -> dict[str, Any]:
        """Return what ``jbnet databases measure`` says of the record, by database."""
        done = self.drill.jbnet("databases", "measure", "--record", str(self.folder / "client"), "--client", self.name)
        return dict(json.loads(done.stdout.splitlines()[-1])["data"]["databases"])

    def two_writers(self) -> int:
        """Count the instants at which both hosts accepted a write."""
        return two_writers((self.folder / "probe").read_text().split("\n")[:-1])


class Drill:
    """The lab of a workspace, with its configurations deployed and its databases up."""

    def __init__(self, workspace: Path, lab: Lab):
        self.workspace = workspace
        self.state = workspace / ".jbnet"
        self.lab = lab
        self.network: Network = wiring.load_network(workspace, self.state)
        self.people = People.make(workspace / "people", self.state / "people")
        first = next(iter(self.network.databases.values()))
        self.host, self.standby = first.primary, first.standby
        low = self._at(Level.TOWNSHIP, Level.COMMUNITY) or self._at(Level.COUNTY)
        self.community = low[0]
        self.farthest = low[-1]

    def _at(self, *levels: Level) -> list[str]:
        """Return the devices at sites of these levels; the backbone has none below the county."""
        sites = self.network.sites
        return [d.name for d in self.network.devices.values() if d.site and sites[d.site].level in levels]

    def jbnet(self, *arguments: str, codes: Sequence[int] = (0,)) -> subprocess.CompletedProcess[str]:
        """Run jbnet to its end."""
        done = subprocess.run(self._argv(*arguments), capture_output=True, text=True, timeout=PATIENCE_S)
        assert done.returncode in codes, (arguments, done.returncode, done.stderr[-2000:])
        return done

    def _argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "jbnet", "-C", str(self.workspace), "--json", *arguments]

    def _signing(self, execution: str, key: Path) -> list[str]:
        return self._argv("dr", "approve", execution, "--yes", "--key", str(key))

    def start(self, *arguments: str) -> Events:
        """Start jbnet and read its events."""
        log = (self.workspace / "recovery.log").open("a")
        return Events(subprocess.Popen(self._argv(*arguments), stdout=subprocess.PIPE, stderr=log, text=True))

    def asked_for(self, events: Events) -> str:
        """Wait until approvals are asked for; return the execution."""
        events.wait(lambda e: e.get("event") == "dr.approval.needed" or "ok" in e, text("request"), 2 * PATIENCE_S)
        assert events.find(lambda e: "ok" in e) is None, events.seen[-1]
        return str(next(e["subject"] for e in events.seen if e.get("event") == "dr.started"))

    def approve(self, events: Events) -> str:
        """Wait for the request and let both people sign; return the execution."""
        execution = self.asked_for(events)
        for key in self.people.keys:
            self.jbnet("dr", "approve", execution, "--yes", "--key", str(key))
        return execution

    def recover(self, runbook: str) -> int:
        """Carry a runbook out to its end; return the exit code."""
        events = self.start("dr", runbook, "--as", "operator")
        self.approve(events)
        return events.finish(PATIENCE_S)

    def carry_out(self, runbook: str) -> None:
        """Carry a runbook out; a failure shows what was said and where it stood."""
        code = self.recover(runbook)
        assert code == 0, f"{(self.workspace / 'recovery.log').read_text()[-3000:]}\n{self.executions()[-1]}"

    def carried_out(self, runbook: str, *arguments: str) -> str:
        """Carry a runbook out, signed by both people at the same time; return the execution."""
        with self.under_way(runbook, *arguments) as (events, execution):
            code = events.finish(2 * PATIENCE_S)
            assert code == 0, f"{(self.workspace / 'recovery.log').read_text()[-3000:]}\n{self.executions()[-1]}"
        return execution

    @contextmanager
    def under_way(self, runbook: str, *arguments: str) -> Iterator[tuple[Events, str]]:
        """Start a runbook and let both people sign at the same time; what is left of it at the end is ended."""
        events = self.start("dr", runbook, *arguments, "--as", "operator")
        try:
            yield events, self.signed_by_both(events)
        finally:
            if events.process.poll() is None:  # it failed: what goes on would be in the way of whatever comes next
                events.process.terminate()

    def signed_by_both(self, events: Events, read_s: float = 0.0) -> str:
        """Wait for the request; return the execution once both people, who read it for so long, have signed."""
        execution = self.asked_for(events)
        time.sleep(read_s)
        signing = [
            subprocess.Popen(self._signing(execution, key), stdout=subprocess.DEVNULL) for key in self.people.keys
        ]
        assert [signs.wait(PATIENCE_S) for signs in signing] == [0] * len(signing)
        return execution

    def ended(self, execution: str) -> str:
        """Resume an execution, once, unless it has ended; return how it stands."""
        standing = self.executions()[-1]
        assert standing["execution"] == execution
        if standing["state"] not in ("done", "undone"):
            self.jbnet("dr", "resume", execution, codes=(0, 3, 4))
        return str(self.executions()[-1]["state"])

    def bring_home(self) -> None:
        """Bring back the databases that lead at the standby site."""
        away = [name for name, host in self.leaders().items() if host == self.standby]
        if away:
            self.carried_out("failback", *(word for name in away for word in ("--database", name)))

    def killed_at(self, step: str, runbook: str = "failover") -> str:
        """Start a runbook and end it with SIGKILL when a step begins; return the execution."""
        events = self.start("dr", runbook, "--as", "operator")
        execution = self.approve(events)
        events.wait(
            lambda e: e.get("event") == "dr.step.started" and str(e["subject"]).startswith(step),
            text("step"),
            PATIENCE_S,
        )
        events.process.kill()
        events.finish(PATIENCE_S)
        return execution

    def deploy(self) -> None:
        """Deploy the configurations, unless they are."""
        planned = json.loads(self.jbnet("plan").stdout.splitlines()[-1])["data"]
        if planned["changes"]:
            self.jbnet("apply", planned["hash"])

    def leaders(self) -> dict[str, str]:
        """Return which host leads each database, by what the servers say."""
        return dict(self.leading())

    def leading(self) -> list[tuple[str, str]]:
        """Return every database with a host whose server says that it leads."""
        servers = {
            (name, host): self.lab.run(host, self._ask_recovery(database.port)).stdout
            for name, database in self.network.databases.items()
            for host in (database.primary, database.standby)
        }
        return [place for place, answer in servers.items() if answer.strip() == "f"]

    @staticmethod
    def _ask_recovery(port: int) -> tuple[str, ...]:
        where = ("-h", "/var/lib/postgresql/15", "-p", str(port), "-d", "postgres")
        return ("runuser", "-u", "postgres", "--", "psql", "-XqAt", *where, "-c", "SELECT pg_is_in_recovery()")

    def running_servers(self, host: str) -> str:
        """Return the server processes of a host, empty when there are none."""
        return self.lab.run(host, ("pgrep", "-x", "postgres")).stdout

    def console(self, device: str, script: str) -> str:
        """Run a shell script as the databases' account in a device."""
        return self.run_in(device, "runuser", "-u", "postgres", "--", "sh", "-c", script)

    def lines_of(self, home: str) -> list[str]:
        """Return the circuits that join a location to the rest."""
        at_home = {device.name for device in self.network.devices.values() if device.home == home}
        ends = {name: {c.a.device, c.z.device} & at_home for name, c in self.network.circuits.items()}
        return [name for name, found in ends.items() if len(found) == 1]

    def await_reachable(self, device: str) -> None:
        """Wait until a device answers at the NOC again."""
        address = str(self.network.devices[device].loopback)
        noc = self.network.noc or ""
        wait(lambda: self.lab.run(noc, ("ping", "-c1", "-W1", address)).returncode == 0, f"{device} to answer")

    def run_in(self, device: str, *argv: str) -> str:
        """Run a command as root in a device, as at its console."""
        done = self.lab.run(device, argv)
        assert done.returncode == 0, done
        return done.stdout

    def journal(self, execution: str) -> str:
        """Return the journal of an execution as a copy has it."""
        return lines_of(wiring.executions(self.state).journal(execution).entries())

    def copy_of_journal(self, execution: str) -> str:
        """Return the copy that the NOC has."""
        assert self.network.noc is not None
        return self.run_in(self.network.noc, "cat", f"/home/netops/jbnet-journals/{execution}.jsonl")

    def executions(self) -> list[dict[str, Any]]:
        """Return where all executions stand, oldest first."""
        return list(json.loads(self.jbnet("dr", "status").stdout)["data"]["executions"])


def wait(holds: Callable[[], bool], what: str, seconds: float = 90.0) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.1)
