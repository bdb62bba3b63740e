"""The price table as text: a block for each scope and region, in it a group for each origin, in it a line for each item.

What the prices of a group share (unit, list, date, estimate, ...) stands once in origins.tsv under an id that depends on
it alone, so that a refresh changes only the lines whose facts changed.
"""

import hashlib
from decimal import ROUND_HALF_EVEN, Decimal

from .common import ORIGIN_COLUMNS, check

HEADER = "scope and region, origin with engine and terms, item with prices"
TERMS = [
    "on-demand",
    "1y-no-upfront",
    "1y-partial-upfront",
    "1y-all-upfront",
    "3y-no-upfront",
    "3y-partial-upfront",
    "3y-all-upfront",
]
HOURS = 8760
MICRO = Decimal("0.000001")
LOWEST_FIRST = ["low", "medium", "high"]
VALKEY_SHARE = Decimal("0.8")


def size(item):
    """What tells an item from others of its kind: `B10` of `Balanced_B10`, `M1` of `BASIC-M1`."""
    return item.split(" ")[0].replace("-", "_").rsplit("_", 1)[-1]


def words(item):
    return " ".join(word.capitalize() for word in item.removeprefix("REDIS_").split("_"))


def template(meter, item):
    """The meter with what the program can fill in from the item's name (src/catalog/origins.rs)."""
    parts = {"{item}": item, "{node}": item.rpartition(":")[2], "{words}": words(item), "{size}": size(item)}
    for name, part in parts.items():
        if part in meter and (any(c.isdigit() for c in part) or name == "{words}"):
            return meter.replace(part, name)
    return meter


def cell(row):
    """A price as its list has it: a rate, what is paid at the start with the hourly rate, or a term's total."""
    usd, upfront, recurring, total = (row[c] for c in ("usd", "upfront", "recurring", "total"))
    if not (upfront or recurring or total):
        return usd
    if row["term"].endswith("-no-upfront") and upfront in ("", "0") and recurring == usd:
        return usd
    if not (upfront or total):
        return usd  # what is paid at the start is not known
    years = int(row["term"][0])
    if total:
        paid, rate, text = Decimal(total), Decimal(0), f"{total}t"
    else:
        paid, rate, text = Decimal(upfront), Decimal(recurring or 0), f"{upfront}+{recurring or 0}"
    effective = (paid / (HOURS * years) + rate).quantize(MICRO, ROUND_HALF_EVEN)
    return text if effective == Decimal(usd) else f"{usd}={text}"


def merge_engines(rows):
    """One line for both engines where Valkey's listed price is exactly 0.8 x Redis's of the same list and day."""
    keys = {(r["scope"], r["region"], r["item"], r["term"], r["engine"]): r for r in rows}
    for r in rows:
        other = keys.get((r["scope"], r["region"], r["item"], r["term"], "redis" if r["engine"] == "valkey" else "valkey"))
        pair = r["engine"] and r["scope"] == "elasticache" and r["term"] == "on-demand" and other
        same = pair and all(r[c] == other[c] for c in ORIGIN_COLUMNS if c != "confidence") and not r["estimate"]
        if same:
            redis, valkey = (r, other) if r["engine"] == "redis" else (other, r)
            if Decimal(valkey["usd"]) == Decimal(redis["usd"]) * VALKEY_SHARE:
                if r is redis:
                    lower = min(r["confidence"], other["confidence"], key=LOWEST_FIRST.index)
                    yield r | {"engine": "both", "confidence": lower}
                continue
        yield r


def origins(rows):
    """The distinct origins with their ids."""
    found = {}
    for r in rows:
        key = tuple(r[c] for c in ORIGIN_COLUMNS)
        found[key] = hashlib.sha256("\t".join(key).encode()).hexdigest()[:4]
    check(len(set(found.values())) == len(found), "two origins have the same id: use more digits")
    return found


def blocks(rows):
    """The lines of origins.tsv and of prices.tsv, without headers."""
    rows = [r | {"meter": template(r["meter"], r["item"])} for r in merge_engines(rows)]
    ids = origins(rows)
    table = {}
    for r in rows:
        origin = ids[tuple(r[c] for c in ORIGIN_COLUMNS)]
        group = table.setdefault((r["scope"], r["region"]), {}).setdefault((r["engine"], origin), {})
        group.setdefault(r["item"], {})[r["term"]] = cell(r)
    lines = []
    for scope, region in sorted(table):
        lines.append(f"=\t{scope}\t{region}")
        for (engine, origin), group in sorted(table[scope, region].items()):
            terms = [t for t in TERMS if any(t in cells for cells in group.values())]
            lines.append("\t".join(["@", origin, engine, *terms]))
            for item, cells in sorted(group.items()):
                lines.append("\t".join([item, *(cells.get(t, "") for t in terms)]).rstrip("\t"))
    listed = sorted((i, *key) for key, i in ids.items())
    return ["\t".join(fields) for fields in listed], lines
