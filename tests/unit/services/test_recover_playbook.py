"""A playbook as a step of a recovery: check mode looks, and what failed or was left out on a host is not done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from networks import desert

from jbnet.inventory.exchange.ansible import Login
from jbnet.model.errors import Missing, UsageError
from jbnet.model.secrets import Secret
from jbnet.ports import HostOutcome, HostState, PlaybookResult, Reporter
from jbnet.services.playbook import Playbook, PlaybookWays
from jbnet.services.recover.actions_playbook import KEPT, RunPlaybook

HOSTS = ["dc-db1", "noc-s1"]
STEP = {"playbook": "application", "hosts": HOSTS, "seconds": 60}


class Shelf:
    """Implements Playbooks."""

    def all(self) -> Mapping[str, Playbook]:
        return {"application": Playbook("application", seconds=900)}


class NoSecrets:
    """Implements Secrets."""

    def get(self, name: str) -> Secret:
        raise Missing("secret {name} is not there", name=name)


@dataclass
class Hosts:
    """Implements PlaybookRunner: hosts with tasks that would change something, until the playbook was run."""

    open: dict[str, list[str]] = field(default_factory=lambda: {host: ["start it"] for host in HOSTS})
    broken: dict[str, HostState] = field(default_factory=dict)
    runs: list[tuple[bool, float, Mapping[str, object]]] = field(default_factory=list)

    def run(
        self,
        playbook: str,
        inventory: Mapping[str, object],
        variables: Mapping[str, object],
        timeout: float,
        *,
        check: bool = False,
        reporter: Reporter | None = None,
    ) -> PlaybookResult:
        self.runs.append((check, timeout, variables))
        hosts = [self._host(host, tasks) for host, tasks in self.open.items()]
        changed = tuple(f"{host}: {task}" for host, tasks in self.open.items() for task in tasks)
        if not check:
            self.open = {host: [] if host not in self.broken else tasks for host, tasks in self.open.items()}
        failed = tuple(f"{host}: start it" for host in self.broken)
        return PlaybookResult(not failed, changed, failed, 1.0, tuple(hosts))

    def _host(self, host: str, tasks: list[str]) -> HostOutcome:
        state = self.broken.get(host, HostState.OK)
        return HostOutcome(host, state, 1, tuple(tasks), None if state is HostState.OK else "no space left")


def action(hosts: Hosts) -> RunPlaybook:
    ways = PlaybookWays(desert(), Login("/key", "/known_hosts"), NoSecrets(), hosts, None)
    return RunPlaybook(Shelf(), lambda playbook: ways)


def test_it_is_run_once_between_two_looks_in_check_mode_within_the_time_of_the_step() -> None:
    hosts = Hosts()
    step = action(hosts)
    looked = step.probe(STEP)
    assert not looked.done
    assert str(looked.text) == "playbook application would change 2 things"
    assert step.do(STEP).done
    assert step.verify(STEP).done
    assert [(check, timeout) for check, timeout, _ in hosts.runs] == [(True, 60), (False, 60), (True, 60)]


def test_where_nothing_is_to_be_changed_it_is_done_already() -> None:
    assert action(Hosts({host: [] for host in HOSTS})).probe(STEP).done


@pytest.mark.parametrize("state", [HostState.FAILED, HostState.UNREACHABLE, HostState.UNMET, HostState.UNFINISHED])
def test_what_did_not_end_well_on_one_host_is_not_done_and_says_why(state: HostState) -> None:
    step = action(Hosts({host: [] for host in HOSTS}, {"dc-db1": state}))
    for outcome in (step.probe(STEP), step.do(STEP), step.verify(STEP)):
        assert not outcome.done
        assert "no space left" in str(outcome.text)


def test_a_host_that_the_playbook_is_not_for_is_said() -> None:
    outcome = action(Hosts({"dc-db1": []})).do(STEP)
    assert not outcome.done
    assert str(outcome.text) == "playbook application did not end well: nothing was done on noc-s1"


def test_variables_are_given_and_the_journal_keeps_no_more_than_it_should() -> None:
    hosts = Hosts({"dc-db1": [f"task {number}" for number in range(2 * KEPT)], "noc-s1": []})
    outcome = action(hosts).probe({**STEP, "variables": {"site": "golmud"}})
    assert hosts.runs[0][2]["site"] == "golmud"
    assert len(outcome.evidence["changed"]) == KEPT  # type: ignore[arg-type]  # evidence is open


@pytest.mark.parametrize("wrong", [{"hosts": ["nowhere"]}, {"hosts": "dc-db1"}, {"playbook": "absent"}])
def test_what_is_not_declared_is_refused_before_anything_is_run(wrong: Mapping[str, object]) -> None:
    hosts = Hosts()
    with pytest.raises(UsageError):
        action(hosts).do({**STEP, **wrong})
    assert hosts.runs == []
