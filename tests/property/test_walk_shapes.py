"""Laws of walks: remembering the shape of answers changes neither their result nor what is learnt of an agent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st
from snmp_agent import UPTIME, Agent, read_request

from jbnet.snmp.ber import Tag
from jbnet.snmp.faults import Counters
from jbnet.snmp.memory import DeviceMemory
from jbnet.snmp.mibs import INTERFACE_COLUMNS, SYSTEM_COLUMNS, parse_interfaces, parse_system
from jbnet.snmp.pdu import Pdu
from jbnet.snmp.plans import WalkPlan
from jbnet.snmp.shapes import joined, shape_of, shaped
from jbnet.snmp.types import Oid, Value, VarBind

Content = dict[Oid, tuple[int, Value]]
OTHER: Oid = (1, 3, 6, 1, 2, 1, 14, 10, 1, 3)
COLUMNS = (*SYSTEM_COLUMNS, *INTERFACE_COLUMNS, OTHER)
TYPED = st.one_of(
    st.tuples(st.just(int(Tag.INTEGER)), st.integers(0, 3)),
    st.tuples(st.just(int(Tag.COUNTER64)), st.integers(0, 2**64 - 1)),
    st.tuples(st.just(int(Tag.OCTET_STRING)), st.binary(max_size=3)),
)
ROWS = st.tuples(st.sampled_from([*INTERFACE_COLUMNS, OTHER]), st.integers(1, 12)).map(lambda at: (*at[0], at[1]))
CONTENTS = st.dictionaries(st.one_of(ROWS, st.sampled_from([*SYSTEM_COLUMNS, (1, 3, 6, 1, 9, 9)])), TYPED, max_size=60)


def as_told(varbinds: tuple[VarBind, ...]) -> tuple[VarBind, ...]:
    return varbinds


def with_shape(varbinds: tuple[VarBind, ...]) -> tuple[VarBind, ...]:
    """Return what a layout would have read."""
    return shaped(varbinds, shape_of(tuple(v.oid for v in varbinds), tuple(v.tag for v in varbinds)))


class Poller:
    """Walks an agent again and again, as one that remembers it does."""

    def __init__(self, reading: Callable[[tuple[VarBind, ...]], tuple[VarBind, ...]], most: int):
        self._reading, self.asked = reading, 0
        self.memory, self.counters = DeviceMemory(max_varbinds=most), Counters()

    def walk(self, content: Content) -> tuple[tuple[VarBind, ...], Sequence[object]]:
        agent, plan = Agent(content), WalkPlan(COLUMNS)
        tasks = plan.tasks(self.memory, self.counters)
        for task in tasks:
            while not task.done:
                asked = task.request().with_id(7)
                answer = agent.respond(read_request(asked, 0, len(asked)))
                assert answer is not None
                task.absorb(Pdu(*answer[:4], self._reading(answer.varbinds)))
                self.asked += 1
        said = [(task.error, list(task.missing())) for task in tasks]
        return joined([task.result() for task in tasks]), said


@given(CONTENTS, st.lists(st.tuples(CONTENTS, st.booleans()), max_size=4), st.sampled_from([9, 60]))
def test_a_walk_gives_the_same_whatever_shapes_were_met_before(
    content: Content, changes: list[tuple[Content, bool]], most: int
) -> None:
    plain, knowing = Poller(as_told, most), Poller(with_shape, most)
    story = [content, content, content]
    for change, same in changes:  # other values of what there is; or something appears
        story.append({oid: change.get(oid, typed) for oid, typed in content.items()} if same else {**content, **change})
    for now in (*story, content):
        expected, found = plain.walk(now), knowing.walk(now)
        assert found == expected
        assert parse_interfaces(found[0]) == parse_interfaces(list(expected[0]))
        assert parse_system(found[0]) == parse_system(list(expected[0]))
        assert (knowing.memory, knowing.counters, knowing.asked) == (plain.memory, plain.counters, plain.asked)


def test_the_two_tables_of_interfaces_are_walked_in_one_request() -> None:
    content: Content = {UPTIME: (Tag.TIME_TICKS, 1), (1, 3, 6, 1, 9, 9): (Tag.INTEGER, 1)}
    content |= {(*column, row): (int(Tag.OCTET_STRING), b"1") for column in INTERFACE_COLUMNS for row in (1, 2)}
    poller = Poller(as_told, 60)
    poller.walk(content)
    poller.asked = 0
    assert len(parse_interfaces(poller.walk(content)[0])) == 2
    assert poller.asked == 2, "the system with the interfaces, and the neighbours"
