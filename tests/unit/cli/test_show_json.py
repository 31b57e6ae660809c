"""``jbnet show``, every noun: within 80 columns in both languages; ``--json`` holds everything that the text says."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest
from name_servers import zone_of
from rich.cells import cell_len
from rich.console import Console

from jbnet import wiring
from jbnet.cli.context import Context
from jbnet.cli.show_addresses import prefix_view
from jbnet.cli.show_print import View, records_of, show, show_records
from jbnet.cli.show_subjects import SUBJECTS, Subject
from jbnet.inventory.declaration import Declaration
from jbnet.model.findings import Place
from jbnet.model.network import Network
from jbnet.model.permissions import Permission
from jbnet.model.routes import Route

REPOSITORY = Path(__file__).parents[3]
UNITS = {"Mbit/s", "yuan", "a", "month", "bytes", "ms", "s", "%", "E", "N", "RD", "VLAN", "-"}
NOTHING_SAID = {
    # what the text says of a value that is null or false in JSON
    "none: a cable of our own", "none: in the site's own building", "carrier not declared", "inside",
}  # fmt: skip
FLAGS = {"yes", "no", "free", "in use", "on live routers of the lab", "unproven on hardware"}
"""How true and false are said."""
WORDS = {"a helper on the device"}
"""How a word of a closed set is said that would be taken for another (``device``)."""
MANY = 40


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    whole = wiring.load_network(REPOSITORY, tmp_path_factory.mktemp("state"), whole=True)
    return with_additions(whole)


def with_additions(network: Network) -> Network:
    """The network with what the shipped one has none of: a permission, static routes of somebody's own, a zone."""
    host, place = IPv4Network("10.1.192.2/32"), Place("inventory/additions.yaml", 3)
    taxes = network.peers["tax-xining"].prefixes
    until = date(2199, 12, 31)
    permission = Permission(
        "audit", "tax-xining", "xining-dc-db1", taxes, (host,), "tcp", 8443, until, "letter 17 of the tax office", place
    )
    hop = IPv4Address("10.8.130.2")
    routes = (
        Route("chengdong-r1", IPv4Network("172.30.0.0/16"), hop, "up2", 200, "hospital, contract 17", True),
        Route("chengdong-r1", IPv4Network("192.0.2.0/24"), None, "discard"),
    )
    zone = zone_of("golmud-dc-app1", "xining-dc-app1")
    return replace(network, permissions={"audit": permission}, routes={"chengdong-r1": routes}, dns={zone.name: zone})


@pytest.fixture(scope="module")
def declared() -> Declaration:
    return wiring.read_declaration(REPOSITORY)


def printing(lang: str = "en") -> tuple[Context, io.StringIO]:
    said = io.StringIO()
    context = Context(directory=REPOSITORY, lang=lang)
    context.out = Console(file=said, soft_wrap=True, highlight=False, emoji=False)
    return context, said


def printed(found: object, view: View, lang: str = "en") -> str:
    context, said = printing(lang)
    show(context, found, view)
    return said.getvalue()


def leaves(value: Any) -> Iterator[str]:
    """Yield every value of a document, and the names of its flags and fields."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from leaves(item)
    elif isinstance(value, list):
        yield str(len(value))
        for item in value:
            yield from leaves(item)
    elif isinstance(value, float):
        yield from (f"{value:g}", f"{value:.4f}", str(value))
    elif value is not None:
        yield str(value)


def words(said: str) -> set[str]:
    return {word.strip(",") for word in re.split(r"[\s]+", said)} - {""}


def cells_of(text: str, view: View) -> Iterator[str]:
    """Yield the words of the text that are no headings."""
    headings = {str(heading) for heading, _ in view.rows} | {str(table.heading) for table in view.tables}
    for line in text.splitlines():
        for heading in sorted(headings, key=len, reverse=True):
            if line.startswith(heading):
                line = line.removeprefix(heading)
                break
        line = re.sub(r"^ \((\d+)\)$", r"\1", line)
        for phrase in NOTHING_SAID | FLAGS | WORDS:
            line = re.sub(rf"(?<=  ){re.escape(phrase)}(?=  |$)", "", line)
        yield from words(line) - UNITS


def known_words(document: Any) -> set[str]:
    found = set(leaves(document))
    return found | {word for leaf in found for word in words(leaf)}


def is_in(word: str, known: set[str]) -> bool:
    number = word.replace(",", "")
    host, _, port = word.rpartition(":")
    return word in known or number in known or (host in known and port in known)


def views(subject: Subject, network: Network) -> Iterator[tuple[object, View]]:
    known = subject.all(network)
    step = max(1, len(known) // MANY)
    for found in list(known.values())[::step]:
        yield found, subject.view_of(network, found)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_every_cell_of_the_text_is_in_the_json(subject: Subject, network: Network) -> None:
    for found, view in views(subject, network):
        document = json.loads(json.dumps(view.as_json(found)))
        known = known_words(document)
        missing = {word for word in cells_of(printed(found, view), view) if not is_in(word, known)}
        assert not missing, f"{subject.name} {document['name' if 'name' in document else 'asn']}"


@pytest.mark.parametrize("asked", ["10.64.128.5", "10.200.0.0/16", "10.0.0.0/8"])
def test_every_cell_about_a_prefix_is_in_the_json(asked: str, network: Network, declared: Declaration) -> None:
    found, view = prefix_view(network, declared, asked)
    known = known_words(json.loads(json.dumps(view.as_json(found))))
    assert {word for word in cells_of(printed(found, view), view) if not is_in(word, known)} == set()


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_every_name_in_the_json_is_documented(subject: Subject, network: Network) -> None:
    page = (REPOSITORY / "docs" / "show.md").read_text(encoding="utf-8")
    section = page.partition(f"### {subject.name}\n")[2].partition("\n### ")[0]
    documented = set(re.findall(r"`([a-z_]+)`", section))
    for found, view in views(subject, network):
        assert set(view.as_json(found)) <= documented


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_every_noun_is_shown_within_80_columns(subject: Subject, network: Network, lang: str) -> None:
    for found, view in views(subject, network):
        assert [line for line in printed(found, view, lang).splitlines() if cell_len(line) > 80] == []


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_every_list_of_nouns_stays_within_80_columns(subject: Subject, network: Network, lang: str) -> None:
    context, said = printing(lang)
    records = records_of(subject.all(network))
    show_records(context, records, subject.rows(network, records), subject.headings)
    assert len(said.getvalue().splitlines()) >= len(subject.all(network))
    assert [line for line in said.getvalue().splitlines() if cell_len(line) > 80] == []


@pytest.mark.parametrize(("lang", "first"), [("en", ["Name", "Role", "Carrier", "Mbit/s", "Ends"]), ("zh", ["名称"])])
def test_a_list_of_circuits_has_headings_ends_and_bandwidth(network: Network, lang: str, first: list[str]) -> None:
    context, said = printing(lang)
    subject = next(known for known in SUBJECTS if known.name == "circuit")
    records = records_of(subject.all(network))
    show_records(context, records, subject.rows(network, records), subject.headings)
    head, *lines = said.getvalue().splitlines()
    assert head.split()[: len(first)] == first
    circuit = network.circuits["xining-up1"]
    line = next(line for line in lines if line.split()[0] == "xining-up1")
    assert line.split()[-4:] == [str(circuit.bandwidth), circuit.a.device, "-", circuit.z.device]


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_headings_are_as_many_as_the_columns(network: Network, subject: Subject) -> None:
    rows = subject.rows(network, records_of(subject.all(network)))
    assert {len(row) for row in rows} == {len(subject.headings)}
