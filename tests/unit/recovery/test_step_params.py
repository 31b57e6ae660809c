"""Steps of general use: what they lack, and what could run twice, is said when the runbook is read."""

from __future__ import annotations

import pytest

from jbnet.recovery.runbook import load_runbook

HEAD = """\
name: move
title: Move
steps:
  - name: agree
    action: approve
  - name: it
"""
PLAYBOOK = "action: playbook\nparams: {playbook: a, hosts: [b], seconds: 60, variables: "


def findings(step: str) -> list[str]:
    body = "".join(f"    {line}\n" for line in step.splitlines())
    return [f"{f.code} {f.message}" for f in load_runbook("book.yaml", HEAD + body)[1]]


@pytest.mark.parametrize(
    "step",
    [
        "action: command\nparams: {host: web1, do: [systemctl, start, app], probe: [systemctl, is-active, app]}",
        "action: command\nparams: {host: web1, do: [sync], verify: [test, -f, /x], repeatable: true}",
        "action: playbook\nparams: {playbook: application, hosts: [app1], seconds: 60, variables: {fast: true}}",
        "action: wait\nparams: {seconds: 30}",
        'action: notify\nparams: {channels: [duty], message: "moved"}',
        "action: acme.drain\nparams: {anything: [1, 2]}",
        "action: set-cost\nparams: {circuit: west-up1, ends: [core-r1, west-r1], cost: drained}",
        "action: set-session\nparams: {circuit: west-up1, device: core-r1, session: shutdown}",
        "action: set-session\nparams: {circuit: west-up1, device: core-r1, session: open}",
        "action: set-session\nparams: {circuit: west-up1, device: core-r1, session: declared}",
        "action: set-cost\nparams: {circuit: west-up1, ends: [west-r1], cost: declared}",
        "action: set-cost\nparams: {circuit: west-up1, ends: [west-r1], cost: 65534}",
        "action: move-name\nparams: {name: pay.example.net, from: west-dc, to: east-dc}",
    ],
)
def test_what_is_whole_has_no_findings(step: str) -> None:
    assert findings(step) == []


@pytest.mark.parametrize(
    ("step", "code", "said"),
    [
        ("action: command\nparams: {do: [sync], probe: [sync]}", "JB702", "wants the parameter host"),
        (
            "action: command\nparams: {host: web1, do: rm -rf x, probe: [sync]}",
            "JB703",
            "the program and its arguments",
        ),
        ("action: command\nparams: {host: web1, do: [], probe: [sync]}", "JB703", "the program and its arguments"),
        ("action: command\nparams: {host: web1, do: [sync]}", "JB715", "whether its command ran"),
        ("action: command\nparams: {host: web1, do: [sync], repeatable: true}", "JB715", "repeatable: true and verify"),
        ("action: command\nparams: {host: w, do: [a], probe: [b], user: root}", "JB701", "unknown key user"),
        ("action: playbook\nparams: {playbook: a, hosts: app1, seconds: 60}", "JB703", "a list of devices"),
        ("action: playbook\nparams: {playbook: a, hosts: [app1]}", "JB702", "wants the parameter seconds"),
        ("action: playbook\nparams: {playbook: a, hosts: [b], seconds: 120}", "JB705", "expected a longer timeout"),
        (f"{PLAYBOOK}{{ansible_connection: local}}}}", "JB703", "no secrets and no templates"),
        (f"{PLAYBOOK}{{word: '{{{{ 1'}}}}", "JB703", "no secrets and no templates"),
        (f"{PLAYBOOK}[a]}}", "JB703", "no secrets and no templates"),
        ("action: wait\nparams: {seconds: 0}", "JB703", "a number of seconds"),
        ("action: wait\nparams: {seconds: true}", "JB703", "a number of seconds"),
        ("action: wait\nparams: {seconds: 120}", "JB705", "expected a longer timeout"),
        ("action: notify\nparams: {channels: duty, message: x}", "JB703", "a list of channels"),
        ("action: notify\nparams: {channels: [duty]}", "JB702", "wants the parameter message"),
        ("action: set-cost\nparams: {circuit: a, ends: [b], cost: 65535}", "JB703", "drained, declared, or"),
        ("action: set-cost\nparams: {circuit: a, ends: [b], cost: 0}", "JB703", "drained, declared, or"),
        ("action: set-cost\nparams: {circuit: a, ends: [b], cost: true}", "JB703", "drained, declared, or"),
        ("action: set-cost\nparams: {circuit: a, ends: [b], cost: empty}", "JB703", "drained, declared, or"),
        ("action: set-cost\nparams: {circuit: a, ends: b, cost: 10}", "JB703", "a list of devices"),
        ("action: set-session\nparams: {circuit: a, device: b, session: closed}", "JB703", "one of shutdown, open"),
        ("action: set-session\nparams: {circuit: a, device: [b], session: open}", "JB703", "the name of a device"),
        ("action: set-session\nparams: {circuit: a, session: open}", "JB702", "wants the parameter device"),
        ("action: set-cost\nparams: {circuit: a, cost: 10}", "JB702", "wants the parameter ends"),
        ("action: move-name\nparams: {name: pay.example.net, to: east-dc}", "JB702", "wants the parameter from"),
        ("action: move-name\nparams: {name: a.b, from: east, to: east}", "JB703", "from and to are both east"),
        ("action: move-name\nparams: {name: a.b, from: east, to: west, ttl: 5}", "JB701", "unknown key ttl"),
        ("action: .drain", "JB703", "expected one of"),
        ("action: acme.", "JB703", "expected one of"),
    ],
)
def test_what_is_not_is_said(step: str, code: str, said: str) -> None:
    found = findings(step)
    assert [line.split()[0] for line in found] == [code]
    assert said in found[0]


@pytest.mark.parametrize("action", ["command", "playbook", "set-cost", "set-session", "move-name", "acme.drain"])
def test_what_may_touch_production_needs_an_approval(action: str) -> None:
    known = {"playbook": "{playbook: a, hosts: [w], seconds: 60}", "set-cost": "{circuit: a, ends: [w], cost: 10}",
             "set-session": "{circuit: a, device: w, session: open}",
             "move-name": "{name: a.b, from: east, to: west}"}  # fmt: skip
    params = known.get(action, "{host: w, do: [a], probe: [b]}")
    step = f"action: {action}\nparams: {params}\nneeds: []"
    assert [line.split()[0] for line in findings(step)] == ["JB711"]
