"""What others learned the hard way about SNMP and operations centres, by sentence, and the tests that prove it.

``SECTION`` is the text as the project was given it. Each part of it stands in ``PROVED`` with tests by file and name.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from networks import small
from watching import Watching

TESTS = Path(__file__).parents[1]

SECTION = """
- gufo-snmp 0.13: one socket and one request in flight per session, no retransmission, one OID per GETBULK, types lost, a new engine-ID times out for ever. pysnmp 7.1: 10-20 ms of CPU per 22-variable GET. Both fine as cross-checks.
- A shared socket must check the source address as well as the request-id; retransmit with a new deadline, count late answers, answer to duplicates once; at most one or two requests in flight per device; a slow agent is not asked again while it still owes an answer [LibreNMS #13352: Huawei NE8000, 300 ms per sensor].
- `tooBig`: halve and go on, and remember per device. Agents that return fewer repetitions, endless walks (non-increasing OIDs), wrong types, `noSuchInstance` in one column: each has its test.
- Counters: use HC counters; 32-bit ones wrap (10 Gbit/s in 3.4 s); `ifCounterDiscontinuityTime` and `sysUpTime` say when a difference means nothing. Report unknown, not 0 and not a spike [LibreNMS #1128, ports.inc.php]. sysUpTime itself wraps after 497 days: snmpEngineTime tells a reboot from a wrap.
- ifIndex moves after reboots: key by ifName, check by ifTableLastChange.
- SNMPv3: time window, engine boots that do not increase, two devices with one engine-ID, an engine-ID that changes [Zabbix, NAV #2884].
- Timeouts dominate: 400 dead townships times 3 tries times 2 s. Ping first, suppress below a known cause, back off, and never let one dead prefecture delay another's polls [telegraf #3823].
- Root cause: a child found dead before its parent is polled [LibreNMS #8353]; events in the wrong order [NAV #430]; a path that never existed must not suppress anything [NAV #889]; a dual-homed site with one parent down is degraded, not unreachable [icinga2 #10014]; the parent recovers first and every child alarms [icinga2 #5208]; an inhibition that never ends [alertmanager #1153].
- Flap: Zino's model, penalty x2 per flap up to 256, suppress at 35, halving every 300 s, and a second look two minutes after a change.
- Notifications: an outbox with retry and de-duplication; a restart sends nothing twice and loses nothing [alertmanager #889, prometheus #15175]. apprise reaches WeCom, DingTalk, Feishu, mail, syslog, webhooks.
- Silences are not acknowledgements [karma #3175]. People want both, with an owner and a comment.
- A list of 1,000 sites is unreadable: show what is wrong, grouped by cause, with a count of the rest. A force-directed map of 1,000 nodes is unreadable: draw the four levels, or the geography.
"""  # noqa: E501  quoted as it is

CONVERSATION, NOTES = "unit/snmp/test_snmp_conversation.py", "unit/snmp/test_snmp_field_notes.py"
RATES, INCIDENTS, FLAPS = "unit/monitor/test_rates.py", "unit/monitor/test_incidents.py", "unit/monitor/test_flaps.py"
USM, WAITS, TELL = "unit/snmp/test_snmp_usm.py", "unit/services/test_poll_waits.py", "unit/services/test_tell.py"
AGENTS, ACK, DIAGRAMS = "lab/test_snmp_agents.py", "unit/cli/test_ack.py", "unit/topology/test_diagrams.py"
HERE, LAWS, NOTICES = "unit/test_field_notes.py", "property/test_monitor_laws.py", "unit/monitor/test_notices.py"

PROVED: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        (
            "gufo-snmp 0.13: one socket and one request in flight per session, no retransmission, one OID per GETBULK,"
            " types lost, a new engine-ID times out for ever. pysnmp 7.1: 10-20 ms of CPU per 22-variable GET. Both"
            " fine as cross-checks."
        ),
        (
            (AGENTS, "test_every_value_of_an_agent_is_what_three_other_managers_read"),
            ("unit/snmp/test_snmp_udp.py", "test_all_requests_leave_from_one_socket"),
            (CONVERSATION, "test_a_walk_returns_whole_columns_in_order_and_scalars_first"),
            (USM, "test_an_engine_id_that_changed_is_discovered_in_the_same_poll"),
        ),
    ),
    (
        "A shared socket must check the source address as well as the request-id;",
        (
            (NOTES, "test_a_shared_socket_checks_the_source_of_an_answer"),
            (NOTES, "test_a_shared_socket_checks_the_request_id_of_an_answer"),
        ),
    ),
    (
        "retransmit with a new deadline,",
        (
            (CONVERSATION, "test_a_lost_answer_is_asked_for_again_with_a_new_deadline"),
            (NOTES, "test_a_repeated_request_has_a_number_and_a_deadline_of_its_own"),
        ),
    ),
    (
        "count late answers, answer to duplicates once;",
        (
            (CONVERSATION, "test_an_answer_after_the_end_is_counted_as_late"),
            (CONVERSATION, "test_an_answer_that_came_three_times_counts_once"),
            (NOTES, "test_late_and_repeated_answers_are_counted_apart"),
        ),
    ),
    (
        "at most one or two requests in flight per device;",
        ((CONVERSATION, "test_no_more_than_two_requests_are_out_at_once"),),
    ),
    (
        (
            "a slow agent is not asked again while it still owes an answer"
            " [LibreNMS #13352: Huawei NE8000, 300 ms per sensor]."
        ),
        (
            (NOTES, "test_a_slow_agent_is_not_asked_again_while_it_still_owes_an_answer"),
            (WAITS, "test_an_agent_that_is_wedged_delays_nobody_and_is_not_asked_while_it_owes_an_answer"),
        ),
    ),
    (
        "`tooBig`: halve and go on, and remember per device.",
        ((CONVERSATION, "test_too_big_is_halved_until_it_fits_and_remembered"),),
    ),
    (
        "Agents that return fewer repetitions,",
        ((CONVERSATION, "test_answers_with_fewer_repetitions_are_followed_to_the_end"),),
    ),
    (
        "endless walks (non-increasing OIDs),",
        (
            (CONVERSATION, "test_oids_that_do_not_increase_end_the_walk"),
            (CONVERSATION, "test_a_table_without_end_is_stopped"),
        ),
    ),
    (
        "wrong types,",
        (
            (NOTES, "test_a_value_of_another_type_than_the_mib_says_comes_with_its_true_type"),
            ("unit/snmp/test_snmp_mibs.py", "test_a_value_of_the_wrong_type_or_outside_the_mib_is_none"),
        ),
    ),
    (
        "`noSuchInstance` in one column: each has its test.",
        (
            (CONVERSATION, "test_no_such_instance_in_one_column_leaves_a_gap_and_not_a_value"),
            (NOTES, "test_no_such_instance_in_one_column_of_a_get_is_that_and_nothing_else"),
        ),
    ),
    (
        "Counters: use HC counters;",
        ((RATES, "test_a_64_bit_counter_is_preferred_and_never_doubted_for_its_size"),),
    ),
    (
        "32-bit ones wrap (10 Gbit/s in 3.4 s);",
        (
            (RATES, "test_a_32_bit_counter_that_may_have_wrapped_twice_says_nothing"),
            (RATES, "test_a_32_bit_wrap_counts_only_where_one_is_certain"),
        ),
    ),
    (
        "`ifCounterDiscontinuityTime` and `sysUpTime` say when a difference means nothing.",
        (
            (RATES, "test_a_discontinuity_or_a_new_index_makes_the_rate_unknown"),
            (RATES, "test_a_restarted_agent_makes_the_rate_unknown"),
        ),
    ),
    (
        "Report unknown, not 0 and not a spike [LibreNMS #1128, ports.inc.php].",
        (
            (RATES, "test_an_unread_counter_is_unknown_not_zero"),
            (RATES, "test_a_counter_that_was_reset_gives_no_rate_and_no_spike"),
        ),
    ),
    (
        "sysUpTime itself wraps after 497 days: snmpEngineTime tells a reboot from a wrap.",
        (
            (RATES, "test_a_wrap_of_sysuptime_after_497_days_is_no_break"),
            (RATES, "test_a_restart_is_told_from_a_wrap_of_sysuptime"),
        ),
    ),
    (
        "ifIndex moves after reboots: key by ifName, check by ifTableLastChange.",
        ((RATES, "test_an_ifindex_that_moved_is_followed_by_its_name_and_gives_one_unknown_rate"),),
    ),
    (
        "SNMPv3: time window,",
        ((NOTES, "test_a_clock_outside_the_time_window_costs_one_round_trip_more_and_no_poll"),),
    ),
    (
        "engine boots that do not increase,",
        ((NOTES, "test_boots_that_do_not_increase_are_recovered_within_the_poll_and_counted"),),
    ),
    (
        "two devices with one engine-ID,",
        ((NOTES, "test_two_devices_with_one_engine_id_keep_their_clocks_apart"),),
    ),
    (
        "an engine-ID that changes [Zabbix, NAV #2884].",
        ((NOTES, "test_an_engine_id_that_changes_between_two_polls_is_learnt_in_the_second"),),
    ),
    (
        "Timeouts dominate: 400 dead townships times 3 tries times 2 s.",
        (
            ("unit/snmp/test_snmp_udp.py", "test_dead_agents_do_not_keep_the_living_waiting"),
            (NOTES, "test_dead_agents_leave_the_window_of_the_whole_socket_before_their_time_out"),
        ),
    ),
    (
        "Ping first, suppress below a known cause, back off,",
        (
            (WAITS, "test_below_a_known_cause_one_asks_ever_more_seldom_and_beside_what_answers_every_time"),
            ("unit/services/test_poll.py", "test_a_device_that_answers_echo_requests_has_a_silent_agent"),
        ),
    ),
    (
        "and never let one dead prefecture delay another's polls [telegraf #3823].",
        ((NOTES, "test_one_dead_prefecture_delays_nobody"),),
    ),
    (
        "Root cause: a child found dead before its parent is polled [LibreNMS #8353];",
        (
            (INCIDENTS, "test_symptoms_that_arrive_before_their_cause_are_folded_into_it"),
            (HERE, "test_a_child_that_is_polled_before_its_dead_parent_is_no_incident_of_its_own"),
        ),
    ),
    (
        "events in the wrong order [NAV #430];",
        ((LAWS, "test_the_order_of_samples_within_a_look_means_nothing"),),
    ),
    (
        "a path that never existed must not suppress anything [NAV #889];",
        (
            (INCIDENTS, "test_a_backup_line_that_was_never_there_explains_nothing"),
            (INCIDENTS, "test_a_line_that_is_declared_but_not_there_keeps_nobody_connected"),
        ),
    ),
    (
        "a dual-homed site with one parent down is degraded, not unreachable [icinga2 #10014];",
        (
            (INCIDENTS, "test_a_dual_homed_site_with_one_line_down_is_degraded_and_on_backup"),
            (HERE, "test_a_dual_homed_site_with_a_dead_parent_is_degraded_and_not_unreachable"),
        ),
    ),
    (
        "the parent recovers first and every child alarms [icinga2 #5208];",
        ((INCIDENTS, "test_a_cause_that_clears_first_does_not_set_off_its_children"),),
    ),
    (
        "an inhibition that never ends [alertmanager #1153].",
        (
            (INCIDENTS, "test_what_does_not_come_back_after_the_repair_stands_alone_in_the_end"),
            ("unit/monitor/test_maintenance.py", "test_what_is_still_down_when_the_window_ends_becomes_an_incident"),
        ),
    ),
    (
        "Flap: Zino's model, penalty x2 per flap up to 256,",
        ((FLAPS, "test_the_penalty_doubles_with_every_change_up_to_the_ceiling"),),
    ),
    (
        "suppress at 35, halving every 300 s,",
        ((FLAPS, "test_it_is_suppressed_at_35_and_the_penalty_halves_every_300_seconds"),),
    ),
    (
        "and a second look two minutes after a change.",
        (
            (FLAPS, "test_two_minutes_after_a_change_there_is_another_look"),
            (
                "unit/services/test_poll.py",
                "test_two_minutes_after_a_change_there_is_another_look_however_long_the_interval",
            ),
        ),
    ),
    (
        "Notifications: an outbox with retry and de-duplication;",
        (
            (TELL, "test_a_message_that_is_not_taken_is_tried_again_and_said_once"),
            (TELL, "test_an_answer_that_is_lost_is_sent_again_with_the_same_key"),
        ),
    ),
    (
        "a restart sends nothing twice and loses nothing [alertmanager #889, prometheus #15175].",
        (
            ("unit/services/test_tell_killed.py", "test_killed_anywhere_nothing_is_told_twice_and_nothing_is_missed"),
            (NOTICES, "test_law_nothing_is_told_twice_and_nothing_open_is_missed"),
        ),
    ),
    (
        "apprise reaches WeCom, DingTalk, Feishu, mail, syslog, webhooks.",
        (
            (TELL, "test_apprise_delivers_a_mail_with_title_and_body"),
            (TELL, "test_apprise_posts_and_neither_log_nor_error_has_the_secret"),
        ),
    ),
    (
        "Silences are not acknowledgements [karma #3175].",
        ((ACK, "test_a_silence_is_no_acknowledgement_and_can_be_ended"),),
    ),
    (
        "People want both, with an owner and a comment.",
        (
            (ACK, "test_an_acknowledgement_shows_at_once_with_who_when_and_why"),
            (ACK, "test_who_comes_second_adds_a_comment_and_does_not_take_the_first_ones_place"),
        ),
    ),
    (
        "A list of 1,000 sites is unreadable: show what is wrong, grouped by cause, with a count of the rest.",
        (
            (HERE, "test_what_is_wrong_is_one_entry_a_cause_however_many_sites_are_behind_it"),
            (NOTICES, "test_a_storm_of_500_failures_is_a_handful_of_messages"),
            ("unit/cli/test_lab_status.py", "test_what_is_well_is_only_counted"),
        ),
    ),
    (
        "A force-directed map of 1,000 nodes is unreadable: draw the four levels, or the geography.",
        (
            (DIAGRAMS, "test_the_levels_show_every_site_of_the_province_exactly_once"),
            (DIAGRAMS, "test_no_label_lies_on_another_or_leaves_the_page"),
            (DIAGRAMS, "test_the_map_draws_what_has_coordinates_and_counts_the_rest"),
        ),
    ),
)


def flat(said: str) -> str:
    """Return a text without bullets and line ends."""
    return " ".join(re.sub(r"(?m)^- ", "", said).split())


def test_no_sentence_of_the_section_is_left_out() -> None:
    assert " ".join(part for part, _ in PROVED) == flat(SECTION)


@pytest.mark.parametrize(("part", "proofs"), PROVED, ids=[part[:60] for part, _ in PROVED])
def test_every_law_and_trap_has_a_test_by_name(part: str, proofs: tuple[tuple[str, str], ...]) -> None:
    assert proofs, part
    missing = [f"{file}: {name}" for file, name in proofs if name not in named_in(file)]
    assert missing == [], f"{part}: no such test"


@cache
def named_in(file: str) -> frozenset[str]:
    """Return the names of the tests of a file."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_a_child_that_is_polled_before_its_dead_parent_is_no_incident_of_its_own() -> None:
    """The first look is at the child alone: it is silent, and nobody knows yet that its parent is."""
    watch = Watching(small())
    watch.net.dead.add("chengdong-r1")
    watch.time = watch.time.replace(microsecond=1)
    early = watch.net.look(watch.time, ["chengdong-t1-r1"])
    watch.play((early, watch.net.look(watch.time, ["chengdong-t1-r1"])))
    assert watch.open == []
    watch.round(8)
    assert [i.root_cause.name for i in watch.history.values() if i.merged_into is None] == [
        watch.open[0].root_cause.name
    ]
    assert "chengdong-t1" in watch.open[0].sites
    assert watch.told == [("opened", watch.open[0].id)]


def test_a_dual_homed_site_with_a_dead_parent_is_degraded_and_not_unreachable() -> None:
    watch = Watching(small())
    watch.net.dead.add("xining-r2")
    (found,) = watch.round(8)
    assert (found.root_cause.name, found.sites) == ("xining-r2", ())
    assert "chengzhong" in found.degraded


def test_what_is_wrong_is_one_entry_a_cause_however_many_sites_are_behind_it() -> None:
    watch = Watching(small())
    watch.net.cut |= {"chengdong-up1", "huangyuan-up1"}
    first, second = watch.round(2)
    assert [first.root_cause.name, second.root_cause.name] == ["chengdong-up1", "huangyuan-up1"]
    assert len(first.sites) == len(second.sites) == 3
    assert not {*first.sites} & {*second.sites}
