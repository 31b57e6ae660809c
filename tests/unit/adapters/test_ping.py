"""Echo requests."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator

import pytest

from jbnet.adapters.ping import IcmpProber, checksum, is_reply
from jbnet.adapters.probes import echo
from jbnet.adapters.probes.echo import IcmpEchoes

IDENTIFIER = b"\x12\x34"


def test_the_checksum_is_that_of_rfc_1071() -> None:
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0x220D
    assert checksum(b"\x01") == 0xFEFF


def test_only_an_echo_reply_with_our_identifier_counts() -> None:
    header = b"\x45" + b"\0" * 19
    reply = header + b"\x00\x00\x00\x00" + IDENTIFIER + b"\x00\x01"
    request = header + b"\x08\x00\x00\x00" + IDENTIFIER + b"\x00\x01"
    assert is_reply(reply, IDENTIFIER)
    assert not is_reply(request, IDENTIFIER)
    assert not is_reply(reply, b"\0\0")
    assert not is_reply(b"", IDENTIFIER)
    assert not is_reply(header, IDENTIFIER)


def test_this_machine_answers_and_what_cannot_be_sent_to_does_not() -> None:
    found = IcmpProber().ping(["127.0.0.1", "127.0.0.9", "255.255.255.255"], 5.0)
    assert found == {"127.0.0.1": True, "127.0.0.9": True, "255.255.255.255": False}


@pytest.fixture
def thousand_descriptors() -> Iterator[None]:
    """The next socket has a descriptor that select(2) does not take."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, limits[1]), limits[1]))
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        yield
    finally:
        for one in held:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.usefixtures("thousand_descriptors")
def test_echoes_come_back_also_when_a_thousand_descriptors_are_open() -> None:
    assert IcmpProber().ping(["127.0.0.1"], 5.0) == {"127.0.0.1": True}
    assert None not in IcmpEchoes().sweep(["127.0.0.1"], 2, 0.01, 5.0, lambda: False)["127.0.0.1"]


@pytest.mark.parametrize("step_s", [3600, -3600])
def test_a_clock_that_is_set_in_the_midst_of_a_sweep_makes_no_trip_longer_than_it_was(
    monkeypatch: pytest.MonkeyPatch, step_s: int
) -> None:
    stamped = echo._came
    monkeypatch.setattr(echo, "_came", lambda ancillary: stamped(ancillary) + step_s * 1_000_000_000)
    trips = IcmpEchoes().sweep(["127.0.0.1"], 2, 0.01, 60.0, lambda: False)["127.0.0.1"]
    assert all(trip is not None and 0 < trip < 120 for trip in trips)
