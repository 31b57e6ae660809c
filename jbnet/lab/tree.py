"""Lays out the files that a device sees at their usual places."""

from __future__ import annotations

import grp
import os
import pwd
import shlex
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jbnet.config.parts import parts
from jbnet.lab import keys
from jbnet.lab.accounts import Accounts
from jbnet.lab.agent import SnmpSecrets, snmpd_conf
from jbnet.lab.etc import SUDOERS, server_etc
from jbnet.lab.paths import IMAGE, LabPaths
from jbnet.lab.spec import FENCE, NETOPS, POSTGRES, LabDevice, LabSpec
from jbnet.lab.tunnels import STRONGSWAN_CONF

FENCE_COMMAND = "/usr/local/libexec/jbnet-fence"
AGENTX_DAEMONS = ("zebra", "ospfd", "bgpd")
"""Daemons to which vtysh sends ``agentx``: each of them must have the module, or the line is refused."""
ROUTING_DAEMONS = ("ospfd", "bgpd")
"""Daemons that have a MIB: where none of them runs, nobody writes ``agentx``, and zebra is a megabyte smaller."""
PAM_FRR = "auth sufficient pam_permit.so\naccount sufficient pam_permit.so\n"
"""Debian's file lacks the account line, so every vtysh of a plain account complains on stderr."""
TREES = ("var", "etc/frr", "etc/ssh", "etc/snmp", "etc/postgresql", "usr/local", "home", "root")
FILES = ("etc/passwd", "etc/group", "etc/shadow", "etc/gshadow", "etc/hosts", "etc/hostname", "etc/pam.d/frr")
MEMORY = (("/dev/shm", 1777), ("/tmp", 1777), ("/run", 755))  # noqa: S108  a device's own, empty at boot
KERNEL = ("proc", "sysfs")
RUN = "var/lib/jbnet-lab/run"
OUTER = "var/lib/jbnet-lab/outer"
"""The network namespaces of the ports of encrypted lines, by the tunnel's name."""
SWANCTL = "etc/swanctl"
BACKUPS = ("var/lib/pgbackrest", "var/log/pgbackrest", "var/spool/pgbackrest")
SERVER_TREES = ("opt", "srv")
"""What a server has of its own beyond ``TREES``, and /etc as a whole."""
SSHD_CONFIG = """\
Include /etc/ssh/sshd_config.d/*.conf
HostKey /etc/ssh/ssh_host_ed25519_key
PidFile /run/sshd.pid
AuthorizedKeysFile /etc/ssh/authorized_keys/%u
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin forced-commands-only
MaxStartups 100:30:200
ClientAliveInterval 15
UsePAM no
UseDNS no
PrintMotd no
Subsystem sftp internal-sftp
"""
DIRECTORIES = (
    ("etc/frr", "frr", "frr", 0o2770),
    ("var/log/frr", "frr", "frr", 0o2770),
    ("var/lib/frr", "frr", "frr", 0o750),
    ("var/lib/snmp", "Debian-snmp", "Debian-snmp", 0o755),
    ("var/lib/jbnet", "root", NETOPS, 0o1775),
    ("var/lib/postgresql", "root", "root", 0o755),
    ("var/log/postgresql", "root", "root", 0o1777),
    ("var/agentx", "root", "root", 0o755),
    ("var/cache", "root", "root", 0o755),
    ("var/local", "root", "root", 0o755),
    ("var/spool", "root", "root", 0o755),
    ("var/tmp", "root", "root", 0o1777),
    ("etc/ssh/authorized_keys", "root", "root", 0o755),
    ("etc/snmp", "root", "root", 0o755),
    ("etc/postgresql", "root", "root", 0o755),
    ("usr/local/libexec", "root", "root", 0o755),
    ("etc/pam.d", "root", "root", 0o755),
    ("root", "root", "root", 0o700),
    ("root/.ssh", "root", "root", 0o700),
    ("home", "root", "root", 0o755),
    ("home/netops", NETOPS, NETOPS, 0o750),
    ("var/lib/jbnet-lab", "root", "root", 0o700),
    (RUN, "root", "root", 0o755),
    (f"{RUN}/frr", "frr", "frr", 0o2775),
    (f"{RUN}/sshd", "root", "root", 0o755),
    (f"{RUN}/lock", "root", "root", 0o1777),
    (f"{RUN}/snmp-local", "root", "root", 0o700),
)


@dataclass(frozen=True, slots=True)
class Common:
    """What the devices of a lab share: accounts, secrets, and public keys by the name of the account."""

    accounts: Accounts
    snmp: SnmpSecrets
    public: dict[str, str]


