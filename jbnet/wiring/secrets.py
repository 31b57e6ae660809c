"""Where secrets come from: what topology/secrets.yaml declares, or the lab's own file while a lab is up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jbnet.model.secret_sources import SecretSource
    from jbnet.ports import Secrets

OWN = "secrets.yaml"


def secrets(directory: Path, state_dir: Path) -> Secrets:
    """Return the source of secrets of a workspace; nothing is asked before the first use.

    A lab makes its secrets up, in the state directory: what guards the real network is not given to it.
    Raises AnswerIsNo with the findings where topology/secrets.yaml has errors.
    """
    from jbnet.adapters.secret_sources import ChainedSecrets
    from jbnet.adapters.secrets import SecretsFile

    own = SecretsFile(state_dir / OWN)
    if (state_dir / "lab.json").is_file():
        return own
    return ChainedSecrets([_built(source, directory, own) for source in declared_sources(directory)])


def declared_sources(directory: Path) -> tuple[SecretSource, ...]:
    """Return the declared sources, in their order. Raises AnswerIsNo with the findings."""
    from jbnet.inventory.secret_sources import FILE, load_sources
    from jbnet.wiring.files import read_text, sound

    path = directory / FILE
    sources, findings = load_sources(read_text(path) if path.exists() else None)
    return sound(sources, findings, FILE)


def _built(source: SecretSource, directory: Path, own: Secrets) -> Secrets:
    import os

    from jbnet.adapters.secret_sources import CommandSecrets, EnvironmentSecrets
    from jbnet.adapters.secrets import SecretsFile
    from jbnet.model.secret_sources import CommandSource, EnvironmentSource, FileSource

    if isinstance(source, EnvironmentSource):
        return EnvironmentSecrets(source, os.environ)
    if isinstance(source, FileSource):
        return SecretsFile(directory / source.path) if source.path is not None else own
    if isinstance(source, CommandSource):
        return CommandSecrets(source, directory)
    from jbnet.adapters.vault import VaultSecrets, vault_password

    return VaultSecrets(directory / source.path, lambda: vault_password(source.password, directory, os.environ))
