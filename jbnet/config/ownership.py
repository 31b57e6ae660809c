"""What jbnet may change of a configuration: the sections that it owns, and nothing else.

``held`` puts the lines that are not ours into what shall run, as they run: whatever compares the two, by whatever
rules, then finds differences in our own sections alone. ``owned`` says the same of a patch. Law, for every Differ:
``owned(p) == p`` and nothing of another's goes, for ``p = compare(running, held(running, rendered)).patch``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from jbnet.config.lines import paths_of, write_lines
from jbnet.config.tree import Patch, Path
from jbnet.model.network import Device, Network
from jbnet.model.ownership import WHOLE, Hold, Ownership
from jbnet.platforms.sections import sections


def hold_of(platform_name: str, ownership: Ownership, path: Path) -> Hold:
    """Return how a line is held."""
    return ownership.of(sections(platform_name).of(path), path[0])


def owned(platform_name: str, patch: Patch, ownership: Ownership) -> Patch:
    """Return the part of a patch that jbnet may carry out."""
    return chosen(platform_name, patch, ownership, Hold.OWNED)


def chosen(platform_name: str, patch: Patch, ownership: Ownership, hold: Hold) -> Patch:
    """Return the part of a patch in sections that are held so."""
    if ownership.is_whole:
        return patch if hold is Hold.OWNED else Patch()
    here: Callable[[Path], bool] = lambda path: hold_of(platform_name, ownership, path) is hold  # noqa: E731  used twice
    return Patch(tuple(filter(here, patch.removed)), tuple(filter(here, patch.added)))


def held(platform_name: str, running: str, intended: str, ownership: Ownership) -> str:
    """Return the configuration that shall run: our sections as intended, all others as they run.

    A heading of ours that would take another's lines along when it goes stays (``goes_with`` of the platform's
    sections). Where everything is ours it is the intended text itself.
    """
    return _with(platform_name, running, intended, ownership, frozenset({Hold.OWNED}))


def aimed(network: Network, device: Device, running: str, intended: str) -> str:
    """Return what a device that runs ``running`` shall run: ours as intended, what is not ours as it runs."""
    return held(device.platform, running, intended, network.ownership.get(device.name, WHOLE))


def compared(platform_name: str, running: str, intended: str, ownership: Ownership) -> str:
    """Return what to compare with: what is ours and what is observed as intended, the foreign as it runs."""
    return _with(platform_name, running, intended, ownership, frozenset({Hold.OWNED, Hold.OBSERVED}))


def _with(platform_name: str, running: str, intended: str, ownership: Ownership, ours: frozenset[Hold]) -> str:
    if all(hold in ours for hold in (ownership.rest, *ownership.sections.values(), *ownership.lines.values())):
        return intended
    here, there = paths_of(platform_name, running), paths_of(platform_name, intended)
    is_ours: Callable[[Path], bool] = lambda path: hold_of(platform_name, ownership, path) in ours  # noqa: E731  thrice
    wanted = [path for path in there if is_ours(path)]
    theirs = [path for path in here if not is_ours(path)]
    kept = _leading(platform_name, [path for path in here if is_ours(path)], wanted, theirs)
    return write_lines(platform_name, (*wanted, *kept, *theirs))


def _leading(
    platform_name: str, running: Sequence[Path], wanted: Sequence[Path], theirs: Sequence[Path]
) -> Iterator[Path]:
    """Yield our headings that would go and take lines along that are not ours."""
    stay = {path[0] for path in wanted}
    for path in running:
        if len(path) > 1 or path[0] in stay:
            continue
        finders = (companion.taken_by(path[0]) for companion in sections(platform_name).companions)
        if any(finder.match(f"{line[-1]} ") for finder in finders if finder for line in theirs):
            yield path
