"""Canonical JSON: one content, one text, one hash (in the spirit of RFC 8785).

Keys sorted, no white space, UTF-8 as it is. Values that JSON does not know become text, so that evidence can
always be written down; a number that is not finite does as well, for it is not zero either.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from datetime import datetime

GENESIS = "0" * 64


def plain(value: object) -> object:
    """Return the value in the types of JSON. Secrets redact themselves here, as everywhere."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(entry) for entry in value), key=str)
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [plain(entry) for entry in value]
    return str(value)


def canonical_json(value: object) -> str:
    """Return the one text of a value."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: object) -> str:
    """Return the SHA-256 of a value's canonical text, in hexadecimal."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()


def link(previous: str, record: Mapping[str, object]) -> str:
    """Return the hash that chains a journal's record to the one before it."""
    return hashlib.sha256((previous + canonical_json(record)).encode("utf-8", "surrogatepass")).hexdigest()
