"""The history of devices' configurations as a bare git repository: one commit a fetch, one file a device.

Written by ``git fast-import``, which moves the branch at the very end: whatever ends it before, the history is as it
was. Read it with git's own tools too: ``git -C .jbnet/history log -p DEVICE.conf``.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from jbnet.adapters.disk import full, has_no_room
from jbnet.model.errors import Missing, TargetError
from jbnet.model.text import text
from jbnet.ports import Clock, Fetch, Version

BRANCH = "refs/heads/main"
ALONE = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
"""Nobody's own git settings (hooks, signing, line ends) have a say here."""
LIMIT_S = 120.0
TIME, FETCHED, MISSED, CHANGED, EVERYBODY = "Time: ", "Fetched: ", "Missed: ", "Changed: ", "all"
LEFT_BEHIND = ("fast_import_crash_*", "objects/*/*")
"""Where git-fast-import(1) leaves reports of crashes, and objects that no commit has."""
NO_ROOM = ("No space left on device", "Out of diskspace", "Disk quota exceeded")
"""How git says that the disk is full."""
FIELDS = "%H%x00%an%x00%B%x01"


class GitHistory:
    """Implements the port ConfigHistory. Inert until used; one process writes at a time, the others wait."""

    def __init__(self, folder: Path, clock: Clock):
        self._folder = folder
        self._clock = clock

    def keep(self, fetch: Fetch) -> Version:
        """Keep a fetch as one commit, also where nothing changed: that it was looked at is worth knowing."""
        with self._alone(), self._nothing_left():
            last = self._last(fetch.configs)
            changed = {name: said for name, said in fetch.configs.items() if last.get(name) != said}
            time = self._clock.now()
            self._git("fast-import", "--quiet", stdin=_stream(fetch, changed, time, self._has_commits()))
            made = self._git("rev-parse", BRANCH).decode().strip()
        return Version(made, time, fetch.keeper, tuple(changed))

    def texts(self, device: str) -> Iterator[tuple[Version, str]]:
        """Yield version and text, the newest first; reads on only as far as it is asked."""
        if not self._has_commits():
            return
        versions = [version for version, fetched in self._versions() if device in fetched]
        for version, said in zip(versions, self._objects(f"{v.id}:{device}.conf" for v in versions), strict=True):
            if said is not None:
                yield version, said

    def devices(self, since: datetime) -> frozenset[str]:
        """Return the devices of which a text was kept at that time or later that was not the one before."""
        versions = self._versions() if self._has_commits() else ()
        return frozenset(name for version, _ in versions if version.time >= since for name in version.changed)

    def _versions(self) -> Iterator[tuple[Version, _Fetched]]:
        for entry in self._git("log", f"--format={FIELDS}", BRANCH).decode().split("\x01\n")[:-1]:
            commit, keeper, message = entry.split("\0")
            time = datetime.fromisoformat(_listed(message, TIME)[0])
            yield Version(commit, time, keeper, _listed(message, CHANGED)), _Fetched(message)

    def _last(self, names: Iterable[str]) -> Mapping[str, str]:
        if not self._has_commits():
            return {}
        wanted = list(names)
        found = self._objects(f"{BRANCH}:{name}.conf" for name in wanted)
        return {name: said for name, said in zip(wanted, found, strict=True) if said is not None}

    def _objects(self, names: Iterable[str]) -> Iterator[str | None]:
        """Yield the text of each object, None where there is none, from one process that is asked one by one."""
        argv = ["git", f"--git-dir={self._folder}", "cat-file", "--batch"]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()) as process:
            assert process.stdin is not None  # noqa: S101  asked for as a pipe; for the type checker
            assert process.stdout is not None  # noqa: S101  the same
            try:
                for name in names:
                    process.stdin.write(f"{name}\n".encode())
                    process.stdin.flush()
                    yield _object(process.stdout)
            finally:
                process.stdin.close()

    def _has_commits(self) -> bool:
        return (self._folder / "HEAD").exists() and bool(self._git("for-each-ref", BRANCH))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Make the repository where there is none, and let one process at a time write."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._folder / ".jbnet-lock", os.O_RDWR | os.O_CREAT, 0o600), "r+") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            if not (self._folder / "HEAD").exists():
                self._make()
            yield

    def _make(self) -> None:
        try:
            self._git("init", "--quiet", "--bare", "--initial-branch=main", str(self._folder), here=False)
        except TargetError:
            (self._folder / "HEAD").unlink(missing_ok=True)  # half a repository is none: it is made again next time
            raise

    @contextmanager
    def _nothing_left(self) -> Iterator[None]:
        """Take away what git wrote for a commit that was not made: it would hold what room is left."""
        before, last = set(self._written()), self._git("for-each-ref", BRANCH)
        try:
            yield
        except TargetError:
            if self._git("for-each-ref", BRANCH) == last:
                for file in set(self._written()) - before:
                    file.unlink(missing_ok=True)
            raise

    def _written(self) -> Iterator[Path]:
        return (file for pattern in LEFT_BEHIND for file in self._folder.glob(pattern))

    def _git(self, *arguments: str, stdin: bytes = b"", here: bool = True) -> bytes:
        argv = ["git", *([f"--git-dir={self._folder}"] if here else []), *arguments]
        try:
            done = subprocess.run(
                argv, input=stdin, capture_output=True, check=False, timeout=LIMIT_S, env=_environment()
            )
        except FileNotFoundError as error:
            raise Missing("git is not installed", hint=text("apt-get install git")) from error
        except subprocess.TimeoutExpired as error:
            raise TargetError("git did not end within {seconds} s", seconds=round(LIMIT_S)) from error
        if done.returncode:
            raise self._failed(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def _failed(self, said: str) -> TargetError:
        """Return the error for what git said when it failed."""
        if any(words in said for words in NO_ROOM) or has_no_room(self._folder):
            return full(self._folder)
        return TargetError(
            "the history {folder} cannot be used: {reason}", folder=self._folder, reason=said,
            hint=text("move the folder away to begin a new history"),
        )  # fmt: skip


class _Fetched:
    """Whom a commit's fetch reached, as its message says."""

    def __init__(self, message: str) -> None:
        self._named = frozenset(_listed(message, FETCHED))
        self._missed = frozenset(_listed(message, MISSED))

    def __contains__(self, device: str) -> bool:
        return device not in self._missed and (EVERYBODY in self._named or device in self._named)


def _listed(message: str, heading: str) -> tuple[str, ...]:
    found = next((line.removeprefix(heading) for line in message.splitlines() if line.startswith(heading)), "")
    return tuple(found.split())


def _stream(fetch: Fetch, changed: Mapping[str, str], time: datetime, follows: bool) -> bytes:
    """Return git-fast-import(1)'s stream of one commit."""
    keeper = fetch.keeper.translate({ord(sign): None for sign in "<>\n"})
    parts = [
        f"commit {BRANCH}\ncommitter {keeper} <> {int(time.timestamp())} +0000\n".encode(),
        _data(_message(fetch, changed, time)),
        f"from {BRANCH}^0\n".encode() if follows else b"",
    ]
    for name, said in changed.items():
        parts += [f"M 100644 inline {name}.conf\n".encode(), _data(said)]
    return b"".join([*parts, b"\ndone\n"])


def _message(fetch: Fetch, changed: Mapping[str, str], time: datetime) -> str:
    """Return what a commit says: git counts whole seconds, the journal of changes counts finer."""
    fetched = EVERYBODY if fetch.everybody else " ".join(fetch.configs)
    lines = [f"{len(fetch.configs)} fetched, {len(changed)} changed", "", TIME + time.isoformat(), FETCHED + fetched]
    lines += [MISSED + " ".join(fetch.missed)] if fetch.missed else []
    lines += [CHANGED + " ".join(changed)] if changed else []
    return "\n".join([*lines, ""])


def _data(said: str) -> bytes:
    content = said.encode()
    return b"data %d\n%b\n" % (len(content), content)


def _object(stream: IO[bytes]) -> str | None:
    """Read one answer of ``git cat-file --batch``."""
    head = stream.readline().split()
    if not head or head[-1] in (b"missing", b"ambiguous"):
        return None
    content = stream.read(int(head[2]))
    stream.read(1)
    return content.decode(errors="replace")


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | ALONE
