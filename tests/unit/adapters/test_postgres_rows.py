"""The SQL by which rows are compared: names stay names, answers are read, and nothing is awaited that never comes."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jbnet.adapters import postgres_rows_sql as sql
from jbnet.adapters.postgres_rows import PostgresRows, PostgresSide
from jbnet.model.business import Replication
from jbnet.model.network import Database, Device, Interface, InterfaceKind, Network
from jbnet.ports import Completed
from jbnet.ports.rows import NotRead, Units
from jbnet.recovery.rows import Moment, Range, Sum, Table

SEGMENT = 16 << 20


def network() -> Network:
    """Two hosts and the database that both hold."""

    def host(name: str, link: str) -> Device:
        ports = (Interface("up1", InterfaceKind.CIRCUIT, IPv4Interface(link)),)
        return Device(name, name, "", "database-server", "frr", None, ports)

    devices = {"a-db1": host("a-db1", "10.1.9.1/31"), "b-db1": host("b-db1", "10.2.9.1/31")}
    database = Database("production", "生产", IPv4Address("10.3.0.1"), 5432, "a-db1", "b-db1", Replication.BLOCK, 60, 0)
    return Network("n", "n", 1, IPv4Network("10.0.0.0/8"), devices=devices, databases={"production": database})


class Answers:
    """Implements RemoteHosts and RemoteHost: psql that answers what it is told to, and notes what it was asked."""

    name = "a-db1"

    def __init__(self, stdout: str = "", stderr: str = "", code: int = 0):
        self.stdout, self.stderr, self.code = stdout, stderr, code
        self.asked: list[str] = []
        self.argv: Sequence[str] = ()

    def host(self, device: str, user: str, via: str | None = None) -> Answers:
        assert user == "postgres"
        return self

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        self.argv = argv
        self.asked.append(stdin or "")
        return Completed(tuple(argv), self.code, self.stdout, self.stderr)


def side(answers: Answers, *, leads: bool = True) -> PostgresSide:
    return PostgresRows(network(), answers).side("production", "a-db1", leads=leads)


@given(st.text(st.characters(exclude_characters="\0"), min_size=1))
def test_a_name_is_quoted_so_that_it_ends_where_it_ends(name: str) -> None:
    quoted = sql.identifier(name)
    assert quoted[0] == quoted[-1] == '"'
    assert quoted[1:-1].replace('""', "") == name.replace('"', "")
    assert quoted[1:-1].replace('""', '"') == name
    assert sql.literal(name)[1:-1].replace("''", "'") == name


@given(st.integers(1, 1 << 40))
def test_what_is_awaited_is_where_a_record_can_end(lsn: int) -> None:
    end = sql.record_end(lsn, SEGMENT)
    assert lsn - end in (0, 24, 40)
    assert end == lsn or end % sql.BLOCK_BYTES == 0


@pytest.mark.parametrize(
    ("lsn", "end"), [(8192 * 5 + 24, 8192 * 5), (SEGMENT + 40, SEGMENT), (8192 * 5 + 40, 8192 * 5 + 40), (99, 99)]
)
def test_a_position_behind_the_header_of_a_new_page_is_the_end_of_the_page_before(lsn: int, end: int) -> None:
    assert sql.record_end(lsn, SEGMENT) == end


def test_sums_are_read_by_range_and_block() -> None:
    answers = Answers("moment|740|f\nsum|0|0|2|-5\n\nsum|1|3|1|7\n\nlsn|1000|16777216\n")
    ranges = [Range(Table("public", "a", 1), 0, None), Range(Table("public", "b", 9), 0, 4)]
    moment, found = side(answers).sums(None, ranges, 1, 32)
    assert moment == Moment(1000, 740)
    assert found == {ranges[0]: {0: Sum(2, -5)}, ranges[1]: {3: Sum(1, 7)}}
    assert "default_transaction_read_only=on" in " ".join(answers.argv)
    assert "ctid < '(4,0)'" in answers.asked[0]
    assert "DO $$" not in answers.asked[0], "the first look waits for nothing"


def test_a_leader_waits_for_the_other_sides_transactions_and_a_follower_for_the_log() -> None:
    leader, follower = Answers("moment|1|f\nlsn|1|16777216\n"), Answers("moment|1|t\nlsn|1|16777216\n")
    side(leader).listed(Moment(5000, 777))
    side(follower, leads=False).listed(Moment(5000, 777))
    assert "'777'::xid8" in leader.asked[0]
    assert "5000::numeric" in follower.asked[0]


def test_a_host_that_changed_its_role_is_not_compared() -> None:
    with pytest.raises(NotRead, match="changed its role"):
        side(Answers("moment|1|t\nlsn|1|16777216\n")).listed(None)


@pytest.mark.parametrize(
    ("stderr", "damaged"),
    [
        ("psql:<stdin>:3: ERROR:  XX001: invalid page in block 1 of relation base/1/2", True),
        ("psql:<stdin>:3: ERROR:  40001: canceling statement due to conflict with recovery", False),
        ("psql: error: connection to server failed", False),
    ],
)
def test_a_rotten_block_is_told_from_what_may_be_asked_again(stderr: str, damaged: bool) -> None:
    with pytest.raises(NotRead) as caught:
        side(Answers(stderr=stderr, code=3)).listed(None)
    assert caught.value.damaged is damaged


def test_a_key_keeps_the_bars_that_stand_in_it() -> None:
    answers = Answers('moment|1|f\nrow|(0,1)|740|-3|{"a": "x|y"}\nlsn|1|16777216\n')
    _, look = side(answers).rows(None, Units(Table("public", "t", 1, ("a",)), keys=('{"a": "x|y\'"}',)))
    (unit,) = look
    assert unit == '{"a": "x|y"}'
    assert "x|y''" in answers.asked[0], "the key is quoted"


def test_a_burst_is_as_many_looks_as_were_made() -> None:
    answers = Answers("again|\nrow|(0,1)|7|1|5\n\nagain|\n\nagain|\nrow|(0,1)|8|1|5\n\n")
    looks = side(answers).burst(Units(Table("public", "t", 1), blocks=(5,)))
    assert [sorted(look) for look in looks] == [["5"], [], ["5"]]
