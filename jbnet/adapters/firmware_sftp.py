"""A device's file system over SFTP (draft-ietf-secsh-filexfer-02), and its free space as its own command prints it.

SFTP version 3 cannot ask for free space, so the device is asked in its own words: ``df`` on Linux, ``dir`` on the rest
(Huawei NetEngine 8000, "dir"; H3C MSR, "dir"; Cisco IOS, "dir"), which end with what is free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import paramiko

from jbnet.adapters.firmware import BLOCK
from jbnet.adapters.netmiko_login import netmiko_session
from jbnet.adapters.ssh_login import Login, connected
from jbnet.model.errors import Missing, Unreachable

ASK_S = 30.0


@dataclass(frozen=True, slots=True)
class Space:
    """How a platform says what is free: its command, the number in the answer, and netmiko's name (None: a shell)."""

    command: str
    answer: re.Pattern[str]
    netmiko: str | None


_KB = re.compile(r"\((?P<free>[\d,]+) ?(?P<unit>[KM]?B|bytes) free\)", re.IGNORECASE)
SPACES = {
    "frr": Space("df -Pk .", re.compile(r"^\S+ +\d+ +\d+ +(?P<free>\d+) (?P<unit>)", re.MULTILINE), None),
    "vrp8": Space("dir", _KB, "huawei_vrpv8"),
    "vrp5": Space("dir", _KB, "huawei_vrp"),
    "comware7": Space("dir", _KB, "hp_comware"),
    "ios": Space("dir", _KB, "cisco_ios"),
}
_UNITS = {"bytes": 1, "b": 1, "kb": 1 << 10, "": 1 << 10, "mb": 1 << 20}


def free_bytes(platform: str, said: str) -> int | None:
    """Return what a platform's answer says is free, in bytes; None where it says nothing of it."""
    found = SPACES[platform].answer.search(said)
    if found is None:
        return None
    return int(found["free"].replace(",", "")) * _UNITS[found["unit"].lower()]


class SftpStore:
    """Implements FileStore in the directory in which SFTP begins, on the platform's main flash."""

    def __init__(self, platform: str, login: Login, client: paramiko.SSHClient):
        self._platform, self._login, self._client = platform, login, client
        self._sftp = client.open_sftp()
        channel = self._sftp.get_channel()
        if channel is not None:
            channel.settimeout(ASK_S)

    def size(self, name: str) -> int | None:
        """Return a file's size in bytes; None: there is none of that name."""
        try:
            return self._sftp.stat(name).st_size
        except FileNotFoundError:
            return None

    def free(self) -> int:
        """Return the bytes that are free. Raises Missing where the platform's answer does not say."""
        space = SPACES[self._platform]
        said = self._shell(space.command) if space.netmiko is None else self._typed(space)
        found = free_bytes(self._platform, said)
        if found is None:
            raise Missing("{device} does not say how much room it has", device=self._login.device)
        return found

    def put(self, name: str, source: IO[bytes]) -> None:
        """Write a file, replacing one of that name."""
        with self._sftp.open(name, "wb") as target:
            target.set_pipelined(True)
            while block := source.read(BLOCK):
                target.write(block)

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield what a file holds."""
        with self._sftp.open(name, "rb") as source:
            source.prefetch()
            while block := source.read(BLOCK):
                yield block

    def rename(self, name: str, to: str) -> None:
        """Give a file another name."""
        self._sftp.rename(name, to)

    def remove(self, name: str) -> None:
        """Delete a file."""
        self._sftp.remove(name)

    def _shell(self, command: str) -> str:
        _, said, _ = self._client.exec_command(command, timeout=ASK_S)
        return said.read().decode("utf-8", "replace")

    def _typed(self, space: Space) -> str:
        """Ask in a session of its own: not every device opens a second channel beside SFTP."""
        connection = netmiko_session(self._login, str(space.netmiko))
        try:
            return str(connection.send_command(space.command, read_timeout=ASK_S))
        finally:
            connection.disconnect()


@contextmanager
def sftp_store(platform: str, login: Login) -> Iterator[SftpStore]:
    """Log in to a device and give its files. Raises Unreachable, Refused (host key), Missing (unknown platform)."""
    if platform not in SPACES:
        raise Missing("files of the platform {platform} cannot be reached", platform=platform)
    client = connected(login)
    try:
        yield SftpStore(platform, login, client)
    except paramiko.SSHException as error:
        raise Unreachable("{device}: no SFTP there: {reason}", device=login.device, reason=error) from error
    finally:
        client.close()
