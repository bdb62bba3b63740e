"""Prices."""

from decimal import Decimal

from .blocks import words
from .common import AWS_TERMS, AZURE_TERMS, PRICE_COLUMNS, check, date, join, number, read
from .sources import listed

# What is filed under this region has the same price in all of them.
EVERYWHERE = "global"


def vendor(scope):
    if scope.startswith("azure"):
        return "Azure"
    if scope.startswith("memorystore"):
        return "Google Cloud"
    return "Upstash" if scope.startswith("upstash") else "AWS"


def price(scope, region, item, usd, unit, meter, r, **fields):
    row = dict.fromkeys(PRICE_COLUMNS, "")
    source, copy = listed(r["source"], vendor(scope))
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
        source=source,
        copy=copy,
        as_of=date(r["as_of"]),
    )
    row.update(fields)
    return row


# How a derived row was made, for people.
RULES = {
    "usw2_eq_use1": "taken from us-east-1, whose prices were equal wherever both are known",
    "reserved_ratio": "{basis}, the ratio of one real reservation of a Graviton node",
    "reserved_engine_eq": "taken from Memcached's reservation, equal to that of Redis OSS on 1,815 of 1,817 pairs",
    "flat_rate": "the flat rate of every region whose price is known",
    "size_ratio": "{basis} x the ratio of Microsoft's table of instance sizes, right within 0.6 %",
    "amr_reservation_ratio": "{basis}, exact to the dollar on two real reservations",
    "two_nodes": "{basis}; the true meter can differ in the third decimal",
    "region_factor": "{basis}",
    "same_as_valkey": "{basis}",
    "same_as_redis_cluster": "{basis}",
}


def estimate(r):
    """Why a price is not a list price; empty for one that was read from a list and is not disputed."""
    if r["derived"] == "yes":
        rule = RULES.get(r["rule"])
        check(rule, f"the rule `{r['rule']}` has no words for people")
        return join(rule.format(basis=r.get("basis") or ""), low_note(r))
    check(r["derived"] == "no", f"derived is `{r['derived']}`")
    return join(low_note(r))


def low_note(r):
    if r["confidence"] != "low":
        return ""
    return f"unverified: {r['note']}" if r.get("note") else "unverified"


def elasticache_prices(source):
    rows = read(source, "aws_elasticache_prices.csv")
    real = sum(r["derived"] == "no" for r in rows)
    found = (real, len(rows) - real)
    check(found == (7580, 9114), f"expected 7580 real and 9114 estimated ElastiCache prices, found {found}")
    by_key = {(r["region"], r["engine"], r["node_type"], r["term"]): r for r in rows}
    computed = outliers = 0
    for r in rows:
        check(r["unit"] == "node-hour", f"unit {r['unit']}")
        if r["engine"] == "memcached":
            continue
        if "OUTLIER" in r["cross_check"]:
            # Published, but far off the ratio of the family: nobody should be advised to buy on it.
            check(r["confidence"] == "low", f"{r['node_type']} in {r['region']}: an outlier that is not low")
            outliers += 1
            continue
        if r["rule"] == "reserved_valkey_0.8":
            check_valkey_rule(r, by_key)
            computed += 1
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
    check((computed, outliers) == (6691, 12), f"{computed} Valkey reservations by rule, {outliers} outliers")


def check_valkey_rule(r, by_key):
    """The program computes this row from Redis's (src/catalog/lookup.rs), so it must follow the rule."""
    redis = by_key.get((r["region"], "redis", r["node_type"], r["term"]))
    check(redis, f"{r['node_type']} in {r['region']}, {r['term']}: no Redis reservation to compute Valkey's from")
    off = abs(Decimal(r["usd"]) - Decimal(redis["usd"]) * 8 / 10)
    # The few rows that a source rounded to three decimals may be off by half of the last one.
    check(off <= Decimal("0.0004"), f"{r['node_type']} in {r['region']}, {r['term']}: not 0.8 x Redis")


