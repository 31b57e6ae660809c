"""What the load does: a payment is registered and its account's balance moves, in one transaction that names itself.

The law of the ledger, on any server at any moment: an account's balance is the sum of its payments.
"""

from __future__ import annotations

ACCOUNTS = 256
PREFIX = "jbnet"
"""The prefix under which ``list-lost`` looks for a transaction's own number in the log."""

SET_UP = f"""
SET synchronous_commit = local;
CREATE TABLE IF NOT EXISTS accounts (account int PRIMARY KEY, balance bigint NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS payments (client text, n bigint, account int NOT NULL, amount bigint NOT NULL,
  PRIMARY KEY (client, n));
INSERT INTO accounts SELECT generate_series(0, {ACCOUNTS - 1}) ON CONFLICT DO NOTHING;
GRANT SELECT, INSERT ON payments TO jbnet_client;
GRANT SELECT, UPDATE ON accounts TO jbnet_client;
"""
"""Run by the owner of a leading database; again it changes nothing."""

REGISTER = f"""
WITH told AS (INSERT INTO client_writes (client, n) VALUES ($1, $2) RETURNING client, n),
 paid AS (INSERT INTO payments SELECT client, n, n % {ACCOUNTS}, 1 + n % 997 FROM told RETURNING account, amount),
 moved AS (UPDATE accounts SET balance = balance + amount FROM paid WHERE accounts.account = paid.account RETURNING 1)
SELECT pg_current_xact_id(), pg_logical_emit_message(true, '{PREFIX}', client || '/' || n) FROM told, moved
""".encode()  # noqa: S608  made of this module's constants alone
"""One payment ($1 client, $2 its number); answers with PostgreSQL's number of the transaction."""

UNSOUND = """
SELECT count(*) FROM accounts LEFT JOIN (SELECT account, sum(amount) AS paid FROM payments GROUP BY account) AS p
 USING (account) WHERE balance <> coalesce(paid, 0)
"""
"""How many accounts break the law."""
