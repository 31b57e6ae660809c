"""``check.vs_netlab``: jbnet check beside netlab's own reading of a topology with as many nodes and links.

Both read the declared network from YAML, check it, and give every device its interfaces and addresses; netlab is told
to write nothing (``-o none``). It lives in a virtual environment of its own below build/, made when it is missing.
Processor time is compared, not time on the clock: what else the machine does meanwhile is in neither.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

from jbnet.model.network import Network
from jbnet.wiring import load_declaration

ROOT = Path(__file__).parents[2]
HOME = ROOT / "build" / "bench" / "netlab"
PEER = "networklab>=26,<27"
GOAL = 15.0
RUNS = 3
HEAD = """\
provider: clab
defaults.device: frr
defaults.const.MAX_NODE_ID: 5000
module: [ospf]
addressing:
  mgmt: {ipv4: 172.16.0.0/16, start: 1}
  loopback: {ipv4: 10.240.0.0/16}
  p2p: {ipv4: 10.128.0.0/10}
"""


def rows() -> list[dict[str, object]]:
    """Measure both, one after the other."""
    network = load_declaration(ROOT).network
    if network is None:
        raise SystemExit("the declaration has errors: jbnet check")
    with TemporaryDirectory() as folder:
        (Path(folder) / "topology.yml").write_text(topology(network), encoding="utf-8")
        peer = _seconds([str(_peer()), "create", "-o", "none", "topology.yml"], Path(folder))
    own = sorted(_seconds([sys.executable, "-m", "jbnet", "check"], ROOT) for _ in range(RUNS))[RUNS // 2]
    return [
        {"id": "check.vs_netlab", "value": round(own, 3), "unit": "cpu-s", "better": "lower"}
        | {"goal": round(peer / GOAL, 2), "peer": f"netlab create, {len(network.devices)} nodes"}
        | {"peer_value": round(peer, 2), "ratio": round(peer / own, 1)}
    ]


def topology(network: Network) -> str:
    """Return the declared devices and circuits as a netlab topology; its names are short, so nodes are numbered."""
    names = {device: f"n{number}" for number, device in enumerate(network.devices)}
    links = (f"- {names[circuit.a.device]}-{names[circuit.z.device]}" for circuit in network.circuits.values())
    return HEAD + f"nodes: [{', '.join(names.values())}]\nlinks:\n" + "\n".join(links) + "\n"


def _peer() -> Path:
    """Return netlab's command, installed on demand."""
    command = HOME / "bin" / "netlab"
    if not command.exists():
        venv.create(HOME, with_pip=True)
        subprocess.run([str(HOME / "bin" / "pip"), "install", "-q", PEER], check=True)
    return command


def _seconds(command: list[str], folder: Path) -> float:
    """Return the processor time of a command and all that it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    path = f"{Path(command[0]).parent}:{os.environ['PATH']}"
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PATH": path})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
