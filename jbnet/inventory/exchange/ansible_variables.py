"""Variables that a playbook may be given from outside, and those that are not for a variable to say."""

from __future__ import annotations

import re
from typing import Final

_SPECIAL: Final = re.compile(
    r"ansible_\w*|inventory_(?:hostname\w*|dir|file)|playbook_dir|role_(?:path|name\w*)|hostvars|groups|group_names"
    r"|play_hosts|vars|omit|environment",
    re.IGNORECASE,
)
_TEMPLATE: Final = re.compile(r"\{\{|\{%|\{#")


def is_special(name: str) -> bool:
    """Say whether Ansible decides by a variable where a task runs, through what and as whom (its special variables).

    What is given from outside goes before everything else: ``ansible_connection=local`` would run a device's tasks on
    the operator's machine, ``ansible_ssh_common_args`` end the check of host keys.
    """
    return _SPECIAL.fullmatch(name) is not None


def is_template(value: object) -> bool:
    """Say whether Ansible would evaluate a value on the operator's machine (Jinja2)."""
    return _TEMPLATE.search(str(value)) is not None
