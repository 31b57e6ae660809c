"""What facts of a configuration say, as values; and what takes them in, by their kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jbnet.config.standin.facts import Import, Key

Said = Mapping[str, str]
_PROTOCOLS = {"direct": "connected"}


class Taker:
    """Takes in facts of the kinds that it has methods for: ``_cost`` takes a cost."""

    def take(self, fact: str, said: Said) -> bool:
        """Take a fact in; say whether it is of such a kind. Raises ValueError, KeyError for a value that is none."""
        take: Callable[[Said], None] | None = getattr(self, f"_{fact}", None)
        if take is not None:
            take(said)
        return take is not None


def number(said: Said, name: str) -> int | None:
    """Return a number that may have been said."""
    return int(said[name]) if name in said else None


def import_of(said: Said) -> Import:
    """Return what is brought in from another protocol."""
    protocol = _PROTOCOLS.get(said["protocol"], said["protocol"])
    return Import(protocol, said.get("map"), number(said, "metric"), int(said.get("type", "2")))


def key_of(said: Said) -> Key:
    """Return a key with all that is said of it."""
    return Key(int(said["id"]), algorithm(said), said["secret"])


def algorithm(said: Said) -> str:
    """Return an algorithm by the one name that it has here."""
    return said["algorithm"].replace("sha-", "sha")
