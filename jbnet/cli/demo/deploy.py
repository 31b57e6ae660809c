"""Deploy: from out of the box to an empty second plan; then a line typed by hand, seen and taken back."""

from __future__ import annotations

from typing import Any

from jbnet.cli.demo.stage import Stagehand
from jbnet.model.errors import CommandFailed
from jbnet.model.text import text

TYPED = "ip route 198.51.100.0/24 blackhole"  # RFC 5737, a prefix that no network uses


def stages(hand: Stagehand) -> None:
    """Plan and apply, plan again, find a hand-typed line."""
    figures: dict[str, Any] = {}
    hand.summary["deploy"] = figures
    with hand.board.stage("deploy", "configurations are planned and deployed from the core outwards") as stage:
        planned = hand.runner.json("plan")["data"]
        hand.runner.json("apply", planned["hash"])
        figures |= {"devices": len(planned["changes"]), "waves": len(planned["waves"])}
        hand.board.measured(stage, "{devices} devices in {waves} waves", **figures)
    with hand.board.stage("second_plan", "a second plan") as stage:
        figures["second_plan_changes"] = len(hand.runner.json("plan")["data"]["changes"])
        hand.board.measured(stage, "{changes} changes", changes=figures["second_plan_changes"])
    _typed_by_hand(hand, figures)


def _typed_by_hand(hand: Stagehand, figures: dict[str, Any]) -> None:
    _, picks, lab = hand.built
    with hand.board.stage("by_hand", "a line typed by hand into {router}", router=picks.router) as stage:
        done = lab.run(picks.router, ("vtysh", "-c", "configure terminal", "-c", TYPED))
        if done.returncode != 0:
            raise CommandFailed("{device} did not take a line: {said}", device=picks.router, said=done.stdout)
        planned = hand.runner.json("plan")["data"]
        figures["hand_typed"] = [
            f"{device}: {line}" for device, change in planned["changes"].items() for line in change["diff"]
        ]
        figures["hand_typed_expected"] = [f"{picks.router}: - {TYPED}"]
        hand.board.measured(stage, "the plan shows: {lines}", lines="; ".join(figures["hand_typed"]))
        hand.runner.json("apply", planned["hash"])
        if hand.runner.json("plan")["data"]["changes"]:
            raise CommandFailed(
                "the line typed into {device} is still there",
                device=picks.router,
                hint=text("see build/demo/commands.log"),
            )
