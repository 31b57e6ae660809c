"""When a line may be blamed: its ends were heard since, not in the same breath."""

from __future__ import annotations

from datetime import timedelta

from networks import small
from watching import Watching

DYING = "xining-r2"


def roots(watch: Watching) -> list[str]:
    """Return the roots of all incidents that there ever were."""
    return [f"{i.root_cause.kind} {i.root_cause.name}" for i in watch.history.values()]


def test_an_answer_of_the_moment_before_does_not_lay_a_dead_routers_line_at_the_line() -> None:
    """Looks at many devices take a while: the router answered, died, and its neighbours' answers came then."""
    watch = Watching(small())
    watch.round(2)
    lines = {edge.circuit: edge.other(DYING) for edge in watch.net.plant.graph.adjacency[DYING]}
    watch.time += timedelta(seconds=1)
    before = watch.net.look(watch.time, [DYING])
    watch.net.cut |= set(lines)
    around = [device for device in lines.values() if device in watch.net.plant.watched]
    watch.play(((*before, *watch.net.look(watch.time, around)),))
    first, *others = around
    assert others
    watch.time += timedelta(milliseconds=300)
    watch.play((watch.net.look(watch.time, [first]),))
    assert roots(watch) == []
    watch.round(3)
    assert roots(watch) == [f"device {DYING}"]
