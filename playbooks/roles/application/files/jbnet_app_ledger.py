"""What the sample business application keeps: payments, their ledger, what others are to be told, sums of each day.

The law of the ledger, on any server at any moment: the entries of a payment add up to 0. All lies in the schema
``jbnet_app``, which belongs to the account that the application works under (``jbnet databases set-up`` makes it).
"""

from __future__ import annotations

import json
import re
from typing import Any

from jbnet_app_libpq import Database, Refused

NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MOST = 10**12
"""Of one payment, in fen."""
FIELDS = ("number", "service", "person", "counterparty", "amount")
BATCH = "200"
ABSENT = ("42P01", "3F000")
"""No such table, no such schema."""
NO_SCHEMA = "the schema jbnet_app is not there: jbnet databases set-up makes it"

MAKE = """
DO $$ BEGIN
PERFORM pg_advisory_xact_lock(hashtext('jbnet_app'));
CREATE TABLE IF NOT EXISTS jbnet_app.payments (number text PRIMARY KEY, service text NOT NULL, person text NOT NULL,
  counterparty text NOT NULL, amount bigint NOT NULL CHECK (amount > 0),
  registered timestamptz NOT NULL DEFAULT clock_timestamp(), at_host text NOT NULL);
CREATE INDEX IF NOT EXISTS payments_registered ON jbnet_app.payments (registered);
CREATE TABLE IF NOT EXISTS jbnet_app.ledger (number text REFERENCES jbnet_app.payments, account text,
  amount bigint NOT NULL, PRIMARY KEY (number, account));
CREATE TABLE IF NOT EXISTS jbnet_app.outbox (number text PRIMARY KEY REFERENCES jbnet_app.payments,
  taken timestamptz, sent timestamptz);
CREATE INDEX IF NOT EXISTS outbox_waiting ON jbnet_app.outbox (taken) WHERE sent IS NULL;
CREATE TABLE IF NOT EXISTS jbnet_app.messages (number text PRIMARY KEY, service text NOT NULL, person text NOT NULL,
  counterparty text NOT NULL, amount bigint NOT NULL, registered timestamptz NOT NULL,
  received timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX IF NOT EXISTS messages_registered ON jbnet_app.messages (registered);
CREATE TABLE IF NOT EXISTS jbnet_app.sums (day date, service text, payments bigint NOT NULL, amount bigint NOT NULL,
  PRIMARY KEY (day, service));
END $$
"""
REGISTER = """
WITH paid AS (INSERT INTO jbnet_app.payments (number, service, person, counterparty, amount, at_host)
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (number) DO NOTHING RETURNING number, registered),
 booked AS (INSERT INTO jbnet_app.ledger SELECT number, account, entry FROM paid,
  (VALUES ('person:' || $3, -($5::bigint)), ('fund:' || $2, $5::bigint)) AS one(account, entry)),
 told AS (INSERT INTO jbnet_app.outbox (number) SELECT number FROM paid)
SELECT registered, pg_logical_emit_message(true, 'jbnet', number) FROM paid
"""
"""One transaction, which names itself in the log; no row: the number is taken."""
KNOWN = """
SELECT number, service, person, counterparty, amount, registered FROM jbnet_app.payments WHERE number = $1
"""
CONFIRM = "SELECT pg_logical_emit_message(true, 'jbnet', 'confirmed')"
"""A commit behind the payment's: where commits wait for a standby it waits, and then that has the payment, too.

It does not bear the payment's number: where this commit alone is lost, the payment is not.
"""
SUM = """
SELECT count(DISTINCT number), coalesce(sum(amount), 0), (SELECT count(*) FROM
  (SELECT FROM jbnet_app.ledger GROUP BY number HAVING sum(amount) <> 0) AS wrong), (SELECT count(*) FROM
  jbnet_app.payments WHERE NOT EXISTS (SELECT FROM jbnet_app.ledger AS l WHERE l.number = payments.number))
FROM jbnet_app.ledger
"""
TAKE = """
WITH free AS (SELECT number FROM jbnet_app.outbox WHERE sent IS NULL
   AND (taken IS NULL OR taken < clock_timestamp() - interval '60 s') LIMIT $1 FOR UPDATE SKIP LOCKED),
 mine AS (UPDATE jbnet_app.outbox SET taken = clock_timestamp() FROM free WHERE outbox.number = free.number
   RETURNING outbox.number)
SELECT pg_logical_emit_message(true, 'jbnet', 'outbox'), coalesce(jsonb_agg(to_jsonb(payments)), '[]')
 FROM mine JOIN jbnet_app.payments USING (number) HAVING count(*) > 0
"""
"""Its commit lies behind those of the payments: nobody is told of what a standby that commits wait for lacks."""
TELL = """
WITH put AS (INSERT INTO jbnet_app.messages (number, service, person, counterparty, amount, registered)
  SELECT number, service, person, counterparty, amount, registered FROM jsonb_to_recordset($1::jsonb)
    AS one(number text, service text, person text, counterparty text, amount bigint, registered timestamptz)
  ON CONFLICT (number) DO NOTHING RETURNING number)
SELECT count(pg_logical_emit_message(true, 'jbnet', number)::text) FROM put
"""
TOLD = """
WITH done AS (UPDATE jbnet_app.outbox SET sent = clock_timestamp()
  WHERE number IN (SELECT jsonb_array_elements($1::jsonb) ->> 'number') AND sent IS NULL RETURNING 1)
SELECT count(*), pg_logical_emit_message(true, 'jbnet', 'outbox') FROM done
"""
DAYS = """
SELECT coalesce(jsonb_agg(one), '[]') FROM (SELECT registered::date AS day, service, count(*) AS payments,
  sum(amount) AS amount FROM jbnet_app.payments WHERE registered >= current_date - 1 GROUP BY 1, 2) AS one
"""
ADD_UP = """
WITH put AS (INSERT INTO jbnet_app.sums (day, service, payments, amount) SELECT day, service, payments, amount
  FROM jsonb_to_recordset($1::jsonb) AS one(day date, service text, payments bigint, amount bigint)
  ON CONFLICT (day, service) DO UPDATE SET payments = excluded.payments, amount = excluded.amount
  WHERE (sums.payments, sums.amount) IS DISTINCT FROM (excluded.payments, excluded.amount) RETURNING 1)
SELECT count(*) FROM put
"""
SUMS = """
SELECT coalesce(jsonb_agg(one ORDER BY day, service), '[]') FROM jbnet_app.sums AS one WHERE day > current_date - 31
"""
RECENT = """
SELECT coalesce(jsonb_agg(number), '[]') FROM jbnet_app.{table} WHERE {column} > now() - make_interval(hours => $1::int)
"""
SENT = (
    "SELECT number FROM jbnet_app.outbox JOIN jbnet_app.payments USING (number) WHERE sent IS NOT NULL AND registered"
)
NOT_TOLD = f"""
SELECT coalesce(jsonb_agg(number), '[]') FROM ({SENT} > now() - make_interval(hours => $1::int)) AS one
"""  # noqa: S608  made of this module's constants alone
AMONG = """
SELECT coalesce(jsonb_agg(number), '[]') FROM jbnet_app.{table}
 WHERE number IN (SELECT jsonb_array_elements_text($1::jsonb))
"""
SEND_AGAIN = """
UPDATE jbnet_app.outbox SET sent = NULL, taken = NULL WHERE number IN (SELECT jsonb_array_elements_text($1::jsonb))
"""


