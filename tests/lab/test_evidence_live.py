"""The report of a real failover: its figures against a client's own record, its lists from a real log, its seal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from recovery_drill import Drill, Office

from jbnet.lab.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def drill(demo_workspace: Path, demo_lab: Lab) -> Drill:
    """The session's lab, deployed, with the databases up."""
    found = Drill(demo_workspace, demo_lab)
    found.deploy()
    found.jbnet("databases", "set-up")
    return found


@pytest.fixture
def office(drill: Drill, request: pytest.FixtureRequest) -> Iterator[Office]:
    made = Office(drill, request.node.name)
    try:
        made.await_writes()
        yield made
    finally:
        made.close()


def test_a_report_of_a_dead_primary_has_what_the_client_saw_every_lost_transaction_and_proves_itself(
    drill: Drill, office: Office, tmp_path: Path
) -> None:
    drill.lab.kill(drill.host)
    office.await_failures()
    drill.carry_out("failover")
    office.await_writes()
    failover = str(drill.executions()[-1]["execution"])
    before = report(drill, failover, tmp_path / "before.json")
    looked = {one["database"]: (one["basis"], one["count"]) for one in before["lost"]}
    assert looked.pop("production") == ("commits waited for the standby", 0), "it waited, so it lost nothing"
    assert len(looked) == len(before["databases"]) - 1
    assert {count for _, count in looked.values()} == {None}, "nobody has looked yet"
    assert all(one["rto"]["seconds"] is None for one in before["databases"]), "the outage began before the journal"

    drill.lab.boot(drill.host)
    drill.carry_out("failback")
    office.await_writes()
    where = ("--record", str(office.folder / "client"), "--client", office.name)
    (tmp_path / "measured.json").write_text(drill.jbnet("databases", "measure", *where).stdout.splitlines()[-1])
    client = json.loads((tmp_path / "measured.json").read_text())["data"]["databases"]
    found = report(drill, failover, tmp_path / "after.json", "--measured", str(tmp_path / "measured.json"))

    by_log = {one["database"]: one for one in found["lost"] if one["basis"] == "log of the old primary"}
    by_client = {one["database"]: one for one in found["lost"] if one["basis"] == "client's record"}
    for one in found["databases"]:
        name = one["name"]
        assert one["rto"]["seconds"] == client[name]["rto_s"]
        assert one["rto_of_journal"]["at_least"] is not None
        assert [lost["id"] for lost in by_client[name]["listed"]] == [str(n) for n in client[name]["lost_ids"]]
        assert by_log[name]["count"] == len(by_log[name]["listed"])
        assert by_log[name]["count"] >= client[name]["lost"], "the log has everything that a client was told of"
        assert one["rpo"]["verdict"] == "met"
    assert client["production"]["lost"] == 0, "production is synchronous"
    assert found["made"]["in_lab"] is True
    assert [journal["execution"] for journal in found["journals"]][:1] == [failover]
    assert len(found["journals"]) == 2, "the failback's journal knows what was lost"


def report(drill: Drill, execution: str, path: Path, *more: str) -> dict[str, Any]:
    """Write both forms of a report, prove both, and return the document."""
    page = path.with_suffix(".html")
    drill.jbnet("dr", "report", execution, "-o", str(path), "-o", str(page), *more)
    for one in (path, page):
        drill.jbnet("dr", "verify", str(one))
    changed = path.with_name("changed.html")
    changed.write_bytes(page.read_bytes().replace(b"</h1>", b"!</h1>", 1))
    drill.jbnet("dr", "verify", str(changed), codes=(1,))
    found = json.loads(path.read_bytes())
    assert isinstance(found, dict)
    return found
