"""The playbooks of a workspace: files of ``playbooks/``, and what ``playbooks/index.yaml`` says of them."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jbnet.model.errors import Missing, UsageError
from jbnet.model.refusals import reason_of
from jbnet.model.text import text
from jbnet.services.playbook import Playbook

_NAMES = re.compile(r"[a-z_][a-z0-9_]*")
FOLDER = "playbooks"
INDEX = "index.yaml"


class _Entry(BaseModel):
    """What the index says of one playbook."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str = ""
    about_zh: str = ""
    secrets: tuple[str, ...] = ()
    optional_secrets: tuple[str, ...] = ()
    seconds: float = Field(default=900.0, gt=0)
    task_seconds: int = Field(default=300, gt=0)


class _Index(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    playbooks: dict[str, _Entry] = Field(default_factory=dict)


class PlaybookShelf:
    """Implements Playbooks for a workspace's directory."""

    def __init__(self, workspace: Path):
        self._folder = workspace / FOLDER

    def all(self) -> dict[str, Playbook]:
        """Return the playbooks by name. Raises UsageError where the index cannot be read as one."""
        entries = self._index().playbooks
        names = sorted(path.stem for path in self._folder.glob("*.yaml") if path.name != INDEX)
        return {
            name: _playbook(name, entries.get(name, _Entry()), _groups(self._folder / f"{name}.yaml")) for name in names
        }

    def _index(self) -> _Index:
        path = self._folder / INDEX
        if not path.exists():
            return _Index()
        try:
            return _Index.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
        except OSError as error:
            raise Missing("cannot read {path}: {reason}", path=path, reason=reason_of(error)) from error
        except (yaml.YAMLError, ValidationError) as error:
            raise UsageError("{path} cannot be understood: {reason}", path=path, reason=_first(error),
                             hint=text("docs/playbooks.md shows every key")) from error  # fmt: skip


def _playbook(name: str, entry: _Entry, groups: tuple[str, ...]) -> Playbook:
    return Playbook(
        name, entry.about, entry.about_zh, entry.secrets, entry.optional_secrets, entry.seconds, entry.task_seconds,
        groups,
    )  # fmt: skip


def _groups(path: Path) -> tuple[str, ...]:
    """Return the names behind ``hosts:`` of a playbook and of those that it imports; nothing of one that is no YAML.

    What is wrong with it Ansible says when it runs.
    """
    try:
        plays = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError):
        return ()
    found: list[str] = []
    for play in plays if isinstance(plays, list) else ():
        if isinstance(play, dict):
            found += _NAMES.findall(str(play.get("hosts", "")))
            imported = play.get("ansible.builtin.import_playbook", play.get("import_playbook"))
            found += _groups(path.parent / str(imported)) if imported and path.parent.name == FOLDER else ()
    return tuple(dict.fromkeys(found))


def _first(error: yaml.YAMLError | ValidationError) -> str:
    """Return the first thing that is wrong, on one line."""
    if isinstance(error, ValidationError):
        said = error.errors()[0]
        return f"{'.'.join(map(str, said['loc']))}: {said['msg']}"
    return " ".join(str(error).split())[:200]
