"""What may be written in topology/secrets.yaml: where secrets come from. Values of secrets have no place in it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from jbnet.inventory.schema.values import Declared, Line

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,62}")


def _variable(value: str) -> str:
    if _VARIABLE.fullmatch(value) is None:
        raise PydanticCustomError("jb_value", "the name of a variable: A-Z, 0-9 and _")
    return value


def _path(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("jb_value", "the path of a file")
    return value


def _word(value: str) -> str:
    if not value:
        raise PydanticCustomError("jb_value", "a word of a command")
    return value


Variable = Annotated[str, AfterValidator(_variable), WithJsonSchema({"type": "string"})]
FilePath = Annotated[Line, AfterValidator(_path)]
Word = Annotated[Line, AfterValidator(_word)]
Words = Annotated[tuple[Word, ...], Field(strict=False, max_length=32)]
ExitCodes = Annotated[tuple[Annotated[int, Field(ge=1, le=125)], ...], Field(strict=False, max_length=8)]


class EnvironmentDecl(Declared):
    """Variables of the environment."""

    prefix: Variable = "JBNET_SECRET_"


class FileDecl(Declared):
    """A YAML file of mode 0600; without ``path`` that of the state directory."""

    path: FilePath | None = None


class CommandDecl(Declared):
    """A program; ``{name}`` in its words is the secret's name."""

    argv: Words
    seconds: Annotated[float, Field(ge=1, le=60)] = 10.0
    absent: ExitCodes = ()


class PasswordDecl(Declared):
    """Where a vault's password comes from; one of the three."""

    environment: Variable | None = None
    file: FilePath | None = None
    command: Words | None = None


class VaultDecl(Declared):
    """A file of Ansible Vault."""

    path: FilePath
    password: PasswordDecl


class SourceDecl(Declared):
    """One source; one of the four."""

    environment: EnvironmentDecl | None = None
    file: FileDecl | None = None
    vault: VaultDecl | None = None
    command: CommandDecl | None = None


class SecretsFileDecl(Declared):
    """topology/secrets.yaml; without an entry it is as if there were no file."""

    secrets: Annotated[tuple[SourceDecl, ...], Field(strict=False, max_length=16)] = ()
