"""Prices."""

from .common import AWS_TERMS, AZURE_TERMS, PRICE_COLUMNS, check, date, join, number, read


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
AWS_USAGE_TYPES = {
    "extended_support_yr1_yr2": "ExtendedSupportYr1_Yr2",
    "extended_support_yr3": "ExtendedSupportYr3",
    "sync_durability": "SyncDurability",
}


def aws_other_prices(source):
    rows = read(source, "aws_other_prices.csv")
    check(len(rows) == 51, f"expected 51 other AWS prices, found {len(rows)}")
    for r in rows:
        if r["item"] not in AWS_ITEMS or r["multiplier"]:
            continue  # multipliers are rules of the program (src/catalog/extended.rs), checked below
        scope, item, unit = AWS_ITEMS[r["item"]]
        meter = r["item"].replace("_", " ")
        if r["node_type"]:
            item = f"{item}:{r['node_type']}"
            meter = f"{AWS_USAGE_TYPES[r['item']]}-NodeUsage:{r['node_type']}"
        yield price(scope, r["region"], item, r["usd"], unit, meter, r, engine=r["engine"], note=r["note"])
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


def all_prices(source):
    yield from elasticache_prices(source)
    yield from serverless_prices(source)
    yield from aws_other_prices(source)
    yield from ec2_prices(source)
    yield from azure_prices(source)
    yield from gcp_prices(source)
    yield from upstash_prices(source)
