"""Adopting: from texts that run to a workspace under which nothing would change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from re import Pattern

from jbnet.config.adopt.account import Fated, account
from jbnet.config.adopt.draft import Draft, DraftDevice
from jbnet.config.adopt.drafting import draft
from jbnet.config.adopt.facts import Problem, Running, Source
from jbnet.config.adopt.files import files, written
from jbnet.config.adopt.holdings import declared, more_observed, ownership
from jbnet.config.adopt.lldp import sightings
from jbnet.config.adopt.reading import read
from jbnet.config.adopt.space import Room, room
from jbnet.config.adopt.statics import undeclared
from jbnet.config.ownership import held
from jbnet.config.render import render
from jbnet.inventory.addresses.allocation import NoRoom
from jbnet.inventory.loader import Loaded, load
from jbnet.model.errors import AnswerIsNo, TargetError
from jbnet.model.findings import Place
from jbnet.model.network import Network
from jbnet.model.ownership import Hold, Ownership
from jbnet.model.text import text
from jbnet.ports import Differ

OWNERSHIP = "topology/ownership.yaml"
_HEAD = "Drafted by jbnet adopt: owned is changed, observed is compared, foreign is left alone. docs/adopt.md"
_ROUNDS = 4
_NOTHING = Ownership(rest=Hold.FOREIGN)
Planned = tuple[dict[str, str], Loaded, list[Problem]]
"""The drafted files, what they come to, and what could not be said in them."""


@dataclass(frozen=True)
class Adoption:
    """What came of an adoption. ``loaded`` is what the drafted files come to, ``lines`` what became of each line."""

    draft: Draft
    files: Mapping[str, str]
    loaded: Loaded
    held: Mapping[str, Ownership]
    lines: tuple[Fated, ...]
    problems: tuple[Problem, ...]

    @property
    def refused(self) -> tuple[Problem, ...]:
        """Return the texts that were left out."""
        return tuple(problem for problem in self.problems if problem.refused)


def adopt(
    sources: Sequence[Source],
    names: Sequence[Pattern[str]],
    network: str,
    differ: Callable[[str], Differ],
    seen: Sequence[Source] = (),
    unread: Sequence[Problem] = (),
) -> Adoption:
    """Return the draft of what these texts say, and who shall decide about what.

    ``names`` say where devices stand (``jbnet.config.adopt.names``); ``differ`` gives what compares a platform's
    configurations; ``seen`` are saved outputs of LLDP; ``unread`` is what was left out before.
    Raises AnswerIsNo where none of the texts can be read.
    """
    texts, refused = _read(sources)
    if not texts:
        first = next(iter((*unread, *refused)), None)
        raise AnswerIsNo(
            "nothing can be adopted: no configuration was read; the first: {file}: {reason}",
            file=first.place.file if first else "-", reason=first.text if first else text("there is no file"),
        )  # fmt: skip
    found = draft(texts, names, network, [*sightings(seen)])
    drafted, loaded, unrouted = _planned(found)
    holding, unsaid = _holdings(found, loaded.network, differ)
    roles = {name: device.role for name, device in found.devices.items()}
    drafted[OWNERSHIP] = written(declared(holding, roles), _HEAD)
    return Adoption(
        draft=found,
        files=drafted,
        loaded=load(drafted),
        held=holding,
        lines=tuple(_accounts(found, loaded.network, holding)),
        problems=(*unread, *refused, *found.problems, *unrouted, *unsaid),
    )


def _planned(found: Draft) -> Planned:
    """Return the files with a plan in which sites keep the blocks they have, or else one beside all that runs."""
    tried: list[Planned] = []
    for keep in (True, False):
        space = room(found, keep=keep)
        try:
            drafted = files(found, space) if space is not None else {}
        except NoRoom:
            continue
        if drafted and space is not None:
            tried.append(_routed(found, space, drafted))
        if tried and tried[-1][1].network is not None:
            return tried[-1]
    if not tried:
        raise AnswerIsNo("no private range has room left for a plan beside what runs")
    return tried[-1]


def _routed(found: Draft, space: Room, drafted: dict[str, str]) -> Planned:
    """Return the files with the static routes in them that run and do not follow from the rest, if they can be."""
    loaded = load(drafted)
    unrouted: list[Problem] = []
    for name, device in found.devices.items() if loaded.network is not None else ():
        if device.running is not None and loaded.network is not None:
            try:
                device.routes, told = undeclared(loaded.network, loaded.network.devices[name], device.running)
            except TargetError:  # it is told when ownership is settled: nothing of the device is rendered
                continue
            unrouted += told
    if not any(device.routes for device in found.devices.values()):
        return drafted, loaded, unrouted
    drafted = files(found, space)
    return drafted, load(drafted), unrouted


def _read(sources: Sequence[Source]) -> tuple[list[Running], list[Problem]]:
    """Return what can be read; of two texts of one name the second is left out."""
    texts: dict[str, Running] = {}
    refused: list[Problem] = []
    for source in sources:
        found = read(source)
        if isinstance(found, Problem):
            refused.append(found)
        elif (other := texts.setdefault(found.name.lower(), found)) is not found:
            refused.append(
                Problem(
                    found.at(found.name_line),
                    text("{name} is also the name of {place}; this one is left out", name=found.name,
                         place=other.at(other.name_line)),
                    refused=True,
                )
            )  # fmt: skip
    return list(texts.values()), refused


def _rendered(network: Network | None, name: str) -> str | TargetError:
    if network is None or name not in network.devices:
        return TargetError("the draft has errors, so nothing is rendered")
    try:
        return render(network, network.devices[name])
    except TargetError as error:
        return error


def _holdings(
    found: Draft, network: Network | None, differ: Callable[[str], Differ]
) -> tuple[dict[str, Ownership], list[Problem]]:
    holding: dict[str, Ownership] = {}
    unsaid: list[Problem] = []
    for name, device in found.devices.items():
        rendered = _rendered(network, name)
        if isinstance(rendered, TargetError):
            holding[name] = _NOTHING
            unsaid.append(Problem(_place(device), text("nothing of {device} is owned: {reason}", device=name,
                                                       reason=rendered.text)))  # fmt: skip
        elif device.running is not None:
            holding[name] = _holding(device.running, rendered, differ(device.running.platform))
    return holding, unsaid


def _holding(running: Running, rendered: str, differ: Differ) -> Ownership:
    """Return how one device is held, such that nothing would change: whatever still would is observed."""
    whole = differ.compare(running.content, rendered).patch
    found = ownership(running.platform, running.content, rendered, whole)
    for _ in range(_ROUNDS):
        left = differ.compare(running.content, held(running.platform, running.content, rendered, found))
        if not left:
            return found
        found = more_observed(running.platform, found, left.patch)
    return replace(_NOTHING, sections=dict.fromkeys(found.sections, Hold.OBSERVED))


def _accounts(found: Draft, network: Network | None, holding: Mapping[str, Ownership]) -> list[Fated]:
    lines: list[Fated] = []
    for name, device in found.devices.items():
        rendered = _rendered(network, name)
        if device.running is not None:
            said = rendered if isinstance(rendered, str) else ""
            lines += account(name, device.running, said, holding[name])
    return lines


def _place(device: DraftDevice) -> Place:
    assert device.running is not None  # noqa: S101  Draft.devices gives none without; for the type checker
    return device.running.at(device.running.name_line)
