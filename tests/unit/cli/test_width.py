"""Tables of the shipped workspace in both languages: no line is wider than a terminal of 80 columns.

``jbnet show`` is looked at in test_show_json.py, ``--help`` in test_help.py. Not bound by the width are
- findings of ``check`` and ``standards --details``, one line each as compilers write them, for editors and grep;
- configurations and CSV, which are what devices and spreadsheets read;
- a word that alone is wider: a path, a hash, a command line in a hint. It stands on a line of its own.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Run
from rich.cells import cell_len

REPOSITORY = Path(__file__).parents[3]
COMMANDS = """
check
check --explain all
standards
standards --by level
standards --by site
standards --by aspect
address list
address list --kind agency
address list --kind extranet
address list --kind interface
address why golmud
address why chengdong-dongguandajie-beiguan-r1
address why 10.64.128.1
address why 10.64.0.0/13
coverage
coverage --by level,phase,prefecture
whatif --fail carrier:telecom
whatif --each circuit
whatif --each site
whatif --single-points
show costs --by payer
show site xining --explain
show location golmud-dc --explain
show prefix 10.64.128.5
show prefixes
dr status
dr status --lease
dr failover --dry-run
lab status
""".strip().splitlines()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_is_wider_than_80_columns(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = run("-C", REPOSITORY, "--state", tmp_path, "--lang", lang, *command.split())
    assert code in (0, 1)
    assert out
    wide = [line for line in out.splitlines() if cell_len(line) > 80]
    assert [line for line in wide if len(line.split()) > 1] == []
