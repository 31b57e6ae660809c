"""A report's figures: from the journal, the client's record and the old primary's log; unknown is never zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from recovery_story import APPROVERS, ASSESSED, LOST, PRIMARY, STANDBY, Story, failback, failover, losing

from jbnet.model.business import Application, Database, Objective, Replication, Service
from jbnet.model.network import Network
from jbnet.recovery.account import markdown
from jbnet.recovery.report.build import Made, Sources, build
from jbnet.recovery.report.nouns import Basis, Past, Reached, Told, Verdict
from jbnet.recovery.report.services import databases_of, worst


def database(
    name: str, number: int, replication: Replication = Replication.ASYNC, rto_s: float = 900, rpo_s: float = 60
) -> Database:
    address = IPv4Address(f"10.3.0.{number}")
    return Database(name, f"{name}库", address, 5431 + number, PRIMARY, STANDBY, replication, rto_s, rpo_s)


NETWORK = Network(
    "q", "青海", 64512, IPv4Network("10.0.0.0/8"),
    databases={
        "production": database("production", 1, Replication.BLOCK, rpo_s=0),
        "exchange": database("exchange", 2),
    },
    applications={"insurance": Application("insurance", "", databases=("production",))},
    services={
        "identity": Service("identity", "身份", applications=("insurance",), objective=Objective(900, 0)),
        "card": Service("card", "卡", ("exchange",), ("identity",), objective=Objective(900, 60)),
        "portal": Service("portal", "门户", ("decision",)),
    },
)  # fmt: skip


def report(*journals: Past, network: Network = NETWORK, **more: Any) -> dict[str, Any]:
    made = Made(datetime(2026, 11, 24, tzinfo=UTC), "zhao", "0", in_lab=False, utc_offset_minutes=480)
    return build(Sources(journals or (failover(),), network, made, approvers=APPROVERS, **more))


def of(found: Mapping[str, Any], kind: str, name: str) -> dict[str, Any]:
    return next(one for one in found[kind] if one["name"] == name)


def measured(**databases: Mapping[str, object]) -> dict[str, object]:
    return {"client": "town", "databases": databases}


def test_a_silent_primarys_outage_began_before_the_journal_so_its_rto_has_bounds_and_no_value() -> None:
    rto = of(report(), "databases", "production")["rto"]
    assert rto["seconds"] is None
    assert rto["basis"] == Basis.START
    assert 0 < rto["at_least"] < rto["at_most"]
    assert rto["verdict"] == Verdict.MET


def test_without_anything_heard_of_the_primary_nothing_bounds_the_outage_from_above() -> None:
    deaf = {**ASSESSED, "standby": {"host": STANDBY, "seen": True}, "behind_s": None, "heartbeat_age_s": None}
    found = of(report(failover(assessed=deaf)), "databases", "production")
    assert (found["rto"]["at_most"], found["rto"]["verdict"]) == (None, Verdict.UNKNOWN)
    assert (found["rpo"]["seconds"], found["rpo"]["at_most"], found["rpo"]["verdict"]) == (None, None, Verdict.UNKNOWN)


def test_clocks_that_disagree_bound_nothing() -> None:
    """By its standby's clock the old primary was heard of after the recovery was started because of its silence."""
    ahead = {**ASSESSED, "standby": {"host": STANDBY, "last_message_age_s": -30.0}}
    rto = of(report(failover(assessed=ahead)), "databases", "production")["rto"]
    assert (rto["at_most"], rto["verdict"]) == (None, Verdict.UNKNOWN)
    assert rto["at_least"] > 0


def test_a_primary_that_still_led_counts_from_its_fence_and_clients_may_have_failed_earlier() -> None:
    leading = {**ASSESSED, "primary": {"host": PRIMARY, "seen": True, "in_recovery": False}}
    rto = of(report(failover(assessed=leading)), "databases", "production")["rto"]
    assert (rto["seconds"], rto["basis"]) == (None, Basis.FENCE)
    assert rto["at_least"] == 11.0


def test_a_planned_move_counts_from_the_stop_to_the_verified_write_and_loses_nothing() -> None:
    found = of(report(failback()), "databases", "production")
    assert (found["rto"]["basis"], found["rpo"]["basis"]) == (Basis.STOP, Basis.CAUGHT_UP)
    assert found["rto"]["seconds"] == 7.0, "from the word to stop, not from the preparations before it"
    assert found["rpo"]["seconds"] == 0.0
    assert (found["moved_from"], found["moved_to"]) == (STANDBY, PRIMARY)


