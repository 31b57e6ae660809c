"""Keys of people: OpenSSH ed25519, public halves in ``dr/approvers/``, private ones with their owners."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
    load_ssh_public_key,
)

from jbnet.inventory.reading.source import Source, read
from jbnet.inventory.report import Report
from jbnet.model.errors import Missing, Refused, UsageError
from jbnet.model.findings import Place
from jbnet.model.refusals import reason_of
from jbnet.model.text import Text, text
from jbnet.recovery.approval import Approver
from jbnet.recovery.fields import Fields, Findings

MODE_OTHERS = 0o077
PUBLIC = (b"ssh-", b"ecdsa-", b"sk-")
"""How a line with a public key begins (sshd(8), AUTHORIZED_KEYS FILE FORMAT)."""


@dataclass(frozen=True, slots=True)
class Approvers:
    """The people who may approve, and their public keys, by name."""

    people: Mapping[str, Approver]
    keys: Mapping[str, Ed25519PublicKey]

    def genuine(self, person: str, message: bytes, signature: bytes) -> bool:
        """Say whether the person's key made the signature."""
        key = self.keys.get(person)
        if key is None:
            return False
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def owner(self, key: Ed25519PublicKey) -> Approver | None:
        """Return whose key it is."""
        return next((person for person in self.people.values() if person.key == fingerprint(key)), None)


def load_approvers(folders: Sequence[Path]) -> Approvers:
    """Read ``approvers.yaml`` and ``approvers/*.pub`` of each folder. Raises UsageError with findings.

    A person without a key, or a key without a person, counts for nothing. One key for two people is an error:
    it would let one person approve twice.
    """
    findings = Findings()
    people: dict[str, Approver] = {}
    keys: dict[str, Ed25519PublicKey] = {}
    for folder in folders:
        for name, person in _read_people(folder / "approvers.yaml", findings).items():
            key = _read_public(folder / "approvers" / f"{name}.pub", findings)
            if key is None:
                continue
            print_ = fingerprint(key)
            twin = next((other.name for other in people.values() if other.key == print_ or other.name == name), None)
            if twin is not None:
                message = text("{person} and {other} have the same name or key", person=name, other=twin)
                findings.add("JB720", message, Place(str(folder / "approvers" / f"{name}.pub")))
                continue
            people[name] = Approver(name, print_, person.login, person.name_zh, person.roles)
            keys[name] = key
    if findings.has_errors:
        raise UsageError("the list of approvers cannot be used", findings=findings.sorted())
    return Approvers(people, keys)


def load_private(path: Path, passphrase: Callable[[], str]) -> Ed25519PrivateKey:
    """Read a private key; ``passphrase`` is asked only when it has one. Raises Missing, Refused, UsageError."""
    try:
        content = path.read_bytes()
        if content.startswith(PUBLIC):  # before the mode: others may read a public key, and it must not become a guess
            raise UsageError("{path} is the public half of a key; expected the private one", path=path,
                             hint=_private_of(path))  # fmt: skip
        if path.stat().st_mode & MODE_OTHERS:
            raise Refused(
                "{path} can be read by others; expected mode 0600",
                path=path,
                hint=text("chmod 600 {path}", path=path),
            )
    except OSError as error:
        raise Missing("key {path} cannot be read: {error}", path=path, error=reason_of(error)) from error
    key = _decode_private(path, content, passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError("key {path} is of another type; expected ssh-ed25519", path=path)
    return key


def make_person(folder: Path, name: str, *, login: str = "") -> Path:
    """Make a throw-away person in a folder (for a lab) and return the private key's path.

    Adds the public key and the entry in ``approvers.yaml``; the private key lies in ``folder``/keys, mode 0600.
    """
    private = Ed25519PrivateKey.generate()
    for place in (folder, folder / "approvers", folder / "keys"):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "keys" / name
    path.touch(mode=0o600)
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    public = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    (folder / "approvers" / f"{name}.pub").write_text(f"{public} {name}\n", encoding="ascii")
    _list_person(folder / "approvers.yaml", name, login)
    return path


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the fingerprint as ``ssh-keygen -l`` prints it (SHA-256, base64 without padding)."""
    blob = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1]
    return "SHA256:" + base64.b64encode(hashlib.sha256(base64.b64decode(blob)).digest()).decode().rstrip("=")


def _list_person(path: Path, name: str, login: str) -> None:
    """Add a person to the list; comments in it are lost."""
    found = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
    listed = (found or {}).get("people") or {}
    people = {**listed, name: {"login": login, "roles": ["approver"]}}
    path.write_text(yaml.safe_dump({"people": people}, allow_unicode=True), encoding="utf-8")


def _private_of(path: Path) -> Text | None:
    private = path.with_suffix("")
    if path.suffix != ".pub" or not private.is_file():
        return text("it is the file without .pub, and lies with its owner alone")
    return text("give {path}", path=private)


def _decode_private(path: Path, content: bytes, passphrase: Callable[[], str]) -> object:
    try:
        return load_ssh_private_key(content, None)
    except TypeError:
        pass  # it has a passphrase
    except (ValueError, UnsupportedAlgorithm) as error:
        if "password" not in str(error).lower():
            raise UsageError("{path} is not an OpenSSH private key", path=path) from error
    try:
        return load_ssh_private_key(content, passphrase().encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError("{path}: the passphrase is wrong, or the key is damaged", path=path) from error


def _read_people(path: Path, findings: Findings) -> dict[str, Approver]:
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Missing("{path} cannot be read: {error}", path=path, error=error) from error
    report = Report()
    source = read(str(path), content, report)
    findings.found.extend(report.sorted())
    if source is None or source.data is None:
        return {}
    fields = Fields(source, (), source.data, findings)
    listed = fields.raw("people")
    fields.end()
    if listed is None:
        return {}
    if not isinstance(listed, Mapping):
        findings.add(
            "JB703",
            text("{key} is {value!r}; expected {expected}", key="people", value=listed, expected="a mapping"),
            fields.place("people"),
        )
        return {}
    return {name: _read_person(source, name, value, findings) for name, value in listed.items()}


def _read_person(source: Source, name: str, value: object, findings: Findings) -> Approver:
    fields = Fields(source, ("people", name), value, findings)
    person = Approver(
        name,
        "",
        login=fields.take("login", str, "") or "",
        name_zh=fields.take("name_zh", str, "") or "",
        roles=fields.names("roles") or ("approver",),
    )
    fields.end()
    return person


def _read_public(path: Path, findings: Findings) -> Ed25519PublicKey | None:
    try:
        key = load_ssh_public_key(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        findings.add("JB721", text("not an OpenSSH public key: {error}", error=error), Place(str(path)))
        return None
    if not isinstance(key, Ed25519PublicKey):
        findings.add("JB721", text("a key of another type; expected ssh-ed25519"), Place(str(path)))
        return None
    return key
