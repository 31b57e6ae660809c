"""A token as it goes into a header (RFC 6750), and never into a message."""

from __future__ import annotations

from jbnet.model.errors import Missing
from jbnet.model.secrets import Secret
from jbnet.model.text import text


def bearer(token: Secret) -> str:
    """Return the value of the header Authorization; blanks and ends of lines around the token are not part of it.

    Raises Missing where the rest is no token: a header that cannot be made is said with its value by who makes it.
    """
    value = token.reveal().strip()
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise Missing(
            "{secret} is no bearer token: it is empty, or it has blanks, control or non-ASCII characters",
            hint=text("write the token alone, on one line, where topology/secrets.yaml takes it from"),
            secret=token,
        )
    return f"Bearer {value}"
