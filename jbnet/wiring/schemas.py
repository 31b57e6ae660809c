"""The JSON Schemas of all declared files, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: the pattern of its paths in the workspace, and what makes its schema."""

    pattern: str
    make: Callable[[], dict[str, Any]]


def kind_of(file: str) -> str | None:
    """Return the name of the kind that a file is of, or None when files there have no schema."""
    return next((name for name, kind in KINDS.items() if fnmatch(file, kind.pattern)), None)


def _of_model(module: str, name: str, title: str) -> Callable[[], dict[str, Any]]:
    def make() -> dict[str, Any]:
        from importlib import import_module

        from jbnet.inventory.schema.export import schema_of

        return schema_of(getattr(import_module(module), name), title)

    return make


def _of_recovery(name: str) -> Callable[[], dict[str, Any]]:
    def make() -> dict[str, Any]:
        from jbnet.recovery import json_schema

        found: dict[str, Any] = getattr(json_schema, name)()
        return found

    return make


KINDS: Mapping[str, Kind] = {
    "inventory": Kind(
        "inventory/*", _of_model("jbnet.inventory.schema.inventory", "InventoryFile", "A file below inventory/")
    ),
    "addresses": Kind(
        "topology/addresses.yaml", _of_model("jbnet.inventory.schema.plan", "AddressesFile", "The address plan")
    ),
    "allocations": Kind(
        "topology/allocations.yaml", _of_model("jbnet.inventory.schema.plan", "AllocationsFile", "Allocated blocks")
    ),
    "routing": Kind(
        "topology/routing.yaml", _of_model("jbnet.inventory.schema.inventory", "RoutingFile", "The routing policy")
    ),
    "lab": Kind("topology/lab.yaml", _of_model("jbnet.inventory.schema.inventory", "LabFile", "Scales of the lab")),
    "naming": Kind(
        "topology/naming.yaml", _of_model("jbnet.inventory.schema.naming", "NamingFile", "The naming standard")
    ),
    "hardware": Kind(
        "topology/hardware.yaml", _of_model("jbnet.inventory.schema.hardware", "HardwareFile", "Models of equipment")
    ),
    "management": Kind(
        "topology/management.yaml",
        _of_model("jbnet.inventory.schema.management", "ManagementFile", "What devices are told about management"),
    ),
    "secrets": Kind(
        "topology/secrets.yaml",
        _of_model("jbnet.inventory.schema.secrets", "SecretsFileDecl", "Where secrets come from"),
    ),
    "ports": Kind("topology/ports.yaml", _of_model("jbnet.inventory.schema.hardware", "PortsFile", "Recorded ports")),
    "traffic": Kind(
        "topology/traffic.yaml", _of_model("jbnet.inventory.schema.traffic", "TrafficFile", "Which traffic goes first")
    ),
    "encryption": Kind(
        "topology/encryption.yaml",
        _of_model(
            "jbnet.inventory.schema.encryption", "EncryptionFile", "What the ends of encrypted circuits agree on"
        ),
    ),
    "ownership": Kind(
        "topology/ownership.yaml",
        _of_model("jbnet.inventory.schema.ownership", "OwnershipFile", "Who decides about which section"),
    ),
    "targets": Kind("topology/targets.yaml", _of_model("jbnet.inventory.targets", "TargetsFile", "The plan's targets")),
    "standards": Kind(
        "topology/standards/*", _of_model("jbnet.standards.schema", "StandardsFile", "Rule sets and waivers")
    ),
    "notify": Kind("monitors/notify.yaml", _of_model("jbnet.monitor.notify_file", "NotifyFile", "Who is told how")),
    "probes": Kind("monitors/probes.yaml", _of_model("jbnet.monitor.probing_schema", "ProbesFile", "What is probed")),
    "monitors": Kind("monitors/*", _of_model("jbnet.monitor.checks", "MonitorFile", "A file below monitors/")),
    "dr-plan": Kind("dr/plan.yaml", _of_recovery("plan_schema")),
    "dr-runbook": Kind("dr/runbooks/*", _of_recovery("runbook_schema")),
    "dr-approvers": Kind("dr/approvers.yaml", _of_recovery("approvers_schema")),
    "dr-standard": Kind("dr/standard.yaml", _of_recovery("standard_schema")),
}
