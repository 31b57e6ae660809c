"""Secrets from every source; no error, and nothing that is printed, shows one."""

from __future__ import annotations

import os
import re
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from jbnet.adapters.secret_sources import ChainedSecrets, CommandSecrets, EnvironmentSecrets
from jbnet.adapters.secrets import SecretsFile
from jbnet.adapters.vault import VaultSecrets, vault_password
from jbnet.catalogue import load
from jbnet.model.errors import AnswerIsNo, CommandFailed, JbnetError, Missing, Refused
from jbnet.model.secret_sources import CommandSource, EnvironmentSource, PasswordSource
from jbnet.wiring.secrets import secrets

VALUE = "hunter2-long"
PYTHON = sys.executable


def private(path: Path, content: str, mode: int = 0o600) -> Path:
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    return path


def program(code: str, **more: object) -> CommandSource:
    return CommandSource((PYTHON, "-c", code, "{name}"), **more)  # type: ignore[arg-type]  # any of its fields


def said_of(call: Callable[[], object]) -> str:
    """Return all that an error could ever show, its causes included."""
    with pytest.raises(JbnetError) as failure:
        call()
    return "".join(traceback.format_exception(failure.value)) + str(failure.value.hint)


def test_a_variable_is_named_after_the_secret() -> None:
    source = EnvironmentSecrets(EnvironmentSource("JBNET_SECRET_"), {"JBNET_SECRET_USER_NETOPS": VALUE})
    assert source.get("user-netops").reveal() == VALUE
    with pytest.raises(Missing, match="JBNET_SECRET_USER_NOC is not set"):
        source.get("user-noc")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = private(tmp_path / "secrets.yaml", f"a: {VALUE}\n", mode)
    assert VALUE not in said_of(lambda: SecretsFile(path).get("a"))
    with pytest.raises(Refused, match="chmod 600"):
        SecretsFile(path).get("a")


@pytest.mark.parametrize(
    "content", [f"a: [{VALUE}", f"- {VALUE}", f"a: {{b: {VALUE}}}", f"a: b: {VALUE}", f"\t{VALUE}"]
)
def test_a_damaged_file_is_named_and_never_quoted(tmp_path: Path, content: str) -> None:
    path = private(tmp_path / "secrets.yaml", content)
    said = said_of(lambda: SecretsFile(path).get("a"))
    assert VALUE not in said
    assert "secrets.yaml" in said


@pytest.mark.parametrize("value", ["yes", "0123456701234567", "12:30", "1.5e+5", "2024-01-01", "~", "!!int '7'"])
def test_a_value_that_yaml_takes_for_something_else_is_refused_with_its_line(tmp_path: Path, value: str) -> None:
    path = private(tmp_path / "secrets.yaml", f"a: fine\nb: {value}\n")
    for source in (SecretsFile(path), VaultSecrets(path, str)):
        with pytest.raises(Refused, match=r"secrets\.yaml:2: the value of b .*in quotes") as refused:
            source.get("b")
        assert value not in str(refused.value).replace(str(path), "")
    private(path, f'b: "{value}"\n')
    assert SecretsFile(path).get("b").reveal() == value


@pytest.mark.parametrize("value", ["", '""', "# nothing yet"])
def test_a_name_without_a_value_is_missing_and_never_none(tmp_path: Path, value: str) -> None:
    path = private(tmp_path / "secrets.yaml", f"a: {value}\nb: {VALUE}\n")
    for source in (SecretsFile(path), VaultSecrets(path, str)):
        with pytest.raises(Missing, match="secret a has no value"):
            source.get("a")
        assert source.get("b").reveal() == VALUE


def test_a_secret_is_made_where_its_name_stands_without_a_value(tmp_path: Path) -> None:
    path = private(tmp_path / "secrets.yaml", f"a:\nb: {VALUE}\n")
    made = SecretsFile(path)
    made.create_missing(["a", "b"], 20)
    assert len(made.get("a").reveal()) == 20
    assert made.get("b").reveal() == VALUE


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"secrets\.yaml:2: a stands there twice"):
        SecretsFile(private(tmp_path / "secrets.yaml", f"a: {VALUE}\na: other\n")).get("a")


def test_a_program_prints_the_secret_that_it_is_asked_for(tmp_path: Path) -> None:
    source = CommandSecrets(program("import sys; print('value of ' + sys.argv[1])"), tmp_path)
    assert source.get("user-netops").reveal() == "value of user-netops"


