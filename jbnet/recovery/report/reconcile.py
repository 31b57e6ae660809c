"""The reconciliation list (对账清单): each lost transaction with whom it was told to, from a ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jbnet.recovery.report.nouns import Basis, Loss, Reconciliation, Row, Told, Transaction


def reconcile(
    losses: Sequence[Loss], ledger: Sequence[Told] | None, named: Mapping[str, str] | None = None
) -> Reconciliation:
    """Return the list. A transaction that the ledger does not know stands in it with nobody; ``named``: the ledger.

    What a client lost is looked up by the business's number, what the old primary's log has by PostgreSQL's. A ledger
    without PostgreSQL's numbers is asked by its only ones, unless the client's losses of that database claim those.
    A transaction that said the business's number in the log is looked up by that, and stands under it.
    One transaction may have been told to several, and stands once for each.
    """
    by_number, by_xid = _by(ledger or (), "transaction"), _by(ledger or (), "xid")
    claimed = {loss.database for loss in losses if loss.basis is Basis.CLIENT}
    rows: list[Row] = []
    unlisted: dict[str, int] = {}
    for loss in losses:
        plainly = loss.basis is Basis.CLIENT or (not by_xid and loss.database not in claimed)
        told = by_number if plainly else by_xid
        for lost in loss.listed:
            if lost.numbers:
                rows += [row for own in lost.numbers for row in _rows(loss, lost, own, _of(by_number, loss, own))]
            else:
                rows += _rows(loss, lost, lost.id, _of(told, loss, lost.id))
        missing = (loss.count or 0) - len(loss.listed)
        if missing > 0:
            unlisted[loss.database] = unlisted.get(loss.database, 0) + missing
    return Reconciliation(tuple(rows), unlisted, named)


def _by(ledger: Sequence[Told], key: str) -> dict[tuple[str, str], list[Told]]:
    found: dict[tuple[str, str], list[Told]] = {}
    for one in ledger:
        if getattr(one, key):
            found.setdefault((one.database, getattr(one, key)), []).append(one)
    return found


def _of(told: Mapping[tuple[str, str], list[Told]], loss: Loss, name: str) -> list[Told]:
    return [*told.get((loss.database, name), ()), *told.get(("", name), ())]


def _rows(loss: Loss, lost: Transaction, name: str, found: Sequence[Told]) -> list[Row]:
    if not found:
        return [Row(loss.database, name, lost.time, loss.basis)]
    return [
        Row(loss.database, name, lost.time, loss.basis, one.counterparty or None, one.time, one.amount, one.remark)
        for one in found
    ]
