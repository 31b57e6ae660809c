"""What can be seen on the host: taken before and after, to prove that a lab leaves nothing and touches nothing.

Others may work on the machine at the same time. So the "host" of these tests is a network namespace of its own, in
which jbnet is started, and the lab's own namespaces are held open, so that their numbers cannot be given to others.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from jbnet.lab import process, storage
from jbnet.lab.paths import LabPaths

KINDS = ("net", "mnt", "pid", "uts", "ipc")
SETTINGS = (
    ("ip", "-details", "addr"),
    ("ip", "route", "show", "table", "all"),
    ("ip", "rule"),
    ("nft", "list", "ruleset"),
    ("sysctl", "net.ipv4.ip_forward", "net.ipv4.conf.all.rp_filter", "net.ipv6.conf.all.disable_ipv6"),
)


@dataclass(frozen=True)
class Host:
    """The network in which a test starts jbnet, and the workspace for which it does."""

    pid: int
    workspace: Path

    def settings(self) -> dict[str, str]:
        """Return interfaces, addresses, routes, filters and switches of the host's network."""
        return {" ".join(command): self._run(*command).stdout for command in SETTINGS}

    def jbnet(self, *arguments: str, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Run jbnet and return what it answered."""
        return self._run(*self._command(*arguments), timeout=timeout)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start jbnet."""
        command = (*self._prefix, *self._command(*arguments))
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @property
    def _prefix(self) -> tuple[str, ...]:
        return ("nsenter", f"--net=/proc/{self.pid}/ns/net")

    def _command(self, *arguments: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "jbnet", "-C", str(self.workspace), *arguments)

    def _run(self, *command: str, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
        return subprocess.run((*self._prefix, *command), capture_output=True, text=True, check=False, timeout=timeout)


@contextmanager
def own_host(workspace: Path) -> Iterator[Host]:
    """Give a test a host network of its own."""
    with subprocess.Popen(("unshare", "--net", "sleep", "infinity")) as holder:
        own = Path("/proc/self/ns/net").readlink()
        while Path(f"/proc/{holder.pid}/ns/net").readlink() == own:
            pass
        try:
            yield Host(holder.pid, workspace)
        finally:
            holder.kill()


def leftovers(paths: LabPaths) -> list[str]:
    """Return everything that still belongs to a lab: marked processes, mounts, files."""
    names = (str(paths.runtime), str(paths.state))
    found = [f"process {pid}" for pid in process.belonging(paths.runtime)]
    found += [
        f"mount {line}" for line in Path("/proc/mounts").read_text().splitlines() if any(n in line for n in names)
    ]
    files = (paths.disks, paths.record, paths.known_hosts)
    return found + [str(path) for path in (*storage.left(paths.runtime), *files) if path.exists() or path.is_symlink()]


class Namespaces:
    """The namespaces of a lab, held open: whoever is in one of them later was left by the lab."""

    def __init__(self, paths: LabPaths, stack: ExitStack):
        self._ids = set()
        own = {self._of("self", kind) for kind in KINDS} | {self._of("1", kind) for kind in KINDS}
        for pid in process.belonging(paths.runtime):
            for kind in KINDS:
                if (space := self._of(str(pid), kind)) not in own:
                    stack.callback(os.close, os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY))
                    self._ids.add(space)

    def __len__(self) -> int:
        return len(self._ids)

    def inhabitants(self) -> list[str]:
        """Return the processes that live in one of them."""
        names = [entry.name for entry in Path("/proc").iterdir()]
        pids = [name for name in names if name.isdigit() and process.is_alive(int(name))]
        return [pid for pid in pids if any(self._of(pid, kind) in self._ids for kind in KINDS)]

    @staticmethod
    def _of(pid: str, kind: str) -> str:
        try:
            return str(Path(f"/proc/{pid}/ns/{kind}").readlink())
        except OSError:
            return ""
