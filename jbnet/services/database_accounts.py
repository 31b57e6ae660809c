"""The accounts of a PostgreSQL 15 cluster, and what makes them: pass files, SCRAM verifiers, a new leader's script."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from jbnet.model.secrets import Secret
from jbnet.services.database_cluster import Cluster

REPLICATOR = "jbnet_replicator"
CLIENT = "jbnet_client"
REPLICATION_SECRET = "pg-replication"  # noqa: S105  the secret's name
CLIENT_SECRET = "pg-client"  # noqa: S105  the secret's name
SCRAM_ITERATIONS = 4096


def password_file(secret: Secret, user: str = REPLICATOR) -> str:
    """Return a libpq pass file that serves for every host and port."""
    return f"*:*:*:{user}:{secret.reveal()}\n"


def scram_verifier(secret: Secret, salt_for: str) -> str:
    """Return what PostgreSQL stores for a password (RFC 5803), so that no statement carries the password.

    The salt follows from the secret and ``salt_for``, so that writing it again changes nothing.
    """
    password = secret.reveal().encode()
    salt = hmac.digest(password, f"jbnet salt {salt_for}".encode(), "sha256")[:16]
    salted = hashlib.pbkdf2_hmac("sha256", password, salt, SCRAM_ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${SCRAM_ITERATIONS}:{parts[0]}${parts[1]}:{parts[2]}"


REWIND_FUNCTIONS = (
    "pg_ls_dir(text,boolean,boolean)",
    "pg_stat_file(text,boolean)",
    "pg_read_binary_file(text)",
    "pg_read_binary_file(text,bigint,bigint,boolean)",
)
"""What pg_rewind calls on the source (PostgreSQL 15 manual, pg_rewind, Notes)."""

_SET_UP = r"""
SET synchronous_commit = local;
SET log_min_error_statement = panic;
SELECT 'CREATE ROLE @replicator LOGIN REPLICATION' WHERE to_regrole('@replicator') IS NULL \gexec
SELECT 'CREATE ROLE @client LOGIN' WHERE to_regrole('@client') IS NULL \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', rolname, wanted) FROM pg_authid
  JOIN (VALUES ('@replicator', '@replicator_verifier'), ('@client', '@client_verifier')) AS w(name, wanted)
    ON name = rolname WHERE rolpassword IS DISTINCT FROM wanted \gexec
SELECT format('GRANT EXECUTE ON FUNCTION %s TO @replicator', f) FROM unnest(ARRAY[@functions]) AS f
  WHERE NOT has_function_privilege('@replicator', f, 'EXECUTE') \gexec
SELECT 'CREATE DATABASE @database' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '@database') \gexec
SELECT 'SLOT', pg_create_physical_replication_slot(wanted, true) FROM unnest(ARRAY[@slots]) AS wanted
  WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = wanted);
\c @database
SET synchronous_commit = local;
SELECT 'CREATE TABLE client_writes (client text, n bigint, written timestamptz NOT NULL DEFAULT clock_timestamp(),'
  ' PRIMARY KEY (client, n))' WHERE to_regclass('client_writes') IS NULL \gexec
SELECT 'CREATE TABLE jbnet_waits (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, waits boolean NOT NULL,'
  ' lsn pg_lsn NOT NULL, since timestamptz NOT NULL)' WHERE to_regclass('jbnet_waits') IS NULL \gexec
SELECT 'GRANT SELECT ON jbnet_waits TO @client'
  WHERE NOT has_table_privilege('@client', 'jbnet_waits', 'SELECT') \gexec
SELECT 'GRANT SELECT, INSERT ON client_writes TO @client'
  WHERE NOT has_table_privilege('@client', 'client_writes', 'SELECT, INSERT') \gexec
SELECT 'CREATE SCHEMA jbnet_app AUTHORIZATION @client' WHERE to_regnamespace('jbnet_app') IS NULL \gexec
"""


REPLICATOR_VERIFIER, CLIENT_VERIFIER = "%replicator_verifier%", "%client_verifier%"
"""Where the set-up script takes the accounts' SCRAM verifiers."""


def set_up_template(here: Cluster) -> str:
    """Return the psql script for a new leader, with marks in the place of the accounts' verifiers."""
    values = {
        "@replicator_verifier": REPLICATOR_VERIFIER,
        "@client_verifier": CLIENT_VERIFIER,
        "@replicator": REPLICATOR,
        "@client": CLIENT,
        "@database": here.database.name,
        "@slots": ", ".join(f"'{name}'" for name in here.followers),
        "@functions": ", ".join(f"'pg_catalog.{name}'" for name in REWIND_FUNCTIONS),
    }
    script = _SET_UP
    for mark, value in values.items():
        script = script.replace(mark, value)
    return script


def set_up_script(here: Cluster, secrets: Mapping[str, Secret]) -> str:
    """Return the psql script for a new leader: roles, database, the table clients write to, its followers' slots.

    Run again it prints nothing: what is there is left alone.
    """
    name = here.database.name
    script = set_up_template(here)
    script = script.replace(REPLICATOR_VERIFIER, scram_verifier(secrets[REPLICATION_SECRET], f"{name} {REPLICATOR}"))
    return script.replace(CLIENT_VERIFIER, scram_verifier(secrets[CLIENT_SECRET], f"{name} {CLIENT}"))