def build(paths: LabPaths, spec: LabSpec, device: LabDevice, common: Common) -> str:
    """Write everything one device needs to boot; return its public host key."""
    tree = _Tree(paths.tree(device.name), common.accounts)
    if device.server:
        server_etc(tree.root / "etc")
        tree.file("etc/sudoers", SUDOERS, mode=0o440)
        for path in SERVER_TREES:
            tree.directory(path)
    for path, user, group, mode in DIRECTORIES:
        tree.directory(path, user, group, mode)
    _accounts(tree, device, common.accounts)
    _routing(tree, device)
    tree.file("etc/snmp/snmp.conf", "mibs :\n")
    if device.snmp:
        tree.file("etc/snmp/snmpd.conf", snmpd_conf(device, common.snmp, spec.trap_sink), "Debian-snmp", 0o600)
    if POSTGRES in device.accounts:
        tree.directory(f"{RUN}/postgresql", POSTGRES, POSTGRES, 0o2775)
        for path in BACKUPS:
            tree.directory(path, POSTGRES, POSTGRES, 0o750)
    _local(tree)
    public = _ssh(tree, device, common.public)
    _encryption(paths, tree, device)
    _switches(paths, spec, device, tree)
    return public


class _Tree:
    """Writes files below one directory, with owners and modes whatever the umask says."""

    def __init__(self, root: Path, accounts: Accounts):
        self.root = root
        self._netops = accounts.netops

    def directory(self, path: str, user: str = "root", group: str = "root", mode: int = 0o755) -> Path:
        target = self.root / path
        for folder in reversed((target, *target.parents)):
            if not folder.exists():
                folder.mkdir()
                folder.chmod(0o755)
        os.chown(target, self._uid(user), self._gid(group))
        target.chmod(mode)
        return target

    def file(self, path: str, content: str, user: str = "root", mode: int = 0o644) -> Path:
        target = self.root / path
        target.write_text(content, encoding="utf-8")
        os.chown(target, self._uid(user), self._gid(user))
        target.chmod(mode)
        return target

    def link(self, path: str, to: str) -> None:
        (self.root / path).symlink_to(to)

    def _uid(self, user: str) -> int:
        return self._netops if user == NETOPS else pwd.getpwnam(user).pw_uid

    def _gid(self, group: str) -> int:
        return self._netops if group == NETOPS else grp.getgrnam(group).gr_gid


def _accounts(tree: _Tree, device: LabDevice, accounts: Accounts) -> None:
    tree.file("etc/passwd", accounts.passwd)
    tree.file("etc/group", accounts.group)
    tree.file("etc/shadow", accounts.shadow, mode=0o600)
    tree.file("etc/gshadow", accounts.gshadow, mode=0o600)
    tree.file("etc/hostname", f"{device.name}\n")
    tree.file("etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {device.name}\n")


def _routing(tree: _Tree, device: LabDevice) -> None:
    tree.file("etc/pam.d/frr", PAM_FRR)
    tree.file("etc/frr/frr.conf", parts(device.config).routing, "frr", 0o640)
    tree.file("etc/frr/vtysh.conf", "service integrated-vtysh-config\n", "frr", 0o640)
    listed = "".join(f"{daemon}=yes\n" for daemon in device.daemons)
    tree.file("etc/frr/daemons", f"{listed}vtysh_enable=yes\n", "frr", 0o640)


def _encryption(paths: LabPaths, tree: _Tree, device: LabDevice) -> None:
    """Write what strongSwan reads at each encrypted line, and the file under which the port's namespace is seen."""
    if not device.tunnels:
        return
    for path in (f"{SWANCTL}/lab", OUTER):
        tree.directory(path)
    tree.directory(f"{SWANCTL}/conf.d", NETOPS, NETOPS, 0o700)
    for name, content in parts(device.config).tunnels.items():
        tree.file(f"{SWANCTL}/conf.d/{name}.conf", content, NETOPS, 0o600)
    (paths.device(device.name) / "outer").mkdir()
    for tunnel in device.tunnels:
        tree.file(f"{SWANCTL}/lab/{tunnel.name}", tunnel.settings)
        tree.file(f"{SWANCTL}/lab/{tunnel.name}.strongswan", STRONGSWAN_CONF.format(name=tunnel.name))
        tree.file(f"{OUTER}/{tunnel.name}", "")
        (paths.device(device.name) / "outer" / f"{tunnel.name}.net").touch()


def _local(tree: _Tree) -> None:
    """Give the device the host's /usr/local (seen at /var/local) with the helper programs of the image."""
    for entry in Path("/usr/local").iterdir():
        if entry.name != "libexec":
            tree.link(f"usr/local/{entry.name}", f"/var/local/{entry.name}")
    for program in IMAGE.iterdir():
        if program.is_file():
            tree.file(f"usr/local/libexec/{program.name}", program.read_text(encoding="utf-8"), mode=0o755)
    for path, to in (("var/run", "/run"), ("var/lock", "/run/lock")):
        tree.link(path, to)


