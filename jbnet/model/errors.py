"""The exception tree. Every error carries a text, what to do next, and the exit code it leads to.

JbnetError
├── UsageError        2   wrong use of a command
├── AnswerIsNo        1   findings, drift, a red check
├── TargetError       3   could not do it for some or all targets
│   ├── Unreachable       no session could be had
│   ├── CommandFailed     the far side said no
│   └── Missing           something this machine lacks (a package, a right, a file)
└── Refused           4   a safety rule forbids it
"""

from __future__ import annotations

from enum import IntEnum

from jbnet.model.findings import Finding
from jbnet.model.text import Text


class ExitCode(IntEnum):
    """Exit codes of the command line (design section 6)."""

    OK = 0
    NO = 1
    USAGE = 2
    FAILED = 3
    REFUSED = 4
    INTERRUPTED = 130


class JbnetError(Exception):
    """Base of all errors that a person sees without a stack trace.

    ``template`` and ``params`` make the message; ``hint`` says what to do next.
    """

    exit_code: ExitCode = ExitCode.FAILED

    def __init__(
        self, template: str, *, hint: Text | None = None, findings: tuple[Finding, ...] = (), **params: object
    ):
        self.text = Text(template, params)
        self.hint = hint
        self.findings = findings
        super().__init__(template, params)

    def __str__(self) -> str:
        return str(self.text) + (f" ({self.hint})" if self.hint else "")


class UsageError(JbnetError):
    """The command was used wrongly: an unknown name, a selector that cannot be read."""

    exit_code = ExitCode.USAGE


class AnswerIsNo(JbnetError):
    """The command did its work and the answer is no."""

    exit_code = ExitCode.NO


class TargetError(JbnetError):
    """It could not be done for some or all targets."""


class Unreachable(TargetError):
    """No session with the target could be had."""


class CommandFailed(TargetError):
    """The target was reached and refused or failed."""


class Missing(TargetError):
    """This machine lacks something: a package, a right, a file."""


class Refused(JbnetError):
    """A safety rule forbids it (design section 5)."""

    exit_code = ExitCode.REFUSED
