"""A ledger in a file answers for what was lost, by whichever number it is known."""

from __future__ import annotations

from pathlib import Path

from jbnet.adapters.ledger import CsvLedger
from jbnet.recovery.report.nouns import Basis, Loss, Transaction


def test_a_transaction_that_named_itself_is_found_by_its_name_and_by_postgresqls_number(tmp_path: Path) -> None:
    path = tmp_path / "told.csv"
    path.write_text("流水号,事务号,对方\nbank/7,,农业银行\n,772,省医院\nbank/9,900,not lost\n", encoding="utf-8")
    lost = (Transaction("771", numbers=("bank/7",)), Transaction("772"))
    told = CsvLedger(path).told([Loss("exchange", Basis.LOG, 2, lost)])
    assert [(one.transaction, one.xid, one.counterparty) for one in told] == [
        ("bank/7", "", "农业银行"), ("", "772", "省医院"),
    ]  # fmt: skip
