"""Lost transactions: what the old primary's log and the client's record say, and which of it can be believed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from jbnet.recovery.report.nouns import Basis, Loss, Past, Transaction
from jbnet.recovery.report.reading import Act, acts, mapping

_LISTED = re.compile(r"(\S+)(?: (\S+))?(?: (.+))?\Z")
AGAIN = "the log was read again after an earlier attempt had changed it"
REBUILD = "rebuild-standby"
NO_LIST = "the old primary's log was not read"


def losses_by_log(journals: Sequence[Past], database: str, old_primary: str, since: int) -> Loss | None:
    """Return what the old primary's log had alone, from the first rebuild of that host after entry ``since``.

    The rebuild is looked for in the execution's own journal behind that entry and then in the later ones, oldest
    first; None: the host was not rebuilt yet. A list taken after an earlier attempt is unknown: that attempt may have
    rewound the log already.
    """
    for number, journal in enumerate(journals):
        found = [act for act in acts(journal.entries) if _rebuilds(act, database, old_primary)]
        if number == 0:
            found = [act for act in found if act.seq > since]
        result = next((act for act in found if act.kind == "result" and "lost" in act.evidence), None)
        if result is not None:
            return _by_log(journal.execution, result, found)
        if any(act.kind == "result" for act in found):
            return Loss(database, Basis.LOG, None, reason=NO_LIST, execution=journal.execution)
    return None


def losses_by_client(measured: Mapping[str, object], database: str) -> Loss | None:
    """Return what a client was told of and is absent, from ``jbnet databases measure``; None: not measured."""
    seen = mapping(mapping(measured.get("databases")).get(database))
    ids = seen.get("lost_ids")
    if not isinstance(ids, list | tuple):
        return None
    return Loss(database, Basis.CLIENT, len(ids), tuple(Transaction(str(one)) for one in ids), acknowledged=True)


def _rebuilds(act: Act, database: str, host: str) -> bool:
    looked = act.action == REBUILD or "lost" in act.evidence
    return looked and act.database == database and act.params.get("host") == host


def _by_log(execution: str, result: Act, found: Iterable[Act]) -> Loss:
    lost = mapping(result.evidence.get("lost"))
    count, reason = lost.get("count"), str(lost.get("reason") or result.evidence.get("reason") or "")
    attempts = sum(act.kind == "intent" for act in found if act.seq < result.seq and act.action == REBUILD)
    if not isinstance(count, int) or isinstance(count, bool):
        count, reason = None, reason or NO_LIST
    elif attempts > 1 and count == 0:
        count, reason = None, AGAIN
    first = lost.get("first")
    numbers = mapping(lost.get("numbers"))
    listed = tuple(_transaction(str(one), numbers) for one in first) if isinstance(first, list | tuple) else ()
    since = str(lost.get("since") or "")
    return Loss(result.database or "", Basis.LOG, count, listed, reason, since, execution, result.seq)


def _transaction(line: str, numbers: Mapping[str, object]) -> Transaction:
    """Read ``XID LSN DAY TIME`` as the journal has it, with what the transaction said of itself."""
    match = _LISTED.match(line)
    if match is None:
        return Transaction(line)
    own = numbers.get(match[1])
    told = tuple(str(one) for one in own) if isinstance(own, list | tuple) else ()
    return Transaction(match[1], match[2] or "", match[3] or "", told)
