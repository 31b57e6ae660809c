"""The declaration for neighbours: Ansible, Nornir, spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.declaration import load_network
from jbnet.wiring.leases import declared_backups, declared_lease

if TYPE_CHECKING:
    from jbnet.inventory.exchange.ansible import Login
    from jbnet.inventory.exchange.csv_cells import Sheet
    from jbnet.inventory.exchange.taking import Taken
    from jbnet.model.network import Network


def ansible_login(state_dir: Path) -> Login:
    """Return how Ansible logs in to devices: the files of the state directory, which need not exist yet."""
    from jbnet.inventory.exchange.ansible import ACCOUNT, Login

    state = state_dir.absolute()
    return Login(str(state / "keys" / ACCOUNT), str(state / "known_hosts"))


def ansible_inventory(directory: Path, state_dir: Path) -> dict[str, object]:
    """Return the Ansible inventory; with a lab up, of its devices alone. Raises AnswerIsNo, UsageError, TargetError."""
    from jbnet.inventory.exchange.ansible import inventory
    from jbnet.services.playbook_facts import enriched

    network = reachable_network(directory, state_dir)
    listed = inventory(network, ansible_login(state_dir))
    lab = (state_dir / "lab.json").is_file()
    return enriched(listed, network, lab=lab, lease=declared_lease(directory), backups=declared_backups(directory))


def reachable_network(directory: Path, state_dir: Path) -> Network:
    """Return the network whose devices one can log in to: the declared one, or the lab that is up.

    A lab's devices run the lab's platform whatever the real ones do. Raises what ``load_network`` does.
    """
    from dataclasses import replace

    from jbnet.platforms.registry import LAB_PLATFORM

    network = load_network(directory, state_dir)
    if not (state_dir / "lab.json").is_file():
        return network
    devices = {name: replace(device, platform=LAB_PLATFORM) for name, device in network.devices.items()}
    return replace(network, devices=devices)


def take_table(directory: Path, kind: str, path: Path) -> tuple[Sheet | None, Taken]:
    """Return a CSV file as it was read, and what importing it comes to; nothing is written.

    Raises Missing (the file), UsageError (no workspace) and AnswerIsNo (the declaration has errors already).
    """
    from jbnet.adapters.workspace import read_files
    from jbnet.inventory.exchange.csv_cells import LIMIT, read
    from jbnet.inventory.exchange.tables import Kind
    from jbnet.inventory.exchange.taking import Taken, take
    from jbnet.inventory.report import Report
    from jbnet.wiring.files import read_bytes

    files = read_files(directory)
    network = load_network(directory, directory, whole=True)
    report = Report()
    sheet = read(read_bytes(path, LIMIT), path.name, report)
    if sheet is None or report.has_errors:
        return sheet, Taken(report.sorted())
    return sheet, take(sheet, Kind(kind), files, network, report)


def write_taken(directory: Path, taken: Taken) -> None:
    """Write the files that an import changes, each whole or not at all, addresses before the sites that have them.

    Raises TargetError where a file was changed since it was read (nothing is written then), and Missing.
    """
    from jbnet.adapters.workspace import read_files, write_file
    from jbnet.model.errors import TargetError
    from jbnet.model.text import text

    now = read_files(directory)
    for file, before in taken.before.items():
        if now.get(file, "") != before:
            hint = text("import again")
            raise TargetError("{file} was changed meanwhile; nothing was written", file=file, hint=hint)
    for file in sorted(taken.files, reverse=True):  # topology/ before inventory/
        write_file(directory, file, taken.files[file])
