"""The demo's report in Markdown, for people; ``summary.json`` has the same for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def markdown(summary: Mapping[str, Any]) -> str:
    """Return the report. Figures that are missing show as a dash."""
    parts = [
        f"# jbnet demo: {summary.get('result', '-')}",
        f"Seed {summary.get('seed', '-')}; {summary.get('started', '-')}; {_machine(summary)}.",
        _section("Declared", {"sites": summary.get("sites")}),
        _section("Lab", summary.get("lab", {})),
        _section("Deployed", summary.get("deploy", {})),
        _section("A circuit cut", summary.get("cut", {})),
        _per_database("Failover", summary.get("failover", {})),
        _per_database("Failback", summary.get("failback", {})),
        _section("Seconds a stage", summary.get("seconds", {})),
        _section("Left behind on this machine", {"entries": summary.get("left_behind")}),
    ]
    problems = summary.get("problems") or []
    if problems:
        parts.append("## What did not hold\n\n" + "\n".join(f"- {problem}" for problem in problems))
    return "\n\n".join(parts) + "\n"


def _machine(summary: Mapping[str, Any]) -> str:
    machine = summary.get("machine", {})
    return f"{machine.get('cores', '-')} cores, Linux {machine.get('kernel', '-')}, Python {machine.get('python', '-')}"


def _section(title: str, figures: Mapping[str, Any]) -> str:
    rows = "\n".join(f"| {key} | {_value(value)} |" for key, value in figures.items() if not isinstance(value, Mapping))
    return f"## {title}\n\n| | |\n|---|---|\n{rows}" if rows else f"## {title}\n\n-"


def _per_database(title: str, figures: Mapping[str, Any]) -> str:
    rto, lost = figures.get("rto_s", {}), figures.get("lost", {})
    acked = figures.get("acknowledged", {})
    rows = "\n".join(
        f"| {name} | {_value(rto.get(name))} | {_value(lost.get(name))} | {_value(acked.get(name))} |"
        for name in dict.fromkeys([*rto, *lost])
    )
    head = "| database | seconds without writes (RTO) | lost transactions | acknowledged |\n|---|---|---|---|\n"
    return _section(title, figures) + "\n\n" + head + rows


def _value(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
