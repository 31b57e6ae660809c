"""Accounts inside a device: those of the host's packages, and one that logs in with a key."""

from __future__ import annotations

import grp
import pwd
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from jbnet.lab.spec import NETOPS

SYSTEM_IDS_END = 1000
NO_PASSWORD = "*"  # noqa: S105  no password fits; "!" would lock the account, and sshd refuses its key
FRR_GROUPS = ("frr", "frrvty")


@dataclass(frozen=True, slots=True)
class Accounts:
    """The texts of the four files, and the id of the account ``netops``."""

    passwd: str
    group: str
    shadow: str
    gshadow: str
    netops: int


def accounts() -> Accounts:
    """Return the accounts of a device: the host's system accounts with their ids, and ``netops``.

    ``netops`` has a shell and belongs to FRR's groups, as the FRR manual asks of people who use vtysh.
    """
    users = [user for user in pwd.getpwall() if user.pw_uid < SYSTEM_IDS_END or user.pw_name == "nobody"]
    groups = [group for group in grp.getgrall() if group.gr_gid < SYSTEM_IDS_END or group.gr_name == "nogroup"]
    ident = _free_id({u.pw_uid for u in users} | {g.gr_gid for g in groups})
    shell = shutil.which("bash") or "/bin/sh"
    lines = [f"{u.pw_name}:x:{u.pw_uid}:{u.pw_gid}:{u.pw_gecos}:{u.pw_dir}:{u.pw_shell}" for u in users]
    lines.append(f"{NETOPS}:x:{ident}:{ident}:network operators:/home/{NETOPS}:{shell}")
    return Accounts(
        passwd="\n".join(lines) + "\n",
        group="\n".join((*_groups(groups), f"{NETOPS}:x:{ident}:")) + "\n",
        shadow="".join(f"{name}:{NO_PASSWORD}:19000:0:99999:7:::\n" for name in (*(u.pw_name for u in users), NETOPS)),
        gshadow="".join(f"{name}:{NO_PASSWORD}::\n" for name in (*(g.gr_name for g in groups), NETOPS)),
        netops=ident,
    )


def _groups(groups: list[grp.struct_group]) -> Iterator[str]:
    for group in groups:
        members = [*group.gr_mem, *((NETOPS,) if group.gr_name in FRR_GROUPS else ())]
        yield f"{group.gr_name}:x:{group.gr_gid}:{','.join(dict.fromkeys(members))}"


def _free_id(taken: set[int]) -> int:
    return next(ident for ident in range(SYSTEM_IDS_END - 1, 100, -1) if ident not in taken)
