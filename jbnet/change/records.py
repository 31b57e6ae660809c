"""Entries of the journal of changes, each with the change that it is of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

Entry = Mapping[str, object]


def of_changes(entries: Iterable[Entry]) -> Iterator[tuple[str, Entry]]:
    """Yield (hash of the plan, entry); several plans may be carried out at the same time.

    Entries without the hash were written when one plan at a time was: they are of the last that had begun.
    """
    begun = ""
    for entry in entries:
        data = entry["data"]
        if entry["kind"] in ("apply.start", "apply.end"):
            begun = str(entry["subject"])
        yield str(data["change"]) if isinstance(data, Mapping) and "change" in data else begun, entry
