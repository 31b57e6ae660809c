"""Planning over a hundred live FRR routers, beside nornir-napalm with the same driver, and Ansible.

All three fetch what runs and compare it with what is declared, sixteen devices at once, from the NOC, through the
network itself. A run in which five drifted routers are hidden counts only where exactly these five are found.
The routers share the machine with those who ask. ``make bench ONLY=plan``.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "lab"), str(ROOT / "tests" / "fakes")]

from conftest import copy_workspace  # noqa: E402  found only on the path set above

from jbnet import wiring  # noqa: E402  found only on the path set above
from jbnet.adapters.secrets import SecretsFile  # noqa: E402  found only on the path set above
from jbnet.config.render import key_lengths, render  # noqa: E402  found only on the path set above
from jbnet.config.words import revealed  # noqa: E402  found only on the path set above
from jbnet.lab.lab import Lab  # noqa: E402  found only on the path set above
from jbnet.model.network import Device  # noqa: E402  found only on the path set above
from jbnet.services.asking import ASK_S, WORKERS  # noqa: E402  found only on the path set above
from jbnet.services.deploy.plan import managed  # noqa: E402  found only on the path set above

ROUTERS = 100
DRIFTED = 5
RUNS = 3
PATIENCE_S = 300.0
GOAL_S = 20.0
VS_NORNIR, VS_ANSIBLE = 1.0, 3.0
PEERS = Path(__file__).with_name("peers")
NORNIR_NAPALM = "nornir_napalm>=0.5,<0.6"
SCALE = "hundred"
DEAD_EACH = 10
"""One device in so many is dead in the last measurement."""


@dataclass(frozen=True, repr=False)
class Field:
    """The lab of the measurement: its workspace, its routers, a folder with what each shall run."""

    workspace: Path
    lab: Lab
    routers: tuple[Device, ...]
    leaves: tuple[str, ...]
    folder: Path

    def jbnet(self) -> set[str]:
        """Return what ``jbnet plan`` finds to change, as a user runs it. Raises RuntimeError: not all were asked."""
        return self.planned(frozenset())

    def planned(self, dead: frozenset[str]) -> set[str]:
        """Return what a plan finds with these devices dead: they, and nobody else, are named as not asked."""
        command = [sys.executable, "-m", "jbnet", "-C", str(self.workspace), "--json", "plan"]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, env=_installed(os.environ)
        )
        said = json.loads(done.stdout)["data"]
        if said is None or {one["device"] for one in said["unasked"]} != dead:
            raise RuntimeError(f"jbnet plan: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return set(said["changes"])

    def nornir(self) -> set[str]:
        """Return what nornir-napalm finds."""
        paths = f"{ROOT}:{_nornir_napalm()}"
        command = [sys.executable, str(PEERS / "nornir_plan.py"), str(self.workspace), str(self.folder), str(WORKERS)]
        return set(json.loads(self._from_the_noc(command, PYTHONPATH=paths)))

    def ansible(self) -> set[str]:
        """Return what a playbook finds."""
        names = ",".join(device.name for device in self.routers)
        command = [
            str(Path(sys.executable).with_name("ansible-playbook")), str(PEERS / "ansible_plan.yaml"),
            "--limit", names, "-f", str(WORKERS), "-e", f"folder={self.folder}",
        ]  # fmt: skip
        said = self._from_the_noc(command, ANSIBLE_CONFIG=str(self.workspace / "ansible.cfg"))
        return {line.split()[-1].strip('"') for line in said.splitlines() if '"msg": "DIFFERS ' in line}

    def _from_the_noc(self, command: list[str], **more: str) -> str:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {**_installed(self.lab.environment()), "PATH": path, **more}
        noc = str(self.lab.record().noc)  # type: ignore[union-attr]  # the lab is up
        asking = self.lab.popen(noc, command, cwd=self.workspace, env=environment, stdout=-1, stderr=-1)
        said, complaint = asking.communicate(timeout=PATIENCE_S)
        if asking.returncode:
            raise RuntimeError(f"{command[1]}: {said.decode()[-2000:]}{complaint.decode()[-2000:]}")
        return said.decode()


def rows() -> list[dict[str, object]]:
    """Measure all three over the same routers, first with nothing to find, then with five that drifted."""
    with tempfile.TemporaryDirectory() as folder, _field(Path(folder)) as field:
        _await(lambda: field.jbnet() == set())
        quiet = _median(field.jbnet, set())
        drifted = _drift(field)
        times = {tool.__name__: _median(tool, drifted) for tool in (field.jbnet, field.nornir, field.ansible)}
        dead = _kill(field, drifted)
        with_dead = _median(lambda: field.planned(dead), drifted)
    return [
        _row("plan.backbone_s", quiet, GOAL_S, f"{ROUTERS} routers, nothing to change"),
        _versus("plan.vs_nornir", times["jbnet"], times["nornir"], VS_NORNIR, "nornir-napalm, same driver"),
        _versus("plan.vs_ansible", times["jbnet"], times["ansible"], VS_ANSIBLE, "ansible-playbook, raw"),
        _row("plan.dead_extra_s", with_dead - times["jbnet"], ASK_S, f"1 in {DEAD_EACH} dead"),
    ]


@contextmanager
def _field(folder: Path) -> Iterator[Field]:
    workspace = copy_workspace(folder / "workspace")
    leaves = _declare(workspace)
    lab, network = wiring.lab(workspace, workspace / ".jbnet"), wiring.load_scale(workspace, SCALE)
    try:
        subprocess.run(
            [sys.executable, "-m", "jbnet", "-C", str(workspace), "lab", "up", "--scale", SCALE, "--deployed"],
            check=True, cwd=ROOT, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        routers = managed(network, network.devices.values())
        texts = folder / "intended"
        texts.mkdir(mode=0o700)  # FRR shows its keys, so what is compared with it by others must have them
        secrets = SecretsFile(workspace / ".jbnet" / "secrets.yaml")
        for device in routers:
            whole = revealed(render(network, device), secrets.get, key_lengths(network, device))
            (texts / f"{device.name}.conf").write_text(whole, encoding="utf-8")
        yield Field(workspace, lab, routers, leaves, texts)
    finally:
        lab.down()


def _declare(workspace: Path) -> tuple[str, ...]:
    """Declare a lab of the backbone and as many townships as make a hundred; return the routers of these."""
    network = wiring.load_network(workspace, workspace / ".jbnet", whole=True)
    backbone = wiring.load_scale(workspace, "backbone")
    missing = ROUTERS - len(managed(backbone, backbone.devices.values()))
    below = [site for site in network.sites.values() if site.level.value == "township"]
    routers = {
        site.name: managed(network, [d for d in network.devices.values() if d.home == site.name]) for site in below
    }
    chosen = [name for name, found in routers.items() if len(found) == 1][:missing]
    text = (workspace / "topology" / "lab.yaml").read_text(encoding="utf-8")
    scale = text.split("  backbone:\n")[1].split("  province:\n")[0]
    with (workspace / "topology" / "lab.yaml").open("a", encoding="utf-8") as file:
        file.write(f"  {SCALE}:\n{scale}    sites: [{', '.join(chosen)}]\n")
    return tuple(routers[name][0].name for name in chosen)


def _drift(field: Field) -> set[str]:
    """Change five routers by hand, each in another way."""
    chosen = random.Random(5).sample([device.name for device in field.routers], DRIFTED)
    orders = (
        ["ip route 198.51.100.0/24 blackhole"], ["interface up1", "bandwidth 99"], ["log stdout"],
        ["interface lo", "description drifted"], ["ip prefix-list DRIFT seq 5 permit 198.51.100.0/24"],
    )  # fmt: skip
    for device, lines in zip(chosen, orders, strict=True):
        words = [word for line in ("configure", *lines) for word in ("-c", line)]
        done = field.lab.run(device, ["vtysh", *words])
        if done.returncode:
            raise RuntimeError(f"{device}: {done.stdout}{done.stderr}")
    return set(chosen)


def _kill(field: Field, but: set[str]) -> frozenset[str]:
    """Take the power from one router in ten, none of which anybody's way leads through."""
    dead = [name for name in field.leaves if name not in but][: ROUTERS // DEAD_EACH]
    for name in dead:
        field.lab.kill(name)
    return frozenset(dead)


def _await(holds: Callable[[], bool]) -> None:
    """Wait until the network has found itself; a first look at a network on its way up may miss some."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if holds():
                return
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
        time.sleep(1.0)


def _median(tool: Callable[[], set[str]], hidden: set[str]) -> float:
    """Return the median time of some runs, each of which must find exactly what is hidden."""
    seconds = []
    for _ in range(RUNS):
        began = time.monotonic()
        found = tool()
        seconds.append(time.monotonic() - began)
        if found != hidden:
            raise RuntimeError(f"found {sorted(found)}, hidden were {sorted(hidden)}")
    return sorted(seconds)[RUNS // 2]


def _row(name: str, value: float, goal: float, peer: str) -> dict[str, object]:
    return {"id": name, "value": round(value, 2), "unit": "s", "better": "lower", "goal": goal} | {
        "peer": peer, "peer_value": None, "ratio": round(value / goal, 2),
    }  # fmt: skip


def _versus(name: str, own: float, peer: float, goal: float, who: str) -> dict[str, object]:
    return {"id": name, "value": round(own, 2), "unit": "s", "better": "lower", "goal": round(peer / goal, 2)} | {
        "peer": who, "peer_value": round(peer, 2), "ratio": round(peer / own, 2),
    }  # fmt: skip


def _installed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which Python keeps bytecode, for all three alike: what is installed has it."""
    kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "bench" / "bytecode")}


def _nornir_napalm() -> Path:
    """Return where nornir-napalm lies, installed on demand beside what is here already."""
    home = ROOT / "build" / "bench" / "nornir_napalm"
    if not home.exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(home), NORNIR_NAPALM]
        subprocess.run(command, check=True)
    return home
