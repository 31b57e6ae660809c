"""Ansible action: lay an image on the device of this host, with jbnet's own SSH (host keys, passwords, addresses).

It runs where Ansible runs: routers have no Python. Parameters: ``image`` (a file here), ``sha256``, ``reserve_mb``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

from jbnet.adapters.firmware import Image, stage
from jbnet.adapters.firmware_sftp import sftp_store
from jbnet.adapters.netmiko_login import Login
from jbnet.model.errors import AnswerIsNo, JbnetError, Unreachable

PARAMETERS = ("image", "sha256", "reserve_mb")


class ActionModule(ActionBase):
    """``stage_firmware``."""

    _supports_check_mode = True
    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Stage it, and report as modules do; ``unmet``: a condition does not hold, and nothing was changed."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        given, variables = self._task.args, task_vars or {}
        image = Image(Path(str(given["image"])), str(given["sha256"]))
        reserve = int(given.get("reserve_mb", 0)) << 20
        try:
            login = _login(variables, self._templar)
            with sftp_store(str(variables["jbnet"]["platform"]), login) as store:
                changed = stage(login.device, store, image, reserve=reserve, check=self._task.check_mode)
        except JbnetError as error:
            return {**result, "failed": True, "msg": str(error), "unmet": isinstance(error, AnswerIsNo),
                    "unreachable": isinstance(error, Unreachable)}  # fmt: skip
        return {**result, "changed": changed}


def _login(variables: dict[str, Any], templar: Any) -> Login:
    """Return how to get in, from the inventory's variables; a secret ``user-ACCOUNT`` serves where there is no key."""
    key = Path(str(templar.template(variables["ansible_ssh_private_key_file"])))
    user, port = str(variables["ansible_user"]), int(variables["ansible_port"])
    secrets = variables.get("jbnet_secrets") or {}
    return Login(
        device=str(variables["device"]), user=user, addresses=tuple(variables["jbnet"]["addresses"]), port=port,
        known_hosts=key.parent.parent / "known_hosts", key_file=key if key.is_file() else None,
        password="" if key.is_file() else str(secrets.get(f"user-{user}", "")),
    )  # fmt: skip
