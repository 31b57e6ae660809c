"""The host key of a new box: learned by a person's word alone, and the old one retired with a record of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jbnet.model.errors import Refused, Unreachable
from jbnet.model.host_keys import HostKey
from jbnet.model.network import Device
from jbnet.model.text import text
from jbnet.services.host_keys import Fate, Look, Standing, learn, look
from jbnet.services.replace.desk import Bench, Wishes
from jbnet.services.replace.record import Act, Replacement


def show(device: Device, bench: Bench) -> Look:
    """Return what the device shows beside what is known of it."""
    return look([device], bench.office)[0]


def take_key(device: Device, found: Replacement, bench: Bench, wishes: Wishes, *, dry_run: bool) -> None:
    """Learn the new box's host key, and retire the old one with a record of it."""
    one = show(device, bench)
    if one.standing is Standing.UNREACHABLE:
        raise Unreachable("{reason}", reason=one.reason)
    if one.standing is Standing.SAME:
        if Act.KEY not in found.done and not wishes.override and not _was_learned_by_us(one, bench):
            raise Refused(
                "{device} shows the host key of the old box: it is the old one that answers", device=device.name,
                hint=text("if its disk was moved into the new box: --override {device}", device=device.name),
            )  # fmt: skip
        return
    if dry_run:
        wishes.trust.ask(one)
        return
    fate = learn([one], wishes.trust, bench.office)[device.name]
    if fate not in (Fate.LEARNED, Fate.REPLACED):
        raise Refused(
            "the host key that {device} shows is not vouched for: nothing was sent to it", device=device.name,
            hint=text("read the fingerprint at its console, and give it with --fingerprint SHA256:..."),
        )  # fmt: skip
    record = {"owner": bench.desk.owner, "retired": recorded(one.known), "learned": recorded(one.shown)}
    bench.desk.journal.append(Act.KEY, device.name, record)


def _was_learned_by_us(one: Look, bench: Bench) -> bool:
    """Say whether the key was learned since the replacement began: a run that was killed before it said so."""
    began = max(int(str(e["seq"])) for e in bench.desk.journal.entries() if _is(e, Act.BEGIN, one.device))
    later = [e for e in bench.desk.journal.entries() if int(str(e["seq"])) > began]
    return any(_is(e, "hostkeys.learn", one.device) for e in later)


def _is(entry: Mapping[str, object], kind: str, device: str) -> bool:
    return (entry["kind"], entry["subject"]) == (kind, device)


def recorded(keys: Sequence[HostKey]) -> list[dict[str, str]]:
    """Return keys as the journal has them."""
    return [{"kind": key.kind, "blob": key.blob, "fingerprint": key.fingerprint} for key in keys]
