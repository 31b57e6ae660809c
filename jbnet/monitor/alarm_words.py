"""What an alarm says in words, by its measure; ``jbnet/catalogue`` has them in other languages."""

from __future__ import annotations

from collections.abc import Mapping

PLAIN = "not as it should be"
"""Of all other measures: the rule's name and the figures say the rest."""
WORDS: Mapping[str, str] = {
    "loss": "packets are lost",
    "path-rtt": "round trips take too long",
    "path-jitter": "round trips vary too much",
    "up": "does not answer as it should",
    "seconds": "answers too slowly",
    "days": "its certificate ends soon",
    "trusted": "its certificate is not trusted",
    "behind": "its standby is behind",
    "alone": "commits do not wait for its standby",
    "failsafe": "goes on without its lease",
    "age": "what is sent in is late",
    "missing": "was not sent in",
    "unready": "what a recovery needs is not ready",
    "half-ready": "what a recovery needs wants to be looked at",
    "readiness": "whether a recovery is possible is not known",
}


def word_for(measure: str) -> str:
    """Return what an alarm of this measure says."""
    return WORDS.get(measure, PLAIN)
