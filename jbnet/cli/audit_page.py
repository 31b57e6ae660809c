"""An audit as one document to print and hand on: HTML by itself, in Chinese with the English beside it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone
from importlib import resources
from typing import TYPE_CHECKING

from jbnet.catalogue import load
from jbnet.cli.audit_text import ORIGINS, revision
from jbnet.cli.times import both, offset
from jbnet.model.findings import Severity
from jbnet.model.text import Text, text
from jbnet.standards.audit import FIVE, Counts, total
from jbnet.standards.model import Bilingual, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from jbnet.model.findings import Place
    from jbnet.model.network import Device
    from jbnet.standards.audit import Audit
    from jbnet.standards.model import Judgement, RuleSet

EVIDENCE = 8
"""Lines that one judgement shows; the number of the rest stands below."""
RISKS = {Severity.ERROR: "high", Severity.WARNING: "medium", Severity.INFO: "low"}
"""What severities are called where auditors read."""
WHOLE = 200
"""Up to so many devices the appendix lists every judgement; beyond, the CSV does."""


METHOD = (
    text(
        "Configurations were read as the head of this report says; nothing was changed on any device. Passwords, keys "
        "and communities are masked in this report."
    ),
    text(
        "Each control is a rule of the workspace (topology/standards/) on facts that are read from the configuration "
        "by patterns for each platform (jbnet/platforms/NAME/audit.yaml), written from the vendors' manuals."
    ),
    text(
        "Fulfilled: lines of the configuration show it, or the platform's default by its manual where no line says "
        "otherwise (marked as default, without a line). Violated: lines, or their absence, show that it does not "
        "hold."
    ),
    text(
        "Not shown: the configuration does not say, the default differs between versions, or the text could not be "
        "read. It counts as not passed. Not applicable: there is nothing of the kind on the device."
    ),
    text(
        "A control is what configurations can show of its clause, never the whole of it. That a setting is configured "
        "does not prove that it works; that is for tests on the spot."
    ),
    text("Line numbers count in the text whose hash stands in appendix B."),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A line that shows something: where it stands and what it says, secrets masked."""

    where: str
    said: str


@dataclass(frozen=True)
class Page:
    """What the template asks for, beside the audit itself."""

    found: Audit
    zh: Mapping[str, str]

    def both(self, said: str | Text | Bilingual) -> tuple[str, str]:
        """Return a text in Chinese and in English; the English is empty where both are one."""
        if isinstance(said, Bilingual):
            pair = (said.zh or said.en, said.en)
        else:
            one = said if isinstance(said, Text) else Text(said)
            pair = (one.render(self.zh), str(one))
        return pair if pair[0] != pair[1] else (pair[0], "")

    def home(self, name: str) -> tuple[str, str]:
        """Return the name of a site or location."""
        return self.found.home_name(name, "zh"), name

    def numbers(self, counts: Counts) -> list[int]:
        """Return the number of each outcome."""
        return [counts[outcome] for outcome in Outcome]

    def lines(self, one: Judgement) -> list[Shown]:
        """Return the first lines that show a judgement."""
        return [self._line(one.subject, place) for place in one.related[:EVIDENCE]]

    def _line(self, device: str, place: Place) -> Shown:
        return Shown(f"{place.file}:{place.line}", self.found.line(device, place))

    def more(self, one: Judgement) -> int:
        """Return how many lines more there are."""
        return max(0, len(one.related) - EVIDENCE)

    def findings(self) -> Iterator[tuple[tuple[str, str], list[tuple[Device, list[Judgement]]]]]:
        """Yield each site that has findings, with its devices and theirs."""
        for home, devices in self.found.homes.items():
            open_ones = [(device, self._wrong(device)) for device in devices]
            wrong = [(device, judgements) for device, judgements in open_ones if judgements]
            if wrong:
                yield self.home(home), wrong

    def _wrong(self, device: Device) -> list[Judgement]:
        return [one for one in self.found.of_device(device.name) if one.outcome is Outcome.VIOLATED]

    def rest(self, device: Device) -> list[Judgement]:
        """Return what is fulfilled or does not apply, with its evidence."""
        kinds = (Outcome.FULFILLED, Outcome.NOT_APPLICABLE)
        return [one for one in self.found.of_device(device.name) if one.outcome in kinds]

    def scope(self) -> Text:
        """Return how much was looked at."""
        return text("{devices} devices at {homes} sites and locations", devices=len(self.found.devices),
                    homes=len(self.found.homes))  # fmt: skip

    def sets(self) -> list[RuleSet]:
        """Return the rule sets that have a part in it."""
        used = {rule.set for rule in self.found.rules}
        return [found for found in self.found.standards.sets.values() if found.name in used]

    def method(self) -> tuple[Text, ...]:
        """Return how results came about, and what they do not say."""
        return METHOD

    def verdict(self) -> list[Text]:
        """Return the audit's conclusion: what is missing, what is to be mended, what is not shown."""
        wrong = Counter(RISKS[one.rule.severity] for one in self.found.of(Outcome.VIOLATED))
        unknown = len(self.found.of(Outcome.NOT_SHOWN))
        said = []
        if self.found.unasked:
            said.append(text("not complete: devices that could not be asked: {count}", count=len(self.found.unasked)))
        if wrong:
            said.append(text("findings to mend: high risk {high}, medium {medium}, low {low}",
                             high=wrong["high"], medium=wrong["medium"], low=wrong["low"]))  # fmt: skip
        if unknown:
            said.append(text("judgements that could not be shown: {count}", count=unknown))
        return said or [text("every control is shown and fulfilled, or waived by somebody who answers for it")]

    def when(self) -> str:
        """Return the time in UTC and where the network is."""
        zone = self.found.network.management.time_zone if self.found.network.management else None
        if zone is None:
            return both(self.found.time)
        local = self.found.time.astimezone(timezone(timedelta(minutes=zone.minutes), zone.name))
        there = f"{local:%Y-%m-%d %H:%M:%S} {zone.name} {offset(local)}"
        return f"{self.found.time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} ({there})"

    def number(self) -> str:
        """Return the report's number: its day, and a hash of what was judged by which rules when."""
        texts = sorted(one.fingerprint for seen in self.found.observed.values() for one in seen.texts.values())
        said = "".join([self.found.time.isoformat(), self.found.workspace.fingerprint, *texts])
        return f"{self.found.time:%Y%m%d}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def page(found: Audit) -> str:
    """Return the document."""
    view = Page(found, load("zh"))
    return _template()(
        a=found, view=view, both=view.both, Outcome=Outcome, five=FIVE, total=total, whole=len(found.devices) <= WHOLE,
        origin=ORIGINS[found.origin.value], revision=revision(found), risk=lambda rule: RISKS[rule.severity],
    )  # fmt: skip


def _template() -> Callable[..., str]:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    source = resources.files("jbnet.cli").joinpath("audit_page.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source).render
