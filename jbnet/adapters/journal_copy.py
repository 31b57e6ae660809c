"""A copy of a journal on another host, over SSH: a file that grows by whole lines and is on disk when they are.

coreutils do it (dd with fsync), so that a host needs nothing of jbnet. A file that is written anew takes the old one's
place at once (rename): whoever reads it then has the old or the new one.
"""

from __future__ import annotations

from jbnet.model.errors import CommandFailed
from jbnet.ports import RemoteHosts
from jbnet.recovery.copies import SUFFIX

ACCOUNT = "netops"
FOLDER = "jbnet-journals"
"""In the account's home."""
WRITE_S = 10.0


class SshJournalCopy:
    """Implements JournalCopy."""

    def __init__(self, hosts: RemoteHosts, place: str):
        self.place = place
        self._hosts = hosts

    def write(self, execution: str, lines: str, *, anew: bool) -> None:
        """Write lines behind those that are there, or all ``anew``. Raises Unreachable and CommandFailed."""
        path = f"{FOLDER}/{execution}{SUFFIX}"
        if not anew:
            self._run(["dd", f"of={path}", "oflag=append", "conv=notrunc,fsync", "status=none"], lines)
            return
        self._run(["install", "-d", "-m", "0700", FOLDER])
        self._run(["dd", f"of={path}.new", "conv=fsync", "status=none"], lines)
        self._run(["mv", "-f", f"{path}.new", path])

    def _run(self, argv: list[str], stdin: str | None = None) -> None:
        done = self._hosts.host(self.place, ACCOUNT).run(argv, stdin=stdin, timeout=WRITE_S)
        if done.code:
            said = done.stderr.strip() or done.stdout.strip() or str(done.code)
            raise CommandFailed("{place}: the journal could not be written: {said}", place=self.place, said=said)
