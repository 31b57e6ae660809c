"""The application level in a whole recovery: payers in townships, both sites' application hosts, receipts that count.

A lab of its own, of scale applications. In the first recovery payments wait for nobody (declared so here) and three
hundred transactions a second go beside them: receipts are lost, and have to be those that are reported. In the second
all is as shipped, and the applications at Golmud do not run until the recovery has started them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Collected, copy_workspace
from fault_drill import ThereAndBack, judged, printed
from faults_hosts import Killed
from load_drill import Load, ask, lay_ledger, reported
from payers import Payers, longest, lost, objectives, reconciled, said_at
from recovery_drill import Drill, wait

from jbnet import wiring
from jbnet.lab import faults

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]
SCALE, PAYING = "applications", "insurance"
APP1, APP2 = "xining-dc-app1", "golmud-dc-app1"
PLACES = ("chengdong-lejiawan-jinqiaolu-r1", "golmud-kunlunlu-r1")
SERVICES = "inventory/services.yaml"
FAILOVER = "dr/runbooks/failover.yaml"
IN_ORDER = ["insurance", "card", "exchange", "employment", "portal", "call-centre", "supervision"]
SYNCHRONOUS = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')"
PIDFILE = ("--pidfile", "/run/jbnet-app.pid")
STOP = ("start-stop-daemon", "--stop", "--retry", "10", *PIDFILE)
START = ("start-stop-daemon", "--start", "--background", "--make-pidfile", *PIDFILE, "--chuid", "jbnet-app",
         "--exec", "/usr/bin/python3", "--", "/opt/jbnet-app/jbnet-app.py", "/etc/opt/jbnet-app")  # fmt: skip


def waiting_for_nobody(workspace: Path) -> None:
    """Declare that payments do not wait for Golmud's standby, and promises that are true of it."""
    path = workspace / SERVICES
    shipped = path.read_text(encoding="utf-8")
    path.write_text(shipped.replace("{sync-remote: block}", "async").replace("rpo_s: 0", "rpo_s: 60"), encoding="utf-8")


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """The lab with databases and, at both sites, applications."""
    workspace = copy_workspace(tmp_path_factory.mktemp(SCALE))
    waiting_for_nobody(workspace)
    lab = wiring.lab(workspace, workspace / ".jbnet")
    try:
        assert lab.up(wiring.load_scale(workspace, SCALE), SCALE, Collected(), deployed=True)
        found = Drill(workspace, lab)
        for device in (found.host, found.standby, APP1, APP2, *PLACES):
            found.await_reachable(device)
        found.jbnet("databases", "set-up")
        set_up(found, APP1, APP2)
        yield found
        found.jbnet("dr", "verify")
    finally:
        lab.down()


def set_up(drill: Drill, *hosts: str) -> None:
    """Set the applications of hosts up, as people do; all of them have to be well."""
    done = drill.jbnet("playbook", "application", "+".join(f"device:{host}" for host in hosts))
    states = {h["host"]: h["found"] for h in json.loads(done.stdout.splitlines()[-1])["data"]["hosts"]}
    declared = {app.name for app in drill.network.applications.values() if app.port is not None}
    assert states == {host: dict.fromkeys(declared, "up") for host in hosts}


def start(drill: Drill, host: str) -> None:
    """Start the applications of a host that was set up, and wait until they answer."""
    drill.run_in(host, *START)
    drill.run_in(host, "/usr/bin/python3", "/opt/jbnet-app/jbnet-app.py", "/etc/opt/jbnet-app", "--look", "20")


def boot_applications(drill: Drill) -> None:
    """Give Xining's application host its power back; systemd, which the lab has not, would start the applications."""
    drill.lab.boot(APP1)
    drill.await_reachable(APP1)
    start(drill, APP1)


def checked(drill: Drill) -> dict[str, tuple[str, str]]:
    """What `jbnet dr check` says of the applications: level, and what was found."""
    said = json.loads(drill.jbnet("dr", "check", codes=(0, 1, 3)).stdout.splitlines()[-1])["data"]
    return {c["subject"]: (c["level"], str(c["found"])) for c in said["checks"] if c["check"] == "application"}


