"""A ledger as a CSV file: transaction, counterparty, and what else it says, under English or Chinese headings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from jbnet.inventory.exchange.csv_cells import LIMIT, Cell, Sheet, read
from jbnet.inventory.report import Report
from jbnet.model.errors import AnswerIsNo, Missing, UsageError
from jbnet.model.findings import Severity
from jbnet.model.refusals import reason_of
from jbnet.model.text import text
from jbnet.recovery.report.nouns import Loss, Told

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "database": ("database", "数据库"),
    "transaction": ("transaction", "id", "交易", "交易号", "流水号", "业务流水号"),
    "xid": ("xid", "事务号", "数据库事务号"),
    "counterparty": ("counterparty", "told to", "对方", "对方机构", "告知对象", "交易对手"),
    "time": ("time", "told at", "时间", "告知时间", "交易时间"),
    "amount": ("amount", "金额"),
    "remark": ("remark", "备注", "摘要"),
}
"""What each column may be called."""
NEEDED = ("counterparty",)


class CsvLedger:
    """Implements the Ledger port with a file (UTF-8, or GB 18030 as spreadsheets write it)."""

    def __init__(self, path: Path):
        self._path = path
        self._raw: bytes | None = None

    @property
    def named(self) -> Mapping[str, str]:
        """The file's name and SHA-256, by which a report says what it was made with."""
        return {"file": self._path.name, "sha256": hashlib.sha256(self._bytes()).hexdigest()}

    def told(self, losses: Sequence[Loss]) -> Sequence[Told]:
        """Return the rows about lost transactions. Raises Missing, UsageError and AnswerIsNo with findings."""
        report = Report()
        sheet = read(self._bytes(), str(self._path), report)
        findings = report.sorted()
        if sheet is None or any(finding.severity is Severity.ERROR for finding in findings):
            raise AnswerIsNo("{file} has errors: {count}", file=self._path, count=len(findings), findings=findings)
        if not sheet.rows:
            return ()
        columns = self._columns(sheet)
        wanted = {name for loss in losses for one in loss.listed for name in (one.id, *one.numbers)}
        rows = [_told(columns, row) for row in sheet.rows[1:]]
        return tuple(row for row in rows if row.transaction in wanted or row.xid in wanted)

    def _columns(self, sheet: Sheet) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for number, cell in enumerate(sheet.rows[0]):
            said = cell.text.strip().lower()
            name = next((name for name, words in HEADINGS.items() if said in words), None)
            if name is not None:
                found.setdefault(name, number)
        missing = [name for name in NEEDED if name not in found]
        if not {"transaction", "xid"} & set(found):
            missing.insert(0, "transaction")
        if missing:
            raise UsageError(
                "{file} has no column {missing}",
                file=self._path,
                missing=", ".join(missing),
                hint=text("its first row names the columns: {known}", known=", ".join(HEADINGS)),
            )
        return found

    def _bytes(self) -> bytes:
        if self._raw is None:
            try:
                with self._path.open("rb") as stream:
                    self._raw = stream.read(LIMIT + 1)
            except OSError as error:
                raise Missing("cannot read {path}: {reason}", path=self._path, reason=reason_of(error)) from error
        return self._raw


def _told(columns: Mapping[str, int], row: Sequence[Cell]) -> Told:
    def cell(name: str) -> str:
        number = columns.get(name)
        return row[number].text.strip() if number is not None and number < len(row) else ""

    return Told(
        database=cell("database"),
        transaction=cell("transaction"),
        xid=cell("xid"),
        counterparty=cell("counterparty"),
        time=cell("time"),
        amount=cell("amount"),
        remark=cell("remark"),
    )
