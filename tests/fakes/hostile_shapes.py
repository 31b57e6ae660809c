"""Workspaces that are wrong in one way ``n`` times: what the cost of a check must grow with no worse than n log n.

Each shape gives files that lie over the small network in ``tests/golden/check/base``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

Shape = Callable[[int], dict[str, str]]
MORE = "inventory/more.yaml"
ADDRESSES = """\
locations:
  core: 10.0.0.0/16
  east-dc: 10.1.0.0/16
  west-dc: 10.2.0.0/16
  hub: 100.64.0.0/10
services: 10.3.0.0/24
pools: [10.8.0.0/13, 10.16.0.0/12]
levels:
  prefecture: {block: 13, own: 17}
  county: {block: 17, own: 22}
  township: {block: 22, own: 24}
  community: {block: 27, own: 27}
"""
ALLOCATIONS = """\
blocks:
  "9901": 10.8.0.0/13
  "990101": 10.8.128.0/17
  "990101001": 10.8.132.0/22
  "990101001001": 10.8.133.0/27
  "990101002": 10.8.136.0/22
  "990102": 10.9.0.0/17
  "9902": 10.16.0.0/13
  "990201": 10.16.128.0/17
"""
HUB = """\
locations:
  hub:
    name_zh: 汇聚
    site: example
