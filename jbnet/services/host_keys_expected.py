"""Expected fingerprints, as people send them: a line a key. Pure.

``core-r1 SHA256:...``, or a line of known_hosts (``core-r1 ssh-ed25519 AAAA...``). ``#`` begins a comment.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping

from jbnet.model.errors import UsageError
from jbnet.model.host_keys import HostKey
from jbnet.model.text import text

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


def expected(content: str, file: str) -> Mapping[str, frozenset[str]]:
    """Return the fingerprints by device. Raises UsageError with the line that is no such thing."""
    found: dict[str, frozenset[str]] = {}
    for number, line in enumerate(content.splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        fingerprint = _fingerprint(words[1:])
        if fingerprint is None:
            raise UsageError(
                "{file}:{line}: no fingerprint; expected DEVICE SHA256:... or a line of known_hosts",
                file=file, line=number, hint=text("`ssh-keygen -l -E sha256 -f FILE` prints fingerprints"),
            )  # fmt: skip
        for name in words[0].split(","):
            found[name] = found.get(name, frozenset()) | {fingerprint}
    return found


def fingerprint(said: str) -> str:
    """Return a fingerprint that a person typed. Raises UsageError where it is none."""
    if not _FINGERPRINT.fullmatch(said):
        raise UsageError(
            "{said} is no fingerprint: expected SHA256: and 43 characters of base64", said=said,
            hint=text("copy it as the console prints it, without = at its end"),
        )  # fmt: skip
    return said


def _fingerprint(words: list[str]) -> str | None:
    if len(words) == 1 and _FINGERPRINT.fullmatch(words[0]):
        return words[0]
    if len(words) < 2:
        return None
    try:
        return HostKey(words[0], words[1]).fingerprint
    except (binascii.Error, ValueError):
        return None