def test_a_move_without_a_verified_write_has_no_rto() -> None:
    whole = failover()
    end = next(n for n, e in enumerate(whole.entries) if str(e["subject"]).startswith("verify-writes"))
    cut = Past(whole.execution, whole.entries[:end], str(whole.entries[end - 1]["hash"]))
    found = report(cut)
    rto = of(found, "databases", "production")["rto"]
    assert (rto["seconds"], rto["at_least"], rto["verdict"]) == (None, None, Verdict.UNKNOWN)
    assert found["execution"]["ended"] is None


def test_what_the_client_measured_takes_precedence_and_the_journals_figure_stays_beside_it() -> None:
    found = of(report(measured=measured(production={"rto_s": 4.5, "lost_ids": [], "rpo_s": 0.0})), "databases",
               "production")  # fmt: skip
    assert (found["rto"]["seconds"], found["rto"]["basis"]) == (4.5, Basis.CLIENT)
    assert found["rto_of_journal"]["basis"] == Basis.START
    assert (found["rpo"]["seconds"], found["rpo"]["verdict"]) == (0.0, Verdict.MET)


def test_writing_that_never_came_back_is_unknown_and_not_met() -> None:
    found = of(report(measured=measured(production={"rto_s": None, "lost_ids": []})), "databases", "production")
    assert (found["rto"]["seconds"], found["rto"]["verdict"]) == (None, Verdict.UNKNOWN)


def test_losses_are_found_in_the_failback_that_came_after_with_every_number() -> None:
    found = report(failover(), failback(lost={"exchange": losing(*LOST)}))
    exchange = of(found, "databases", "exchange")
    assert [one["id"] for one in exchange["lost"][0]["listed"]] == ["771", "772"]
    assert (exchange["rpo"]["seconds"], exchange["rpo"]["basis"]) == (1.5, Basis.LOG)
    assert exchange["rpo"]["verdict"] == Verdict.MET
    production = of(found, "databases", "production")
    assert (production["lost"][0]["count"], production["rpo"]["seconds"]) == (0, 0.0)
    assert [journal["execution"] for journal in found["journals"]] == ["20261122-1", "20261123-1"]


def test_one_lost_transaction_misses_an_objective_of_zero_however_short_its_time() -> None:
    strict = replace(NETWORK, databases={"exchange": database("exchange", 2, rpo_s=0)})
    found = report(failover(), failback(lost={"exchange": losing(LOST[0])}), network=strict)
    rpo = of(found, "databases", "exchange")["rpo"]
    assert (rpo["seconds"], rpo["verdict"]) == (0.0, Verdict.MISSED)


def test_what_a_primary_had_alone_that_waits_for_its_standby_was_not_acknowledged_as_far_as_is_known() -> None:
    """Seen live: a commit that waited for the standby when the primary died; nobody was told of it."""
    journals = (failover(), failback(lost={"production": losing(LOST[0])}))
    found = of(report(*journals), "databases", "production")
    assert [(one["count"], one["acknowledged"]) for one in found["lost"]] == [(1, None)]
    assert (found["rpo"]["seconds"], found["rpo"]["lost"], found["rpo"]["verdict"]) == (None, False, Verdict.UNKNOWN)
    told_of_all = measured(production={"rto_s": 1.0, "lost_ids": [], "rpo_s": 0.0})
    rpo = of(report(*journals, measured=told_of_all), "databases", "production")["rpo"]
    assert (rpo["seconds"], rpo["basis"], rpo["verdict"]) == (0.0, Basis.CLIENT, Verdict.MET)


def test_what_a_primary_had_alone_that_may_go_on_alone_counts_as_acknowledged() -> None:
    going_on = replace(NETWORK, databases={"production": database("production", 1, Replication.DEGRADE, rpo_s=0)})
    found = report(failover(), failback(lost={"production": losing(LOST[0])}), network=going_on)
    production = of(found, "databases", "production")
    assert [(one["count"], one["acknowledged"]) for one in production["lost"]] == [(1, True)]
    assert production["rpo"]["verdict"] == Verdict.MISSED


