"""From ansible-runner's events to one outcome a host: nothing changed goes uncounted, no secret comes out."""

from __future__ import annotations

from typing import Any

import pytest

from jbnet.adapters.playbook_events import REASON_LENGTH, UNNAMED, Events
from jbnet.ports import HostState, Progress


def event(kind: str, host: str = "db1", task: str = "Files", **data: Any) -> dict[str, Any]:
    return {"event": kind, "event_data": {"host": host, "task": task, **data}}


def stats(**changed: int) -> dict[str, Any]:
    return {"event": "playbook_on_stats", "event_data": {"changed": changed}}


def taken(*events: dict[str, Any], secrets: tuple[str, ...] = ()) -> Events:
    found = Events(secrets)
    for one in events:
        found.take(one)
    return found


def test_a_host_that_went_through_is_ok_with_what_changed_and_what_was_found() -> None:
    found = taken(
        event("runner_on_start"),
        event("runner_on_ok", res={"changed": True}),
        event("runner_on_ok", task="Result", res={"ansible_facts": {"jbnet_result": {"rows": 3}}}),
        stats(db1=1),
    )
    (host,) = found.outcomes()
    assert (host.state, host.ok, host.changed, host.found) == (HostState.OK, 2, ("Files",), {"rows": 3})
    assert found.failed == ()


def test_a_task_without_log_counts_as_changed_when_the_end_says_so() -> None:
    censored = event("runner_on_ok", task="Password", res={"censored": "hidden"})
    assert taken(censored, stats(db1=1)).changed == ("db1: Password",)
    assert taken(censored, stats(db1=0)).changed == ()
    assert taken(censored, event("runner_on_ok", task="Key", res={"censored": "hidden"}), stats(db1=1)).changed == (
        f"db1: {UNNAMED}",
    )


@pytest.mark.parametrize(
    ("kind", "data", "state"),
    [
        ("runner_on_failed", {"task_action": "ansible.builtin.command"}, HostState.FAILED),
        ("runner_on_failed", {"task_action": "ansible.builtin.assert"}, HostState.UNMET),
        ("runner_on_failed", {"task_action": "own", "res": {"unmet": True, "msg": "no room"}}, HostState.UNMET),
        ("runner_on_unreachable", {}, HostState.UNREACHABLE),
    ],
)
def test_how_a_task_ended_is_how_the_host_did(kind: str, data: dict[str, Any], state: HostState) -> None:
    (host,) = taken(event(kind, **data), stats()).outcomes()
    assert host.state is state
    assert host.reason is not None
    assert host.reason.startswith("Files: ")


def test_a_failure_that_is_ignored_is_none() -> None:
    (host,) = taken(event("runner_on_failed", ignore_errors=True), event("runner_on_ok"), stats()).outcomes()
    assert host.state is HostState.OK


def test_a_run_that_was_cut_short_left_its_hosts_unfinished_and_says_where() -> None:
    (host,) = taken(event("runner_on_ok", task="One"), event("runner_on_start", task="Two")).outcomes()
    assert (host.state, host.reason) == (HostState.UNFINISHED, "Two")


def test_a_secret_in_what_a_task_said_is_blanked() -> None:
    found = taken(event("runner_on_failed", res={"stderr": "psql: password hunter22 wrong"}), secrets=("hunter22",))
    assert found.failed == ("db1: Files: psql: password <secret> wrong",)


def test_a_secret_that_stands_where_a_long_reason_is_cut_is_blanked_whole() -> None:
    said = f"before hunter22-hunter22 {'x' * (REASON_LENGTH - 9)}"
    found = taken(event("runner_on_failed", res={"stderr": said}), secrets=("hunter22-hunter22",))
    assert "hunter" not in found.failed[0]
    assert "ter22" not in found.failed[0]


def test_of_a_loop_the_item_that_failed_gives_the_reason() -> None:
    items = [{"failed": False}, {"failed": True, "stderr": "no such port"}]
    found = taken(event("runner_on_failed", res={"msg": "One or more items failed", "results": items}))
    assert found.failed == ("db1: Files: no such port",)


def test_each_end_of_a_task_is_reported_and_skipped_ones_are_not() -> None:
    class Steps:
        def __init__(self) -> None:
            self.seen: list[tuple[str, object, object]] = []

        def report(self, progress: Progress) -> None:
            self.seen.append((progress.subject, progress.data["task"], progress.data["outcome"]))

    steps = Steps()
    found = Events((), steps)
    for one in (
        event("runner_on_ok", res={"changed": True}),
        event("runner_on_skipped"),
        event("runner_on_unreachable"),
    ):
        found.take(one)
    assert steps.seen == [("db1", "Files", "changed"), ("db1", "Files", "unreachable")]