def took_part(drill: Drill, execution: str, host: str) -> None:
    """The applications came back in their declared order, each answers at this host, and one took a payment there."""
    journal = [json.loads(line) for line in drill.journal(execution).split("\n")[:-1]]
    said = [entry["data"].get("evidence", {}) for entry in journal if entry["subject"] == "verify-applications"]
    evidence = next(found for found in said if "payment" in found)
    assert [one["application"] for one in evidence["back"]] == IN_ORDER
    assert evidence["applications"] == {name: {host: "up"} for name in IN_ORDER}
    assert evidence["host"] == host
    payment = said_at(drill, APP2, f"/payments/{evidence['payment']}")
    assert (payment["service"], payment["amount"]) == ("jbnet-verify", 1)


def test_the_releases_at_both_sites_are_compared(drill: Drill) -> None:
    same = checked(drill)
    assert set(same) == set(drill.network.applications)
    assert {level for level, _ in same.values()} == {"green"}, same
    drill.run_in(APP2, "sh", "-c", "echo '# another release' >> /opt/jbnet-app/jbnet_app_ledger.py")
    drill.run_in(APP2, *STOP)
    start(drill, APP2)
    other = checked(drill)
    assert {level for level, _ in other.values()} == {"red"}, other
    assert all(APP1 in found and APP2 in found for _, found in other.values())
    set_up(drill, APP2)
    assert checked(drill) == same


@dataclass
class ApplicationsToo(ThereAndBack):
    """Golmud's lines carry nothing for a while; then the primary's databases and its application host have no power.

    Payers see all of it, and what they saw is kept: of the way there, and of the way back.
    """

    killed: Killed
    name: str = "applications too"
    there: Payers | None = None
    back: Payers | None = None
    moves: list[str] = field(default_factory=list)

    @property
    def how(self) -> str:
        return f"{self.killed.how}; the application host with it"

    def through(self, drill: Drill, load: Load) -> str | None:
        before = len(drill.executions())
        self.there = Payers(drill, "there", PLACES)
        try:
            self.there.await_receipts(APP1)
            moved = super().through(drill, load)
            assert self.back is not None
            self.back.await_receipts()
        finally:
            for payers in (self.there, self.back):
                if payers is not None:
                    payers.close()
        self.moves = [str(one["execution"]) for one in drill.executions()[before:]]
        return moved

    def inflict(self, drill: Drill) -> None:
        self.killed.inflict(drill)
        drill.lab.kill(APP1)
        assert self.there is not None
        self.there.await_failures()

    def mend(self, drill: Drill) -> None:
        assert self.there is not None
        self.there.await_receipts(APP2)
        self.there.close()
        self.back = Payers(drill, "back", PLACES)
        self.killed.mend(drill)
        boot_applications(drill)
        self.back.await_receipts()


def test_receipts_that_a_failover_lost_are_those_that_are_reported(drill: Drill, tmp_path: Path) -> None:
    lay_ledger(drill)
    fault = ApplicationsToo(Killed(1.0, 2.0, faults.SILENT, power=True))
    outcome = judged(drill, fault, 0, tmp_path)
    print(f"\n{printed([outcome])}")
    assert outcome.two_writers_ms == 0
    assert fault.there is not None
    assert fault.back is not None
    there, back = fault.there.measured(), fault.back.measured()
    listed = reported(drill, fault.moves[0], tmp_path / "there.json")
    named = fault.there.of_these(listed["production"])
    missing = lost(there)
    print(f"payers: {len(fault.there.numbers('acked'))} receipts, {len(missing)} of them lost, {len(named)} reported")
    assert missing, "nothing was lost: this test shows nothing"
    assert named - fault.there.numbers("failed") - fault.there.numbers("sent") == missing
    assert lost(back) == frozenset(), "the way back loses nothing"
    print(f"there\n{objectives(drill, PAYING, longest(there))}\nback\n{objectives(drill, PAYING, longest(back))}")
    services_kept(drill, fault.there, fault.moves[0], tmp_path)
    took_part(drill, fault.moves[0], APP2)
    took_part(drill, fault.moves[1], APP1)
    settled(drill, fault.there.of_these(listed["production"]), fault.there.of_these(listed["exchange"]))


