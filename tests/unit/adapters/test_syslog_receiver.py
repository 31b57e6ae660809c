"""The syslog receiver over real sockets of this host: both transports, both framings, and senders who mean ill."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from jbnet.adapters import syslog_streams
from jbnet.adapters.inbox import Inbox
from jbnet.adapters.syslog import Ports, SyslogReceiver
from jbnet.model.errors import Missing
from jbnet.model.text import Text
from jbnet.monitor.syslog import SyslogMessage

LOCAL = "127.0.0.1"
WAIT_S = 30.0


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    made = Inbox(lambda _: None)
    made.receivers["syslog"] = SyslogReceiver(Ports(0, 0, LOCAL), made.message)
    made.start()
    yield made
    made.close()


def receiver(inbox: Inbox) -> SyslogReceiver:
    found = inbox.receivers["syslog"]
    assert isinstance(found, SyslogReceiver)
    return found


def texts(inbox: Inbox, count: int) -> list[str]:
    """Return the texts of the next so many messages."""
    found = [inbox.take(WAIT_S) for _ in range(count)]
    return [message.text for message in found if isinstance(message, SyslogMessage)]


def connect(inbox: Inbox) -> socket.socket:
    return socket.create_connection((LOCAL, receiver(inbox).ports["tcp"]), WAIT_S)


@pytest.mark.parametrize(
    "arguments",
    [["--udp"], ["--udp", "--rfc3164"], ["--tcp"], ["--tcp", "--octet-count"], ["--tcp", "--rfc3164"]],
)
def test_what_the_systems_own_logger_sends_is_understood(inbox: Inbox, arguments: list[str]) -> None:
    port = receiver(inbox).ports["tcp" if "--tcp" in arguments else "udp"]
    sent = ["logger", "--server", LOCAL, "--port", str(port), *arguments, "-t", "ospfd", "-p", "daemon.warning"]
    subprocess.run([*sent, "接口 wan0 down"], check=True, timeout=WAIT_S)
    found = inbox.take(WAIT_S)
    assert isinstance(found, SyslogMessage)
    assert (found.source, found.facility, found.severity, found.tag) == (LOCAL, 3, 4, "ospfd")
    assert found.text == "接口 wan0 down"
    assert found.host == socket.gethostname().partition(".")[0] or found.host == socket.gethostname()


def test_a_sender_that_stops_in_the_middle_holds_up_nobody(inbox: Inbox) -> None:
    with connect(inbox) as slow, connect(inbox) as quick:
        slow.sendall(b"500 <13>half a mess")
        quick.sendall(b"<13>whole\n")
        assert texts(inbox, 1) == ["whole"]
        slow.sendall(b"age" + b"." * 482)
        assert texts(inbox, 1)[0].startswith("half a message...")


def test_a_stream_of_rubbish_is_closed_and_counted(inbox: Inbox) -> None:
    with connect(inbox) as hostile:
        hostile.sendall(b"1234567890123")
        assert hostile.recv(1) == b""
    assert receiver(inbox).counters["syslogStreamBroken"] == 1


def test_one_address_gets_so_many_connections_and_no_more(inbox: Inbox) -> None:
    opened = [connect(inbox) for _ in range(syslog_streams.MOST_OF_ONE + 1)]
    assert opened[-1].recv(1) == b""
    opened[0].sendall(b"<13>still heard\n")
    assert texts(inbox, 1) == ["still heard"]
    for one in opened:
        one.close()
    assert receiver(inbox).counters["syslogConnectionRefused"] == 1


def test_the_last_message_of_a_stream_needs_no_end(inbox: Inbox) -> None:
    with connect(inbox) as one:
        one.sendall(b"<13>first\n<13>last")
    assert texts(inbox, 2) == ["first", "last"]


def test_a_flood_of_one_sender_is_cut_down_and_counted_and_leaves_room_for_traps(inbox: Inbox) -> None:
    with connect(inbox) as flood:
        flood.sendall(b"<13>x\n" * 5000 + b"<13>last\n")
    got = 0
    until = time.monotonic() + WAIT_S
    while receiver(inbox).counters["syslogTooFast"] + got < 5001 and time.monotonic() < until:
        got += isinstance(inbox.take(0.05), SyslogMessage)
    assert receiver(inbox).counters["syslogTooFast"] > 0
    assert got + receiver(inbox).counters["syslogTooFast"] + inbox.waiting() == 5001


def test_a_port_that_is_taken_is_said_with_what_to_do_and_the_other_transport_is_heard() -> None:
    said: list[Text] = []
    with socket.create_server((LOCAL, 0)) as taken:
        inbox = Inbox(said.append)
        inbox.receivers["syslog"] = SyslogReceiver(Ports(0, taken.getsockname()[1], LOCAL), inbox.message)
        inbox.start()
    (problem,) = said
    assert "/tcp" in str(problem)
    assert "CAP_NET_BIND_SERVICE" in str(problem)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"<13>heard", (LOCAL, receiver(inbox).ports["udp"]))
    assert texts(inbox, 1) == ["heard"]
    inbox.close()
    inbox.close()


def test_nothing_at_all_to_listen_on_is_missing_and_leaves_nothing_open() -> None:
    with socket.create_server((LOCAL, 0)) as taken:
        alone = SyslogReceiver(Ports(None, taken.getsockname()[1], LOCAL), lambda _: True)
        with pytest.raises(Missing):
            alone.start()
        alone.close()
