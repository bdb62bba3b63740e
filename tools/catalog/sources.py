"""Where a price was read: the vendor's list in a few words, and whose copy of it, where it is one."""

import re

from .common import check

# What a source looks like, and the list that it is about; `copy` is what was read instead of the list.
LISTS = [
    (r"AWS (?:ElastiCache|EC2|EBS)[a-z -]* price map \(.*\) via yeo/(?P<copy>ec2\.shop)", "AWS price map"),
    (r"AWS Price List(?: [a-z-]+-\d)? \((?P<copy>[^()]+)\)", "AWS Price List"),
    (r"AWS Price List [a-z-]+-\d \((?P<copy>[^()]+)\) x .* ratio", "AWS Price List"),
    (r"AWS Price List via (?P<copy>.+)", "AWS Price List"),
    (r"(?P<copy>.+) \((?:AWS Price List us-east-1|checked against the AWS Pricing API)\)", "AWS Price List"),
    (r"(?P<copy>bangpound/awspricing) offer \d+", "AWS Price List"),
    (r"AWS pricing page \(.*\)", "AWS pricing page"),
    (r"(?P<copy>jokamotonpi/azure-price-mirror) .*", "Azure Retail Prices API"),
    (r"Azure Retail Prices API.*, (?:via|read by) (?P<copy>.+)", "Azure Retail Prices API"),
    (r"Azure [Rr]etail [Pp]rices? (?:API|check),? ?(?P<copy>.+)", "Azure Retail Prices API"),
    (r"Cloud Billing Catalog via (?P<copy>.+)", "Cloud Billing Catalog"),
    (r"rule region_factor on Cloud Billing Catalog via (?P<copy>.+)", "Cloud Billing Catalog"),
    (r"Cloud Billing Catalog (?P<copy>snapshot in a public cost tool)", "Cloud Billing Catalog"),
    (r"Billing Catalog (?P<copy>snapshots), see README", "Cloud Billing Catalog"),
    (r"Google Cloud pricing page, (?P<copy>quoted in public notes)", "Google Cloud pricing page"),
    (r"Upstash docs.*", "Upstash documentation"),
]


def listed(text, vendor):
    """The list's name, and the copy that was read instead of it (empty: the list itself)."""
    check(text, f"a price of {vendor} without a source")
    for pattern, name in LISTS:
        found = re.fullmatch(pattern, text)
        if found:
            return name, found.groupdict().get("copy") or ""
    return f"{vendor} prices", text
