"""Existing networks: what runs on them, read and drafted as a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jbnet.config.adopt.facts import Problem, Source
    from jbnet.ports import Differ
    from jbnet.services.adopt import Adoption


def saved_configs(paths: Sequence[Path]) -> tuple[list[Source], list[Problem]]:
    """Return the configurations in files and folders, and the files that cannot be read. Raises UsageError."""
    from jbnet.adapters.running_texts import saved_texts
    from jbnet.config.adopt.facts import Problem, Source
    from jbnet.model.findings import Place

    found = saved_texts(paths)
    sources = [Source(saved.name, saved.content) for saved in found if saved.unread is None]
    unread = [Problem(Place(saved.name), saved.unread, refused=True) for saved in found if saved.unread is not None]
    return sources, unread


def fetched_configs(directory: Path, state_dir: Path, listed: Path) -> tuple[list[Source], list[Problem]]:
    """Return what the listed devices run, asked over their sessions, and those that did not answer.

    A line is NAME PLATFORM ADDRESS. Keys, host keys (by NAME) and secrets are those of the workspace. Raises UsageError
    and Missing for a list that cannot be read.
    """
    from jbnet.services.adopt_fetch import fetch, listed_devices
    from jbnet.wiring.devices import device_sessions
    from jbnet.wiring.files import read_text

    network = listed_devices(read_text(listed), str(listed))
    return fetch(network, device_sessions(directory, state_dir, network))


def adoption(
    sources: Sequence[Source],
    unread: Sequence[Problem],
    names: Sequence[str],
    network: str,
    seen: Sequence[Source] = (),
) -> Adoption:
    """Return what came of adopting. Raises UsageError (a pattern) and AnswerIsNo (nothing can be adopted)."""
    from jbnet.config.adopt.names import patterns
    from jbnet.services.adopt import adopt

    return adopt(sources, patterns(names), network, differ, seen, unread)


def differ(platform: str) -> Differ:
    """Return what compares configurations of a platform that can be adopted."""
    from jbnet.adapters.annet_differ import HARDWARE, AnnetDiffer
    from jbnet.adapters.line_differ import LineDiffer

    return AnnetDiffer(platform) if platform in HARDWARE else LineDiffer()


def write_workspace(directory: Path, adoption: Adoption, account: str) -> tuple[str, ...]:
    """Lay a workspace with the drafted declaration and the account of lines; return its files.

    Raises UsageError, having written nothing, when one of them exists already.
    """
    from jbnet.adapters.workspace import lay

    return lay(directory, {**adoption.files, ACCOUNT: account})


ACCOUNT = "adopted.txt"
"""What became of every line that is not owned as it runs."""