class Wrong(Exception):
    """What the caller sent is no payment, or another one under a number that is taken. ``code`` is HTTP's."""

    def __init__(self, code: int, said: str):
        super().__init__(said)
        self.code = code


def payment(body: bytes) -> dict[str, str]:
    """Read what a caller sent. Raises Wrong (400)."""
    try:
        sent = json.loads(body)
    except ValueError as error:
        raise Wrong(400, "the body is no JSON") from error
    if not isinstance(sent, dict) or set(sent) != set(FIELDS):
        raise Wrong(400, f"a payment has exactly {', '.join(FIELDS)}")
    for name in FIELDS[:-1]:
        if not isinstance(sent[name], str) or not (NUMBER if name == "number" else NAME).fullmatch(sent[name]):
            raise Wrong(400, f"{name} is no name: 1 to 64 of A-Z a-z 0-9 . _ - (in number : and /, too)")
    amount = sent["amount"]
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount <= MOST:
        raise Wrong(400, f"amount is in fen, from 1 to {MOST}")
    return {**sent, "amount": str(amount)}


class Ledger:
    """Payments in one database. ``host``: where this application runs."""

    def __init__(self, database: Database, host: str):
        self._database = database
        self._host = host

    def register(self, one: dict[str, str], seconds: float) -> tuple[bool, dict[str, Any]]:
        """Register a payment; return whether it is new, and what is registered. Once for a number, however often asked.

        Returns after a commit behind which it is as safe as this database makes things. Raises Wrong, Silent, Refused.
        """
        values = (*(one[name] for name in FIELDS), self._host)
        rows = self._with_tables(REGISTER, *values, seconds=seconds)
        if rows:
            return True, {**one, "amount": int(one["amount"]), "registered": rows[0][0]}
        there = self.find(one["number"], seconds) or {}
        if any(str(there.get(name)) != one[name] for name in FIELDS):
            raise Wrong(409, f"another payment has the number {one['number']}")
        self._database.ask_until(CONFIRM, seconds=seconds)
        return False, there

    def find(self, number: str, seconds: float) -> dict[str, Any] | None:
        """Return a payment as the leader has it; None: it has none of that number. Raises Silent and Refused."""
        rows = self._with_tables(KNOWN, number, seconds=seconds)
        if not rows:
            return None
        return {**dict(zip((*FIELDS, "registered"), rows[0], strict=True)), "amount": int(rows[0][4] or 0)}

    def sums(self, seconds: float) -> dict[str, int]:
        """Return how many payments there are, what all entries add up to, and how many payments break the law."""
        count, total, wrong, bare = (int(value or 0) for value in self._with_tables(SUM, seconds=seconds)[0])
        return {"payments": count + bare, "sum": total, "unsound": wrong + bare}

    def _with_tables(self, query: str, *values: str | None, seconds: float) -> list[tuple[str | None, ...]]:
        return with_tables(self._database, query, *values, seconds=seconds)


