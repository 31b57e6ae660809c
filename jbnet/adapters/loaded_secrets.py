"""Digests of the secrets that were last loaded on each device, in the state directory.

A digest is BLAKE2b (RFC 7693) with a key of this state directory, over device, name and value: equal values on two
devices, or under two names, have nothing in common. Key and digests are for the owner alone (mode 0600); whoever reads
both can try guesses, and no more than in the file of secrets that usually lies beside them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets as token_source
from collections.abc import Collection, Mapping
from pathlib import Path

from jbnet.adapters.secrets import read_private
from jbnet.model.errors import Refused
from jbnet.model.secrets import Secret
from jbnet.model.text import text

KEY = "key"
KEY_BYTES = 32
DIGEST_BYTES = 32
PRIVATE = 0o600


class LoadedSecretFiles:
    """Implements LoadedSecrets with a file a device; whoever writes one holds the device's lease."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._known: bytes | None = None

    def is_same(self, device: str, secret: Secret) -> bool | None:
        """Say whether it is the one that was last loaded; None: not known. Raises Refused: others may read the file."""
        kept = self._kept(device).get(secret.name)
        return None if kept is None else hmac.compare_digest(kept, self._digest(device, secret))

    def keep(self, device: str, secrets: Collection[Secret], names: Collection[str]) -> None:
        """Remember secrets as loaded; forget those of the device that are not among ``names``."""
        before = {name: digest for name, digest in self._kept(device).items() if name in names}
        now = {**before, **{secret.name: self._digest(device, secret) for secret in secrets}}
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write(self._file(device), json.dumps(now, sort_keys=True, indent=1) + "\n")

    def _file(self, device: str) -> Path:
        return self._folder / f"{device}.json"

    def _kept(self, device: str) -> Mapping[str, str]:
        file = self._file(device)
        if not file.exists():
            return {}
        try:
            return {str(name): str(digest) for name, digest in json.loads(read_private(file)).items()}
        except (ValueError, AttributeError) as error:
            raise Refused("{file} cannot be read: {reason}", file=file, reason=error,
                          hint=text("remove it: its secrets are then unknown, not changed")) from error  # fmt: skip

    def _digest(self, device: str, secret: Secret) -> str:
        said = json.dumps([device, secret.name, secret.reveal()]).encode()
        return hashlib.blake2b(said, key=self._key(), digest_size=DIGEST_BYTES).hexdigest()

    def _key(self) -> bytes:
        """Return the key of this state directory; the first who asks makes it, and nobody replaces it."""
        if self._known is None:
            file = self._folder / KEY
            if not file.exists():
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                draft = self._write(
                    file.with_suffix(f".{token_source.token_hex(4)}"), token_source.token_hex(KEY_BYTES)
                )
                try:
                    os.link(draft, file)
                except FileExistsError:
                    pass  # somebody else made it in the meantime
                finally:
                    draft.unlink()
            self._known = bytes.fromhex(read_private(file).strip())
        return self._known

    @staticmethod
    def _write(file: Path, content: str) -> Path:
        temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "w") as stream:
            stream.write(content)
        temporary.replace(file)
        return file
