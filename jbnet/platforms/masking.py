"""Secrets blanked in what devices print (design section 5, rule 6). Which lines hold one is data of the platform."""

from __future__ import annotations

import re
from functools import cache

from jbnet.platforms.commands import commands

MASK = "<secret>"
_EVERYWHERE = (
    r"(?P<keep>://[^/\s:@]+:)[^@\s]+(?=@)",  # the password of a URL
)
_PRIVATE_KEY = re.compile(
    r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:(-----END [A-Z ]*PRIVATE KEY-----)|\Z)", re.DOTALL
)
_NAMED = re.compile(r"passw|secret|passphrase|community|(?:auth|priv|shared|psk).*key|md5key|keystring", re.IGNORECASE)
"""Names under which JSON holds a secret."""


@cache
def _masks(platform: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(mask, re.IGNORECASE | re.MULTILINE) for mask in (*commands(platform).masks, *_EVERYWHERE))


def masked(platform: str, said: str) -> str:
    """Return a text with its passwords, keys and communities blanked."""
    for mask in _masks(platform):
        said = mask.sub(lambda match: f"{match['keep']}{MASK}", said)
    return _PRIVATE_KEY.sub(rf"\1 {MASK} \2", said)


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
