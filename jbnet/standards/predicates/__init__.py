"""The closed vocabulary of standards: predicates by the name that a rule writes."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.standards.predicates import (
    addressing,
    capacity,
    configured_facts,
    configured_network,
    configured_people,
    configured_routing,
    data,
    homing,
    hosts,
    outside,
    records,
    routing,
)
from jbnet.standards.predicates.base import Predicate

VOCABULARY: Mapping[str, type[Predicate]] = {
    # how a site or location hangs on the rest
    "routers_at_least": homing.RoutersAtLeast,
    "lines_at_least": homing.LinesAtLeast,
    "distinct_carriers": homing.DistinctCarriers,
    "distinct_srlgs": homing.DistinctSrlgs,
    "distinct_upper_devices": homing.DistinctUpperDevices,
    "homed_to": homing.HomedTo,
    "homed_within": homing.HomedWithin,
    "survives": homing.Survives,
    "reaches": homing.Reaches,
    "hops_at_most": homing.HopsAtMost,
    # bandwidth
    "bandwidth_at_least": capacity.BandwidthAtLeast,
    "carries_demand": capacity.CarriesDemand,
    # addresses and names
    "private_addresses": addressing.PrivateAddresses,
    "block_length": addressing.BlockLength,
    "one_aggregate": addressing.OneAggregate,
    "apart_from_sites": addressing.ApartFrom,
    "loopback_in_own_block": addressing.LoopbackInOwnBlock,
    "link_from_lower_block": addressing.LinkFromLowerBlock,
    "named_by_pattern": addressing.NamedByPattern,
    # routing policy
    "own_area": routing.OwnArea,
    "in_area": routing.InArea,
    "without_ospf": routing.WithoutOspf,
    "border_routers_at_least": routing.BorderRoutersAtLeast,
    "no_area_transit": routing.NoAreaTransit,
    "costs_prefer_primary": routing.CostsPreferPrimary,
    "sessions_at_least": routing.SessionsAtLeast,
    # devices
    "snmp_at_least": hosts.SnmpAtLeast,
    "managed_or_excused": hosts.ManagedOrExcused,
    "watched": hosts.Watched,
    "commit_timer": hosts.CommitTimer,
    "noc_redundant": hosts.NocRedundant,
    "noc_apart": hosts.NocApart,
    # databases, applications, services, recovery
    "standby_elsewhere": data.StandbyElsewhere,
    "replication_fits": data.ReplicationFits,
    "objectives_within": data.ObjectivesWithin,
    "has_objective": data.HasObjective,
    "hosts_at_least": data.HostsAtLeast,
    "fences_at_least": data.FencesAtLeast,
    "approvers_at_least": data.ApproversAtLeast,
    # agencies and partners
    "in_own_vrf": outside.InOwnVrf,
    "premises_apart": outside.PremisesApart,
    "filtered_extranet": outside.FilteredExtranet,
    "outside_addresses": outside.OutsideAddresses,
    "handed_over_at": outside.HandedOverAt,
    "ends_on_roles": outside.EndsOnRoles,
    # what has to be written down
    "states": records.States,
    # what configurations say (evidence: configuration)
    "switched_off": configured_facts.SwitchedOff,
    "switched_on": configured_facts.SwitchedOn,
    "number_at_most": configured_facts.NumberAtMost,
    "number_at_least": configured_facts.NumberAtLeast,
    "values_among": configured_facts.ValuesAmong,
    "values_not_among": configured_facts.ValuesNotAmong,
    "set_everywhere": configured_facts.SetEverywhere,
    "entries_at_least": configured_facts.EntriesAtLeast,
    "no_entries": configured_facts.NoEntries,
    "accounts_declared": configured_people.AccountsDeclared,
    "accounts_not_named": configured_people.AccountsNotNamed,
    "admins_at_most": configured_people.AdminsAtMost,
    "servers_declared": configured_people.ServersDeclared,
    "saved": configured_people.Saved,
    "backed_up": configured_people.BackedUp,
    "ospf_authenticated": configured_routing.OspfAuthenticated,
    "bgp_authenticated": configured_routing.BgpAuthenticated,
    "bgp_filtered": configured_routing.BgpFiltered,
    "bgp_open": configured_routing.BgpOpen,
    "zones_filtered": configured_network.ZonesFiltered,
    "unused_ports_shut": configured_network.UnusedPortsShut,
    "lines_encrypted": configured_network.LinesEncrypted,
}
