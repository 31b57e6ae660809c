"""SSH keys of a lab (ed25519, RFC 8709): those of people in the state directory, those of devices in the devices."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MARK = "jbnet-lab"


def create_pair(path: Path, comment: str) -> str:
    """Make a key pair ``path`` (0600) and ``path``.pub where there is none; return the public line."""
    public = path.with_name(path.name + ".pub")
    if not (path.exists() and public.exists()):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate()
        _write(path, _private(key), 0o600)
        _write(public, f"{public_line(key)} {comment}\n".encode(), 0o644)
    return public.read_text(encoding="utf-8").strip()


def link(path: Path, to: str) -> None:
    """Make ``path`` another name of the key ``to`` in the same directory, where there is no key of that name."""
    if not path.is_symlink() and not path.exists():
        path.symlink_to(to)


def public_line(key: Ed25519PrivateKey) -> str:
    """Return a public key as OpenSSH writes it: type and base64."""
    public = key.public_key()
    return public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()


def add_known_hosts(path: Path, hosts: Mapping[str, tuple[Iterable[str], str]]) -> None:
    """Put the lab's host keys into known_hosts (sshd(8)), one line a device: its name, then its addresses.

    ``hosts`` maps a device's name to its addresses and its public key. Lines of others stay.
    """
    lines = [f"{','.join((name, *addresses))} {key} {MARK}" for name, (addresses, key) in hosts.items()]
    _replace(path, [*_foreign(path), *lines])


def remove_known_hosts(path: Path) -> None:
    """Take the lab's lines out of known_hosts, and the file with the last line."""
    lines = _foreign(path)
    if lines:
        _replace(path, lines)
    else:
        path.unlink(missing_ok=True)


def _foreign(path: Path) -> list[str]:
    if not path.exists():
        return []
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.endswith(f" {MARK}")]


def _replace(path: Path, lines: list[str]) -> None:
    temporary = path.with_name(path.name + ".tmp")
    _write(temporary, "".join(f"{line}\n" for line in lines).encode(), 0o600)
    temporary.replace(path)


def _private(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream:
        os.fchmod(stream.fileno(), mode)
        stream.write(content)
