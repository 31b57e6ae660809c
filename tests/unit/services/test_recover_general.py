"""A command on a host, a wait, a word to people, as steps of a runbook: what holds, and what is done after a kill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from recovery_world import ManualClock

from jbnet.model.errors import UsageError
from jbnet.monitor.messages import Fate, Message
from jbnet.ports import Completed
from jbnet.services.recover.actions_general import ACCOUNT, KEPT, general_actions

STEP = {"host": "web1", "do": ["start", "--port", 5432], "probe": ["look"]}


@dataclass
class Host:
    """Implements RemoteHost: a program by its name, with the code that it ends with."""

    name: str = "web1"
    codes: dict[str, int] = field(default_factory=dict)
    ran: list[tuple[str, ...]] = field(default_factory=list)
    output: str = "said"

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        self.ran.append(tuple(argv))
        return Completed(tuple(argv), self.codes.get(argv[0], 0), self.output, "")

    def host(self, device: str, user: str, via: str | None = None) -> Host:
        assert (device, user, via) == (self.name, ACCOUNT, None)
        return self


class Channel:
    """Implements Notifier."""

    def __init__(self, fate: Fate):
        self.fate, self.got = fate, list[Message]()

    def send(self, message: Message) -> Fate:
        self.got.append(message)
        return self.fate


@dataclass
class World:
    """What the actions act on."""

    host: Host = field(default_factory=Host)
    clock: ManualClock = field(default_factory=ManualClock)
    channels: dict[str, Channel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.actions = general_actions(self.host, self.channel, self.clock)

    def channel(self, name: str) -> Channel:
        if name not in self.channels:
            raise UsageError("there is no channel {name}", name=name)
        return self.channels[name]


def test_a_command_whose_effect_is_there_is_not_run() -> None:
    world = World()
    assert world.actions["command"].probe(STEP).done
    assert world.host.ran == [("look",)]


def test_a_command_is_run_once_and_looked_at_afterwards_with_numbers_as_text() -> None:
    world = World(Host(codes={"look": 3}))
    command = world.actions["command"]
    assert not command.probe(STEP).done
    done = command.do(STEP)
    assert done.done
    assert done.evidence["argv"] == ["start", "--port", "5432"]
    world.host.codes = {}
    assert command.verify(STEP).done
    assert world.host.ran == [("look",), ("start", "--port", "5432"), ("look",)]


def test_a_command_that_ends_badly_is_not_done_and_says_the_code_and_what_it_printed_last() -> None:
    world = World(Host(codes={"start": 7}, output="x" * KEPT + "no such unit"))
    done = world.actions["command"].do(STEP)
    assert not done.done
    assert str(done.text) == "start --port 5432 on web1 ended with 7"
    assert str(done.evidence["stdout"]).endswith("no such unit")
    assert len(str(done.evidence["stdout"])) == KEPT


def test_a_repeatable_command_is_looked_at_by_its_verify_alone() -> None:
    world = World(Host(codes={"check": 1}))
    step = {"host": "web1", "do": ["start"], "verify": ["check"], "repeatable": True}
    assert not world.actions["command"].probe(step).done
    assert world.actions["command"].do(step).done
    assert not world.actions["command"].verify(step).done


def test_a_wait_lasts_as_long_as_it_says() -> None:
    world = World()
    before = world.clock.monotonic()
    assert not world.actions["wait"].probe({"seconds": 30}).done
    assert world.actions["wait"].do({"seconds": 30}).done
    assert world.clock.monotonic() - before == 30


@pytest.mark.parametrize(
    ("fates", "done"),
    [
        ({"duty": Fate.SENT, "mail": Fate.FAILED}, True),
        ({"duty": Fate.UNSURE}, True),
        ({"duty": Fate.FAILED, "mail": Fate.FAILED}, False),
    ],
)
def test_people_are_told_when_one_channel_took_it(fates: dict[str, Fate], done: bool) -> None:
    world = World(channels={name: Channel(fate) for name, fate in fates.items()})
    outcome = world.actions["notify"].do({"channels": list(fates), "message": "moved to Golmud"})
    assert outcome.done is done
    assert outcome.evidence["channels"] == {name: str(fate) for name, fate in fates.items()}
    assert [c.got[0].body for c in world.channels.values()] == ["moved to Golmud"] * len(fates)


def test_a_message_told_again_after_a_kill_has_the_same_key_and_another_one_another() -> None:
    world = World(channels={"duty": Channel(Fate.SENT)})
    for message in ("one", "one", "two"):
        world.actions["notify"].do({"channels": ["duty"], "message": message})
    first, again, other = (message.key for message in world.channels["duty"].got)
    assert first == again != other


def test_nobody_is_told_where_one_of_the_channels_is_not_declared() -> None:
    world = World(channels={"duty": Channel(Fate.SENT)})
    with pytest.raises(UsageError):
        world.actions["notify"].do({"channels": ["duty", "nowhere"], "message": "x"})
    assert world.channels["duty"].got == []
