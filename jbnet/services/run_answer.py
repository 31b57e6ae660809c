"""What one device answered to a command: text, or records where its own JSON or a template gives them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from jbnet.model.errors import CommandFailed
from jbnet.model.network import Device
from jbnet.model.printable import STEERING
from jbnet.platforms.commands import commands, why_not_reading
from jbnet.platforms.masking import masked, masked_value
from jbnet.ports import AnswerParser, DeviceSession
from jbnet.services.run_rows import records

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CONTROL = re.compile(f"[{STEERING}]")


class Form(StrEnum):
    """How an answer came to be what it is."""

    TEXT = "text"
    JSON = "json"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer without secrets and control characters. ``template`` names what read it; ``value`` is its JSON."""

    device: str
    platform: str
    said: str
    form: Form = Form.TEXT
    records: tuple[Mapping[str, str], ...] = ()
    template: str | None = None
    value: object = None

    def read(self, parser: AnswerParser, command: str) -> Answer:
        """Return it as records where a template fits; as it is otherwise."""
        system = commands(self.platform).templates
        found = parser.parse(system, command, self.said) if system and self.form is Form.TEXT else None
        if found is None:
            return self
        rows = tuple({name: _cell(value) for name, value in record.items()} for record in found.records)
        return replace(self, form=Form.TEMPLATE, records=rows, template=found.template)


def ask(session: DeviceSession, device: Device, command: str, *, tables: bool) -> Answer:
    """Type the command. Where the platform can, and ``tables`` are wanted, its JSON is asked for first.

    Raises Unreachable, and CommandFailed where the device refuses it.
    """
    if tables and _may_have_json(device, command):
        try:
            return _from_json(device, _typed(session, device, f"{command} json"))
        except (CommandFailed, ValueError):
            pass  # this command has no JSON: it is asked for as people read it
    said = _typed(session, device, command)
    return Answer(device.name, device.platform, clean(masked(device.platform, said)))


def _may_have_json(device: Device, command: str) -> bool:
    known = commands(device.platform)
    plain = "|" not in command and command.split()[-1] != "json"
    return known.json and plain and why_not_reading(device.platform, command) is None


def _typed(session: DeviceSession, device: Device, command: str) -> str:
    said = str(session.cli([command])[command])
    if re.search(commands(device.platform).refusal, said, re.MULTILINE | re.IGNORECASE):
        refusal = " ".join(clean(masked(device.platform, said)).split())
        raise CommandFailed(
            "{device} refuses `{command}`: {said}",
            device=device.name, command=masked(device.platform, command), said=refusal[:200],
        )  # fmt: skip
    return said


def _from_json(device: Device, said: str) -> Answer:
    """Return the answer that a device gave as JSON. Raises ValueError where it is none."""
    value = masked_value(device.platform, json.loads(said))
    if not isinstance(value, (dict, list)):
        raise ValueError(said)
    return Answer(device.name, device.platform, "", Form.JSON, _clean(records(value)), value=value)


def _clean(found: tuple[Mapping[str, str], ...]) -> tuple[Mapping[str, str], ...]:
    return tuple({clean(name): clean(value) for name, value in record.items()} for record in found)


def clean(said: str) -> str:
    """Return what a device printed without what would steer a terminal."""
    return _CONTROL.sub("", _ESCAPES.sub("", said.replace("\r\n", "\n"))).strip("\n")


def _cell(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
