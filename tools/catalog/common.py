"""Columns, units and small helpers."""

import csv
import re
import sys
from decimal import Decimal

GIB = 1024**3
GB = 10**9
MB = 10**6

NODE_COLUMNS = (
    "service name family generation arch vcpu engine_threads memory usable usable_estimate ssd network "
    "network_burst connections connections_note io credit_baseline credits_per_hour credits_max valkey_since "
    "redis_since sharding shards replicas_min replicas_max replicas_in_price sla stage rps_tls rps_plain "
    "rps_method plan source as_of note"
).split()
# What many prices share; see blocks.py.
ORIGIN_COLUMNS = "unit confidence estimate meter source copy as_of discounts note".split()
PRICE_COLUMNS = "scope region item engine term usd upfront recurring total".split() + ORIGIN_COLUMNS

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