def test_until_the_old_primary_was_looked_at_losses_are_unknown_and_bounded_by_the_age_of_the_data() -> None:
    found = of(report(), "databases", "exchange")
    assert [(one["count"], one["basis"]) for one in found["lost"]] == [(None, Basis.NONE)]
    assert found["rpo"]["seconds"] is None
    assert found["rpo"]["basis"] == Basis.LAG
    assert found["rpo"]["at_most"] > 11.0


def test_a_log_read_again_after_a_failed_attempt_shows_no_zero() -> None:
    """The failed attempt may have rewound it: what PostgreSQL then calls nothing was not looked at in time."""
    found = of(report(failover(), failback(attempts=2)), "databases", "production")
    assert found["lost"][0]["count"] is None
    assert found["rpo"]["seconds"] is None


def test_a_log_that_could_not_be_read_is_unknown() -> None:
    unread: dict[str, object] = {"count": None, "since": "0/1", "first": [], "reason": "fatal: no such file"}
    found = of(report(failover(), failback(lost={"exchange": unread})), "databases", "exchange")
    assert (found["lost"][0]["count"], found["lost"][0]["reason"]) == (None, "fatal: no such file")
    assert found["rpo"]["verdict"] == Verdict.UNKNOWN


def test_who_knows_of_a_loss_is_believed_against_who_knows_of_none() -> None:
    lost = measured(production={"rto_s": 1.0, "lost_ids": [17], "rpo_s": 0.4})
    found = of(report(failover(), failback(), measured=lost), "databases", "production")
    assert [one["count"] for one in found["lost"]] == [0, 1]
    assert (found["rpo"]["seconds"], found["rpo"]["verdict"]) == (0.4, Verdict.MISSED)


def test_a_list_cut_short_bounds_the_time_from_below_and_counts_the_rest() -> None:
    found = report(failover(), failback(lost={"exchange": losing(*LOST, count=5)}))
    rpo = of(found, "databases", "exchange")["rpo"]
    assert (rpo["seconds"], rpo["at_least"]) == (None, 1.5)
    assert found["reconciliation"]["unlisted"] == {"exchange": 3}


def test_a_service_has_the_worst_of_all_databases_it_needs_through_others() -> None:
    none = {"lost_ids": [], "rpo_s": 0.0}
    found = report(measured=measured(production={"rto_s": 4.0, **none}, exchange={"rto_s": 1000.0, **none}))
    assert databases_of(NETWORK, NETWORK.services["card"]) == ("exchange", "production")
    assert [one["name"] for one in found["services"]] == ["identity", "card"]
    assert of(found, "services", "identity")["rto"]["verdict"] == Verdict.MET
    assert of(found, "services", "card")["rto"]["seconds"] == 1000.0
    assert of(found, "services", "card")["rto"]["verdict"] == Verdict.MISSED


def test_the_worst_of_a_known_and_an_unknown_time_is_unknown_and_at_least_the_known_one() -> None:
    found = worst([Reached(5.0, basis=Basis.CLIENT), Reached()], 4.0)
    assert (found.seconds, found.at_least, found.at_most, found.verdict) == (None, 5.0, None, Verdict.MISSED)


@pytest.mark.parametrize(
    ("reached", "verdict"),
    [
        (Reached(5, objective=5), Verdict.MET),
        (Reached(5.1, objective=5), Verdict.MISSED),
        (Reached(at_most=5, objective=5), Verdict.MET),
        (Reached(at_most=6, objective=5), Verdict.UNKNOWN),
        (Reached(at_least=6, objective=5), Verdict.MISSED),
        (Reached(at_least=4, objective=5), Verdict.UNKNOWN),
        (Reached(objective=5), Verdict.UNKNOWN),
        (Reached(5), Verdict.UNKNOWN),
    ],
)
def test_bounds_decide_only_what_they_can(reached: Reached, verdict: Verdict) -> None:
    assert reached.verdict is verdict


def test_the_report_says_who_approved_and_what_each_of_them_was_shown() -> None:
    asked = report()["approvals"]
    assert [(one["outcome"], one["needed"]) for one in asked] == [("granted", 2)]
    assert [one["person"] for one in asked[0]["given"]] == ["li-na", "wang-wei"]
    assert asked[0]["figures"]["assess[exchange]"]["behind_s"] == 12.0
    assert all(one["key"].startswith("SHA256:") for one in asked[0]["given"])


