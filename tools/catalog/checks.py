"""What must hold for every snapshot."""

from decimal import Decimal

from .common import check


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
        free = r["item"] == "free" or r["meter"] == "no charge between zones"
        check(free or Decimal(r["usd"]) > 0, f"{r['item']} in {r['region']} costs {r['usd']}")
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