def _ssh(tree: _Tree, device: LabDevice, public: dict[str, str]) -> str:
    tree.file("etc/ssh/sshd_config", SSHD_CONFIG)
    for account in device.accounts:
        tree.file(f"etc/ssh/authorized_keys/{account}", f"{public[account]}\n")
    if device.fence:
        tree.file("etc/ssh/authorized_keys/root", f'restrict,command="{FENCE_COMMAND}" {public[FENCE]}\n')
    line = keys.create_pair(tree.root / "etc/ssh/ssh_host_ed25519_key", device.name)
    return " ".join(line.split()[:2])


def _switches(paths: LabPaths, spec: LabSpec, device: LabDevice, tree: _Tree) -> None:
    """Write what the scripts read: settings, mounts, and what `ip` does at power on and off."""
    folder = paths.device(device.name)
    hidden = {tunnel.name for tunnel in device.tunnels}
    names = [name for name in spec.interfaces(device.name) if name not in hidden]
    neighbours = [near for near in spec.neighbours(device.name) if near[0] not in hidden]
    settings = {
        "DAEMONS": " ".join(device.daemons),
        "AGENTX": " ".join(_agentx(device)),
        "SNMP": device.snmp or "",
        "TRAPS": (device.snmp and spec.trap_sink) or "",
        "TUNNELS": " ".join(tunnel.name for tunnel in device.tunnels),
    }
    (folder / "settings").write_text("".join(f"{k}={shlex.quote(v)}\n" for k, v in settings.items()))
    (folder / "fstab").write_text("".join(_mounts(paths, device, tree.root)))
    if device.filters:
        (folder / "filters.nft").write_text(device.filters)
    (folder / "on.ip").write_text("".join(_on(names, neighbours)))
    off = "".join(f"link set dev {n} down\naddr flush dev {n}\n" for n in (*names, "lo"))
    (folder / "off.ip").write_text(off + "route flush table main\n")
    os.mkfifo(folder / "power", 0o600)


def _on(names: Iterable[str], neighbours: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield what `ip` does at power on: interfaces up, and room for each neighbour.

    The kernel keeps 1,024 neighbours for all network namespaces together (gc_thresh3, arp(7)), and a province has
    2,000. Entries of a control plane (``extern_learn``) are not counted; they are resolved by ARP as any other.
    """
    yield from (f"link set dev {name} up\n" for name in ("lo", *names))
    yield "neigh replace 0.0.0.0 dev lo nud noarp extern_learn\n"
    yield from (f"neigh replace {address} dev {name} nud failed extern_learn\n" for name, address in neighbours)


def _agentx(device: LabDevice) -> list[str]:
    """Return the daemons that are started with FRR's SNMP module."""
    routes = any(daemon in device.daemons for daemon in ROUTING_DAEMONS)
    return [daemon for daemon in AGENTX_DAEMONS if daemon in device.daemons] if device.snmp and routes else []


def _mounts(paths: LabPaths, device: LabDevice, tree: Path) -> list[str]:
    """Return lines of fstab(5), in order: what others lie in comes first, what hides our sources comes last."""
    files = ("etc", *SERVER_TREES) if device.server else FILES
    lines = [_bind(tree / path, f"/{path}") for path in files if Path("/", path).exists()]
    lines.append(_bind(tree / "var", "/var"))
    if POSTGRES in device.accounts:
        disk = paths.disks / device.name
        disk.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.chown(disk, POSTGRES, POSTGRES)
        disk.chmod(0o755)
        lines.append(_bind(disk, "/var/lib/postgresql"))
    lines.append(_bind(Path("/usr/local"), "/var/local"))
    trees = [path for path in TREES if path != "var" and not (device.server and path.startswith("etc/"))]
    lines += [_bind(tree / path, f"/{path}") for path in trees if Path("/", path).is_dir()]
    if device.tunnels:
        lines.append(_bind(tree / SWANCTL, f"/{SWANCTL}"))
    for tunnel in device.tunnels:
        lines.append(_bind(paths.device(device.name) / "outer" / f"{tunnel.name}.net", f"/{OUTER}/{tunnel.name}"))
    lines += [f"jbnet {path} tmpfs mode={mode} 0 0\n" for path, mode in MEMORY]
    lines += [f"jbnet /{kind.removesuffix('fs')} {kind} nosuid,nodev,noexec 0 0\n" for kind in KERNEL]
    return lines


def _bind(source: Path, target: str) -> str:
    return f"{_escaped(str(source))} {target} none bind 0 0\n"


def _escaped(path: str) -> str:
    return path.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011").replace("\n", "\\012")
