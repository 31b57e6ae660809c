"""What ``jbnet replace`` works with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.commands import host_key_office
from jbnet.wiring.declaration import load_network
from jbnet.wiring.devices import _addresses, deploy_desk
from jbnet.wiring.secrets import secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jbnet.model.network import Network
    from jbnet.ports import Reporter
    from jbnet.services.replace.box import Bench

FOLDER = "replace"


def replacement_bench(
    directory: Path, state_dir: Path, network: Network, reporter: Reporter, folder: Path | None = None
) -> Bench:
    """Return sessions, host keys, echo requests and papers; these go to ``folder``, else below the state directory."""
    from jbnet.adapters.ping import IcmpProber
    from jbnet.adapters.replacement_papers import ReplacementPapers
    from jbnet.services.replace.box import Bench

    desk = deploy_desk(directory, state_dir, network, reporter)
    whole = load_network(directory, state_dir, whole=True)
    papers = ReplacementPapers(
        directory, folder or state_dir / FOLDER, network, whole, secrets(directory, state_dir)
    )  # fmt: skip
    return Bench(
        desk=desk,
        # One journal: a second writer of the same file would wait for the first for ever.
        office=replace(host_key_office(state_dir, network, reporter), journal=desk.journal),
        prober=IcmpProber(),
        papers=papers,
        addresses=_addresses(network),
    )


def change_entries(state_dir: Path) -> Sequence[Mapping[str, object]]:
    """Return the entries of the journal of changes."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.wiring.change_journal import change_journal

    return change_journal(state_dir, SystemClock()).entries()