def test_words_reach_the_program_as_they_are_and_no_shell(tmp_path: Path) -> None:
    source = CommandSource((PYTHON, "-c", "import sys; print(sys.argv[1])", "$(id) {name}; id"))
    assert CommandSecrets(source, tmp_path).get("a").reveal() == "$(id) a; id"


def test_a_program_that_fails_is_named_with_its_exit_code_and_nothing_it_printed(tmp_path: Path) -> None:
    source = CommandSecrets(program(f"import sys; print('{VALUE}'); sys.exit('{VALUE}')"), tmp_path)
    said = said_of(lambda: source.get("a"))
    assert VALUE not in said.replace(str(program), "")
    with pytest.raises(CommandFailed, match="exit code 1"):
        source.get("a")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import sys; sys.exit(44)", Missing),
        ("pass", Missing),
        ("import sys; sys.stdout.buffer.write(b'\\xff')", CommandFailed),
        ("print('x' * 70000)", CommandFailed),
    ],
)
def test_what_is_no_secret_is_none(tmp_path: Path, code: str, error: type[JbnetError]) -> None:
    with pytest.raises(error):
        CommandSecrets(program(code, absent=(44,)), tmp_path).get("a")


def is_gone(pid: str) -> bool:
    """Say whether a process runs no more: it is not there, or a zombie that nobody has asked about."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    hanging = CommandSource(("sh", "-c", "sleep 600 & echo $! > child; wait"), seconds=2.0)
    with pytest.raises(CommandFailed, match="did not end within"):
        CommandSecrets(hanging, tmp_path).get("a")
    child = (tmp_path / "child").read_text().strip()
    end = time.monotonic() + 60  # a killed process still takes its turn to die
    while not is_gone(child) and time.monotonic() < end:
        time.sleep(0.01)
    assert is_gone(child)


def test_a_program_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="cannot be run"):
        CommandSecrets(CommandSource(("/nonexistent/vault", "{name}")), tmp_path).get("a")


@pytest.fixture
def vault() -> VaultLib:
    return VaultLib([("default", VaultSecret(b"open sesame"))])


def test_a_vault_gives_what_was_encrypted_as_a_whole_or_value_by_value(tmp_path: Path, vault: VaultLib) -> None:
    whole = private(tmp_path / "whole.yaml", vault.encrypt(f"a: {VALUE}\n").decode(), 0o644)
    lines = "\n".join(f"  {line}" for line in vault.encrypt(VALUE).decode().splitlines())
    single = private(tmp_path / "single.yaml", f"a: !vault |\n{lines}\nb: plain\n", 0o644)
    for path in (whole, single):
        assert VaultSecrets(path, lambda: "open sesame").get("a").reveal() == VALUE
    with pytest.raises(Missing, match="ansible-vault edit"):
        VaultSecrets(whole, lambda: "open sesame").get("c")


def test_a_wrong_password_opens_nothing_and_is_not_shown(tmp_path: Path, vault: VaultLib) -> None:
    path = private(tmp_path / "vault.yaml", vault.encrypt(f"a: {VALUE}\n").decode())
    wrong = "x" * 20  # not as it stands here: a trace quotes the lines of this file, too
    assert wrong not in said_of(lambda: VaultSecrets(path, lambda: wrong).get("a"))
    with pytest.raises(Refused, match="cannot be opened"):
        VaultSecrets(path, lambda: wrong).get("a")


def test_a_vaults_password_comes_from_a_variable_a_private_file_or_a_program(tmp_path: Path) -> None:
    private(tmp_path / "word", "open sesame\n")
    printing = (PYTHON, "-c", "print('open sesame')")
    for source in (PasswordSource(environment="WORD"), PasswordSource(file="word"), PasswordSource(command=printing)):
        assert vault_password(source, tmp_path, {"WORD": "open sesame"}) == "open sesame"
    (tmp_path / "word").chmod(0o644)
    with pytest.raises(Refused, match="can be read by others"):
        vault_password(PasswordSource(file="word"), tmp_path, {})
    with pytest.raises(Missing, match="WORD is not set"):
        vault_password(PasswordSource(environment="WORD"), tmp_path, {})


def test_the_first_source_that_has_a_secret_gives_it_and_a_failing_one_is_not_passed_over(tmp_path: Path) -> None:
    empty = EnvironmentSecrets(EnvironmentSource("A_"), {})
    full = EnvironmentSecrets(EnvironmentSource("B_"), {"B_X": VALUE})
    assert ChainedSecrets([empty, full]).get("x").reveal() == VALUE
    with pytest.raises(Missing, match=r"A_Y is not set.*B_Y is not set"):
        ChainedSecrets([empty, full]).get("y")
    broken = CommandSecrets(program("import sys; sys.exit(3)"), tmp_path)
    with pytest.raises(CommandFailed):
        ChainedSecrets([broken, full]).get("x")


def test_a_source_is_asked_once_for_each_secret(tmp_path: Path) -> None:
    counting = CommandSecrets(program("import sys; open('log', 'a').write('x'); print('v')"), tmp_path)
    chain = ChainedSecrets([counting])
    assert [chain.get("a").reveal() for _ in range(3)] == ["v"] * 3
    assert (tmp_path / "log").read_text() == "x"


class Workspace:
    def __init__(self, folder: Path) -> None:
        self.folder, self.state = folder, folder / ".jbnet"
        self.state.mkdir()
        (folder / "topology").mkdir()
        private(self.state / "secrets.yaml", "a: from the state directory\n")

    def declare(self, *sources: str) -> None:
        content = "secrets:\n" + "".join(f"  - {source}\n" for source in sources)
        (self.folder / "topology" / "secrets.yaml").write_text(content)

    def get(self, name: str) -> str:
        return secrets(self.folder, self.state).get(name).reveal()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_without_a_declaration_secrets_lie_in_the_state_directory(workspace: Workspace) -> None:
    assert workspace.get("a") == "from the state directory"


def test_declared_sources_are_asked_in_their_order(
    workspace: Workspace, vault: VaultLib, monkeypatch: pytest.MonkeyPatch
) -> None:
    private(workspace.folder / "topology" / "vault.yml", vault.encrypt("a: vault\nb: vault\nc: vault\n").decode())
    private(workspace.folder / "own.yaml", "d: file\n")
    code = "import sys; print(sys.argv[1]) if sys.argv[1] == 'b' else 0"
    workspace.declare(
        "environment: {}",
        f'command: {{argv: ["{PYTHON}", "-c", "{code}", "{{name}}"]}}',
        "vault: {path: topology/vault.yml, password: {environment: WORD}}",
        "file: {path: own.yaml}",
    )
    monkeypatch.setenv("JBNET_SECRET_A", "environment")
    monkeypatch.setenv("WORD", "open sesame")
    assert [workspace.get(name) for name in "abcd"] == ["environment", "b", "vault", "file"]


def test_a_lab_never_sees_the_secrets_of_the_real_network(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.declare("environment: {}")
    monkeypatch.setenv("JBNET_SECRET_A", "of the real network")
    assert workspace.get("a") == "of the real network"
    (workspace.state / "lab.json").write_text("{}")
    assert workspace.get("a") == "from the state directory"


def test_a_wrong_declaration_is_told_with_its_findings(workspace: Workspace) -> None:
    workspace.declare("{}")
    with pytest.raises(AnswerIsNo) as refusal:
        workspace.get("a")
    assert [finding.code for finding in refusal.value.findings] == ["JB295"]


def test_ansible_leaves_the_environment_as_it_was(tmp_path: Path, vault: VaultLib) -> None:
    before = dict(os.environ)
    path = private(tmp_path / "vault.yaml", vault.encrypt("a: b\n").decode())
    assert VaultSecrets(path, lambda: "open sesame").get("a").reveal() == "b"
    assert dict(os.environ) == before


def test_a_secret_that_is_nowhere_is_told_in_the_readers_language_with_where_it_would_be(tmp_path: Path) -> None:
    chain = ChainedSecrets([EnvironmentSecrets(EnvironmentSource("V_"), {}), SecretsFile(tmp_path / "secrets.yaml")])
    with pytest.raises(Missing) as failed:
        chain.get("user-netops")
    english, chinese = str(failed.value.text), failed.value.text.render(load("zh"))
    assert "topology/secrets.yaml says where secrets come from, and a lab has its own: jbnet lab up" in english
    assert not re.search("[a-z]{3,} [a-z]{3,} [a-z]{3,}", chinese.replace("jbnet lab up", "")), chinese