def serverless_prices(source):
    rows = read(source, "aws_serverless_prices.csv")
    check(len(rows) == 69, f"expected 69 serverless prices, found {len(rows)}")
    for r in rows:
        if r["engine"] == "memcached":
            continue
        engine = r["engine"].capitalize()
        minimum = f"at least {r['metered_min_gb']} GB is billed"
        for item, column, unit, meter, note in [
            ("stored-gb-hour", "usd_per_gb_hour", "gb-hour", f"CachedData:{engine}", minimum),
            ("million-ecpu", "usd_per_million_ecpu", "million-ecpu", f"ElastiCacheProcessingUnits:{engine}", ""),
        ]:
            usd = r[column]
            yield price("elasticache-serverless", r["region"], item, usd, unit, meter, r, engine=r["engine"], note=note)
    yield known_zero(
        "elasticache-serverless",
        "cross-az-gb",
        "no charge between zones",
        "2022-04",
        "AWS EKS best-practices guide, pull request 618",
        estimate="assumed 0: it is reached through an interface endpoint, and AWS ended zone charges on those in April 2022",
    )


def known_zero(scope, item, meter, as_of, source, **fields):
    """What a vendor does not bill, in any region."""
    origin = {"confidence": "medium", "derived": "no", "source": source, "as_of": as_of}
    row = price(scope, EVERYWHERE, item, "0", "gb-per-direction", meter, origin)
    return row | {"source": source, "copy": ""} | fields


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
AWS_USAGE_TYPES = {
    "extended_support_yr1_yr2": "ExtendedSupportYr1_Yr2",
    "extended_support_yr3": "ExtendedSupportYr3",
    "sync_durability": "SyncDurability",
}


def aws_other_prices(source):
    rows = read(source, "aws_other_prices.csv")
    check(len(rows) == 218, f"expected 218 other AWS prices, found {len(rows)}")
    for r in rows:
        if r["item"] not in AWS_ITEMS or r["multiplier"]:
            continue  # multipliers are rules of the program (src/catalog/extended.rs), checked below
        scope, item, unit = AWS_ITEMS[r["item"]]
        meter = r["item"].replace("_", " ")
        if r["node_type"]:
            item = f"{item}:{r['node_type']}"
            meter = f"{AWS_USAGE_TYPES[r['item']]}-NodeUsage:{r['node_type']}"
        yield price(scope, r["region"], item, r["usd"], unit, meter, r, engine=r["engine"], note=r["note"])
    yield from flat_rate(source, [r for r in rows if r["item"] == "intra_region_cross_az_transfer"])
    multipliers = {r["item"]: r["multiplier"] for r in rows if r["multiplier"]}
    check(
        multipliers == {"extended_support_yr1_yr2": "0.80", "extended_support_yr3": "1.60"},
        f"the extended-support multipliers changed: {multipliers}; change src/catalog/extended.rs too",
    )


def flat_rate(source, known):
    """Traffic between zones costs the same in every region that is known: commercial ones without a row take it."""
    check({r["usd"] for r in known} == {"0.01"}, "traffic between zones has no flat rate any more")
    here = {r["region"] for r in known}
    oldest = min(known, key=lambda r: r["as_of"])
    for r in read(source, "aws_node_regions.csv"):
        if r["region"] not in here and not r["region"].startswith(("us-gov-", "cn-")):
            derived = oldest | {"derived": "yes", "rule": "flat_rate"}
            meter = "intra region cross az transfer"
            yield price("aws", r["region"], "cross-az-gb", oldest["usd"], "gb-per-direction", meter, derived)


def ec2_prices(source):
    rows = read(source, "ec2_prices.csv")
    check(len(rows) == 4078, f"expected 4078 EC2 prices, found {len(rows)}")
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


