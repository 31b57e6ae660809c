"""What makes rules of the files in monitors/: those that somebody edits while the monitor runs, and those of then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.declaration import load_network

if TYPE_CHECKING:
    from datetime import datetime

    from jbnet.model.findings import Finding
    from jbnet.model.network import Network
    from jbnet.model.text import Text
    from jbnet.monitor.maintenance import Maintenance
    from jbnet.monitor.ruled import Ruled
    from jbnet.monitor.rules import Rules
    from jbnet.services.watch.ruling import Ruling

_Judge = Callable[[Mapping[str, str]], "tuple[Rules, Sequence[Finding]]"]


def ruling(directory: Path, state_dir: Path, network: Network, rules: Rules, say: Callable[[Text], None]) -> Ruling:
    """Return the rules of a running monitor, which begins with ``rules`` and follows the files.

    The network stays as it was at the start: what is declared there is read when the monitor starts.
    """
    from jbnet.adapters.watched_files import WatchedFolder
    from jbnet.monitor.ruled import ruling_files
    from jbnet.services.watch.ruling import Reading, Ruling

    made = _judge(directory, state_dir, network)
    at_start: list[Mapping[str, str]] = []

    def judge(files: Mapping[str, str]) -> Reading:
        found, findings = made(files)
        mine = ruling_files(files)
        rest = {file: content for file, content in files.items() if file not in mine}
        if not at_start:
            at_start.append(rest)
        return Reading(found, findings, needs_start=rest != at_start[0])

    return Ruling(rules, WatchedFolder(directory, "monitors"), judge, say)


def rules_then(
    directory: Path, state_dir: Path, network: Network, kept: Ruled, now: Rules, worked: Sequence[Maintenance] = ()
) -> Callable[[datetime], Rules]:
    """Return what says by which rules the round of a time was judged, with the windows that were ever registered.

    ``kept``: what the monitor kept of them; before that, and where it cannot be read any more, those of ``now`` count.
    """
    judge = _judge(directory, state_dir, network)
    made: dict[int, Rules] = {}

    def then(time: datetime) -> Rules:
        files = kept.at(time)
        if id(files) not in made:
            made[id(files)] = (now if files is None else read(files)).with_windows(worked)
        return made[id(files)]

    def read(files: Mapping[str, str]) -> Rules:
        found, findings = judge(files)
        return now if any(finding.severity == "error" for finding in findings) else now.as_declared(found)

    return then


def _judge(directory: Path, state_dir: Path, network: Network) -> _Judge:
    """Return what makes rules of files, for the part of the network that is watched; in a lab nothing ever closes."""
    from jbnet.monitor.declared import load_rules

    in_lab = (state_dir / "lab.json").exists()
    whole = load_network(directory, state_dir, whole=True) if in_lab else network

    def judge(files: Mapping[str, str]) -> tuple[Rules, Sequence[Finding]]:
        rules, findings = load_rules(files, whole)
        return (rules.in_lab() if in_lab else rules).within(network), findings

    return judge
