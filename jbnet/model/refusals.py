"""Why the operating system refuses, and what to do about it: one answer for every command and every store."""

from __future__ import annotations

import errno

from jbnet.model.text import Text, text

READ_ONLY = text("choose a state directory that can be written with --state")
FULL = text("free some room there, or choose another state directory with --state")
_WAYS_OUT = {
    errno.EACCES: text("run it as the user who owns the state directory, or as root; or choose one with --state"),
    errno.EROFS: READ_ONLY,
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
}


def reason_of(error: OSError) -> Text:
    """Return why the system refused, in its own words (strerror(3)), which the catalogue translates."""
    return Text(error.strerror or str(error) or type(error).__name__)


def way_out(error: OSError) -> Text | None:
    """Return what to do about a refused file (errno(3)); None where only the reason itself helps."""
    return _WAYS_OUT.get(error.errno or 0)
