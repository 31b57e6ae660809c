"""Sources of secrets beside the file: the environment, a program, and several of them in an order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from jbnet.inventory.secret_sources import NAME
from jbnet.model.errors import CommandFailed, Missing
from jbnet.model.refusals import reason_of
from jbnet.model.secret_sources import CommandSource, EnvironmentSource
from jbnet.model.secrets import Secret
from jbnet.model.text import joined, text
from jbnet.ports import Secrets

MOST_BYTES = 65536
"""No secret is longer; what prints more is no vault."""


class EnvironmentSecrets:
    """Implements Secrets with variables."""

    def __init__(self, source: EnvironmentSource, environment: Mapping[str, str]):
        self._source, self._environment = source, environment

    def get(self, name: str) -> Secret:
        """Return the secret. Raises Missing."""
        variable = self._source.variable(name)
        value = self._environment.get(variable)
        if not value:
            raise Missing("secret {name} is not in the environment: {variable} is not set",
                          name=name, variable=variable)  # fmt: skip
        return Secret(name, value)


class CommandSecrets:
    """Implements Secrets with a program, run in the workspace."""

    def __init__(self, source: CommandSource, directory: Path):
        self._source, self._directory = source, directory

    def get(self, name: str) -> Secret:
        """Return the secret. Raises Missing (no such program, no such secret) and CommandFailed."""
        argv = [word.replace(NAME, name) for word in self._source.argv]
        value = output(argv, self._directory, self._source.seconds, absent=self._source.absent, secret=name)
        return Secret(name, value)


class ChainedSecrets:
    """Implements Secrets: the first source that has a secret gives it, once. One that fails is not passed over."""

    def __init__(self, sources: Sequence[Secrets]):
        self._sources = sources
        self._known: dict[str, Secret] = {}

    def get(self, name: str) -> Secret:
        """Return the secret. Raises Missing with what each source said, Refused and CommandFailed."""
        if name not in self._known:
            self._known[name] = self._asked(name)
        return self._known[name]

    def _asked(self, name: str) -> Secret:
        said = []
        for source in self._sources:
            try:
                return source.get(name)
            except Missing as error:
                said.append(error)
        if len(said) == 1:
            raise said[0]
        raise Missing(
            "secret {name} is nowhere: {said}; topology/secrets.yaml says where secrets come from, and a lab has its "
            "own: jbnet lab up", name=name, said=joined(error.text for error in said),
        )  # fmt: skip


def output(argv: Sequence[str], directory: Path, seconds: float, *, absent: Sequence[int] = (), secret: str) -> str:
    """Run a program and return what it prints, without its last line break. Never shows what it printed.

    Its whole process group ends with it at the deadline. Raises Missing where it is not there, says with an exit
    code of ``absent`` that it has no such secret, or prints nothing; CommandFailed where it fails.
    """
    program = argv[0]
    try:
        process = subprocess.Popen(
            argv, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise Missing("secret {name}: {program} cannot be run: {reason}", name=secret, program=program,
                      reason=reason_of(error), hint=text("topology/secrets.yaml names it"),
                      ) from error  # fmt: skip
    value = _printed(process, seconds, secret, program)
    if process.returncode in absent or (process.returncode == 0 and not value):
        raise Missing("secret {name}: {program} has none of that name", name=secret, program=program)
    if process.returncode != 0:
        raise CommandFailed(
            "secret {name}: {program} ended with exit code {code}", name=secret, program=program,
            code=process.returncode, hint=text("run it by hand to see what it says; jbnet does not show it"),
        )  # fmt: skip
    return value


def _printed(process: subprocess.Popen[bytes], seconds: float, secret: str, program: str) -> str:
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise CommandFailed("secret {name}: {program} did not end within {seconds:g} s", name=secret,
                            program=program, seconds=seconds) from None  # fmt: skip
    finally:
        _end(process)
    try:
        if len(said) > MOST_BYTES:
            raise ValueError
        return said.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except ValueError:
        raise CommandFailed(
            "secret {name}: what {program} prints is no text, or too long", name=secret, program=program
        ) from None  # the library's exception holds what was printed


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of the program and its children, which may hold the pipe open."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
