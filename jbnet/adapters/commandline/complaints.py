"""What a driver says of a change that did not go as it should. No secrets: what a device said is masked before."""

from __future__ import annotations

from collections.abc import Sequence

from jbnet.model.errors import CommandFailed, JbnetError
from jbnet.model.text import text
from jbnet.platforms.masking import masked


def no_candidate(device: str) -> CommandFailed:
    """Nothing was loaded that could be compared or committed."""
    return CommandFailed("{device}: no candidate is loaded", device=device)


def takes_no_commit(device: str, said: object) -> CommandFailed:
    """Somebody's change waits to be confirmed."""
    return CommandFailed("{device} takes no commit now: {said}", device=device, said=said)


def secrets_by_name(device: str, names: Sequence[str]) -> CommandFailed:
    """Typed, the names would be the secrets."""
    return CommandFailed(
        "{device}: nothing was sent: secrets stand by name in the candidate: {names}",
        device=device, names=", ".join(names), hint=text("render it with its secrets revealed"),
    )  # fmt: skip


def not_as_planned(device: str, left: str) -> CommandFailed:
    """It was typed, and the device runs something else."""
    return CommandFailed("{device}: what it runs is not what was planned: {left}", device=device, left=left)


def taken_back(device: str, platform: str, error: JbnetError, typed: Sequence[str], left: str) -> CommandFailed:
    """A change failed and was taken back, or (``left``) not wholly; ``typed`` are the lines that were sent."""
    said: object = error.text
    if typed:
        said = text(
            "{reason} ({count} lines were typed, the last was `{line}`)",
            reason=error.text, count=len(typed), line=masked(platform, typed[-1]),
        )  # fmt: skip
    if left:
        return not_back(device, text("{said}; left: {left}", said=said, left=left))
    return CommandFailed(
        "{device}: the change failed, and what ran before runs again: {said}", device=device, said=said
    )


def not_back(device: str, said: object) -> CommandFailed:
    """What ran before could not be put back whole."""
    return CommandFailed(
        "{device}: the change failed, and what ran before is not back whole: {said}", device=device, said=said
    )


def cannot_confirm(device: str, said: object) -> CommandFailed:
    """The change could not be confirmed."""
    return CommandFailed("{device}: the change could not be confirmed: {said}", device=device, said=said)


def nothing_waits(device: str) -> CommandFailed:
    """There is nothing any more that could be confirmed."""
    return cannot_confirm(device, text("its timer may have run out and put back what ran before; plan again"))


def not_saved(device: str, said: object) -> CommandFailed:
    """What runs was not written to where the device starts from."""
    return CommandFailed("{device}: what runs could not be saved: {said}", device=device, said=said)