def test_people_are_waited_for_between_the_request_and_the_grant() -> None:
    assert report()["execution"]["waited_for_people_s"] == 62.0


def test_steps_have_their_orders_attempts_and_answers() -> None:
    found = {one["key"]: one for one in report(failback(attempts=3))["steps"]}
    rebuilt = found["rebuild-primary[exchange]"]
    assert (rebuilt["attempts"], rebuilt["status"], rebuilt["params"]["host"]) == (3, "verified", PRIMARY)
    assert rebuilt["seconds"] == 6.0


def test_a_look_that_failed_is_among_the_checks() -> None:
    story = Story("20261122-1", "failover", ("production",))
    story.begin()
    step = story.steps[0]
    story.tell("intent", step.key, {"action": step.action, "params": dict(step.params)})
    story.tell("result", step.key, {"evidence": {}})
    story.tell("failed", step.key, {"text": "gone", "phase": "verify"})
    assert [(one["step"], one["holds"]) for one in report(story.past)["verification"]] == [(step.key, False)]


def told(**fields: str) -> Told:
    return Told(**{"database": "", "transaction": "", "xid": "", "counterparty": "", **fields})


def listed(ledger: Sequence[Told], **lost: Any) -> list[tuple[str, str | None]]:
    journals = (failover(), failback(lost={"exchange": losing(*LOST)}))
    rows = report(*journals, ledger=ledger, **lost)["reconciliation"]["rows"]
    return [(row["transaction"], row["counterparty"]) for row in rows]


def test_each_lost_transaction_stands_with_everybody_who_was_told_and_unknown_ones_stay() -> None:
    book = [told(transaction="771", counterparty="农业银行"), told(transaction="771", counterparty="省医院")]
    assert listed(book) == [("771", "农业银行"), ("771", "省医院"), ("772", None)]


def test_a_ledgers_row_for_another_database_is_another_transaction() -> None:
    assert listed([told(database="production", transaction="771", counterparty="bank")])[0] == ("771", None)


def test_postgresqls_numbers_and_the_businesss_are_not_mixed_up() -> None:
    """The client's 771 and PostgreSQL's 771 are two transactions."""
    lost = {"measured": measured(exchange={"rto_s": 1.0, "lost_ids": [771], "rpo_s": 1.0})}
    assert listed([told(transaction="771", counterparty="bank")], **lost) == [
        ("771", None), ("772", None), ("771", "bank"),
    ]  # fmt: skip
    both = [told(transaction="9", xid="771", counterparty="ministry"), told(transaction="771", counterparty="bank")]
    assert listed(both, **lost) == [("771", "ministry"), ("772", None), ("771", "bank")]


def test_a_transaction_that_named_itself_in_the_log_is_asked_for_by_that_name() -> None:
    numbers = {"772": ("bank/7", "bank/8")}
    journals = (failover(), failback(lost={"exchange": {**losing(*LOST), "numbers": numbers}}))
    book = [told(transaction="bank/8", counterparty="农业银行"), told(transaction="772", counterparty="another 772")]
    found = report(*journals, ledger=book)
    rows = [(row["transaction"], row["counterparty"]) for row in found["reconciliation"]["rows"]]
    assert rows == [("771", None), ("bank/7", None), ("bank/8", "农业银行")]
    lost = next(one for one in found["lost"] if one["database"] == "exchange")
    assert [(one["id"], list(one["numbers"])) for one in lost["listed"]] == [("771", []), ("772", ["bank/7", "bank/8"])]


def test_without_a_ledger_nobody_is_known_and_the_list_says_that_none_was_given() -> None:
    found = report(failover(), failback(lost={"exchange": losing(*LOST)}))["reconciliation"]
    assert found["ledger"] is None
    assert [row["counterparty"] for row in found["rows"]] == [None, None]


def test_the_account_cuts_a_list_of_thousands_and_says_how_long_it_is() -> None:
    many = losing(*(f"{number} 0/3000148 2026-11-22 11:59:40.100000" for number in range(700, 1700)))
    past = failback(("exchange",), lost={"exchange": many})
    said = markdown(past.entries, past.head, lambda time: time, str)
    assert max(len(line) for line in said.splitlines()) < 4200
    assert "characters; --json shows all" in said
