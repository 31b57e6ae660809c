"""The declaration for neighbours: Ansible and Nornir."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.declaration import load_network

if TYPE_CHECKING:
    from jbnet.inventory.ansible import Login
    from jbnet.model.network import Network


def ansible_login(state_dir: Path) -> Login:
    """Return how Ansible logs in to devices: the files of the state directory, which need not exist yet."""
    from jbnet.inventory.ansible import ACCOUNT, Login

    state = state_dir.absolute()
    return Login(str(state / "keys" / ACCOUNT), str(state / "known_hosts"))


def ansible_inventory(directory: Path, state_dir: Path) -> dict[str, object]:
    """Return the Ansible inventory; with a lab up, of its devices alone. Raises AnswerIsNo, UsageError, TargetError."""
    from jbnet.inventory.ansible import inventory

    return inventory(reachable_network(directory, state_dir), ansible_login(state_dir))


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
