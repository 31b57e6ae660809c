"""Where jbnet runs: on the host, or in the network of one of the lab's devices (design section 7)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from jbnet.cli.context import Context
from jbnet.model.errors import TargetError, UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.lab.record import Record
    from jbnet.model.network import Network

INSIDE = "JBNET_VANTAGE"
"""Environment variable that names the device in whose network this process runs. jbnet sets it for itself; what a
person sets is believed only as far as the network says so, too (ADR 74).
"""


def enter(context: Context, device_name: str | None = None) -> None:
    """With a lab up, run this same command again in a device's network; return when there already, or without a lab.

    The device is that of ``--vantage``, else ``device_name``, else the NOC. Only the network changes: files,
    programs and the workspace stay the host's. Call it before anything else. Raises UsageError (no such device)
    and TargetError (the lab that lab.json tells of is gone).
    """
    found_place = place(context, device_name)
    if found_place is not None:
        found, name = found_place
        _run_again(found.devices[name].netns, name, str(found.runtime))


@contextmanager
def inside(context: Context) -> Iterator[None]:
    """Be in that device's network for the time of a ``with``, in this process, and on the host before and after.

    For commands that do more than talk to devices. Raises as ``enter`` does.
    """
    found_place = place(context, None)
    if found_place is None:
        yield
        return
    from jbnet.lab.netns import network_of

    found, name = found_place
    with network_of(found.devices[name].netns):
        yield


def place(context: Context, device_name: str | None) -> tuple[Record, str] | None:
    """Return the lab and the device to work from; None: stay where we are, without a lab or in its network already.

    With a lab up nothing but being in a device's network keeps a command where it is: on the host the same addresses
    may be production's. Raises as ``enter`` does.
    """
    if not (context.state_dir / "lab.json").is_file():
        return None
    from jbnet.lab import record
    from jbnet.lab.netns import is_here
    from jbnet.lab.paths import LabPaths

    found = record.standing(LabPaths(context.state_dir.absolute()).record)
    if found is None:
        raise TargetError(
            "the lab that {path} tells of does not run any more",
            path=context.state_dir / "lab.json",
            hint=text("jbnet lab down removes what is left of it"),
        )
    said = os.environ.get(INSIDE, "")
    if said in found.devices and is_here(found.devices[said].netns):
        return None
    name = context.vantage or device_name or found.noc
    if name is None or name not in found.devices:
        hint = text("jbnet lab status lists the devices")
        raise UsageError("no device {name} in the lab to run from", name=name or "-", hint=hint)
    if said:
        context.note("{variable}={said} is not followed: this is not its network. With a lab up {name} is looked from;"
                     " --vantage {said} chooses another", variable=INSIDE, said=said, name=name)  # fmt: skip
    return found, name


def say_where(context: Context, network: Network) -> None:
    """Say so where nobody knows which declared device this is: every look then goes through a vantage.

    And where a person says that it is one, and by its addresses it is not.
    """
    from jbnet import wiring

    here, said = wiring.whereabouts(network), os.environ.get(INSIDE)
    if said and here != said:
        context.note("{variable}={said} is not believed: this machine has none of its addresses", variable=INSIDE,
                     said=said)  # fmt: skip
    if here is None:
        context.note(
            "this machine is not known to be a declared device: what is looked at from two places is asked through"
            " them, over SSH"
        )


def _run_again(netns: str, name: str, runtime: str) -> NoReturn:
    """Replace this process by the same command line in another network namespace."""
    from jbnet.lab.paths import MARK

    environment = {**os.environ, INSIDE: name, MARK: runtime}
    command = ["nsenter", f"--net={netns}", "--", sys.executable, *sys.orig_argv[1:]]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execvpe("nsenter", command, environment)  # noqa: S606  no shell is meant