def services_kept(drill: Drill, payers: Payers, execution: str, folder: Path) -> None:
    """The signed report, made with what a payer saw, has its time, and no service of it missed what it promises."""
    client = next(iter(payers.clients))
    measured, path = folder / "measured.json", folder / "with-payer.json"
    measured.write_text(json.dumps(payers.document(client)), encoding="utf-8")
    drill.jbnet("dr", "report", execution, "-o", str(path), "--measured", str(measured))
    report = json.loads(path.read_bytes())
    seen = next(one for one in report["databases"] if one["name"] == payers.database)
    assert seen["rto"]["seconds"] == payers.measured()[client]["rto_s"]
    verdicts = {one["name"]: (one["rto"]["verdict"], one["rpo"]["verdict"]) for one in report["services"]}
    assert not [name for name, both in verdicts.items() if "missed" in both], verdicts


def settled(drill: Drill, gone: frozenset[str], untold: frozenset[str]) -> None:
    """At the end the ledger's sums hold, and people and messages are told of what databases lost each by itself."""
    found = reconciled(drill, APP2)
    counted = {name: len(numbers) for name, numbers in found.items()}
    print(f"{counted} of {len(gone)} payments and {len(untold)} messages")
    assert set(found["without_payment"]) <= gone, "somebody was told of a payment that nobody reported as lost"
    assert set(found["sent_again"]) <= untold
    assert reconciled(drill, APP2) == {**found, "sent_again": []}
    wait(
        lambda: numbers(drill, "production", "payments") <= numbers(drill, "exchange", "messages"), "all to be told of"
    )
    told_alone = numbers(drill, "exchange", "messages") - numbers(drill, "production", "payments")
    assert told_alone == set(found["without_payment"])
    for host in (APP1, APP2):
        ledger = said_at(drill, host, "/ledger")
        assert (ledger["sum"], ledger["unsound"]) == (0, 0)
        assert ledger["payments"] > 0


def numbers(drill: Drill, database: str, table: str) -> frozenset[str]:
    """The numbers in a table of the application, as the database's leader has them."""
    rows = ask(drill, drill.leaders()[database], database, f"SELECT number FROM jbnet_app.{table}")
    return frozenset(rows.split())


def starting_applications(workspace: Path) -> Path:
    """Write the runbook of a site where applications do not run: a step before they are asked starts them."""
    runbook = yaml.safe_load((workspace / FAILOVER).read_text(encoding="utf-8"))
    last = next(step for step in runbook["steps"] if step["name"] == "verify-applications")
    running = ["pgrep", "-u", "jbnet-app"]
    begin = {
        "name": "start-applications",
        "action": "command",
        "needs": last["needs"],
        "params": {"host": APP2, "do": ["sudo", *START], "probe": running, "verify": [*running]},
        "timeout": 30,
        "on_fail": "ask",
    }
    last["needs"] = [begin["name"]]
    runbook["steps"].insert(runbook["steps"].index(last), begin)
    path = workspace / "dr/runbooks/failover-cold.yaml"
    path.write_text(yaml.safe_dump(runbook, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def test_as_shipped_no_receipt_is_lost_and_applications_that_do_not_run_are_started(
    drill: Drill, tmp_path: Path
) -> None:
    shutil.copy(ROOT / SERVICES, drill.workspace / SERVICES)
    drill.jbnet("databases", "set-up")
    wait(lambda: ask(drill, drill.host, "production", SYNCHRONOUS) == "1", "payments to wait for Golmud's standby")
    unpaid = frozenset(reconciled(drill, APP2)["without_payment"])
    drill.run_in(APP2, *STOP)
    there, back = Payers(drill, "there-shipped", PLACES), Payers(drill, "back-shipped", PLACES)
    try:
        there.await_receipts(APP1)
        for device in (drill.host, APP1):
            drill.lab.kill(device)
        there.await_failures()
        moved = drill.carried_out("failover", "--runbook", str(starting_applications(drill.workspace)))
        there.await_receipts(APP2)
        there.close()
        took_part(drill, moved, APP2)
        drill.lab.boot(drill.host)
        drill.await_reachable(drill.host)
        boot_applications(drill)
        home = drill.carried_out("failback")
        back.await_receipts()
    finally:
        there.close()
        back.close()
    took_part(drill, home, APP1)
    seen = {**there.measured(), **back.measured()}
    assert lost(seen) == frozenset()
    listed = reported(drill, moved, tmp_path / "shipped.json")
    assert there.of_these(listed["production"]) <= there.numbers("failed") | there.numbers("sent")
    print(f"payers\n{objectives(drill, PAYING, longest(seen))}")
    settled(drill, unpaid, there.of_these(listed["exchange"]) | back.of_these(listed["exchange"]))
    assert {level for level, _ in checked(drill).values()} == {"green"}