"""


def _section(name: str, lines: Iterable[str]) -> str:
    return f"{name}:\n" + "".join(f"  {line}\n" for line in lines)


def _named(section: str, count: int, body: Callable[[int], str], name: str = "x%d") -> dict[str, str]:
    return {MORE: _section(section, (f"{name % k}: {body(k)}" for k in range(count)))}


def _counties(count: int, more: Callable[[int], str]) -> dict[str, str]:
    return _named("counties", count, lambda k: f'{{code: "{100000 + k}", name_zh: x{more(k)}}}', "c%d")


def _townships(count: int, more: Callable[[int], str] = lambda _: "", below: str = "east") -> dict[str, str]:
    lines = (f'      t{k}: {{code: "{10**8 + k}", name_zh: 镇{k}{more(k)}}}' for k in range(count))
    head = f'counties:\n  wide:\n    parent: {below}\n    code: "990199"\n    name_zh: 宽县\n    townships:\n'
    return {MORE: head + "".join(f"{line}\n" for line in lines)}


def _service_layers(count: int) -> dict[str, str]:
    """Each service of a layer needs both of the next: two to the power of layers ways down."""
    layers = count // 2
    lines = [
        f"s{layer}x{side}: {{name_zh: x, needs: [s{layer + 1}x0, s{layer + 1}x1]}}"
        for layer in range(layers)
        for side in (0, 1)
    ]
    return {MORE: _section("services", [*lines, *(f"s{layers}x{side}: {{name_zh: x}}" for side in (0, 1))])}


def _hub_devices(count: int) -> dict[str, str]:
    """Devices of one place, each on a cable to the first: that one has as many interfaces."""
    devices = ", ".join(f"d{k}: core" for k in range(count))
    circuits = "".join(f"      d{k}-up1: {{from: d{k}, to: d0}}\n" for k in range(1, count))
    return {
        MORE: f"{HUB}    devices: {{{devices}}}\n    circuits:\n{circuits}",
        "topology/addresses.yaml": ADDRESSES,
    }


def _hub_circuits(role: Callable[[int], str]) -> Shape:
    """Lines of one place, from devices of its own to the core, all by one carrier."""

    def shape(count: int) -> dict[str, str]:
        devices = ", ".join(f"d{k}: core" for k in range(count))
        circuits = "".join(
            f"      d{k}-up1: {{from: d{k}, to: core-r1, carrier: telecom{role(k)}}}\n" for k in range(count)
        )
        return {
            MORE: f"{HUB}    devices: {{{devices}}}\n    circuits:\n{circuits}",
            "topology/addresses.yaml": ADDRESSES,
        }

    return shape


def _files(count: int) -> dict[str, str]:
    return {f"inventory/many/{k}.yaml": 'carriers: {telecom: {name_zh: "x"}, lost: 1}\n' for k in range(count // 5)}


def _topology(name: str, content: str) -> dict[str, str]:
    return {f"topology/{name}.yaml": content}


def _exceptions(count: int) -> dict[str, str]:
    ports = "".join(f"    p{k}: 10.9.0.1/30\n" for k in range(count))
    return _topology("addresses", f"{ADDRESSES}exceptions:\n  core-r1:\n{ports}")


def _exceptions_of_devices(count: int) -> dict[str, str]:
    devices = "".join(f"  d{k}: {{up1: 10.9.0.1/30}}\n" for k in range(count))
    return _topology("addresses", f"{ADDRESSES}exceptions:\n{devices}")


def _pools(count: int) -> dict[str, str]:
    pools = ", ".join(f"10.{k % 256}.{k // 256 % 256}.0/24" for k in range(count))
    blocks = "".join(f'  "{10**5 + k}": 11.0.0.0/24\n' for k in range(count))
    return {
        **_counties(count, lambda _: ", parent: east"),
        **_topology("addresses", ADDRESSES.replace("[10.8.0.0/13, 10.16.0.0/12]", f"[{pools}]")),
        **_topology("allocations", ALLOCATIONS + blocks),
    }


def _allocations(count: int) -> dict[str, str]:
    blocks = "".join(f'  "{10**5 + k}": 10.8.0.0/24\n' for k in range(count))
    return _topology("allocations", ALLOCATIONS + blocks)


def _archetypes(count: int) -> dict[str, str]:
    """One archetype with many circuits, at many sites: what it comes to is the product."""
    circuits = "".join(f"      d{k}-up1: {{from: r1, to: r{k}}}\n" for k in range(count // 2))
    devices = ", ".join(f"d{k}: core" for k in range(count // 2))
    sites = _counties(count // 2, lambda _: ", parent: east, archetype: heavy")[MORE]
    head = f"archetypes:\n  heavy:\n    level: county\n    devices: {{{devices}}}\n    circuits:\n"
    return {MORE: f"{head}{circuits}{sites}"}


def _agencies(count: int) -> dict[str, str]:
    agencies = _named("agencies", count // 2, lambda _: "{name_zh: x, vrf: v, slot: 1, levels: [county]}")[MORE]
    return {MORE: agencies + _counties(count // 2, lambda _: ", parent: east")[MORE]}


def _extranet(count: int) -> dict[str, str]:
    kinds = _named("extranet", count // 2, lambda _: "{name_zh: x, levels: [county]}")[MORE]
    return {MORE: kinds + _counties(count // 2, lambda _: ", parent: east")[MORE]}


def _scales(count: int) -> dict[str, str]:
    scales = "".join(f"  x{k}: {{levels: [township], sites: [nowhere{k}]}}\n" for k in range(count))
    return {**_townships(count), **_topology("lab", f"scales:\n{scales}")}


def _risk_groups(count: int) -> dict[str, str]:
    groups = _named("srlgs", count, lambda _: "{name_zh: x}", "g%d")[MORE]
    circuits = _hub_circuits(lambda k: f", srlgs: [g{k}, h{k}]")(count)
    return {**circuits, MORE: groups + circuits[MORE]}


def _chain_of_demand(count: int) -> dict[str, str]:
    """Each township hangs on the one before it."""
    return _townships(
        count,
        lambda k: f", demand: 1, circuits: {{up1: {{from: r1, to: wide-t{k - 1}-r1, bandwidth: 1}}}}" if k else "",
    )


SHAPES: Mapping[str, Shape] = {
    # places
    "parents that are missing": lambda n: _counties(n, lambda k: f", parent: gone{k}"),
    "one parent that is missing": lambda n: _counties(n, lambda _: ", parent: gone"),
    "no parent": lambda n: _counties(n, lambda _: ""),
    "a parent of the same level": lambda n: _counties(n, lambda _: ", parent: newtown"),
    "a chain of parents": lambda n: _counties(n, lambda k: f", parent: c{k - 1}" if k else ", parent: east"),
    "a loop of parents": lambda n: _counties(n, lambda k: f", parent: c{(k + 1) % n}"),
    "many short loops": lambda n: _counties(n, lambda k: f", parent: c{k ^ 1}"),
    "children of one site": lambda n: _townships(n),
    "codes that stand twice": lambda n: _named("counties", n, lambda _: '{code: "990101", name_zh: x, parent: east}'),
    "codes that are numbers": lambda n: _named("counties", n, lambda _: "{code: 990101, name_zh: x, parent: east}"),
    "former codes claimed": lambda n: _counties(n, lambda _: ', parent: east, formerly: ["990190", "990101"]'),
    "archetypes that are missing": lambda n: _counties(n, lambda k: f", parent: east, archetype: a{k}"),
    "gateways that are missing": lambda n: _counties(n, lambda k: f", parent: east, gateway: core-r{k + 3}"),
    "premises of nobody": lambda n: _counties(n, lambda k: f", parent: east, premises: {{a{k}: {{}}}}"),
    "partners of no kind": lambda n: _counties(n, lambda k: f", parent: east, extranet: {{a{k}: {{}}}}"),
    "phones that are none": lambda n: _counties(n, lambda _: ", parent: east, contact: {name: x, phone: y}"),
    "a chain of sites by lines": _chain_of_demand,
    "locations without a site": lambda n: _named("locations", n, lambda k: f"{{name_zh: x, site: exampl{k}}}"),
    "names of sites that are off": lambda n: _named(
        "counties", n, lambda k: f'{{code: "{10**5 + k}", name_zh: x, parent: east}}', "C_%d"
    ),
    # lines and devices
    "devices on one device": _hub_devices,
    "mains and backups of one place": _hub_circuits(lambda k: ", role: backup" if k % 2 else ""),
    "carriers of lines that are missing": lambda n: _hub_circuits(lambda k: f"x{k}")(n),
    "risk groups that are missing": _risk_groups,
    "payers that are missing": _hub_circuits(lambda k: f", payer: west{k}"),
    "underlays that are missing": _hub_circuits(lambda k: f", underlay: west{k}"),
    "ends that are missing": lambda n: {
        MORE: f"{HUB}    circuits:\n"
        + "".join(f"      d{k}-up1: {{from: d{k}, to: core-r{k + 3}}}\n" for k in range(n)),
        "topology/addresses.yaml": ADDRESSES,
    },
    "circuits of odd names": lambda n: {
        MORE: f"{HUB}    circuits:\n" + "".join(f"      line{k}: {{from: r1, to: core-r1}}\n" for k in range(n))
    },
    "roles that are missing": lambda n: {
        MORE: f"{HUB}    devices: {{" + ", ".join(f"d{k}: r{k}" for k in range(n)) + "}\n"
    },
    "one archetype at many sites": _archetypes,
    "lines with numbers used twice": _hub_circuits(lambda _: ", line_number: a"),
    # business
    "carriers": lambda n: _named("carriers", n, lambda _: "{name_zh: x}"),
    "carriers that are nothing": lambda n: _named("carriers", n, lambda _: "null"),
    "carriers with an unknown key": lambda n: _named("carriers", n, lambda _: "{name_zh: x, y: 1}"),
    "carriers without a name": lambda n: _named("carriers", n, lambda _: "{}"),
    "services in layers": lambda n: _service_layers(min(n, 80)),
    "a chain of services": lambda n: _named("services", n, lambda k: f"{{name_zh: x, needs: [x{k + 1}]}}"),
    "a loop of services": lambda n: _named("services", n, lambda k: f"{{name_zh: x, needs: [x{(k + 1) % n}]}}"),
    "services that need all that is missing": lambda n: {
        MORE: "services:\n  big: {name_zh: x, needs: [" + ", ".join(f"pensio{k}" for k in range(n)) + "]}\n"
    },
    "partners of services that are missing": lambda n: _named(
        "services", n, lambda k: f"{{name_zh: x, peers: [p{k}]}}"
    ),
    "services for one kind of partner": lambda n: {
        MORE: _named("services", n, lambda _: "{name_zh: x, peers: [bank]}")[MORE]
        + "extranet:\n  bank: {name_zh: x, levels: [], services: ["
        + ", ".join(f"x{k}" for k in range(n))
        + "]}\n"
    },
    "databases without hosts": lambda n: _named(
        "databases",
        n,
        lambda k: (
            f"{{name_zh: x, service_address: 10.3.0.9, port: 5432, primary: east-dc-db{k + 2}, "
            f"standby: west-dc-db{k + 2}, replication: sync, rto_s: 1, rpo_s: 1}}"
        ),
    ),
    "hosts of one application": lambda n: {
        MORE: "applications:\n  big: {name_zh: x, hosts: [" + ", ".join(f"h{k}" for k in range(n)) + "]}\n"
    },
    "agencies at many sites": _agencies,
    "partners at many sites": _extranet,
    "routing tables alike": lambda n: _named("vrfs", n, lambda _: '{rd: "1:1", vlan: 2}'),
    # topology
    "exceptions of one device": _exceptions,
    "exceptions of no device": _exceptions_of_devices,
    "pools": _pools,
    "stale allocations": _allocations,
    "lab scales": _scales,
    "public prefixes": lambda n: {
        **_named("peers", n, lambda k: f"{{name_zh: x, prefixes: [10.{k % 256}.0.0/16]}}"),
        **_topology("addresses", ADDRESSES + "public: [" + ", ".join(["8.0.0.0/8"] * n) + "]\n"),
    },
    "targets": lambda n: _topology(
        "targets", "targets:\n" + "".join(f"  - {{prefecture: eas{k}, sites: 1}}\n" for k in range(n))
    ),
    # texts
    "files alike": _files,
    "unknown keys": lambda n: {MORE: "".join(f"k{k}: 1\n" for k in range(n))},
    "keys that stand twice": lambda n: {MORE: "carriers:\n" + "  a: {name_zh: x}\n" * n},
    "keys by case": lambda n: _named("carriers", n, lambda _: "{name_zh: x}", "xX%d"),
    "texts that are too long": lambda n: _named("carriers", n // 100, lambda _: f"{{name_zh: {'y' * 5000}}}"),
    "names that are too long": lambda n: _named("carriers", n // 100, lambda _: "{name_zh: x}", "y" * 5000 + "%d"),
    "a long name above many": lambda n: {
        MORE: 'counties:\n  c:\n    parent: east\n    code: "990199"\n    name_zh: x\n    townships:\n'
        f'      {"t" * 1000 * (n // 100)}:\n        code: "990199001"\n        name_zh: x\n        communities:\n'
        + "".join(f'          v{k}: {{code: "{10**11 + k}", name_zh: x}}\n' for k in range(n))
    },
    "a name of many parts": lambda n: (
        _counties(4, lambda _: f", parent: {'a-' * n}b") | {"inventory/bad.yaml": "a: [\n"}
    ),
    "a pattern for a text": lambda n: {
        MORE: f"{HUB}    devices: {{r1: core}}\n    circuits:\n"
        f'      r1-up1: {{from: r1, to: core-r1, line_number: "{"{word}" * n}"}}\n',
        "topology/addresses.yaml": ADDRESSES,
    },
    "directives": lambda n: {MORE: "".join(f"%TAG !a{k}! tag:x,{k}:\n" for k in range(n)) + "--- {}\n"},
    "wide numbers": lambda n: {MORE: f"network: {{asn: {'9' * n}}}\n"},
    "addresses of many digits": lambda n: _topology("addresses", ADDRESSES + f"public: [{'1' * n}.0.0.0/8]\n"),
    "words that cannot be parsed": lambda n: {MORE: " ".join(f"w{k}" for k in range(n)) + "\n:["},
    # other folders
    "checks of no role": lambda n: {
        "monitors/checks.yaml": "checks:\n"
        + "".join(f"  c{k}: {{reads: system, roles: [r{k}], every_s: 60}}\n" for k in range(n))
    },
    "unknown keys of a plan": lambda n: {"dr/plan.yaml": "".join(f"k{k}: 1\n" for k in range(n))},
    "fences of nobody": lambda n: {
        "dr/plan.yaml": "sites: {primary: east-dc, standby: west-dc}\nrun_from: core-r1\nfences:\n"
        + "".join(f"  h{k}: {{rings: [[core-r1]], vantages: [core-r2, west-dc-r1]}}\n" for k in range(n))
    },
    "steps of a runbook": lambda n: {
        "dr/runbooks/long.yaml": "name: long\ntitle: x\nsteps:\n"
        + "".join(f"  - {{name: s{k}, action: assess, needs: [t{k}]}}\n" for k in range(n))
    },
    "good steps of a runbook": lambda n: {
        "dr/runbooks/long.yaml": "name: long\ntitle: x\nsteps:\n"
        + "".join(f"  - {{name: s{k}, action: assess}}\n" for k in range(n))
    },
    "standards": lambda n: {
        "topology/standards/own.yaml": "set: {name: own, prefix: OWN, title: {en: x, zh: y}, "
        "source: {en: x, zh: y}, citation: z}\nrules:\n"
        + "".join(
            f"  X{k}: {{title: {{en: x, zh: y}}, clause: a, aspect: network, severity: error}}\n" for k in range(n)
        )
    },
}
"""What to call it, and how to make it ``n`` times."""
