"""A copy of a journal on another host, over SSH: a file that grows by whole lines and is on disk when they are.

coreutils do it (dd with fsync), so that a host needs nothing of jbnet. A file that is written anew takes the old one's
place at once (rename): whoever reads it then has the old or the new one.
"""

from __future__ import annotations

from collections.abc import Sequence

from jbnet.model.errors import CommandFailed
from jbnet.ports import RemoteHosts
from jbnet.recovery.copies import SUFFIX, Entry, read_copy

ACCOUNT = "netops"
FOLDER = "jbnet-journals"
"""In the account's home."""
WRITE_S = 10.0


NEWEST = 20
"""Copies that are read, the newest."""
READ = r"""
cd "$1" 2>/dev/null || exit 0
for file in $(ls -t | grep -x '[0-9A-Za-z-]*\.jsonl' | head -n "$2"); do echo "copy $file"; cat "$file"; done
"""
"""Arguments: folder, how many."""


def copies_at(hosts: RemoteHosts, place: str) -> Sequence[Sequence[Entry]]:
    """Return the journals whose copies lie on a host, the newest of them; one whose chain does not hold is left out.

    Raises Unreachable.
    """
    argv = ["sh", "-c", READ, "copies", FOLDER, str(NEWEST)]
    said = hosts.host(place, ACCOUNT).run(argv, timeout=WRITE_S).stdout
    found = [read_copy(one.partition("\n")[2]) for one in f"\n{said}".split("\ncopy ")[1:]]
    return [entries for entries, chain in found if entries and not chain.faults]


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
