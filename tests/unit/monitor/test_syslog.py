"""Syslog as RFC 5424, RFC 3164 and the boxes of several makers write it."""

from __future__ import annotations

import pytest

from jbnet.monitor.syslog import MOST_BYTES, parse
from jbnet.monitor.syslog_frames import Framer
from jbnet.monitor.syslog_meaning import is_news

SHAPES = [
    # VRP, two texts; Comware with the year and the fraction behind; IOS with a counter; FRR by way of a host's syslog
    ((b"<189>Nov 22 2026 04:00:01+08:00 xining-r1 %%01IFNET/4/LINK_STATE(l)[5]:The line protocol IP on the interface"
     b" GigabitEthernet0/0/1 has entered the DOWN state."),
     ("Nov 22 2026 04:00:01+08:00", "xining-r1", "IFNET/4/LINK_STATE", "The line protocol IP"), True),
    ("<185>2026-11-22 04:00:01 HUAWEI %%01PHY/1/PHY(l)[0]:端口 GE0/0/1 状态变为 Down".encode("gbk"),
     ("2026-11-22 04:00:01", "HUAWEI", "PHY/1/PHY", "端口 GE0/0/1 状态变为 Down"), True),
    ((b"<190>Nov 22 2026 04:00:01+08:00 ne40 %%01IFNET/2/linkDown_active(l):CID=0x807a0405-alarmID=0x8520003;The"
     b" interface status changes. (ifName=GigabitEthernet0/3/1, AdminStatus=UP, OperStatus=DOWN)"),
     ("Nov 22 2026 04:00:01+08:00", "ne40", "IFNET/2/linkDown_active", "CID=0x807a0405"), True),
    ((b"<189>Nov 22 04:00:01:123 2026 H3C %%10IFNET/3/PHY_UPDOWN: Physical state on the interface Gi1/0/1 changed to"
     b" down."), ("Nov 22 04:00:01:123 2026", "H3C", "IFNET/3/PHY_UPDOWN", "Physical state"), True),
    (b"<190>Nov 22 04:00:01 2026 H3C %%10SHELL/6/SHELL_CMD: -Line=vty0-IPAddr=10.4.0.1-User=admin; Command is save",
     ("Nov 22 04:00:01 2026", "H3C", "SHELL/6/SHELL_CMD", "-Line=vty0"), False),
    (b"<187>45: router1: *Nov 22 04:00:01.123: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down",
     ("*Nov 22 04:00:01.123", "router1", "LINK-3-UPDOWN", "Interface Gi0/1"), True),
    (b"<189>000057: Nov 22 04:00:01.123 CST: %SYS-5-CONFIG_I: Configured from console by vty2 (10.34.195.36)",
     ("Nov 22 04:00:01.123 CST", "", "SYS-5-CONFIG_I", "Configured from"), False),
    ((b"<29>Nov 22 04:00:01 huangyuan-r1 ospfd[123]: [T2ZWB-8BW9N] AdjChg: Nbr 10.0.0.1(default) on wan0:10.0.0.2:"
     b" Full -> Deleted (KillNbr)"), ("Nov 22 04:00:01", "huangyuan-r1", "ospfd", "[T2ZWB-8BW9N] AdjChg"), True),
    (b"<29>Nov  2 04:00:01 huangyuan-r1 bgpd[123]: %ADJCHANGE: neighbor 10.0.0.1(ministry-r1) in vrf default Down",
     ("Nov  2 04:00:01", "huangyuan-r1", "bgpd", "%ADJCHANGE"), True),
    # the examples of the RFCs
    (b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
     ("Oct 11 22:14:15", "mymachine", "su", "'su root' failed"), False),
    ((b'<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource='
     b'"App\\"li\\]cation"][x@1 a="b"] \xef\xbb\xbfAn application event'),
     ("2003-10-11T22:14:15.003Z", "mymachine.example.com", "evntslog/ID47", "An application event"), False),
    (b"<165>1 2026-11-22T04:00:01.0+08:00 ne40 - - - - %%01OSPF/3/NBR_CHG_DOWN(l):Neighbor event: Full to Down",
     ("2026-11-22T04:00:01.0+08:00", "ne40", "OSPF/3/NBR_CHG_DOWN", "Neighbor event"), True),
    (b"Use the BFG!", ("", "", "", "Use the BFG!"), False),
]  # fmt: skip


@pytest.mark.parametrize(("data", "parts", "news"), SHAPES)
def test_the_shapes_that_devices_send_are_told_apart(data: bytes, parts: tuple[str, ...], news: bool) -> None:
    found = parse(data, "10.0.0.1", 5.0)
    assert (found.stamped, found.host, found.tag) == parts[:3]
    assert found.text.startswith(parts[3])
    assert is_news(found) is news


def test_the_priority_is_facility_and_severity_and_without_one_it_is_a_notice_of_a_user() -> None:
    assert [(m.facility, m.severity) for m in map(parse, (b"<189>x", b"x", b"<999>x"))] == [(23, 5), (1, 5), (1, 5)]


def test_what_is_only_for_debugging_sets_nothing_off() -> None:
    assert not is_news(parse(b"<191>Nov 22 04:00:01 r1 %%01IFNET/7/LINK_STATE(l):interface down"))


def test_what_would_steer_a_terminal_is_taken_out() -> None:
    assert parse(b"<13>1 - - - - - - a\x1b[2Jb\x07\xe2\x80\xaec\nd").text == "a [2Jb  c d"


def test_a_count_of_octets_and_lines_may_follow_each_other_in_one_stream() -> None:
    framer = Framer()
    assert framer.feed(b"5 <1>ab<2>line\r\n6 <3>") == [b"<1>ab", b"<2>line"]
    assert framer.feed(b"a\nb<4>rest") == [b"<3>a\nb"]
    assert framer.rest() == b"<4>rest"


def test_a_message_that_is_too_long_is_cut_and_the_next_one_is_whole() -> None:
    framer = Framer()
    long = b"<1>" + b"x" * 3 * MOST_BYTES
    assert [len(m) for m in framer.feed(b"%d %s5 <2>ab" % (len(long), long))] == [MOST_BYTES, 5]
    assert [len(m) for m in framer.feed(long + b"\n<2>a\n")] == [MOST_BYTES, 4]


def test_a_count_that_nobody_could_mean_ends_the_stream() -> None:
    for rubbish in (b"99999999 <1>a", b"123456789012"):
        framer = Framer()
        assert framer.feed(rubbish) == []
        assert framer.broken
