"""The only place that builds adapters: one module an area. Everything heavy is imported when it is asked for."""

from __future__ import annotations

from jbnet.wiring.adopting import adoption, fetched_configs, saved_configs, write_workspace
from jbnet.wiring.commands import host_key_office, run_ways
from jbnet.wiring.coverage import gather_evidence, load_register, load_targets
from jbnet.wiring.databases import client_passfile, database_servers, playbook_runner, set_up_databases
from jbnet.wiring.declaration import (
    check_workspace,
    findings_of_days,
    load_declaration,
    load_judged,
    load_network,
    load_scale,
    load_to_judge,
    read_declaration,
)
from jbnet.wiring.deployed import deployed_before
from jbnet.wiring.devices import (
    change_records,
    config_history,
    deploy_desk,
    device_sessions,
    hardware_sessions,
    lab,
    lab_sessions,
    operator,
    qualification,
    remote_hosts,
    secret_book,
    snmp_transport,
    successor,
)
from jbnet.wiring.drills import bubbles, last_practice
from jbnet.wiring.evidence import claims, make_report, prove_report, report_signer, score
from jbnet.wiring.exchange import ansible_inventory, take_table, write_taken
from jbnet.wiring.files import write_configs, write_output
from jbnet.wiring.hardware import number_ports
from jbnet.wiring.monitoring import event_log, followed_events, load_checks, monitor, monitor_file, monitor_view
from jbnet.wiring.outward import outward
from jbnet.wiring.page import accounts
from jbnet.wiring.playbooks import playbook_shelf, playbook_ways
from jbnet.wiring.readiness import leases, readiness, readiness_history, restored_file
from jbnet.wiring.recoveries import (
    alone,
    approval_box,
    approvers,
    executions,
    recovery,
    recovery_actions,
    recovery_plan,
    recovery_runbook,
    refuse_unfit,
    verify_copy,
    verify_execution,
    whereabouts,
)
from jbnet.wiring.rehearsals import keep_evidence, read_evidence, rehearsal, rehearsal_desk
from jbnet.wiring.replacements import change_entries, replacement_bench
from jbnet.wiring.replaying import replayed
from jbnet.wiring.rows import compare_rows
from jbnet.wiring.telling import action_log, actions_mark, desk_of, picks, teller, waiting

__all__ = [
    "accounts",
    "action_log",
    "actions_mark",
    "adoption",
    "alone",
    "ansible_inventory",
    "approval_box",
    "approvers",
    "bubbles",
    "change_entries",
    "change_records",
    "check_workspace",
    "claims",
    "client_passfile",
    "compare_rows",
    "config_history",
    "database_servers",
    "deploy_desk",
    "deployed_before",
    "desk_of",
    "device_sessions",
    "event_log",
    "executions",
    "fetched_configs",
    "findings_of_days",
    "followed_events",
    "gather_evidence",
    "hardware_sessions",
    "host_key_office",
    "keep_evidence",
    "lab",
    "lab_sessions",
    "last_practice",
    "leases",
    "load_checks",
    "load_declaration",
    "load_judged",
    "load_network",
    "load_register",
    "load_scale",
    "load_targets",
    "load_to_judge",
    "make_report",
    "monitor",
    "monitor_file",
    "monitor_view",
    "number_ports",
    "operator",
    "outward",
    "picks",
    "playbook_runner",
    "playbook_shelf",
    "playbook_ways",
    "prove_report",
    "qualification",
    "read_declaration",
    "read_evidence",
    "readiness",
    "readiness_history",
    "recovery",
    "recovery_actions",
    "recovery_plan",
    "recovery_runbook",
    "refuse_unfit",
    "rehearsal",
    "rehearsal_desk",
    "remote_hosts",
    "replacement_bench",
    "replayed",
    "report_signer",
    "restored_file",
    "run_ways",
    "saved_configs",
    "score",
    "secret_book",
    "set_up_databases",
    "snmp_transport",
    "successor",
    "take_table",
    "teller",
    "verify_copy",
    "verify_execution",
    "waiting",
    "whereabouts",
    "write_configs",
    "write_output",
    "write_taken",
    "write_workspace",
]
