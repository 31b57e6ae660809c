"""A process that waits beside this one, and takes over where this one is killed.

It holds the reading end of a pipe: whatever ends this process closes the other end. It belongs to a session of its
own, so that what ends this process's group or terminal does not end it too.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from jbnet.model.errors import TargetError

DONE = b"done\n"
LEAVES_S = 10.0
"""How long a successor that is told to leave may take; it is left alone then."""


class SuccessorProcess:
    """Implements the Successor port. ``command`` gives the words to run for a change's hash and its devices.

    What runs reads its standard input to the end, and takes over unless that said ``done``.
    """

    def __init__(self, command: Callable[[str, Sequence[str]], Sequence[str]]):
        self._command = command

    @contextmanager
    def waiting(self, change: str, devices: Sequence[str]) -> Iterator[None]:
        """Let the process wait during the ``with``. Raises TargetError where it cannot be started."""
        argv = list(self._command(change, devices))
        try:
            process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise TargetError("{command} cannot be started: {reason}", command=argv[0], reason=error) from error
        try:
            yield
        finally:
            with suppress(OSError, subprocess.TimeoutExpired):
                process.communicate(DONE, timeout=LEAVES_S)
