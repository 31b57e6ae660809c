"""``jbnet monitor --unit``: a unit of systemd for the monitor of a workspace, as few rights as it can do with."""

from __future__ import annotations

import pwd
import sys
from pathlib import Path

WATCHDOG_S = 60
"""After so many seconds without a sign of life systemd starts it anew; it gives none while rounds are late."""

_UNIT = """\
# /etc/systemd/system/jbnet-monitor.service, made by: jbnet monitor --unit
# Then: systemctl daemon-reload && systemctl enable --now jbnet-monitor
[Unit]
Description=jbnet monitor of {shown}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={python} -m jbnet -C {directory} --state {state} monitor --interval {interval:g}
WorkingDirectory={workdir}
User={user}
UMask=0077
Restart=always
RestartSec=2
WatchdogSec={watchdog}
TimeoutStartSec=120
TimeoutStopSec=60
# SIGTERM ends it as Ctrl-C does
SuccessExitStatus=130
LimitNOFILE=16384

# echo requests, and the ports 162 (traps) and 514 (syslog)
AmbientCapabilities=CAP_NET_RAW CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_RAW CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={state}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
"""


def unit(directory: Path, state: Path, interval: float) -> str:
    """Return the unit. It runs as whoever owns the state directory, or the workspace while there is none yet."""
    owner = (state if state.exists() else directory).stat().st_uid
    return _UNIT.format(
        shown=str(directory.resolve()).replace("%", "%%"),
        python=_quoted(Path(sys.executable)),
        directory=_quoted(directory.resolve()),
        state=_quoted(state.resolve()),
        workdir=str(directory.resolve()).replace("%", "%%"),
        user=pwd.getpwuid(owner).pw_name,
        interval=interval,
        watchdog=max(WATCHDOG_S, round(4 * interval)),
    )


def _quoted(path: Path) -> str:
    """Return a path as one word of a unit (systemd.syntax(7)): neither a specifier nor a variable is meant."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
