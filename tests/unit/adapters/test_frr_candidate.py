"""Candidates made complete, and frr-reload.py's answers made readable."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jbnet.adapters.frr.candidate import complete, essence, lacks, merged, readable, redacted

RUNNING = """\
frr version 8.4.4
frr defaults traditional
hostname core-r1
log syslog informational
no ipv6 forwarding
service integrated-vtysh-config
!
interface lan1
 description office
exit
!
end
"""
LINES = st.lists(
    st.sampled_from(
        ["router ospf", " ospf router-id 10.0.0.1", "interface lan1", " description x", "exit", "!", "end",
         "frr version 9.1", "hostname other", "no ipv6 forwarding", "ip route 10.0.0.0/8 blackhole"]
    )
)  # fmt: skip


def test_a_running_configuration_has_its_head_and_its_end() -> None:
    assert lacks(RUNNING) == ""
    assert lacks(RUNNING.removesuffix("end\n")) == "end"
    assert lacks(RUNNING.partition("\n")[2]) == "frr version"
    assert lacks("") == "frr version"


@given(st.binary(max_size=300))
def test_noise_is_no_configuration(said: bytes) -> None:
    assert lacks(said.decode("utf-8", "replace"))


def test_version_and_name_are_taken_from_what_runs() -> None:
    made = complete("interface lan1\n description office\nexit\n", RUNNING).splitlines()
    assert made[:4] == [
        "frr version 8.4.4", "frr defaults traditional", "hostname core-r1", "service integrated-vtysh-config"
    ]  # fmt: skip
    assert made[-1] == "end"


def test_a_version_in_the_candidate_gives_way_and_its_name_stands() -> None:
    made = complete("frr version 7.5\nhostname core-r9\n", RUNNING).splitlines()
    assert "frr version 7.5" not in made
    assert "hostname core-r9" in made
    assert "hostname core-r1" not in made


def test_what_the_candidate_does_not_mention_is_not_kept() -> None:
    made = complete("hostname core-r1\n", RUNNING)
    assert "log syslog" not in made
    assert "forwarding" not in made
    assert "interface" not in made


@given(LINES)
def test_completing_twice_is_completing_once(lines: list[str]) -> None:
    once = complete("\n".join(lines), RUNNING)
    assert complete(once, RUNNING) == once


@given(LINES)
def test_merging_nothing_keeps_what_runs(lines: list[str]) -> None:
    running = complete("\n".join(lines), RUNNING)
    assert [x for x in merged("", running).splitlines() if x != "end"] == [
        x for x in running.splitlines() if x != "end"
    ]


def test_merging_a_no_takes_the_line_out_of_its_own_section_only() -> None:
    running = RUNNING.replace("end\n", "interface lan2\n description office\nexit\nend\n")
    made = merged("interface lan2\n no description office\nexit\n", running)
    assert made.count("description office") == 1
    assert made.index("description office") < made.index("interface lan2")


def test_nothing_to_do_reads_as_nothing() -> None:
    assert readable("") == ""
    assert readable("\n\n") == ""


def test_removals_come_first_and_contexts_are_named_once() -> None:
    said = (
        "Lines To Delete\n===============\nno route-map X permit 10\ninterface lan1\n no description office\n"
        "interface lan1\n bandwidth 7\n\nLines To Add\n============\nno ip route 10.8.0.0/16 blackhole\n"
        "interface lan1\n description new\nrouter ospf\nrouter ospf\n ospf router-id 1.1.1.1\n"
        "router bgp 1\nrouter bgp 1\n address-family ipv4 unicast\nrouter bgp 1\n address-family ipv4 unicast\n"
        "  network 10.0.0.0/8\n"
    )
    assert readable(said).splitlines() == [
        "- route-map X permit 10",
        "  interface lan1",
        "-  description office",
        "-  no bandwidth 7",
        "- ip route 10.8.0.0/16 blackhole",
        "  interface lan1",
        "+  description new",
        "+ router ospf",
        "+  ospf router-id 1.1.1.1",
        "+ router bgp 1",
        "+  address-family ipv4 unicast",
        "+   network 10.0.0.0/8",
    ]


def test_passwords_and_keys_are_blanked_wherever_a_line_shows_one() -> None:
    lines = [
        " neighbor 192.0.2.1 password hunter2", " ip ospf message-digest-key 1 md5 hunter2", "password 8 hunter2",
        " ip ospf authentication-key hunter2", "  key-string hunter2", " area-password md5 hunter2",
        "enable password hunter2 more",
    ]  # fmt: skip
    assert "hunter2" not in redacted("\n".join(lines))
    assert redacted("\n".join(lines)).count("<secret>") == len(lines)


def test_what_frr_said_is_left_of_a_failed_reload() -> None:
    said = (
        "% [ZEBRA] Unknown command: agentx\n\nline 22: Failure to communicate[2] to zebra, line: agentx\n\n"
        "2026-11-22 01:13:45,693 \x1b[91mWARNING\x1b[0m: frr-reload.py failed due to\n"
        "vtysh (exec file) exited with status 2\n% [ZEBRA] Unknown command: agentx\n"
        '2026-11-22 01:13:45,833 \x1b[91m  ERROR\x1b[0m: "router bgp 1 -- no x" we failed to remove this command\n'
    )
    assert essence(said).splitlines() == [
        "% [ZEBRA] Unknown command: agentx",
        "line 22: Failure to communicate[2] to zebra, line: agentx",
        'ERROR: "router bgp 1 -- no x" we failed to remove this command',
    ]
