"""Recover: the primary site's database host loses power while a township writes; failover, then failback."""

from __future__ import annotations

import subprocess
import time
from typing import Any

from jbnet.cli.demo.client import Outside
from jbnet.cli.demo.events import Event, Events
from jbnet.cli.demo.people import People
from jbnet.cli.demo.stage import Stagehand
from jbnet.cli.demo.waiting import wait_for
from jbnet.model.errors import CommandFailed
from jbnet.model.text import text
from jbnet.recovery.modes import waits_for_remote

STARTED_BY = "demo-operator"
PATIENCE_S = 240.0
CALM_WRITES = 20
"""Acknowledged writes to every database before something is broken, and after something was mended."""


def stages(hand: Stagehand) -> None:
    """Set the databases up, let a township write, kill the host, fail over, fail back."""
    _, picks, _ = hand.built
    with hand.board.stage("databases", "three databases with standbys at the other site") as stage:
        done = hand.runner.json("databases", "set-up")["data"]
        hand.board.measured(stage, "{changed} tasks changed something", changed=len(done["changed"]))
    people = People.make(hand.folder / "people", hand.runner.state / "people")
    outside = Outside(hand)
    with hand.board.stage("writes", "{client} writes to all databases", client=picks.client):
        outside.start()
        outside.await_writes(CALM_WRITES)
    host = _primary_host(hand)
    _failover(hand, outside, people, host)
    lost_before = hand.summary["failover"]["lost_ids"]
    _failback(hand, outside, people, host, lost_before)
    outside.stop()
    hand.summary["failback"]["two_writers"] = outside.two_writers() - hand.summary["failover"]["two_writers"]


def _failover(hand: Stagehand, outside: Outside, people: People, host: str) -> None:
    network, picks, lab = hand.built
    with hand.board.stage("failover", "{host} loses power; failover", host=host) as stage:
        time.sleep(picks.kill_after_s)
        began = time.monotonic()
        lab.kill(host)
        outside.await_failures(began)
        execution = _carry_out(hand, people, "failover")
        outside.await_writes(CALM_WRITES, since=time.monotonic())
        measured = hand.runner.json(*outside.measure_arguments(began))["data"]["databases"]
        synchronous = [name for name, database in network.databases.items() if waits_for_remote(database.replication)]
        figures = _figures(measured) | {"execution": execution, "host": host, "synchronous": synchronous}
        hand.summary["failover"] = figures | {"two_writers": outside.two_writers()}
        _tell(hand, stage, figures)


def _failback(hand: Stagehand, outside: Outside, people: People, host: str, before: dict[str, list[int]]) -> None:
    _, _, lab = hand.built
    with hand.board.stage("failback", "{host} has power again; failback", host=host) as stage:
        began = time.monotonic()
        lab.boot(host)
        execution = _carry_out(hand, people, "failback")
        outside.await_writes(CALM_WRITES, since=time.monotonic())
        outside.stop_writing()
        measured = hand.runner.json(*outside.measure_arguments(began))["data"]["databases"]
        figures = _figures(measured) | {"execution": execution}
        figures["lost"] = {name: len(set(ids) - set(before[name])) for name, ids in figures["lost_ids"].items()}
        hand.summary["failback"] = figures
        _tell(hand, stage, figures)


def _carry_out(hand: Stagehand, people: People, runbook: str) -> str:
    """Start a runbook, approve it with two people's keys when it asks, wait for its end; return the execution."""
    events = Events(hand.runner.start("dr", runbook, "--as", STARTED_BY))
    asked = events.wait(_asks, text("the request for approval"), PATIENCE_S)
    execution = str(asked["data"].get("execution") or _execution(hand))
    signing = [hand.runner.start("dr", "approve", execution, "--yes", "--key", str(key)) for key in people.keys]
    for process in signing:
        if process.wait(PATIENCE_S) != 0:
            raise CommandFailed("an approval was not taken", hint=text("{detail}", detail=hand.runner.tail()))
    try:
        code = events.finish(PATIENCE_S)
    except subprocess.TimeoutExpired as error:
        raise CommandFailed("{runbook} did not end in {seconds} s", runbook=runbook, seconds=PATIENCE_S) from error
    if code != 0:
        raise CommandFailed(
            "{runbook} ended with exit code {code}",
            runbook=runbook,
            code=code,
            hint=text("{detail}", detail=hand.runner.tail()),
        )
    return execution


def _execution(hand: Stagehand) -> str:
    """Return the name of the execution that waits."""
    waiting = wait_for(
        lambda: [e for e in hand.runner.json("dr", "status")["data"]["executions"] if e["state"] == "waiting"],
        text("an execution that waits for approval"),
        PATIENCE_S,
    )
    return str(waiting[-1]["execution"])


def _asks(event: Event) -> bool:
    return bool(event["event"] == "dr.approval.needed")


def _primary_host(hand: Stagehand) -> str:
    """Return the host that leads the databases as declared."""
    network, _, _ = hand.built
    return next(iter(network.databases.values())).primary


def _figures(measured: dict[str, Any]) -> dict[str, Any]:
    """Return what counts of the client's record, by database."""
    return {
        "rto_s": {name: _rounded(found["rto_s"]) for name, found in measured.items()},
        "lost": {name: len(found["lost_ids"]) for name, found in measured.items()},
        "lost_ids": {name: found["lost_ids"] for name, found in measured.items()},
        "acknowledged": {name: found["acknowledged"] for name, found in measured.items()},
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def _tell(hand: Stagehand, stage: Any, figures: dict[str, Any]) -> None:
    for name, seconds in figures["rto_s"].items():
        hand.board.measured(
            stage,
            "{database}: {seconds} s without writes, {lost} of {acknowledged} acknowledged transactions lost",
            database=name,
            seconds=seconds,
            lost=figures["lost"][name],
            acknowledged=figures["acknowledged"][name],
        )
