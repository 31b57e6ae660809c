"""The lease in a real etcd of three members: through the loss of members, lost answers, TLS, and by both programs."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lease_etcd import Etcd
from lease_program import load

from jbnet.adapters.etcd_lease import Credentials, EtcdLeases, Gateway
from jbnet.model.errors import JbnetError, Unreachable
from jbnet.recovery.lease import LeaseRecord

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]
OLD, NEW = "xining-dc-db1", "golmud-dc-db1"
PROGRAM = load()


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    """One for all: a test starts again what it ended."""
    found = Etcd(tmp_path_factory.mktemp("etcd"))
    try:
        yield found.up()
    finally:
        found.down()


@pytest.fixture
def db(request: pytest.FixtureRequest) -> str:
    """A database of the test's own."""
    return str(request.node.name)


def leases(etcd: Etcd) -> EtcdLeases:
    return EtcdLeases(Gateway(etcd.urls))


def store(etcd: Etcd, db: str, host: str = OLD) -> Any:
    return PROGRAM.Store(etcd.urls, db, host, None)


def test_what_is_written_is_read_and_only_the_one_who_saw_the_newest_writes(etcd: Etcd, db: str) -> None:
    mine = leases(etcd)
    nothing = mine.look(db)
    assert (nothing.record.holder, nothing.revision) == ("", 0)
    assert mine.put(db, LeaseRecord(OLD, guarded=True, number=1), 0)
    found = mine.look(db)
    assert found.record == LeaseRecord(OLD, guarded=True, number=1)
    assert not mine.put(db, LeaseRecord(NEW, taken_from=OLD), found.revision - 1)
    assert mine.look(db).record.holder == OLD
    assert mine.put(db, LeaseRecord(NEW, taken_from=OLD), found.revision)
    assert mine.look(db).record == LeaseRecord(NEW, taken_from=OLD)
    assert mine.look("exchange").record.holder == ""


def test_it_stands_still_from_the_first_answer_on_and_begins_anew_with_each_renewal(etcd: Etcd, db: str) -> None:
    times = iter(range(100, 1000, 10))
    mine = EtcdLeases(Gateway(etcd.urls), clock=lambda: float(next(times)))
    assert leases(etcd).put(db, LeaseRecord(OLD, guarded=True), 0)
    assert mine.look(db).silent_s == 0  # asked at 100, heard at 110
    again = mine.look(db)  # asked at 120
    assert again.silent_s == 10
    assert leases(etcd).put(db, LeaseRecord(OLD, guarded=True, number=1), again.revision)
    assert mine.look(db).silent_s == 0


def test_one_member_of_three_may_go_whoever_it_is_and_nothing_is_known_without_a_quorum(etcd: Etcd, db: str) -> None:
    mine = leases(etcd)
    assert mine.put(db, LeaseRecord(OLD, guarded=True), 0)
    etcd.kill("xining")
    etcd.wait()
    assert mine.look(db).record.holder == OLD
    assert [name for name, why in mine.health().members.items() if why] == ["xining"]
    etcd.kill("golmud")
    assert not mine.health().has_quorum
    with pytest.raises(Unreachable, match="haidong"):
        mine.look(db)
    with pytest.raises(PROGRAM.Failed, match="haidong"):
        store(etcd, db).renew()
    etcd.start("golmud")
    etcd.start("xining")
    etcd.wait()
    assert mine.look(db).record.holder == OLD


def test_a_frozen_member_costs_its_time_and_no_more(etcd: Etcd, db: str) -> None:
    mine = leases(etcd)
    etcd.freeze("xining")
    try:
        etcd.wait()
        assert mine.put(db, LeaseRecord(OLD, guarded=True), 0)
        assert "timed out" in mine.health().members["xining"]
    finally:
        etcd.freeze("xining", frozen=False)


