"""What devices run and what they shall run, asked level by level from the core."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from jbnet.change import timers, waves
from jbnet.config.again import for_its_tools, marked
from jbnet.config.bootstrap import bootstrap
from jbnet.config.naming import loopback_name, port_namer
from jbnet.config.ownership import aimed
from jbnet.config.reading import bare_patch, tree
from jbnet.config.tree import PORT, ConfigTree, Patch, diff
from jbnet.model.errors import CommandFailed, TargetError, Unreachable
from jbnet.model.network import Device, Network
from jbnet.model.text import Text
from jbnet.platforms.masking import masked
from jbnet.ports import DeviceSession, DeviceSessions, Progress, Reporter
from jbnet.services.asking import check_agrees, told, unknown
from jbnet.services.deploy.aim import Aim
from jbnet.services.deploy.secrets import Standing
from jbnet.services.pool import Held, each


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a device: the difference as its own tools show it, and as a patch of parsed lines.

    ``config`` is what runs, without secrets; ``saved``: a restart would change nothing, as far as that was asked.
    """

    shown: tuple[str, ...]
    config: str
    running: ConfigTree
    patch: Patch
    reached: bool
    saved: bool = True


class Survey:
    """What the devices said so far, level by level from the core."""

    def __init__(
        self,
        network: Network,
        sessions: DeviceSessions,
        reporter: Reporter,
        aim: Aim,
        known: Collection[str] = (),
    ):
        """``known`` are devices that were deployed before: these are asked, and never assumed to be new."""
        self.network, self.sessions, self.reporter, self.aim = network, sessions, reporter, aim
        self.known = frozenset(known)
        self.uppers = waves.uppers(network)
        self.intended: dict[str, str] = {}
        self.goals: dict[str, str] = {}
        """What devices shall run: ours as intended, what is not ours as it runs, changed secrets marked."""
        self.secrets: dict[str, Standing] = {}
        """How the secrets of devices stand that were asked."""
        self.asked: dict[str, Asked] = {}
        self.unasked: dict[str, Text] = {}
        self.beyond: dict[str, Asked] = {}
        """Devices that are not to be changed, asked because they share links with some that are."""

    def ask(self, devices: Sequence[Device], workers: int, ask_s: float) -> None:
        """Ask devices at once, the nearer to the core standing first; assume where the way there is not built yet."""
        near = [d for d in devices if not self._is_beyond(d)]
        results = each([d.name for d in near], self._tell, workers=workers, deadline_s=ask_s)
        self.asked |= {name: result for name, result in results.items() if isinstance(result, Asked)}
        for device in devices:
            result = results.get(device.name)
            if device not in near or (isinstance(result, Unreachable) and self._is_beyond(device)):
                result = self._assumed(device)
            if isinstance(result, Asked) and not result.reached:
                self.asked[device.name] = result
                self._report("plan.assumed", device)
            elif isinstance(result, Exception):
                self.unasked[device.name] = unknown(result)
                self._report("plan.unasked", device)
            else:
                self._report("plan.asked", device)

    def ask_beyond(self, devices: Sequence[Device], workers: int, ask_s: float) -> None:
        """Ask devices that the plan leaves out. Of one that gives no answer nothing is known, and nothing is said."""
        results = each([d.name for d in devices], self._tell, workers=workers, deadline_s=ask_s)
        self.beyond = {name: result for name, result in results.items() if isinstance(result, Asked)}

    def _aim(self, device: Device, running: str) -> str:
        """Return what the device shall run, now that it is known what runs. Raises TargetError: that cannot be said.

        This is worked out here, while other devices are waited for.
        """
        self.intended[device.name] = self.aim.config(device)
        goal = aimed(self.network, device, running, self.intended[device.name])
        self.secrets[device.name] = self.aim.secrets(device, goal, running)
        self.goals[device.name] = marked(goal, self.secrets[device.name].changed)
        return self.goals[device.name]

    def _report(self, event: str, device: Device) -> None:
        self.reporter.report(Progress(event, device.name))

    def _is_beyond(self, device: Device) -> bool:
        """Say whether every way to the device, a new one, leads over a port that its neighbour has yet to be given."""
        up = self.uppers[device.name] if device.name not in self.known else ()
        return bool(up) and all(self._has_yet_to_build(other, device.name) for other in up)

    def _has_yet_to_build(self, upper: str, lower: str) -> bool:
        asked = self.asked.get(upper)
        if asked is None:
            return False
        device = self.network.devices[upper]
        namer = port_namer(self.network, device)
        ends = [c.a.interface for c in self.network.circuits.values() if (c.a.device, c.z.device) == (upper, lower)]
        ports = [f"{PORT}{namer(device.interface(end)).name}" for end in ends]
        bare = {port for port in ports if not _addresses(asked.running, port)}
        return any(p[0] in bare and p[1].startswith("ip address ") for p in asked.patch.added if len(p) > 1)

    def _assumed(self, device: Device) -> Asked | TargetError:
        try:
            return self._assume(device)
        except TargetError as error:
            return error

    def _assume(self, device: Device) -> Asked:
        config = bootstrap(self.network, device)
        self._aim(device, config)
        running = tree(device.platform, config)
        patch = diff(running, self.goal(device.name))
        return Asked(patch.lines(), config, running, patch, reached=False)

    def _tell(self, name: str, held: Held) -> Asked:
        """Ask a device, and report as soon as it has ended."""
        try:
            return self._ask(name, held)
        finally:
            self._report("plan.ended", self.network.devices[name])

    def _ask(self, name: str, held: Held) -> Asked:
        device = self.network.devices[name]
        with held.session(self.sessions.session(device)) as session:
            session.open()
            runs = session.running_config()
            if runs.on_trial:
                raise CommandFailed(
                    "{device}: a change that nobody confirmed runs there; plan again later", device=name
                )
            config = runs.config
            difference = self.sessions.differ(device).compare(config, self._aim(device, config))
            shown = self._compare(session, device, config) if difference else ()
            check_agrees(name, told(device.platform, difference), shown)
            running, patch = tree(device.platform, config), bare_patch(device.platform, difference.patch)
            saved = not shown or _is_saved(session, device, running)
        return Asked(shown, masked(device.platform, config), running, patch, reached=True, saved=saved)

    def _compare(self, session: DeviceSession, device: Device, running: str) -> tuple[str, ...]:
        """Return the difference as the device's own tools see it; asked only where the texts differ at all."""
        session.load_replace_candidate(config=for_its_tools(device.platform, self.goals[device.name], running))
        shown = tuple(session.compare_config().splitlines())
        session.discard_config()
        return shown

    # what is known by now

    def runs(self, device: Device, config: str) -> bool:
        """Say whether a device runs a configuration as far as that is ours, secrets left out."""
        here, there = (masked(device.platform, text) for text in (self.asked[device.name].config, config))
        return not self.sessions.differ(device).compare(here, aimed(self.network, device, here, there))

    def goal(self, name: str) -> ConfigTree:
        """Return what a device shall run."""
        return tree(self.network.devices[name].platform, self.goals.get(name, self.intended[name]))

    def is_first_deployment(self) -> bool:
        """Say whether any device that was asked was never deployed."""
        return any(self.is_new(name) for name in self.asked)

    def is_new(self, name: str) -> bool:
        """Say whether a device that was asked was never deployed."""
        known = self.asked.get(name) or self.beyond[name]
        return is_first(self.network.devices[name], known.running)


def _addresses(tree: ConfigTree, heading: str) -> list[str]:
    return [line for line in tree.under(heading) if line.startswith("ip address ")]


def is_first(device: Device, running: ConfigTree) -> bool:
    """Say whether the device was never deployed: it does not have its loopback yet."""
    lines = _addresses(running, f"{PORT}{loopback_name(device)}")
    return device.loopback is not None and str(device.loopback) not in {re.split("[ /]", line)[2] for line in lines}


def _is_saved(session: DeviceSession, device: Device, running: ConfigTree) -> bool:
    """Say whether a restart would change nothing; asked only where a restart is what takes a change back."""
    if not timers.restarts(device.platform):
        return True
    return tree(device.platform, session.get_config("startup")["startup"]) == running
