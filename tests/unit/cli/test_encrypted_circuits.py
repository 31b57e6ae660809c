"""What commands say of an encrypted circuit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import runner

ROOT = Path(__file__).parents[3]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The small network of the golden cases, with one line encrypted."""
    shutil.copytree(ROOT / "tests" / "golden" / "check" / "base", tmp_path, dirs_exist_ok=True)
    (tmp_path / "topology/encryption.yaml").write_text("encryption: {intranet: {}}\n", encoding="utf-8")
    site = tmp_path / "inventory/sites/west.yaml"
    said = site.read_text(encoding="utf-8")
    encrypted = said.replace("name_zh: 西州", "name_zh: 西州\n    circuits: {up1: {encryption: intranet}}")
    site.write_text(encrypted, encoding="utf-8")
    return tmp_path


@pytest.fixture
def jbnet(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], workspace: Path) -> Callable[..., str]:
    call = runner(monkeypatch, capfd)

    def said(*arguments: str) -> str:
        code, out, err = call("-C", workspace, *arguments)
        assert code == 0, out + err
        return out

    return said


def test_show_says_by_what_a_circuit_is_encrypted_and_which_secret_is_its_key(jbnet: Callable[..., str]) -> None:
    said = " ".join(jbnet("show", "circuit", "west-up1").split())
    for word in ("intranet: IKE aes256 sha256 group 14", "1400 bytes", "the secret ipsec-west-up1", "10.16.95.254/31"):
        assert word in said
    assert "加密" in jbnet("--lang", "zh", "show", "circuit", "west-up1")
    assert "Encryption" not in jbnet("show", "circuit", "west-up2")
    found = json.loads(jbnet("--json", "show", "circuit", "west-up1"))["data"]["encryption"]
    assert (found["profile"], found["secret"]) == ("intranet", "ipsec-west-up1")


def test_explain_says_where_it_is_written(jbnet: Callable[..., str]) -> None:
    said = jbnet("show", "site", "west", "--explain")
    assert "encryption: intranet" in said
    assert "encryption.outer: 10.16.95.254/31" in said


def test_what_encrypts_a_line_is_rendered_with_the_rest_of_the_configuration(
    jbnet: Callable[..., str], tmp_path: Path
) -> None:
    folder = tmp_path / "rendered"
    jbnet("render", "device:west-r1", "-o", str(folder))
    said = (folder / "west-r1.conf").read_text(encoding="utf-8")
    assert 'secret = "<secret:ipsec-west-up1>"' in said
    assert "frr/swanctl.j2" in jbnet("render", "device:west-r1", "--explain")


def test_the_address_of_a_port_is_known_as_the_encrypted_circuits(jbnet: Callable[..., str]) -> None:
    assert "west-up1" in jbnet("address", "why", "10.16.95.254")
