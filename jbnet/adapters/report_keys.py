"""The key that seals reports: one a site, made on first use; and judging by the keys that a report brings along."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_public_key,
)

from jbnet.adapters.approvals import ApprovalBox
from jbnet.adapters.keys import Approvers, fingerprint, load_private
from jbnet.model.errors import Missing, UsageError
from jbnet.model.refusals import reason_of
from jbnet.model.text import text
from jbnet.recovery.approval import Approver
from jbnet.recovery.report.prove import Judge
from jbnet.recovery.report.sealed import Signer

KEY = "report-key"
LARGEST_KEY = 10_000


def site_signer(folder: Path) -> Signer:
    """Return what seals the reports of this site; its key (``folder``/report-key, mode 0600) is made on first use.

    Raises Missing, and Refused where others may read the key.
    """
    path = folder / KEY
    if not path.exists():
        _make(path)
    key = load_private(path, lambda: "")
    _show(path, key)
    return Signer(openssh(key.public_key()), fingerprint(key.public_key()), key.sign)


def site_fingerprint(folder: Path) -> str | None:
    """Return the fingerprint of this site's own key; None where it never sealed a report. Makes nothing."""
    path = folder / f"{KEY}.pub"
    return fingerprint_of(path) if path.exists() else None


def fingerprint_of(path: Path) -> str:
    """Return the fingerprint of a public key in a file. Raises Missing and UsageError."""
    try:
        with path.open("rb") as stream:
            key = load_ssh_public_key(stream.read(LARGEST_KEY))
    except OSError as error:
        raise Missing("key {path} cannot be read: {error}", path=path, error=reason_of(error)) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(
            "{path} is no public key as ssh-keygen writes it",
            path=path,
            hint=text("give the .pub file of the key, or its fingerprint (SHA256:...)"),
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError("key {path} is of another type; expected ssh-ed25519", path=path)
    return fingerprint(key)


def openssh(key: Ed25519PublicKey) -> str:
    """Return a public key as one line, without a comment."""
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def genuine(key: str, message: bytes, signature: bytes) -> bool:
    """Say whether the key (OpenSSH, one line) made the signature over the message."""
    public = _public(key)
    if public is None or openssh(public) != key:
        return False
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def key_fingerprint(key: str) -> str | None:
    """Return the fingerprint of a public key; None where it is none."""
    public = _public(key)
    return fingerprint(public) if public is not None else None


def judge_of(approvers: Mapping[str, object], pinned: Mapping[str, str]) -> Judge:
    """Return what judges approvals by the keys in a report. Only keys whose fingerprints were pinned count."""
    people: dict[str, Approver] = {}
    keys: dict[str, Ed25519PublicKey] = {}
    for name, said in approvers.items():
        found = said if isinstance(said, Mapping) else {}
        key = _public(str(found.get("key", "")))
        if key is not None:
            people[name] = Approver(name, fingerprint(key), str(found.get("login", "")))
            keys[name] = key
    return ApprovalBox(Path(), Approvers(people, keys), pinned).judge


def as_listed(approvers: Approvers) -> dict[str, dict[str, str]]:
    """Return the approvers as a report brings them along: public key and login by name."""
    return {
        name: {"key": openssh(approvers.keys[name]), "login": person.login}
        for name, person in approvers.people.items()
        if name in approvers.keys
    }


def _public(line: str) -> Ed25519PublicKey | None:
    try:
        key = load_ssh_public_key(line.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def _make(path: Path) -> None:
    """Make the key, whole or not at all; the process that comes second takes the first one's."""
    private = Ed25519PrivateKey.generate()
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            with contextlib.suppress(FileExistsError):
                os.link(new, path)
        finally:
            new.unlink()
    except OSError as error:
        raise Missing("{path} cannot be written: {error}", path=path, error=reason_of(error)) from error


def _show(path: Path, key: Ed25519PrivateKey) -> None:
    """Lay the public half beside the key, unless it is there."""
    public = path.with_name(f"{path.name}.pub")
    try:
        if not public.exists():
            public.write_text(f"{openssh(key.public_key())} jbnet-report\n", encoding="ascii")
    except OSError as error:
        raise Missing("{path} cannot be written: {error}", path=public, error=reason_of(error)) from error
