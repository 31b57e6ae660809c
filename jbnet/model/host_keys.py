"""Host keys of SSH servers (RFC 4253, section 7), and how people compare them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HostKey:
    """A public host key: ``kind`` is its algorithm's name (``ssh-ed25519``), ``blob`` the key in base64 (RFC 4648)."""

    kind: str
    blob: str

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint as ``ssh-keygen -l`` prints it: SHA-256 in base64 without padding."""
        digest = hashlib.sha256(base64.b64decode(self.blob, validate=True)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
