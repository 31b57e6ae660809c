"""The configuration of a device's SNMP agent, net-snmp (snmpd.conf(5))."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.lab.spec import LabDevice
from jbnet.model.secrets import Secret

SNMP_USER = "jbnet"
ENGINE_ENTERPRISE = bytes.fromhex("80001f8804")
"""Engine-ID of net-snmp's enterprise (8072) with administratively assigned text (RFC 3411, SnmpEngineID)."""


@dataclass(frozen=True, slots=True)
class SnmpSecrets:
    """What agents and the NOC share: keys of the v3 user (SHA, AES-128) and the v2c community."""

    auth: Secret
    priv: Secret
    community: Secret


def engine_id(device: str) -> bytes:
    """Return the engine-ID of a device's agent: its name, so that it outlives a change of hardware."""
    return ENGINE_ENTERPRISE + device.encode()


def snmpd_conf(device: LabDevice, secrets: SnmpSecrets, trap_sink: str | None) -> str:
    """Return snmpd.conf: who may read, where traps go, and AgentX (RFC 2741) for FRR's daemons."""
    common = [
        f"sysName {device.name}",
        f"sysLocation {device.location}",
        "sysContact noc",
        f"engineID {device.name}",
        "dontLogTCPWrappersConnects yes",
        "master agentx",
        "agentXPerms 0660 0750 Debian-snmp frr",
    ]
    access = _version_3(secrets, trap_sink) if device.snmp == "v3" else _version_2c(secrets, trap_sink)
    return "\n".join((*common, *access)) + "\n"


def _version_3(secrets: SnmpSecrets, trap_sink: str | None) -> list[str]:
    auth, priv = _quoted(secrets.auth), _quoted(secrets.priv)
    lines = [f"createUser {SNMP_USER} SHA {auth} AES {priv}", f"rouser {SNMP_USER} authpriv"]
    if trap_sink:
        lines.append(f"trapsess -v 3 -u {SNMP_USER} -l authPriv -a SHA -A {auth} -x AES -X {priv} {trap_sink}")
    return lines


def _version_2c(secrets: SnmpSecrets, trap_sink: str | None) -> list[str]:
    community = _quoted(secrets.community)
    return [f"rocommunity {community}", *([f"trap2sink {trap_sink} {community}"] if trap_sink else [])]


def _quoted(secret: Secret) -> str:
    return '"' + secret.reveal().replace("\\", "\\\\").replace('"', '\\"') + '"'
