"""Keys of people, approvals on disk and by telephone, the lease, the folders of executions."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from recovery_world import START, ManualClock

from jbnet.adapters.approvals import ApprovalBox, from_token, read_request, to_token
from jbnet.adapters.executions import Executions
from jbnet.adapters.keys import fingerprint, load_approvers, load_private, make_person
from jbnet.adapters.lease import FileLease
from jbnet.model.errors import Missing, Refused, UsageError
from jbnet.recovery.approval import ApprovalRequest


def request(lag: int = 7) -> ApprovalRequest:
    return ApprovalRequest(
        execution="20261122-1",
        step="approve",
        runbook="failover",
        runbook_sha256="ab" * 32,
        databases=("production",),
        figures={"assess[production]": {"lag_bytes": lag}},
        issued=START.isoformat(),
        expires=(START + timedelta(minutes=30)).isoformat(),
        needed=2,
        started_by=("zhao",),
    )


def no_passphrase() -> str:
    raise AssertionError("asked for a passphrase")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    for name in ("li-na", "wang-wei"):
        make_person(tmp_path / "people", name)
    return tmp_path / "people"


@pytest.fixture
def box(people: Path, tmp_path: Path) -> ApprovalBox:
    found = ApprovalBox(tmp_path / "approvals", load_approvers([people]))
    found.publish(request())
    return found


def test_a_signed_approval_is_received_and_counts(box: ApprovalBox, people: Path) -> None:
    key = load_private(people / "keys" / "li-na", no_passphrase)
    box.hand_in(box.request(), box.sign(box.request(), key, START))
    (judged,) = box.received(box.request())
    assert (judged.approval.person, judged.refusal) == ("li-na", None)


def test_a_second_signature_of_the_same_person_is_refused_and_says_who_is_still_wanted(
    box: ApprovalBox, people: Path
) -> None:
    key = load_private(people / "keys" / "li-na", no_passphrase)
    assert box.hand_in(box.request(), box.sign(box.request(), key, START)) == ("li-na",)
    with pytest.raises(Refused, match="li-na has approved these figures already") as refused:
        box.hand_in(box.request(), box.sign(box.request(), key, START))
    assert "another person must approve; so far: li-na" in str(refused.value.hint)
    other = load_private(people / "keys" / "wang-wei", no_passphrase)
    assert box.hand_in(box.request(), box.sign(box.request(), other, START)) == ("li-na", "wang-wei")


def test_the_request_comes_back_as_it_was_published(box: ApprovalBox) -> None:
    assert box.request().figures_sha256 == request().figures_sha256
    assert read_request(box.folder / "request.json") == request()


def test_a_token_read_out_in_pieces_counts_like_a_file(box: ApprovalBox, people: Path) -> None:
    approval = box.sign(request(), load_private(people / "keys" / "wang-wei", no_passphrase), START)
    token = to_token(approval)
    spoken = f"{token[:40]} {token[40:90]}\n{token[90:]}"
    assert from_token(spoken, box.request()) == approval
    box.hand_in(box.request(), from_token(spoken, box.request()))
    assert [judged.refusal for judged in box.received(request())] == [None]


def test_a_token_of_other_figures_a_torn_one_and_nonsense_are_refused(box: ApprovalBox, people: Path) -> None:
    key = load_private(people / "keys" / "li-na", no_passphrase)
    other = to_token(box.sign(request(lag=0), key, START))
    with pytest.raises(Refused, match="not by the key of li-na, or not over this request"):
        box.hand_in(request(), from_token(other, request()))
    for torn in (other[:-9], "", "a/b/c/d/e/f", "1/2/3/4/!!!"):
        with pytest.raises((UsageError, Refused)):
            box.hand_in(request(), from_token(torn, request()))


def test_one_signature_under_another_name_does_not_count(box: ApprovalBox, people: Path) -> None:
    approval = box.sign(request(), load_private(people / "keys" / "li-na", no_passphrase), START)
    forged = to_token(approval).replace("/li-na/", "/wang-wei/")
    with pytest.raises(Refused, match="not by the key of wang-wei"):
        box.hand_in(request(), from_token(forged, request()))


def test_a_key_added_after_the_start_counts_for_nothing(people: Path, tmp_path: Path) -> None:
    pinned = {name: person.key for name, person in load_approvers([people]).people.items()}
    late = make_person(people, "mallory")
    box = ApprovalBox(tmp_path / "approvals", load_approvers([people]), pinned)
    approval = box.sign(request(), load_private(late, no_passphrase), START)
    with pytest.raises(Refused, match="mallory is not among those who may approve"):
        box.hand_in(request(), approval)


def test_a_key_of_nobody_cannot_sign(box: ApprovalBox, tmp_path: Path) -> None:
    stranger = make_person(tmp_path / "elsewhere", "mallory")
    with pytest.raises(Refused, match="belongs to nobody who may approve"):
        box.sign(request(), load_private(stranger, no_passphrase), START)


def test_one_key_for_two_people_is_an_error(people: Path) -> None:
    (people / "approvers" / "double.pub").write_bytes((people / "approvers" / "li-na.pub").read_bytes())
    with (people / "approvers.yaml").open("a") as stream:
        stream.write("  double: {roles: [approver]}\n")
    with pytest.raises(UsageError) as caught:
        load_approvers([people])
    assert caught.value.findings[0].message == "double and li-na have the same name or key"


def test_a_person_without_key_and_a_key_without_person_count_for_nothing(people: Path) -> None:
    (people / "approvers" / "wang-wei.pub").rename(people / "approvers" / "nobody.pub")
    assert list(load_approvers([people]).people) == ["li-na"]


def test_the_shipped_list_of_approvers_is_empty_and_can_be_read() -> None:
    assert dict(load_approvers([Path(__file__).parents[3] / "dr"]).people) == {}


def test_a_misspelt_key_in_the_list_is_said_with_its_place(people: Path) -> None:
    (people / "approvers.yaml").write_text("people:\n  li-na: {rolls: [approver]}\n")
    with pytest.raises(UsageError) as caught:
        load_approvers([people])
    assert "did you mean roles?" in caught.value.findings[0].message
    assert str(caught.value.findings[0].place).endswith("approvers.yaml:2:11")


def test_files_that_anybody_threw_in_are_refused_and_harm_nothing(box: ApprovalBox) -> None:
    (box.folder / "x.approval").write_bytes(b"\xff\x00")
    (box.folder / "y.approval").write_text('{"person": "li-na"}')
    assert all(judged.refusal is not None for judged in box.received(request()))


def test_a_private_key_that_others_can_read_is_refused(people: Path) -> None:
    path = people / "keys" / "li-na"
    path.chmod(0o644)
    with pytest.raises(Refused, match="can be read by others"):
        load_private(path, no_passphrase)


def test_a_key_made_by_ssh_keygen_with_a_passphrase_is_asked_for_it_and_signs(people: Path, tmp_path: Path) -> None:
    path = tmp_path / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret words", "-C", "chen", "-f", str(path)], check=True
    )
    path.with_suffix(".pub").rename(people / "approvers" / "chen.pub")
    with (people / "approvers.yaml").open("a") as stream:
        stream.write("  chen: {name_zh: 陈}\n")
    box = ApprovalBox(tmp_path / "approvals", load_approvers([people]))
    with pytest.raises(UsageError, match="passphrase is wrong"):
        load_private(path, lambda: "guess")
    key = load_private(path, lambda: "secret words")
    listed = subprocess.run(["ssh-keygen", "-lf", str(path)], check=True, capture_output=True, text=True)
    assert fingerprint(key.public_key()) in listed.stdout
    assert box.judge(request(), box.sign(request(), key, START)).refusal is None


def test_other_kinds_of_keys_and_files_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.touch(mode=0o600)
    rsa = generate_private_key(65537, 2048)
    path.write_bytes(rsa.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    with pytest.raises(UsageError, match="expected ssh-ed25519"):
        load_private(path, no_passphrase)
    path.write_text("not a key")
    with pytest.raises(UsageError, match="is not an OpenSSH private key"):
        load_private(path, no_passphrase)
    with pytest.raises(Missing, match="cannot be read"):
        load_private(tmp_path / "none", no_passphrase)


HOLDER = """
import sys
from pathlib import Path
from jbnet.adapters.lease import FileLease
with FileLease(Path(sys.argv[1])).held("20261122-1"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lease_is_refused_while_its_holder_lives_and_free_after_kill_9(tmp_path: Path) -> None:
    lease = FileLease(tmp_path / "lease")
    argv = [sys.executable, "-c", HOLDER, str(lease.path)]
    holder = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert lease.holder() == "20261122-1"
    with pytest.raises(Refused, match=rf"20261122-1 is going on already \(process {holder.pid}\)"), lease.held("x"):
        pass
    holder.kill()
    holder.communicate()
    assert lease.holder() is None
    assert (lease.left_over() or {})["pid"] == holder.pid
    with lease.held("20261122-2"):
        assert lease.holder() == "20261122-2"
    assert lease.left_over() is None


def test_executions_are_numbered_by_day_and_the_latest_is_found(tmp_path: Path) -> None:
    store = Executions(tmp_path / "recovery", ManualClock())
    with pytest.raises(Missing, match="there is no execution"):
        store.find(None)
    assert [store.new_id() for _ in range(11)] == [f"20261122-{number}" for number in range(1, 12)]
    assert store.find(None) == "20261122-11"
    assert store.find("20261122-2") == "20261122-2"
    with pytest.raises(UsageError, match="there is no execution 7; the latest are 20261122-9"):
        store.find("7")
