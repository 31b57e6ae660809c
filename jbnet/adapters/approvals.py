"""Approvals on disk: the request laid out, signatures handed in, one file each.

Beside the journal, not in it: whoever approves works in another process, perhaps under another account, and must
not wait for the journal's writer. A file proves nothing by being there; its signature does.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jbnet.adapters.keys import Approvers
from jbnet.model.errors import Missing, Refused, UsageError
from jbnet.model.refusals import reason_of
from jbnet.model.text import text
from jbnet.recovery.approval import Approval, ApprovalRequest, Judged, judge, prepare
from jbnet.recovery.canonical import canonical_json

REQUEST = "request.json"
MAX_BYTES = 100_000
SAFE = re.compile(r"[^A-Za-z0-9_.-]")


class ApprovalBox:
    """Implements the ApprovalVerifier port with a folder.

    ``pinned`` maps names to fingerprints as they were when the execution started: a key added or exchanged
    since then counts for nothing in it. None: whoever is listed now.
    """

    def __init__(self, folder: Path, approvers: Approvers, pinned: Mapping[str, str] | None = None):
        self.folder = folder
        self._approvers = approvers
        self._pinned = pinned

    def publish(self, request: ApprovalRequest) -> None:
        """Lay the request out, in the place of an earlier one."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.folder / REQUEST, json.dumps(request.as_json(), ensure_ascii=False, indent=2))

    def request(self) -> ApprovalRequest:
        """Return the request that is laid out. Raises Missing."""
        path = self.folder / REQUEST
        if not path.exists():
            raise Missing(
                "nothing is to be approved: {path} does not exist",
                path=path,
                hint=text("jbnet dr status lists executions and what they wait for"),
            )
        return read_request(path)

    def received(self, request: ApprovalRequest) -> Sequence[Judged]:
        """Return everything handed in, judged."""
        files = sorted(self.folder.glob("*.approval")) if self.folder.is_dir() else []
        found = [_read_approval(path) for path in files]
        return [self.judge(request, approval) for approval in found]

    def judge(self, request: ApprovalRequest, approval: Approval) -> Judged:
        """Judge one approval."""
        person = self._approvers.people.get(approval.person)
        if person is not None and self._pinned is not None and self._pinned.get(person.name) != person.key:
            person = None
        try:
            signature = bytes.fromhex(approval.signature)
        except ValueError:
            signature = b""
        genuine = self._approvers.genuine(approval.person, approval.message, signature)
        return judge(request, approval, person, genuine=genuine)

    def hand_in(self, request: ApprovalRequest, approval: Approval) -> tuple[str, ...]:
        """Put an approval where the engine finds it, and return who has approved so far, in order of names.

        Raises Refused, with the reason, if it would not count, also when that person has approved these figures
        already: a second signature of one person is not a second person's.
        """
        judged = self.judge(request, approval)
        if judged.refusal is not None:
            refused = Refused(judged.refusal.template)
            refused.text = judged.refusal
            raise refused
        before = self.given(request)
        if approval.person in before:
            raise Refused(
                "{person} has approved these figures already",
                person=approval.person,
                hint=text("another person must approve; so far: {people}", people=", ".join(before)),
            )
        name = SAFE.sub("_", f"{approval.person}-{approval.figures_sha256[:16]}.approval")
        _write(self.folder / name, canonical_json(asdict(approval)))
        return self.given(request)

    def given(self, request: ApprovalRequest) -> tuple[str, ...]:
        """Return the people whose approvals of this request count, in order of names."""
        return tuple(sorted({j.approval.person for j in self.received(request) if j.refusal is None}))

    def sign(self, request: ApprovalRequest, key: Ed25519PrivateKey, now: datetime) -> Approval:
        """Sign the request as the key's owner. Raises Refused when the key is nobody's who may approve."""
        owner = self._approvers.owner(key.public_key())
        if owner is None:
            raise Refused(
                "this key belongs to nobody who may approve",
                hint=text("dr/approvers/README.md says how a key is added"),
            )
        approval = prepare(request, owner.name, now)
        return replace(approval, signature=key.sign(approval.message).hex())


def read_request(path: Path) -> ApprovalRequest:
    """Read a request from a file, perhaps carried here from elsewhere. Raises UsageError and Missing."""
    try:
        return ApprovalRequest.from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Missing("{path} cannot be read: {error}", path=path, error=reason_of(error)) from error
    except (ValueError, AttributeError) as error:
        raise UsageError("{path} is not an approval request: {error}", path=path, error=error) from error


def to_token(approval: Approval) -> str:
    """Return an approval as one line that can be read out: what it is for, who, when, and the signature.

    The hashes are left out: whoever accepts it has the request they come from.
    """
    signature = base64.b32encode(bytes.fromhex(approval.signature)).decode().rstrip("=")
    return f"{approval.execution}/{approval.step}/{approval.person}/{approval.time}/{signature}"


def from_token(token: str, request: ApprovalRequest) -> Approval:
    """Read a token as an approval of the request; its signature shows whether it is one. Raises UsageError."""
    parts = "".join(token.split()).split("/")
    try:
        execution, step, person, time, signature = parts
        padded = signature.upper() + "=" * (-len(signature) % 8)
        raw = base64.b32decode(padded).hex()
    except (ValueError, binascii.Error) as error:
        raise UsageError(
            "this is not an approval token",
            hint=text("expected EXECUTION/STEP/PERSON/TIME/SIGNATURE as jbnet dr approve --print gives it"),
        ) from error
    return Approval(execution, step, request.runbook_sha256, request.figures_sha256, person, time, raw)


def _read_approval(path: Path) -> Approval:
    """Read a file that anybody may have put there; one that cannot be read is an approval by nobody."""
    try:
        with path.open("rb") as stream:
            data = json.loads(stream.read(MAX_BYTES))
        return Approval(**{key: str(data[key]) for key in Approval.__slots__})
    except (OSError, ValueError, KeyError, TypeError):
        return Approval("", "", "", "", path.stem, "")


def _write(path: Path, content: str) -> None:
    """Write a file as a whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(
            os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        raise Missing("{path} cannot be written: {error}", path=path, error=reason_of(error)) from error
