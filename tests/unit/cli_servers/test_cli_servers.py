"""The command-line servers behave as the vendors' manuals say (named in ``cli_servers``)."""

from __future__ import annotations

from pathlib import Path

import paramiko
import pytest
from cli_servers.comware import Comware
from cli_servers.console import Console
from cli_servers.router import Port, Router, Seen
from cli_servers.ssh_server import serving
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8

PORT = """\
ip vpn-instance agency
interface GigabitEthernet0/1/0
 description to core
 ip address 10.0.0.1 30
 ospf cost 10
"""


def seen() -> Seen:
    return Seen(ports=[Port("GigabitEthernet0/1/0")])


@pytest.fixture
def vrp8() -> Vrp8:
    return Vrp8("r1", PORT, seen=seen())


@pytest.fixture
def vrp5() -> Vrp5:
    return Vrp5("r1", PORT, seen=seen())


@pytest.fixture
def comware() -> Comware:
    return Comware("r1", PORT, seen=seen())


@pytest.fixture(params=[Vrp8, Vrp5, Comware])
def router(request: pytest.FixtureRequest) -> Router:
    made = request.param("r1", PORT, seen=seen())
    assert isinstance(made, Router)
    return made


def running(router: Router) -> list[str]:
    return list(router.running.lines())


def edited(console: Console) -> list[str]:
    """Return what the commands of a session have made of the configuration, running or not."""
    return list(console.shell.editing().lines())


def test_the_views_of_two_phases_carry_a_mark_that_says_whether_something_is_uncommitted(vrp8: Vrp8) -> None:
    console = Console(vrp8)
    assert console.prompt == "<r1>"
    assert console.type("system-view").endswith("[~r1]")
    assert console.type("interface GigabitEthernet0/1/0").endswith("[~r1-GigabitEthernet0/1/0]")
    assert console.type("description x").endswith("[*r1-GigabitEthernet0/1/0]")
    assert console.type("commit").endswith("[~r1-GigabitEthernet0/1/0]")


def test_nothing_of_two_phases_runs_before_the_commit(vrp8: Vrp8) -> None:
    console = Console(vrp8)
    console.type("system-view", "sysname other")
    assert vrp8.name == "r1"
    assert "+ sysname other" in console.type("display configuration candidate changes")
    console.type("commit")
    assert vrp8.name == "other"


def test_leaving_with_uncommitted_changes_asks_and_no_discards_them(vrp8: Vrp8) -> None:
    console = Console(vrp8)
    assert "[Y(yes)/N(no)/C(cancel)]:" in console.type("system-view", "sysname other", "return")
    assert console.type("n").endswith("<r1>")
    assert console.type("system-view").endswith("[~r1]")


def test_an_unconfirmed_trial_goes_back_when_its_time_is_over(vrp8: Vrp8) -> None:
    console = Console(vrp8)
    assert "not confirmed in 90 seconds" in console.type("system-view", "sysname other", "commit trial 90 persist x")
    assert "Trial status: ACTIVE\nPersist id: x\nTrial time left (sec): 90" in console.type(
        "display configuration trial status"
    )
    vrp8.wait(89)
    assert vrp8.name == "other"
    vrp8.wait(1)
    assert vrp8.name == "r1"
    assert "INACTIVE" in console.type("display configuration trial status")


def test_a_persistent_trial_outlives_its_session_and_another_one_confirms_it(vrp8: Vrp8) -> None:
    first = Console(vrp8)
    first.type("system-view", "sysname other", "commit trial 90 persist x")
    first.end()
    Console(vrp8).type("system-view", "commit persist x")
    vrp8.wait(1000)
    assert vrp8.name == "other"


def test_a_trial_without_a_name_ends_with_its_session(vrp8: Vrp8) -> None:
    first = Console(vrp8)
    first.type("system-view", "sysname other", "commit trial 90")
    assert "trial configuration mode" in Console(vrp8).type("system-view", "commit")
    first.end()
    assert vrp8.name == "r1"


def test_nothing_is_changed_during_a_trial_and_it_can_be_aborted(vrp8: Vrp8) -> None:
    console = Console(vrp8)
    console.type("system-view", "sysname other", "commit trial 90 persist x")
    assert "Error: " in console.type("sysname third")
    assert "Continue? [Y/N]:" in console.type("abort trial persist x")
    console.type("y")
    assert vrp8.name == "r1"


def test_a_trial_of_less_than_a_minute_is_refused(vrp8: Vrp8) -> None:
    console = Console(vrp8)
    assert "Error: Wrong parameter found at '^' position." in console.type(
        "system-view", "sysname x", "commit trial 59"
    )


def test_rolling_back_to_a_point_gives_what_ran_then(vrp8: Vrp8) -> None:
    console = Console(vrp8)
    console.type("system-view", "sysname two", "commit", "sysname three", "commit", "return")
    assert "1000000003" in console.type("display configuration commit list")
    console.type("rollback configuration to commit-id 1000000001", "y")
    assert vrp8.name == "r1"
    console.type("rollback configuration last 1", "y")
    assert vrp8.name == "three"


def test_commands_of_vrp5_and_comware_run_at_once(vrp5: Vrp5, comware: Comware) -> None:
    for router in (vrp5, comware):
        assert Console(router).type("system-view", "sysname other").endswith("[other]")


def test_a_planned_restart_runs_what_was_saved_and_ends_the_sessions(vrp5: Vrp5) -> None:
    console = Console(vrp5)
    vrp5.hang_ups.append(console._hang_up)
    assert "Confirm?(y/n)[n]:" in console.type("schedule reboot delay 2")
    console.type("y", "system-view", "sysname other")
    assert "will reboot at" in console.type("display schedule reboot")
    vrp5.wait(120)
    assert vrp5.name == "r1"
    assert not console.open


