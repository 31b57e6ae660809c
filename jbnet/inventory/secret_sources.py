"""Where secrets come from (topology/secrets.yaml): sources in the order in which they are asked."""

from __future__ import annotations

from jbnet.inventory.reading.source import Path, Source, read
from jbnet.inventory.reading.validate import validate
from jbnet.inventory.report import Report
from jbnet.inventory.schema.secrets import PasswordDecl, SecretsFileDecl, SourceDecl
from jbnet.inventory.schema.values import Declared
from jbnet.model.findings import Finding, Place
from jbnet.model.secret_sources import (
    DEFAULT,
    CommandSource,
    EnvironmentSource,
    FileSource,
    PasswordSource,
    SecretSource,
    VaultSource,
)

FILE = "topology/secrets.yaml"
NAME = "{name}"
_TOP = "secrets"


def load_sources(content: str | None) -> tuple[tuple[SecretSource, ...] | None, tuple[Finding, ...]]:
    """Return the sources and what is wrong with them; no file means the default, None that nothing can be used."""
    if content is None:
        return DEFAULT, ()
    report = Report()
    source = read(FILE, content, report)
    found = validate(source, SecretsFileDecl, report, set()) if source is not None else None
    if found is None or source is None:
        return None, report.sorted()
    sources = tuple(_source(decl, source, (_TOP, index), report) for index, decl in enumerate(found.secrets))
    usable = tuple(one for one in sources if one is not None)
    return (None if report.has_errors else usable or DEFAULT), report.sorted()


def _source(decl: SourceDecl, source: Source, path: Path, report: Report) -> SecretSource | None:
    place = source.place(path)
    _check_one(decl, place, report)
    if decl.environment is not None:
        return EnvironmentSource(decl.environment.prefix, place)
    if decl.file is not None:
        return FileSource(decl.file.path, place)
    if decl.vault is not None:
        _check_one(decl.vault.password, source.place((*path, "vault", "password")), report)
        return VaultSource(decl.vault.path, _password(decl.vault.password), place)
    if decl.command is not None:
        _check_command(decl.command.argv, source.place((*path, "command", "argv")), report)
        return CommandSource(decl.command.argv, decl.command.seconds, decl.command.absent, place)
    return None


def _password(decl: PasswordDecl) -> PasswordSource:
    return PasswordSource(decl.environment, decl.file, decl.command or ())


def _check_one(decl: Declared, place: Place, report: Report) -> None:
    """Report a choice of which none or several are made."""
    names = list(type(decl).model_fields)
    chosen = [name for name in names if getattr(decl, name) is not None]
    if len(chosen) != 1:
        report.add("JB295", "{count} kinds of source in one place; expected one of: {names}", place,
                   count=len(chosen), names=", ".join(names))  # fmt: skip


def _check_command(argv: tuple[str, ...], place: Place, report: Report) -> None:
    """Report a program that would give one value for every secret, and one whose name is not fixed."""
    if not any(NAME in word for word in argv[1:]):
        report.add("JB296", "no word of the command has {placeholder}: it would print one value for every secret",
                   place, placeholder=NAME)  # fmt: skip
    if argv and NAME in argv[0]:
        report.add("JB296", "the program itself cannot be {placeholder}", place, placeholder=NAME)
