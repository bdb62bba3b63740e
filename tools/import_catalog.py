#!/usr/bin/env python3
"""Turns the collected CSV tables into the catalogue's embedded snapshot.

    tools/import_catalog.py SOURCE_DIR OUT_DIR     write the snapshot
    tools/import_catalog.py --check OUT_DIR        compare the files with their manifest

Standard library only. The output depends on the input alone. docs/catalog.md describes rules and columns.
"""

import csv
import hashlib
import re
import sys
from decimal import Decimal
from pathlib import Path

KIB = 1024
GIB = 1024**3
GB = 10**9
MB = 10**6
FILES = ["node_regions.tsv", "node_types.tsv", "places.tsv", "prices.tsv", "texts.tsv"]

NODE_COLUMNS = (
    "service name family generation arch vcpu engine_threads memory usable usable_estimate ssd network "
    "network_burst connections connections_note io credit_baseline credits_per_hour credits_max valkey_since "
    "redis_since sharding shards replicas_min replicas_max replicas_in_price sla stage rps_tls rps_plain "
    "rps_method plan source as_of note"
).split()
PRICE_COLUMNS = (
    "scope region item engine term unit usd upfront recurring confidence estimate meter source as_of discounts note"
).split()
NODE_TEXTS = {"usable_estimate", "connections_note", "rps_method", "source", "note"}
PRICE_TEXTS = {"estimate", "meter", "source", "note"}

AWS_TERMS = {
    "ondemand": "on-demand",
    "1y_no": "1y-no-upfront",
    "1y_partial": "1y-partial-upfront",
    "1y_all": "1y-all-upfront",
    "3y_no": "3y-no-upfront",
    "3y_partial": "3y-partial-upfront",
    "3y_all": "3y-all-upfront",
}
AZURE_TERMS = {"ondemand": "on-demand", "1y_reservation": "1y-no-upfront", "3y_reservation": "3y-no-upfront"}


def fail(message):
    sys.exit(f"import_catalog: {message}")


def check(condition, message):
    if not condition:
        fail(message)


