"""Making the plan from what the devices were asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from jbnet.change import guards, stakes, timers, waves
from jbnet.change.model import Change, Plan, Unit
from jbnet.change.units import Turn, headings, joint_dangers, other_ends, parted, units
from jbnet.change.ways import breaking
from jbnet.model.network import Device, Network
from jbnet.model.text import Text
from jbnet.ports import DeviceSessions, Reporter
from jbnet.services.asking import ASK_S, WORKERS
from jbnet.services.deploy.aim import Aim, Declared
from jbnet.services.deploy.survey import Asked, Survey


def managed(network: Network, devices: Iterable[Device]) -> tuple[Device, ...]:
    """Return those devices whose configuration jbnet deploys."""
    return tuple(d for d in devices if d.role in network.roles and network.roles[d.role].managed)


def plan(
    network: Network,
    devices: Iterable[Device],
    sessions: DeviceSessions,
    reporter: Reporter,
    *,
    aim: Aim | None = None,
    known: Collection[str] = (),
    workers: int = WORKERS,
    ask_s: float = ASK_S,
) -> Plan:
    """Ask the devices and return what would change, in waves. ``aim`` None: they shall run what is declared.

    A device that lies beyond others which are not deployed yet is not reached: it is compared with its bootstrap, if it
    is not ``known``: deployed before. One that cannot be asked for any other reason is in ``Plan.unasked``. The roots
    are asked first; where one of them was never deployed the rest follows level by level, so that nobody waits for what
    cannot answer.
    """
    survey = Survey(network, sessions, reporter, aim or Declared(network), known)
    chosen = managed(network, devices)
    depth = waves.depths(network)
    levels = [[d for d in chosen if depth[d.name] == level] for level in sorted({depth[d.name] for d in chosen})]
    while levels:
        survey.ask(levels.pop(0), workers, ask_s)
        if not survey.is_first_deployment():
            levels = [[d for level in levels for d in level]] if levels else []
    if isinstance(survey.aim, Declared):  # that is known of everybody; what ran before a change, of those it changed
        turns = _turns(survey, survey.asked)
        left = [d for d in managed(network, network.devices.values()) if d.name in other_ends(network, turns)]
        survey.ask_beyond([d for d in left if d.name not in survey.unasked], workers, ask_s)
    return _plan(survey)


def _turns(survey: Survey, asked: Mapping[str, Asked]) -> dict[str, Turn]:
    """Return what each device that runs and changes runs, and what it shall run."""
    running = {name: known.running for name, known in asked.items() if known.shown and not survey.is_new(name)}
    return {name: Turn(tree, survey.goal(name)) for name, tree in running.items()}


def _plan(survey: Survey) -> Plan:
    """Return the plan over all that was asked."""
    changing = [name for name, asked in survey.asked.items() if asked.shown]
    risks = stakes.sites_behind(survey.network, changing)
    turns = _turns(survey, survey.asked)
    joined = _units(survey.network, turns)
    apart = tuple(parted(survey.network, turns, _turns(survey, survey.beyond)))
    changes = {
        name: _change(survey, name, risks[name], joined, apart) for name in survey.network.devices if name in risks
    }
    return Plan(
        network=survey.network.name,
        waves=waves.order(survey.network, changes, joined, breaking(survey.network, turns)),
        changes=changes,
        unchanged=tuple(name for name, asked in survey.asked.items() if not asked.shown),
        unasked=survey.unasked,
        units=tuple(joined),
        unverified=tuple(name for name in survey.asked if survey.secrets[name].unknown),
    )


def _units(network: Network, turns: Mapping[str, Turn]) -> dict[Unit, dict[str, list[Text]]]:
    """Return what must be changed together, and what speaks against it by device."""
    found: dict[Unit, dict[str, list[Text]]] = {}
    for unit in units(network, turns):
        against = found.setdefault(unit, {})
        for name, danger in joint_dangers(network, unit, turns):
            against.setdefault(name, []).append(danger)
    return found


def _change(
    survey: Survey,
    name: str,
    at_risk: tuple[str, ...],
    joined: Mapping[Unit, Mapping[str, list[Text]]],
    apart: Iterable[tuple[str, Text]],
) -> Change:
    asked, device = survey.asked[name], survey.network.devices[name]
    shared = [heading for unit in joined for heading in headings(survey.network, unit, name)]
    return Change(
        device=name,
        diff=asked.shown,
        before=asked.running.fingerprint(),
        intended=survey.intended[name],
        reached=asked.reached,
        first=survey.is_new(name),
        at_risk=at_risk,
        timer=timers.timer(device.platform, at_risk),
        secrets=survey.secrets[name].changed if name in survey.secrets else (),
        dangers=(
            *guards.dangers(survey.network, device, asked.running, survey.goal(name), shared),
            *timers.no_restart(device, asked.patch, at_risk, saved=asked.saved),
            *(danger for against in joined.values() for danger in against.get(name, ())),
            *(danger for device_name, danger in apart if device_name == name),
            *survey.aim.dangers(device, lambda config: survey.runs(device, config)),
        ),
    )
