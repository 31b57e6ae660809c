"""The JSON Schemas agree with the program: what it takes they take, what it refuses for its shape they refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from jbnet.adapters.workspace import read_files
from jbnet.cli.app import root
from jbnet.inventory.reading.source import read
from jbnet.inventory.report import Report
from jbnet.wiring.schemas import KINDS, kind_of

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "check"
FOLDERS = ("inventory", "topology", "monitors", "dr")
SHIPPED = read_files(ROOT, FOLDERS)
SHAPE = re.compile(r"^(\S+?):\d+:\d+ error (?:JB105|JB106|JB701|JB702) (?!the key (?:parent|from|to) )", re.MULTILINE)


@cache
def schema(name: str) -> dict[str, Any]:
    ran = CliRunner().invoke(root, ["check", "--schema", name])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert isinstance(found, dict)
    return found


def takes(file: str, content: str) -> bool:
    name = kind_of(file)
    assert name is not None, f"files such as {file} have no schema"
    source = read(file, content, Report())
    assert source is not None
    return bool(Draft202012Validator(schema(name)).is_valid(source.data))


@pytest.mark.parametrize("name", KINDS)
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("file", SHIPPED)
def test_what_is_shipped_is_taken(file: str) -> None:
    assert takes(file, SHIPPED[file])


def _wrong() -> Iterator[tuple[str, str]]:
    """Yield (case, file) of the golden cases whose file has a key too many or too few."""
    for case in sorted(GOLDEN.iterdir()):
        expected = case / "expected.txt"
        for file in sorted(set(SHAPE.findall(expected.read_text(encoding="utf-8")))) if expected.is_file() else ():
            if read(file, _content(case, file), Report()) is not None:
                yield case.name, file


def _content(case: Path, file: str) -> str:
    found = case / file if (case / file).exists() else GOLDEN / "base" / file
    return found.read_bytes().decode("utf-8", errors="surrogateescape")


@pytest.mark.parametrize(("case", "file"), list(_wrong()))
def test_what_the_program_refuses_for_its_keys_is_refused(case: str, file: str) -> None:
    assert not takes(file, _content(GOLDEN / case, file))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("inventory/a.yaml", "provinces: {p: {code: 63, name_zh: 省}}"),
        ("inventory/a.yaml", 'provinces: {p: {code: "63", name_zh: 省, lon: east}}'),
        ("inventory/a.yaml", "peers: {p: {name_zh: 部, asn: 0}}"),
        ("topology/addresses.yaml", "pools: [10.0.0.0]"),
        ("topology/lab.yaml", "scales: {demo: {levels: [village]}}"),
        ("monitors/checks.yaml", "checks: {a: {reads: ospff, roles: [core]}}"),
        ("dr/plan.yaml", "run_from: here"),
    ],
)
def test_values_of_the_wrong_kind_are_refused(file: str, content: str) -> None:
    assert not takes(file, content)


@pytest.mark.parametrize("name", KINDS)
def test_no_value_is_left_open(name: str) -> None:
    """A property without a type, a choice or a reference completes to nothing and refuses nothing."""
    open_ones = [path for path, found in properties(schema(name), "") if not found.keys() - {"description", "default"}]
    assert open_ones == []


def properties(found: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(found, dict):
        inner = found.get("properties")
        if isinstance(inner, dict) and found.get("type") in ("object", ["object", "null"]):
            yield from ((f"{path}/{key}", value) for key, value in inner.items())
        for key, value in found.items():
            yield from properties(value, f"{path}/{key}")


def test_editors_get_descriptions() -> None:
    found = schema("inventory")
    assert "role alone" in found["$defs"]["DeviceDecl"]["description"]
    assert "parent" in found["$defs"]["SiteDecl"]["properties"]["parent"]["description"]


def test_an_unknown_schema_is_wrong_use_and_all_are_listed() -> None:
    assert CliRunner().invoke(root, ["check", "--schema", "all"]).stdout.split()[::2] == list(KINDS)


def test_the_guide_lists_every_schema() -> None:
    said = (ROOT / "docs" / "checking.md").read_text(encoding="utf-8")
    listed = said.partition("for name in ")[2].partition("\ndo ")[0].replace("\\\n", " ").split()
    assert listed == list(KINDS)