def with_tables(
    database: Database, query: str, *values: str | None, seconds: float = 3.0
) -> list[tuple[str | None, ...]]:
    """Ask until an answer comes, and make the tables where there are none yet. Raises Silent and Refused."""
    try:
        return database.ask_until(query, *values, seconds=seconds)
    except Refused as error:
        if error.state not in ABSENT:
            raise
    try:
        database.ask_until(MAKE, seconds=seconds)
    except Refused as error:
        raise Refused(NO_SCHEMA if error.state in ABSENT else str(error), error.state) from error
    return database.ask_until(query, *values, seconds=seconds)


class Messenger:
    """Carries payments on: each to ``told`` (once a number), the sums of the last two days to ``summary``.

    Any number of them may work at the same databases, in any order, and be killed anywhere.
    """

    def __init__(self, payments: Database, told: Database | None, summary: Database | None):
        self._payments, self._told, self._summary = payments, told, summary

    def carry(self) -> int:
        """Tell of a batch of payments; return of how many. Raises Silent and Refused: they are told of later."""
        if self._told is None:
            return 0
        taken = with_tables(self._payments, TAKE, BATCH)
        if not taken:
            return 0
        batch = taken[0][1] or "[]"
        with_tables(self._told, TELL, batch)
        self._payments.ask_until(TOLD, batch)
        return len(json.loads(batch))

    def add_up(self) -> None:
        """Bring the sums of yesterday and today up to date. Raises Silent and Refused."""
        if self._summary is not None:
            days = with_tables(self._payments, DAYS)[0][0]
            with_tables(self._summary, ADD_UP, days)

    def reconcile(self, hours: int) -> dict[str, list[str]]:
        """Compare payments and messages of so many hours; what nobody was told of, though noted as told, is sent again.

        ``sent_again``: the other database lost the message. ``without_payment``: somebody was told of a payment which
        this database does not have (it lost it): people must settle those. Raises Silent and Refused.
        """
        if self._told is None:
            return {"sent_again": [], "without_payment": []}
        there = listed(self._told, RECENT.format(table="messages", column="registered"), str(hours))
        here = set(listed(self._payments, AMONG.format(table="payments"), json.dumps(there)))
        noted = listed(self._payments, NOT_TOLD, str(hours))
        known = set(listed(self._told, AMONG.format(table="messages"), json.dumps(noted)))
        again = sorted(set(noted) - known)
        if again:
            self._payments.ask_until(SEND_AGAIN, json.dumps(again))
        return {"sent_again": again, "without_payment": sorted(set(there) - here)}


def listed(database: Database, query: str, value: str) -> list[str]:
    """Return a list that a database answers with as JSON."""
    found = json.loads(with_tables(database, query, value, seconds=30.0)[0][0] or "[]")
    return [str(one) for one in found]