def test_the_watchdog_and_jbnet_read_each_other_and_a_lease_taken_away_is_not_renewed(etcd: Etcd, db: str) -> None:
    mine, his = leases(etcd), store(etcd, db)
    _, revision = his.read()
    assert his.enter(revision)
    first = mine.look(db).record
    assert first == LeaseRecord(OLD, guarded=False, number=first.number), "the store was empty: the number is drawn"
    assert (his.renew(), his.renew()) == (OLD, OLD)
    found = mine.look(db)
    assert found.record == LeaseRecord(OLD, guarded=True, number=first.number + 2)
    theirs = store(etcd, db, NEW)
    assert theirs.read() == (OLD, found.revision)
    assert theirs.value["number"] == found.record.number, "what the other watchdog sees stand still is what jbnet sees"
    assert mine.put(db, LeaseRecord(NEW, taken_from=OLD, number=first.number + 3), found.revision)
    assert his.renew() == NEW
    assert mine.look(db).record.holder == NEW


def test_a_renewal_whose_answer_was_lost_is_found_again(etcd: Etcd, db: str) -> None:
    first, again = store(etcd, db), store(etcd, db)
    _, revision = first.read()
    assert first.enter(revision)
    assert again.renew() == OLD  # a watchdog that was started anew, and knows nothing
    assert first.renew() == OLD  # its revision is old; what stands there is its own


def test_where_the_lease_came_from_stays_on_record_while_it_is_renewed(etcd: Etcd, db: str) -> None:
    mine = leases(etcd)
    assert mine.put(db, LeaseRecord(NEW, taken_from=OLD), 0)
    theirs = store(etcd, db, NEW)
    _, revision = theirs.read()
    assert theirs.enter(revision)
    assert theirs.renew() == NEW
    assert mine.look(db).record == LeaseRecord(NEW, guarded=True, taken_from=OLD, number=2)
    theirs.release()
    assert mine.look(db).record.holder == ""


def test_what_nobody_of_ours_wrote_is_no_lease(etcd: Etcd, db: str) -> None:
    key = base64.b64encode(f"/jbnet/lease/{db}".encode()).decode()
    body = {"key": key, "value": "bm9uc2Vuc2U="}
    Gateway(etcd.urls).ask("/v3/kv/put", body)
    with pytest.raises(JbnetError, match="cannot be read"):
        leases(etcd).look(db)
    with pytest.raises(PROGRAM.Failed, match="cannot be read"):
        store(etcd, db).read()


def test_over_tls_only_who_has_a_certificate_is_answered(tmp_path: Path) -> None:
    files = authority(tmp_path)
    etcd = Etcd(tmp_path, tls=files)
    try:
        etcd.up()
        known = Credentials(Path(files["ca"]), Path(files["cert"]), Path(files["key"]))
        assert EtcdLeases(Gateway(etcd.urls, known)).put("production", LeaseRecord(OLD), 0)
        with pytest.raises(Unreachable):
            EtcdLeases(Gateway(etcd.urls)).look("production")
        as_client, _ = PROGRAM.contexts(files)
        assert PROGRAM.Store(etcd.urls, "production", OLD, as_client).renew() == OLD
    finally:
        etcd.down()


def authority(folder: Path) -> dict[str, str]:
    """An authority and one certificate for 127.0.0.1, good for both ends (etcd's gateway is its own client)."""
    files = {name: str(folder / f"{name}.pem") for name in ("ca", "cert", "key")}
    more = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    ca = ["openssl", "req", "-x509", *more, "-subj", "/CN=lease", "-keyout", f"{folder}/ca.key", "-out", files["ca"]]
    own = ["openssl", "req", "-x509", *more, "-subj", "/CN=host", "-addext", "subjectAltName=IP:127.0.0.1",
           "-addext", "extendedKeyUsage=serverAuth,clientAuth", "-addext", "basicConstraints=critical,CA:FALSE", "-CA",
           files["ca"], "-CAkey", f"{folder}/ca.key", "-keyout", files["key"], "-out", files["cert"]]  # fmt: skip
    for argv in (ca, own):
        subprocess.run(argv, check=True, capture_output=True)
    return files
