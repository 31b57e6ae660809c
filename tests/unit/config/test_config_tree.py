"""Configurations as trees: what counts as the same, and how differences read."""

from __future__ import annotations

from jbnet.config.tree import diff, parse

RUNNING = """Building configuration...
frr version 8.4.4
frr defaults traditional
hostname r1
!
interface up1
 ip address 10.0.0.1/31
 ip ospf cost 10
exit
!
interface lan1
exit
!
router bgp 64512
 address-family ipv4 unicast
  network 10.0.0.0/8
 exit-address-family
exit
!
end
"""


def test_order_comments_and_endings_say_nothing() -> None:
    other = "router bgp 64512\n address-family ipv4 unicast\n  network 10.0.0.0/8\ninterface up1\n ip ospf cost 10\n ip address 10.0.0.1/31\nhostname r1\n"  # fmt: skip  # noqa: E501  # as a device prints it
    assert parse(RUNNING) == parse(other)
    assert parse(RUNNING).fingerprint() == parse(other).fingerprint()


def test_the_same_line_under_another_interface_is_another_line() -> None:
    moved = RUNNING.replace("interface up1", "interface up2")
    assert diff(parse(RUNNING), parse(moved))
    assert parse(RUNNING).fingerprint() != parse(moved).fingerprint()


def test_an_interface_without_lines_says_nothing() -> None:
    assert ("interface lan1",) not in parse(RUNNING)


def test_contexts_nest_by_their_indentation() -> None:
    assert parse(RUNNING).under("router bgp 64512", "address-family ipv4 unicast") == ("network 10.0.0.0/8",)


def test_a_difference_reads_with_its_context_and_removals_first() -> None:
    changed = RUNNING.replace(" ip ospf cost 10\n", " ip ospf cost 20\n").replace(
        "hostname r1\n", "hostname r1\nagentx\n"
    )
    assert diff(parse(RUNNING), parse(changed)).lines() == (
        "  interface up1",
        "-  ip ospf cost 10",
        "+ agentx",
        "  interface up1",
        "+  ip ospf cost 20",
    )


def test_a_new_context_carries_the_mark_itself() -> None:
    changed = RUNNING.replace("end\n", "router ospf\n ospf router-id 10.0.0.1\nend\n")
    assert diff(parse(RUNNING), parse(changed)).lines() == ("+ router ospf", "+  ospf router-id 10.0.0.1")
