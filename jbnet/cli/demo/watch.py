"""Watch: a circuit without a backup is cut; one incident names it, and ends by itself when it is healed."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from jbnet.cli.demo.events import Event, Events
from jbnet.cli.demo.stage import Stagehand
from jbnet.cli.demo.waiting import wait_for
from jbnet.model.text import text

PATIENCE_S = 60.0
ROUNDS_AFTER = 4
"""How many more rounds are watched after the first incident: a second one would show in them."""


def stages(hand: Stagehand) -> None:
    """Start the monitor, cut, look, heal, look."""
    with hand.board.stage("monitor", "the monitor sees the whole network"):
        events = Events(hand.runner.start("monitor"))
        events.wait(_all_well, text("all devices answer"), PATIENCE_S)
    _cut(hand, events)
    _heal(hand, events)
    hand.runner.stop(events.process)


def _cut(hand: Stagehand, events: Events) -> None:
    _, picks, _ = hand.built
    with hand.board.stage("cut", "{circuit} is cut", circuit=picks.circuit) as stage:
        before, cut_at = len(events.seen), time.time()
        hand.runner.json("lab", "cut", picks.circuit)
        opened = events.wait(_opens, text("an incident"), PATIENCE_S, before)
        last = _round(hand) + ROUNDS_AFTER
        wait_for(lambda: _round(hand) >= last, text("more rounds of the monitor"), PATIENCE_S)
        found = hand.runner.json("incidents")["data"]["incidents"]
        first = found[0] if found else {}
        hand.summary["cut"] = {
            "circuit": picks.circuit,
            "incidents": len(found),
            "root_cause": first.get("root_cause", {}).get("name"),
            "detected_s": round(datetime.fromisoformat(opened["time"]).timestamp() - cut_at, 2),
            "impacted_sites": len(first.get("sites", [])),
            "sites": first.get("sites", []),
            "services": [service["name"] for service in first.get("services", [])],
        }
        hand.board.measured(
            stage,
            "one incident: {root_cause}, after {detected_s} s, {impacted_sites} sites, {count} services",
            count=len(hand.summary["cut"]["services"]),
            **{k: hand.summary["cut"][k] for k in ("root_cause", "detected_s", "impacted_sites")},
        )


def _round(hand: Stagehand) -> int:
    """Return the number of the monitor's last round."""
    return int(hand.runner.json("status")["data"]["round"])


def _heal(hand: Stagehand, events: Events) -> None:
    _, picks, _ = hand.built
    with hand.board.stage("heal", "{circuit} is healed", circuit=picks.circuit) as stage:
        before, healed_at = len(events.seen), time.time()
        hand.runner.json("lab", "heal", picks.circuit)
        closed = events.wait(_closes, text("the incident's end"), PATIENCE_S, before)
        events.wait(_all_well, text("all devices answer again"), PATIENCE_S, before)
        left: list[Any] = hand.runner.json("incidents", "--open")["data"]["incidents"]
        hand.summary["cut"]["closed_s"] = round(datetime.fromisoformat(closed["time"]).timestamp() - healed_at, 2)
        hand.summary["cut"]["open_after_heal"] = len(left)
        hand.board.measured(
            stage, "the incident ended by itself after {seconds} s", seconds=hand.summary["cut"]["closed_s"]
        )


def _opens(event: Event) -> bool:
    return bool(event["event"] == "incident.opened")


def _closes(event: Event) -> bool:
    return bool(event["event"] == "incident.closed")


def _all_well(event: Event) -> bool:
    devices = event["data"]["devices"] if event["event"] == "state" else {}
    return bool(devices) and devices["answering"] == devices["total"]
