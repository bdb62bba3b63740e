"""Node types, sizes and plans."""

import re
from decimal import Decimal

from .common import GB, GIB, MB, NODE_COLUMNS, check, date, join, number, read

# Superseded by a family of the same class that is sold for both engines; the vendor's own column knows old x86 only.
OLDER = {"m5", "r5", "m6g", "r6g", "t3"}
# Share of maxmemory that AWS advises to reserve (User Guide, redis-memory-management), in per cent; 25 elsewhere.
RESERVED = {"micro": 50, "small": 30}
VCPU_NOTE = "vCPU by EC2 size equivalence, an assumption"


def node(service, name, **fields):
    row = dict.fromkeys(NODE_COLUMNS, "")
    row.update(
        service=service, name=name, generation="current", replicas_in_price="no", sla="yes", stage="ga", shards="1"
    )
    row.update(fields)
    return row


def elasticache_nodes(source):
    rows = read(source, "aws_nodes.csv")
    check(len(rows) == 94, f"expected 94 ElastiCache node types, found {len(rows)}")
    for r in rows:
        usable = int(r["usable_bytes_at_25pct_reserved"])
        check(usable == int(r["maxmemory_bytes"]) * 3 // 4, f"{r['node_type']}: usable is not 0.75 of maxmemory")
        reserved = RESERVED.get(r["node_type"].split(".")[-1]) if r["category"] == "burstable" else None
        if reserved:
            usable = int(r["maxmemory_bytes"]) * (100 - reserved) // 100
        named = r["maxclients"] != "65000"
        yield node(
            "elasticache",
            r["node_type"],
            family=r["family"],
            generation=generation(r),
            arch=r["arch"],
            vcpu=number(r["vcpu"]),
            engine_threads="1",
            memory=number(Decimal(r["memory_gib"]) * GIB),
            usable=str(usable),
            usable_estimate=f"maxmemory less the {reserved}% that AWS advises to reserve on this size" if reserved else "",
            ssd=number(Decimal(r["ssd_gib"]) * GIB) if r["ssd_gib"] else "",
            network=gbps(r["network_gbps_baseline"]),
            network_burst=gbps(r["network_gbps_burst"]),
            connections=r["maxclients"],
            connections_note="" if named else "the documented default; no figure for this very type",
            io="".join(r[c][0] for c in ("enhanced_io", "tls_offload", "io_multiplexing")),
            credit_baseline=number(Decimal(r["cpu_baseline_pct_per_vcpu"]) / 100)
            if r["cpu_baseline_pct_per_vcpu"]
            else "",
            credits_per_hour=r["cpu_credits_per_hour"],
            credits_max=r["cpu_credits_max"],
            valkey_since=r["valkey_min_version"],
            redis_since=r["redis_min_version"],
            sharding="optional",
            shards="500",
            replicas_min="0",
            replicas_max="5",
            source="ElastiCache User Guide: supported node types, engine parameters",
            as_of=date(r["prices_as_of"]),
            note=join(VCPU_NOTE, r["notes"]),
        )


def generation(r):
    if r["generation"] == "older":
        return "legacy"
    return "older" if r["family"] in OLDER else r["generation"]


def gbps(text):
    return number(Decimal(text) * 10**9 / 8) if text else ""


EC2_FAMILIES = {"m": 4, "c": 2, "r": 8}
EC2_SMALL = {"nano": "0.5", "micro": "1", "small": "2", "medium": "4", "large": "8", "xlarge": "16", "2xlarge": "32"}
EC2_CREDIT = {"nano": 5, "micro": 10, "small": 20, "medium": 20, "large": 30, "xlarge": 40, "2xlarge": 40}


def ec2_shape(name):
    """vCPU and GiB from the name, by AWS's family rules."""
    family, size = name.split(".")
    if family in ("t3", "t4g"):
        return {"xlarge": 4, "2xlarge": 8}.get(size, 2), Decimal(EC2_SMALL[size])
    vcpu = {"medium": 1, "large": 2, "xlarge": 4}.get(size) or 4 * int(size.removesuffix("xlarge"))
    return vcpu, Decimal(vcpu * EC2_FAMILIES[family[0]])


def ec2_nodes(source):
    network = {r["node_type"]: r["network_gbps_baseline"] for r in read(source, "aws_nodes.csv")}
    for name in sorted({r["instance_type"] for r in read(source, "ec2_prices.csv")}):
        family, size = name.split(".")
        vcpu, gib = ec2_shape(name)
        same = network.get(f"cache.{name}", "")
        yield node(
            "ec2",
            name,
            family=family,
            generation="older" if family in ("m5", "r5", "t3") else "current",
            arch="arm64" if family.endswith("g") else "x86_64",
            vcpu=str(vcpu),
            engine_threads="1",
            memory=number(gib * GIB),
            usable=number(gib * GIB * 3 / 4),
            usable_estimate="RAM x 0.75, for a cache without snapshots",
            network=gbps(same),
            connections="10000",
            connections_note="the server's default maxclients; it can be raised with the file limit",
            credit_baseline=number(Decimal(EC2_CREDIT[size]) / 100) if family[0] == "t" else "",
            valkey_since="any",
            redis_since="any",
            sharding="optional",
            shards="500",
            replicas_min="0",
            replicas_max="5",
            source="EC2 price table",
            as_of="2026-06",
            note=join(
                "vCPU and memory derived from the instance name by family rules, an assumption",
                "baseline network taken from the ElastiCache node type of the same name" if same else "",
                "CPU baseline by AWS's size rule, an assumption" if family[0] == "t" else "",
            ),
        )


def azure_nodes(source):
    rows = read(source, "azure_skus.csv")
    check(len(rows) == 70, f"expected 70 Azure sizes, found {len(rows)}")
    for r in rows:
        if r["service"] == "Azure Managed Redis":
            yield managed_redis(r)
        elif r["service"] == "Azure Cache for Redis":
            yield classic_redis(r)
        else:
            # Enterprise tiers can no longer be created: they have prices ("what you pay now") but no data sheet.
            check(r["create"].startswith("blocked"), f"{r['sku']} can be created but is left out")


def managed_redis(r):
    flash = r["family"] == "FlashOptimized"
    return node(
        "azure-managed-redis",
        r["sku"],
        family=r["family"],
        vcpu=number(r["vcpu"]),
        engine_threads=r["primary_shards"],
        memory=number(Decimal(r["memory_gb"]) * GB),
        usable=usable_of(r, Decimal("0.8")),
        usable_estimate="0.8 x the smallest published size, a GB taken as 10^9 bytes",
        ssd=number(Decimal(r["memory_gb_low"]) * GB * 4 / 5) if flash else "",
        connections=r["max_connections"],
        redis_since="any",
        sharding="inside",
        shards=r["primary_shards"],
        replicas_min="0",
        replicas_max="1",
        stage={"GA": "ga", "preview": "preview"}[r["stage"]],
        rps_tls=r["get_rps_tls"],
        rps_method=r["rps_method"] if r["get_rps_tls"] else "",
        source=r["source"],
        as_of=date(r["as_of"]),
        note=join(r["note"], "no service level without high availability", nocluster(r)),
    )


def usable_of(r, share):
    """The table's own estimate, which must follow the rule that is printed with it."""
    gigabytes = Decimal(r["usable_gb_estimate"])
    check(gigabytes == Decimal(r["memory_gb_low"]) * share, f"{r['sku']}: usable is not {share} of the size")
    return number(gigabytes * GB)


def nocluster(r):
    return "can be had without clustering (25 GB at most)" if r["nocluster_ok"] == "yes" else ""


def classic_redis(r):
    tier = r["family"]
    replicas = {"Basic": ("0", "0", "yes"), "Standard": ("1", "1", "yes"), "Premium": ("1", "3", "no")}[tier]
    basic = tier == "Basic"
    return node(
        "azure-cache-for-redis",
        r["sku"],
        family=tier,
        vcpu="" if r["vcpu"] == "shared" else number(r["vcpu"]),
        engine_threads="1",
        memory=number(Decimal(r["memory_gb"]) * GB),
        usable=usable_of(r, 1 if basic else Decimal("0.8")),
        usable_estimate="the full size: Basic reserves nothing, so keep headroom for overhead"
        if basic
        else "0.8 x the size: two reserves of about a tenth each, a GB taken as 10^9 bytes",
        network=number(Decimal(r["bandwidth_mbps"]) * 10**6 / 8),
        connections=r["max_connections"],
        redis_since="any",
        sharding="optional" if tier == "Premium" else "none",
        shards="10" if tier == "Premium" else "1",
        replicas_min=replicas[0],
        replicas_max=replicas[1],
        replicas_in_price=replicas[2],
        sla="no" if basic else "yes",
        stage=r["stage"],
        rps_tls=r["get_rps_tls"],
        rps_plain=r["get_rps_no_tls"],
        rps_method=r["rps_method"] if r["get_rps_tls"] else "",
        source=r["source"],
        as_of=date(r["as_of"]),
        note=r["note"],
    )


CLASSIC_GIB = [1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 16, 20, 24, 30, 35, 36, 40, 50, 60, 80, 100]
CLASSIC_GIB += [101, 120, 160, 200, 250, 300]


def gcp_nodes(source):
    rows = read(source, "gcp_nodes.csv")
    check(len(rows) == 27, f"expected 27 Google node types and bands, found {len(rows)}")
    for r in rows:
        if r["product"] == "memorystore-redis":
            low, high = int(r["size_gib_min"]), int(r["size_gib_max"])
            for gib in (g for g in CLASSIC_GIB if low <= g <= high):
                yield classic_memorystore(r, gib)
        else:
            yield memorystore(r)


def memorystore(r):
    valkey = r["product"] == "memorystore-valkey"
    only_one = r["modes"] == "CLUSTER_DISABLED"
    return node(
        r["product"],
        r["node_type_api"],
        family=re.sub(r"_[A-Z0-9]+$", "", r["node_type_api"]),
        vcpu=number(r["vcpu"]),
        engine_threads="1",
        memory=number(Decimal(r["memory_gb"]) * GB),
        usable=number(Decimal(r["keyspace_gb_default"]) * GB),
        usable_estimate="" if valkey else "taken from the Valkey node type of the same name",
        connections=r["default_clients"],
        connections_note=f"by default; up to {int(r['max_clients']):,} when raised",
        valkey_since="any" if valkey else "",
        redis_since="" if valkey else "any",
        sharding="none" if only_one else "optional" if "DISABLED" in r["modes"] else "required",
        shards="1" if only_one else "250",
        replicas_min="0",
        replicas_max="5",
        sla=r["sla"],
        source=r["source"],
        as_of=date(r["as_of"]),
        note=join(r["note"], "no committed-use discount" if r["cud_eligible"] == "no" else ""),
    )


def classic_memorystore(r, gib):
    ha = r["tier"] == "STANDARD_HA"
    return node(
        "memorystore-redis",
        f"{r['tier']}-{gib}",
        family=r["tier"],
        engine_threads="1",
        memory=str(gib * GIB),
        usable=number(Decimal(gib * GIB) * 4 / 5),
        usable_estimate="0.8 x the size, as Google advises; the default limit is the whole size",
        connections="65000",
        connections_note=f"Redis 7.0 and later; with TLS on older versions {int(r['max_clients_tls']):,}",
        redis_since="any",
        sharding="none",
        replicas_min="1" if ha else "0",
        replicas_max="1" if ha else "0",
        replicas_in_price="yes",
        sla=r["sla"],
        source=r["source"],
        as_of=date(r["as_of"]),
        note=f"price band {r['node_type_api']}; any whole GiB from 1 to 300 can be had",
    )


def upstash_nodes(source):
    for r in read(source, "upstash_plans.csv"):
        if r["kind"] not in ("free", "metered", "fixed"):
            continue
        size = Decimal(r["max_data_gb"]) * GB
        commands = r["included_commands_month"]
        limits = [
            r["max_commands_per_sec"],
            commands if r["kind"] == "free" else "-",
            number(Decimal(r["included_bandwidth_gb_month"]) * GB),
            number(Decimal(r["included_storage_gb"]) * GB),
            number(Decimal(r["max_request_mb"]) * MB),
            number(Decimal(r["max_record_mb"]) * MB),
        ]
        yield node(
            "upstash-payg" if r["kind"] == "metered" else "upstash-fixed",
            r["api_plan"],
            family=r["kind"],
            memory=number(size),
            usable=number(size),
            connections="10000",
            connections_note="the example value of the API description; no published table",
            redis_since="any",
            sharding="none",
            replicas_min="0",
            replicas_max="0",
            replicas_in_price="yes",
            sla="no",
            plan=" ".join(limits),
            source=r["source"],
            as_of=date(r["as_of"]),
            note=r["note"],
        )


def serverless_node():
    return node(
        "elasticache-serverless",
        "serverless",
        family="serverless",
        memory=str(5000 * GIB),
        usable=str(5000 * GIB),
        connections="65000",
        valkey_since="7.2",
        redis_since="7.1",
        sharding="none",
        replicas_min="0",
        replicas_max="0",
        replicas_in_price="yes",
        source="ElastiCache User Guide: redisconfiguration, scaling",
        as_of="2026-04-13",
        note="copies in several zones are inside",
    )


def all_nodes(source):
    yield from elasticache_nodes(source)
    yield serverless_node()
    yield from ec2_nodes(source)
    yield from azure_nodes(source)
    yield from gcp_nodes(source)
    yield from upstash_nodes(source)