def test_a_cancelled_restart_does_not_happen(vrp5: Vrp5) -> None:
    console = Console(vrp5)
    console.type("schedule reboot delay 2", "y", "undo schedule reboot")
    assert "will reboot" not in console.type("display schedule reboot")
    vrp5.wait(1000)
    assert console.open


def test_the_delay_takes_back_everybodys_changes_unless_committed(comware: Comware) -> None:
    console, other = Console(comware), Console(comware)
    console.type("system-view", "configuration commit delay 2", "sysname one")
    other.type("system-view", "interface GigabitEthernet0/1/0", "description by another")
    before = comware.delay
    console.type("configuration commit delay 3")
    assert before is not None
    assert comware.delay is not None
    assert comware.delay[1] is before[1], "the rollback point stays"
    comware.wait(180)
    assert comware.name == "r1"
    assert " description to core" in running(comware)
    console.type("configuration commit delay 2", "sysname kept", "configuration commit")
    comware.wait(1000)
    assert comware.name == "kept"


def test_replacing_by_a_file_asks_whether_to_save_first(comware: Comware) -> None:
    console = Console(comware)
    assert "Continue? [Y/N]:" in console.type("save before.cfg")
    console.type("y", "system-view", "sysname other")
    assert "save current configuration? [Y/N]:" in console.type("configuration replace file before.cfg")
    assert "Succeeded" in console.type("n")
    assert (comware.name, comware.saved.children[0].line) == ("r1", "sysname r1")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("descripton x", "Unrecognized command"),
        ("ospf cost high", "Wrong parameter"),
        ("ospf cost", "Incomplete command"),
        ("ospf cost 10 20", "Too many parameters"),
    ],
)
def test_a_caret_stands_below_the_word_that_is_wrong(router: Router, line: str, said: str) -> None:
    console = Console(router)
    console.type("system-view", "interface GigabitEthernet0/1/0")
    at = len(console.prompt)
    answer = console.type(line).split("\n")
    assert f"{said} found at '^' position." in answer[2]
    word = {"Unrecognized command": "descripton", "Wrong parameter": "high", "Too many parameters": "20"}.get(said)
    assert answer[1].index("^") == at + (line.index(word) if word else len(line))


def test_keywords_can_be_cut_short_and_are_kept_in_full(router: Router) -> None:
    console = Console(router)
    console.type("sys", "int GigabitEthernet0/1/0", "desc new one", "ip addr 10.9.9.9 31 sub")
    config = edited(console)
    assert " description new one" in config
    assert " ip address 10.9.9.9 255.255.255.254 sub" in config


def test_binding_a_vpn_instance_wipes_the_address_and_leaves_the_description(router: Router) -> None:
    console = Console(router)
    said = console.type("system-view", "interface GigabitEthernet0/1/0", "ip binding vpn-instance agency")
    assert "removed" in said
    port = edited(console)[-4:] if isinstance(router, Comware) else edited(console)[-3:]
    hardware = [" port link-mode route"] if isinstance(router, Comware) else []
    assert port == [
        "interface GigabitEthernet0/1/0", *hardware, " description to core", " ip binding vpn-instance agency"
    ]  # fmt: skip


def test_binding_an_instance_that_is_not_there_is_refused(router: Router) -> None:
    console = Console(router)
    assert "does not exist" in console.type(
        "system-view", "interface GigabitEthernet0/1/0", "ip binding vpn-instance other"
    )


def test_undoing_what_is_not_there_is_an_error(router: Router) -> None:
    console = Console(router)
    assert "Error" in console.type("system-view", "interface GigabitEthernet0/1/0", "undo mtu")


def test_secrets_are_kept_encrypted(vrp8: Vrp8) -> None:
    Console(vrp8).type("system-view", "aaa", "local-user ops password irreversible-cipher Plain-1", "commit")
    assert not any("Plain-1" in line for line in running(vrp8))


def test_a_long_answer_stops_at_each_page_until_a_key_is_pressed(router: Router) -> None:
    router.by_hand(*(f"ip route-static 10.9.{n}.0 255.255.255.0 NULL0" for n in range(60)))
    console = Console(router)
    first = console.type("display current-configuration")
    assert first.endswith("---- More ----")
    assert "10.9.50.0" not in first
    assert console.key(" ").endswith("---- More ----")
    assert console.key("q").endswith(console.prompt)
    console.type("screen-length disable" if isinstance(router, Comware) else "screen-length 0 temporary")
    assert "More" not in console.type("display current-configuration")


def test_a_question_waits_for_its_answer(router: Router) -> None:
    if isinstance(router, Comware):
        router.faults.ask = "save"
    console = Console(router)
    assert not console.type("save force" if isinstance(router, Comware) else "save").endswith(console.prompt)
    console.type("n")
    console.type("system-view", "sysname other", "return" if not isinstance(router, Vrp8) else "commit")
    assert router.saved.children[0].line == "sysname r1"


def test_a_login_takes_a_password_or_a_key_and_nothing_else(router: Router, tmp_path: Path) -> None:
    key = paramiko.ECDSAKey.generate()
    router.keys.add(("netops", key.get_base64()))
    with serving(router) as server:
        for given in ({"password": "a-Password-1"}, {"pkey": key}):
            client = paramiko.SSHClient()
            client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
            client.connect("127.0.0.1", server.port, "netops", allow_agent=False, look_for_keys=False, **given)
            client.close()
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        with pytest.raises(paramiko.AuthenticationException):
            client.connect("127.0.0.1", server.port, "netops", "wrong", allow_agent=False, look_for_keys=False)