def read(source, name):
    with open(source / name, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    check(rows, f"{name} is empty")
    return rows


def number(value):
    """A plain decimal: no exponent, no trailing zeros."""
    if value in ("", None):
        return ""
    value = Decimal(str(value))
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def date(text):
    """`2026 (undated)` is 2026."""
    found = re.match(r"\d{4}(-\d{2}(-\d{2})?)?", text)
    check(found, f"`{text}` is not a date")
    return found.group(0)


def join(*notes):
    return "; ".join(n for n in notes if n)


# --- node types ------------------------------------------------------------------------------------------------

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
        named = r["maxclients"] != "65000"
        yield node(
            "elasticache",
            r["node_type"],
            family=r["family"],
            generation=r["generation"],
            arch=r["arch"],
            vcpu=number(r["vcpu"]),
            engine_threads="1",
            memory=number(Decimal(r["memory_gib"]) * GIB),
            usable=str(usable),
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
        memory=number(Decimal(r["memory_gb_low"]) * GB),
        usable=number(Decimal(r["memory_gb_low"]) * GB * 4 / 5),
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


def nocluster(r):
    return "can be had without clustering (25 GB at most)" if r["nocluster_ok"] == "yes" else ""


def classic_redis(r):
    tier = r["family"]
    replicas = {"Basic": ("0", "0", "yes"), "Standard": ("1", "1", "yes"), "Premium": ("1", "3", "no")}[tier]
    memory = Decimal(r["memory_gb_low"]) * GB
    basic = tier == "Basic"
    usable = memory * 9 / 10 if basic else memory * 4 / 5
    return node(
        "azure-cache-for-redis",
        r["sku"],
        family=tier,
        vcpu="" if r["vcpu"] == "shared" else number(r["vcpu"]),
        engine_threads="1",
        memory=number(memory),
        usable=number(usable),
        usable_estimate="0.9 x the size: Basic reserves nothing, a tenth is kept for overhead"
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


# --- prices ----------------------------------------------------------------------------------------------------


def price(scope, region, item, usd, unit, meter, r, **fields):
    row = dict.fromkeys(PRICE_COLUMNS, "")
    row.update(
        scope=scope,
        region=region,
        item=item,
        term="on-demand",
        unit=unit,
        usd=number(usd),
        confidence=r["confidence"],
        estimate=estimate(r),
        meter=meter,
        source=r["source"],
        as_of=date(r["as_of"]),
    )
    row.update(fields)
    return row


def estimate(r):
    """Why a price is not a list price; empty for one that was read from a list and is not disputed."""
    if r["derived"] == "yes":
        rule = r.get("rule", "").replace("_", " ")
        return join(f"{rule}: {r['basis']}" if r.get("basis") else rule or "computed", low_note(r))
    check(r["derived"] == "no", f"derived is `{r['derived']}`")
    return join(low_note(r))


def low_note(r):
    if r["confidence"] != "low":
        return ""
    return f"unverified: {r['note']}" if r.get("note") else "unverified"


def elasticache_prices(source):
    rows = read(source, "aws_elasticache_prices.csv")
    real = sum(r["derived"] == "no" for r in rows)
    check((real, len(rows) - real) == (242, 813), f"expected 242 real and 813 estimated rows, found {real} of {len(rows)}")
    for r in rows:
        check(r["unit"] == "node-hour", f"unit {r['unit']}")
        if r["engine"] == "memcached":
            continue
        yield price(
            "elasticache",
            r["region"],
            r["node_type"],
            r["usd"],
            "node-hour",
            f"NodeUsage:{r['node_type']}",
            r,
            engine=r["engine"],
            term=AWS_TERMS[r["term"]],
            upfront=number(r["upfront_usd"]),
            recurring=number(r["recurring_usd_per_hour"]),
        )


def serverless_prices(source):
    for r in read(source, "aws_serverless_prices.csv"):
        if r["engine"] == "memcached":
            continue
        engine = r["engine"].capitalize()
        for item, usd, unit, meter, note in [
            (
                "stored-gb-hour",
                r["usd_per_gb_hour"],
                "gb-hour",
                f"CachedData:{engine}",
                f"at least {r['metered_min_gb']} GB is billed",
            ),
            ("million-ecpu", r["usd_per_million_ecpu"], "million-ecpu", f"ElastiCacheProcessingUnits:{engine}", ""),
        ]:
            yield price("elasticache-serverless", r["region"], item, usd, unit, meter, r, engine=r["engine"], note=note)


# item of the source -> scope, item, unit; what is not here is of no use to a cache and is left out.
AWS_ITEMS = {
    "elasticache_backup_storage": ("elasticache", "backup", "gb-month"),
    "extended_support_yr1_yr2": ("elasticache", "extended-support-yr1", "node-hour"),
    "extended_support_yr3": ("elasticache", "extended-support-yr3", "node-hour"),
    "sync_durability": ("elasticache", "sync-durability", "node-hour"),
    "intra_region_cross_az_transfer": ("aws", "cross-az-gb", "gb-per-direction"),
    "inter_region_transfer": ("aws", "inter-region-gb", "gb"),
    "internet_egress_first_10TB": ("aws", "egress-gb", "gb"),
    "cloudwatch_alarm": ("aws", "alarm", "alarm-month"),
    "cloudwatch_alarm_high_resolution": ("aws", "alarm-high-resolution", "alarm-month"),
    "cloudwatch_logs_ingest": ("aws", "logs-gb", "gb"),
    "kms_key": ("aws", "kms-key", "month"),
    "nat_gateway_hour": ("aws", "nat-gateway", "hour"),
    "public_ipv4": ("aws", "public-ipv4", "hour"),
    "ebs_gp3": ("aws", "disk-gb", "gb-month"),
    "ebs_snapshot": ("aws", "disk-snapshot-gb", "gb-month"),
}


def aws_other_prices(source):
    rows = read(source, "aws_other_prices.csv")
    check(len(rows) == 51, f"expected 51 other AWS prices, found {len(rows)}")
    for r in rows:
        if r["item"] not in AWS_ITEMS or r["multiplier"]:
            continue  # multipliers are rules of the program (src/catalog/extended.rs), checked below
        scope, item, unit = AWS_ITEMS[r["item"]]
        if r["node_type"]:
            item = f"{item}:{r['node_type']}"
        yield price(
            scope, r["region"], item, r["usd"], unit, r["item"].replace("_", " "), r, engine=r["engine"], note=r["note"]
        )
    multipliers = {r["item"]: r["multiplier"] for r in rows if r["multiplier"]}
    check(
        multipliers == {"extended_support_yr1_yr2": "0.80", "extended_support_yr3": "1.60"},
        f"the extended-support multipliers changed: {multipliers}; change src/catalog/extended.rs too",
    )


def ec2_prices(source):
    rows = read(source, "ec2_prices.csv")
    check(len(rows) == 337, f"expected 337 EC2 prices, found {len(rows)}")
    for r in rows:
        if r["term"].endswith("compute_sp_no"):
            continue  # a savings plan covers any machine: it is not a price of this one
        yield price(
            "ec2",
            r["region"],
            r["instance_type"],
            r["usd"],
            "node-hour",
            f"BoxUsage:{r['instance_type']} (Linux, shared tenancy)",
            r,
            term=AWS_TERMS[r["term"]],
        )


AZURE_SCOPES = {
    "Azure Managed Redis": "azure-managed-redis",
    "Azure Cache for Redis": "azure-cache-for-redis",
    # Not offered; kept so that what is paid today can be shown.
    "Azure Cache for Redis Enterprise": "azure-cache-for-redis",
}


def azure_prices(source):
    rows = read(source, "azure_prices.csv")
    check(len(rows) == 305, f"expected 305 Azure prices, found {len(rows)}")
    for r in rows:
        check(r["currency"] == "USD", f"currency {r['currency']}")
        # One meter is the price of a size: the whole cache for Basic and Standard, the node elsewhere.
        # The other one stays visible under a name of its own and is never taken for the price.
        rule = "per_cache" if r["sku"].split("_")[0] in ("Basic", "Standard") else "per_node"
        other = "" if r["unit"] == rule else " (node meter)" if r["unit"] == "per_node" else " (whole-cache meter)"
        total = r["term_total_usd"]
        yield price(
            AZURE_SCOPES[r["service"]],
            r["region"],
            r["sku"] + other,
            r["usd_per_hour"],
            {"per_node": "node-hour", "per_cache": "cache-hour"}[r["unit"]],
            f"{r['product_name']} / {r['meter_name']}",
            r,
            term=AZURE_TERMS[r["term"]],
            note=join(f"reservation of {total} USD for the term, paid at once or monthly" if total else "", r["note"]),
        )


GCP_UNITS = {
    "per_node_hour": "node-hour",
    "per_provisioned_gib_hour": "gib-hour",
    "per_gb_hour": "gb-hour",
    "per_gib": "gib",
}
GCP_ITEMS = {"AOF_STORAGE": "aof", "BACKUP": "backup", "PSC_DATA": "psc-gb"}


def gcp_prices(source):
    rows = read(source, "gcp_prices.csv")
    check(len(rows) == 861, f"expected 861 Google prices, found {len(rows)}")
    for r in rows:
        check(r["term"] == "ondemand", f"term {r['term']}")
        name = r["node_type_api"]
        item = GCP_ITEMS.get(name) or (f"{r['tier']}-{name}" if r["tier"] else name)
        source_text = r["source"].replace("Billing Catalog snapshots, see README", "Cloud Billing Catalog 2026-08, scaled")
        yield price(
            r["product"],
            r["region"],
            item,
            r["usd"],
            GCP_UNITS[r["unit"]],
            gcp_meter(r),
            r | {"source": source_text},
            discounts="cud" if r["cud_eligible"] == "yes" else "",
            note=r["note"] if r["confidence"] != "low" else "",
        )


def gcp_meter(r):
    name = r["node_type_api"]
    if r["tier"]:
        return f"Redis Capacity {'Basic' if r['tier'] == 'BASIC' else 'Standard'} {name}"
    words = name.removeprefix("REDIS_").replace("_", " ").title()
    return f"{'Redis Cluster' if 'cluster' in r['product'] else 'Valkey'} Node {words}"


def upstash_prices(source):
    for r in read(source, "upstash_plans.csv"):
        plan = r["api_plan"]
        if r["kind"] == "metered":
            for item, column, unit, note in [
                ("commands-100k", "usd_per_100k_commands", "100k-commands", "a write is billed once per region"),
                ("storage-gb-month", "storage_usd_per_gb_month", "gb-month", f"beyond {r['included_storage_gb']} GB"),
                ("bandwidth-gb", "bandwidth_usd_per_gb", "gb", f"beyond {r['included_bandwidth_gb_month']} GB a month"),
                ("extra-database", "extra_database_usd_month", "month", "beyond ten databases of the account"),
            ]:
                yield price("upstash-payg", "global", item, r[column], unit, f"{plan}: {item}", r, note=note)
        elif r["kind"] in ("fixed", "free"):
            yield price("upstash-fixed", "global", plan, r["usd_per_month"], "month", f"plan {plan}", r)
            if r["read_region_usd_month"]:
                yield price(
                    "upstash-fixed",
                    "global",
                    f"read-region:{plan}",
                    r["read_region_usd_month"],
                    "month",
                    f"plan {plan}, read region",
                    r,
                    note="for each read region",
                )
        elif r["kind"] == "addon":
            yield price("upstash", "global", "prod-pack", r["usd_per_month"], "month", r["plan"], r, note=r["note"])
        else:
            check(not r["usd_per_month"], f"plan {r['plan']} has a price but no rule")


# --- checks ----------------------------------------------------------------------------------------------------


def check_unique(rows, columns, what):
    seen = set()
    for r in rows:
        key = tuple(r[c] for c in columns)
        check(key not in seen, f"{what}: {key} is there twice")
        seen.add(key)


def check_prices(nodes, prices):
    check_unique(nodes, ["service", "name"], "node types")
    check_unique(prices, ["scope", "region", "item", "engine", "term"], "prices")
    for r in prices:
        check(Decimal(r["usd"]) > 0 or r["item"] == "free", f"{r['item']} in {r['region']} costs {r['usd']}")
        check(r["confidence"] in ("low", "medium", "high"), f"confidence {r['confidence']}")
        check(r["estimate"] or r["confidence"] != "low", f"{r['item']}: low confidence without a word about it")
    by_key = {(r["scope"], r["region"], r["item"], r["engine"], r["term"]): Decimal(r["usd"]) for r in prices}
    for (scope, region, item, engine, term), usd in by_key.items():
        redis = by_key.get((scope, region, item, "redis", term))
        if engine == "valkey" and redis:
            check(usd > redis * 6 / 10, f"{item} in {region}, {term}: Valkey {usd} is more than 40 % below Redis {redis}")
    check_ladder(nodes, prices)


def check_ladder(nodes, prices):
    """In a family a GiB costs about the same in every size, and a larger size never costs less."""
    memory = {(n["service"], n["name"]): (n["family"], Decimal(n["memory"])) for n in nodes}
    ladders = {}
    for r in prices:
        if (r["scope"], r["item"]) in memory and r["unit"] != "month":
            family, size = memory[r["scope"], r["item"]]
            key = (r["scope"], r["region"], r["engine"], r["term"], family)
            ladders.setdefault(key, []).append((size, Decimal(r["usd"]), r["item"]))
    for key, steps in ladders.items():
        steps.sort()
        for (small, low, _), (large, high, name) in zip(steps, steps[1:]):
            check(high >= low, f"{name} in {key}: {high} is less than the next smaller size's {low}")
            if key[0] in ("elasticache", "ec2") and key[4][0] != "t":
                check(high / large < low / small * 3 / 2, f"{name} in {key}: {high} is far off the size ladder")
                check(high / large > low / small / 2, f"{name} in {key}: {high} is far off the size ladder")


# --- output ----------------------------------------------------------------------------------------------------


def write(out, name, columns, rows):
    lines = ["\t".join(columns)]
    for r in rows:
        fields = [str(r[c]) for c in columns]
        check(not any("\t" in f or "\n" in f for f in fields), f"{name}: a tab or line break in {fields}")
        lines.append("\t".join(fields))
    (out / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def numbered(tables):
    """Replaces shared sentences by numbers."""
    texts = sorted({r[c] for rows, columns in tables for r in rows for c in columns if r[c]})
    index = {text: i + 1 for i, text in enumerate(texts)}
    for rows, columns in tables:
        for r in rows:
            for c in columns:
                r[c] = index.get(r[c], "")
    return [{"number": i, "text": text} for text, i in index.items()]


def manifest(out, newest):
    lines = ["file\trows\tsha256_or_date"]
    for name in FILES:
        data = (out / name).read_bytes()
        rows = data.count(b"\n") - 1
        lines.append(f"{name}\t{rows}\t{hashlib.sha256(data).hexdigest()}")
    lines.append(f"snapshot\t{len(FILES)}\t{newest}")
    return "\n".join(lines) + "\n"


def newest_date(dates):
    return max(d for d in dates if len(d) == 10)


def run(source, out):
    out.mkdir(parents=True, exist_ok=True)
    check((out / "places.tsv").exists(), "places.tsv is kept by hand and must be in OUT_DIR")
    families = read(source, "aws_node_regions.csv")
    check(len(families) == 38, f"expected 38 AWS regions, found {len(families)}")
    nodes = [*elasticache_nodes(source), serverless_node(), *ec2_nodes(source), *azure_nodes(source)]
    nodes += [*gcp_nodes(source), *upstash_nodes(source)]
    prices = [*elasticache_prices(source), *serverless_prices(source), *aws_other_prices(source)]
    prices += [*ec2_prices(source), *azure_prices(source), *gcp_prices(source), *upstash_prices(source)]
    check_prices(nodes, prices)
    newest = newest_date([r["as_of"] for r in nodes + prices + families])
    nodes.sort(key=lambda r: (r["service"], r["family"], Decimal(r["memory"]), r["name"]))
    prices.sort(key=lambda r: (r["scope"], r["region"], r["item"], r["engine"], r["term"]))
    families.sort(key=lambda r: r["region"])
    texts = numbered([(nodes, sorted(NODE_TEXTS)), (prices, sorted(PRICE_TEXTS))])
    write(out, "node_types.tsv", NODE_COLUMNS, nodes)
    write(out, "prices.tsv", PRICE_COLUMNS, prices)
    write(out, "node_regions.tsv", ["region", "families"], families)
    write(out, "texts.tsv", ["number", "text"], texts)
    (out / "SNAPSHOT").write_text(manifest(out, newest), encoding="utf-8")


def verify(out):
    listed = (out / "SNAPSHOT").read_text(encoding="utf-8")
    newest = listed.rstrip().rsplit("\t", 1)[1]
    check(listed == manifest(out, newest), "the files are not those of the manifest: run the importer again")


def main(arguments):
    match arguments:
        case ["--check", out]:
            verify(Path(out))
        case [source, out]:
            run(Path(source), Path(out))
        case _:
            fail(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
