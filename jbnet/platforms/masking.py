"""Secrets blanked in what devices print (design section 5, rule 6). Where they stand is data (``secret_places``)."""

from __future__ import annotations

import re
from functools import lru_cache

from jbnet.platforms.commands import commands
from jbnet.platforms.secret_places import MASK, secret_places

__all__ = ["MASK", "masked", "masked_value", "without_secret"]

LINES = 65536
"""How many lines are remembered without their secrets: those of a few hundred routers."""
_NAMED_SECRET = re.compile(r'"<secret:[\w-]+>"|<secret:[\w-]+>')
_PRIVATE_KEY = re.compile(
    r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:(-----END [A-Z ]*PRIVATE KEY-----)|\Z)", re.DOTALL
)
_NAMED = re.compile(r"passw|secret|passphrase|community|(?:auth|priv|shared|psk).*key|md5key|keystring", re.IGNORECASE)
"""Names under which JSON holds a secret."""


def masked(platform: str, said: str) -> str:
    """Return a text with its passwords, keys and communities blanked, line by line."""
    places = secret_places(platform)
    said = "\n".join(map(places.blanked, said.split("\n")))
    return _PRIVATE_KEY.sub(rf"\1 {MASK} \2", said)


@lru_cache(maxsize=LINES)
def without_secret(platform: str, line: str) -> str:
    """Return a line of a configuration without its secrets, be they values or names, and without how they are written.

    Two lines that differ in a secret only give the same: devices show secrets encrypted, each time in another way.
    """
    said = masked(platform, _NAMED_SECRET.sub(MASK, line))
    if MASK not in said:
        return line
    looks = commands(platform).looks
    return re.sub(looks, "", said) if looks else said


def masked_value(platform: str, value: object) -> object:
    """Return a value of JSON with its secrets blanked: in texts, and whatever stands under a telling name."""
    if isinstance(value, str):
        return masked(platform, value)
    if isinstance(value, list):
        return [masked_value(platform, item) for item in value]
    if isinstance(value, dict):
        return {key: _under(platform, str(key), item) for key, item in value.items()}
    return value


def _under(platform: str, key: str, value: object) -> object:
    return MASK if isinstance(value, str) and value and _NAMED.search(key) else masked_value(platform, value)