# sku of the source -> item, unit; the price is the same in every region.
AZURE_ITEMS = {
    "PrivateEndpoint": ("private-endpoint", "hour"),
    "PrivateEndpointDataIn": ("private-endpoint-gb", "gb"),
    "PrivateEndpointDataOut": ("private-endpoint-gb", "gb"),
    "PrivateDnsZone": ("dns-zone", "month"),
}


def azure_prices(source):
    rows = read(source, "azure_prices.csv")
    check(len(rows) == 611, f"expected 611 Azure prices, found {len(rows)}")
    sizes = [r for r in rows if r["sku"] not in AZURE_ITEMS]
    yield from azure_network([r for r in rows if r["sku"] in AZURE_ITEMS])
    for r in sizes:
        check(r["currency"] == "USD", f"currency {r['currency']}")
        # One meter is the price of a size: the whole cache for Basic and Standard, the node elsewhere.
        # The other one stays visible under a name of its own and is never taken for the price.
        rule = "per_cache" if r["sku"].split("_")[0] in ("Basic", "Standard") else "per_node"
        other = "" if r["unit"] == rule else " (node meter)" if r["unit"] == "per_node" else " (whole-cache meter)"
        yield price(
            AZURE_SCOPES[r["service"]],
            r["region"],
            r["sku"] + other,
            r["usd_per_hour"],
            {"per_node": "node-hour", "per_cache": "cache-hour"}[r["unit"]],
            f"{r['product_name']} / {r['meter_name']}",
            r,
            term=AZURE_TERMS[r["term"]],
            total=number(r["term_total_usd"]),
            note=r["note"],
        )


def azure_network(rows):
    """Private Link and DNS. Traffic through an endpoint has one price for both directions."""
    ways = {r["usd_per_hour"] for r in rows if r["sku"].startswith("PrivateEndpointData")}
    check(len(ways) == 1, f"traffic through an endpoint has {len(ways)} prices: make an item of each direction")
    for r in rows:
        if r["sku"] == "PrivateEndpointDataOut":
            continue
        item, unit = AZURE_ITEMS[r["sku"]]
        meter, note = f"{r['product_name']} / {r['meter_name']}", r["note"]
        if r["sku"] == "PrivateEndpointDataIn":
            meter = f"{r['product_name']} / Standard Data Processed - Ingress, Egress"
            note = "in each direction; beyond 1 PB a month 0.006, beyond 5 PB 0.004"
        yield price("azure", EVERYWHERE, item, r["usd_per_hour"], unit, meter, r, note=note)
    yield known_zero(
        "azure",
        "cross-az-gb",
        "no charge between zones",
        "2024-05",
        "Microsoft's withdrawal of the charge, May 2024, as several authors report it",
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
    check(len(rows) == 871, f"expected 871 Google prices, found {len(rows)}")
    for r in rows:
        check(r["term"] == "ondemand", f"term {r['term']}")
        name = r["node_type_api"]
        item = GCP_ITEMS.get(name) or (f"{r['tier']}-{name}" if r["tier"] else name)
        yield price(
            r["product"],
            r["region"],
            item,
            r["usd"],
            GCP_UNITS[r["unit"]],
            gcp_meter(r),
            r,
            discounts="cud" if r["cud_eligible"] == "yes" else "",
            note=r["note"] if r["confidence"] != "low" else "",
        )


def gcp_meter(r):
    name = r["node_type_api"]
    if r["tier"]:
        return f"Redis Capacity {'Basic' if r['tier'] == 'BASIC' else 'Standard'} {name}"
    return f"{'Redis Cluster' if 'cluster' in r['product'] else 'Valkey'} Node {words(name)}"


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


def all_prices(source):
    yield from elasticache_prices(source)
    yield from serverless_prices(source)
    yield from aws_other_prices(source)
    yield from ec2_prices(source)
    yield from azure_prices(source)
    yield from gcp_prices(source)
    yield from upstash_prices(source)
