"""Payers in the townships: clients of the sample application at both sites; their records are believed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from load_drill import Record
from recovery_drill import Drill, wait

EVERY_S = "0.05"
ENOUGH = 10
GET = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=20).read().decode())"


class Payers:
    """One payer at each place, and what each wrote down. A number is ``CLIENT/N``; ``name`` is new for every run."""

    def __init__(self, drill: Drill, name: str, places: Sequence[str], application: str = "insurance"):
        self.drill = drill
        self.application = drill.network.applications[application]
        self.database = self.application.databases[0]
        self.folder = drill.workspace / "payers" / name
        self.folder.mkdir(parents=True)
        self.clients = {f"{name}-{place}": place for place in places}
        self._records = {client: Record(self.folder / client) for client in self.clients}
        self._running = [self._start(client, place) for client, place in self.clients.items()]

    def _start(self, client: str, place: str) -> subprocess.Popen[bytes]:
        devices, port = self.drill.network.devices, self.application.port
        doors = ",".join(f"{devices[host].loopback}:{port}" for host in self.application.hosts)
        given = ("--record", str(self.folder / client), "--client", client, "--every", EVERY_S)
        program = [sys.executable, "-m", "jbnet.lab.client.payer", *given, f"{self.database}={doors}"]
        return subprocess.Popen(["nsenter", f"--net={self.drill.lab.netns(place)}", "--", *program])

    def await_receipts(self, host: str | None = None) -> None:
        """Wait until each got some receipts (from this host), from now on."""
        loopback = None if host is None else str(self.drill.network.devices[host].loopback)
        self._await("acked", f"receipts from {host or 'anybody'}", ENOUGH, loopback)

    def await_failures(self) -> None:
        """Wait until each got no receipt from anybody once, from now on."""
        self._await("failed", "payments to fail", 1, None)

    def _await(self, kind: str, what: str, times: int, host: str | None) -> None:
        since = time.monotonic()

        def some(record: Record) -> bool:
            late = [e for e in record.grown() if e["t"] >= since and e["event"] == kind]
            return sum(host in (None, event.get("host")) for event in late) >= times

        wait(lambda: all(some(record) for record in self._records.values()), what)

    def close(self) -> None:
        """End all, politely."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            assert process.wait(30) == 0
        self._running = []

    def numbers(self, kind: str) -> frozenset[str]:
        """Return the payments of which the last that was written down is this (sent, acked, failed)."""
        last = {f"{c}/{e['id']}": e["event"] for c, record in self._records.items() for e in record.grown()}
        return frozenset(number for number, event in last.items() if event == kind)

    def measured(self) -> Mapping[str, dict[str, Any]]:
        """Return what ``jbnet databases measure`` says of each record, by client."""
        return {client: self.document(client)["data"]["databases"][self.database] for client in self.clients}

    def document(self, client: str) -> dict[str, Any]:
        """Return all that ``jbnet databases measure`` says of one record."""
        given = ("--record", str(self.folder / client), "--client", client)
        return dict(json.loads(self.drill.jbnet("databases", "measure", *given).stdout.splitlines()[-1]))

    def of_these(self, listed: Sequence[Mapping[str, Any]] | None) -> frozenset[str]:
        """Return which of their payments a list of lost transactions names. None in its place: it is not known."""
        assert listed is not None, f"jbnet does not know what {self.database} lost"
        named = [number for one in listed for number in one["numbers"] if number.partition("/")[0] in self.clients]
        assert len(named) == len(set(named)), "a payment is listed twice"
        return frozenset(named)


def longest(measured: Mapping[str, Mapping[str, Any]]) -> float:
    """Return the longest outage that a payer saw, in seconds; payments that never came back fail."""
    times = [found["rto_s"] for found in measured.values()]
    assert None not in times, f"payments never came back: {measured}"
    return float(max(times))


def lost(measured: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """Return the payments with a receipt that are not there."""
    return frozenset(f"{client}/{n}" for client, found in measured.items() for n in found["lost_ids"])


def objectives(drill: Drill, application: str, rto_s: float) -> str:
    """Return the services that an application works for: what each promises beside what payers saw. Fails past one."""
    lines = []
    for service in drill.network.services.values():
        wanted = service.objective.rto_s
        if application in service.applications and wanted is not None:
            lines.append(f"  {service.name:<20} RTO {rto_s:6.1f} s of {wanted:g} s")
            assert rto_s <= wanted, lines[-1]
    assert lines, f"{application} works for no service"
    return "\n".join(lines)


def said_at(drill: Drill, host: str, path: str, application: str = "insurance") -> Any:
    """Ask an application at one host, from the NOC."""
    url = f"http://{drill.network.devices[host].loopback}:{drill.network.applications[application].port}{path}"
    return json.loads(drill.run_in(str(drill.network.noc), "python3", "-c", GET, url))


def reconciled(drill: Drill, host: str) -> dict[str, Collection[str]]:
    """Compare payments with messages on an application's host, as people do; return what it found."""
    program = ("/usr/bin/python3", "/opt/jbnet-app/jbnet-app.py", "/etc/opt/jbnet-app", "--reconcile", "24")
    done = drill.lab.run(host, ("runuser", "-u", "jbnet-app", "--", *program))
    assert done.returncode in (0, 1), done
    found: dict[str, Collection[str]] = json.loads(done.stdout)
    assert done.returncode == int(bool(found["without_payment"]))
    return found
