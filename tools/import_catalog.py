#!/usr/bin/env python3
"""Turns the collected CSV tables into the catalogue's embedded snapshot.

    tools/import_catalog.py SOURCE_DIR OUT_DIR     write the snapshot
    tools/import_catalog.py --check OUT_DIR        compare the files with their manifest

Standard library only. The output depends on the input alone. docs/catalog.md describes rules and columns.
"""

import hashlib
import sys
from decimal import Decimal
from pathlib import Path

from catalog import blocks, nodes, prices
from catalog.checks import check_prices
from catalog.common import NODE_COLUMNS, ORIGIN_COLUMNS, check, fail, read

FILES = ["node_regions.tsv", "node_types.tsv", "origins.tsv", "places.tsv", "prices.tsv", "texts.tsv"]
NODE_TEXTS = ["usable_estimate", "connections_note", "rps_method", "source", "note"]
# All files together; what is compiled in must stay small.
LARGEST = 500_000


def write(out, name, columns, rows):
    lines = []
    for r in rows:
        fields = [str(r[c]) for c in columns]
        check(not any("\t" in f or "\n" in f for f in fields), f"{name}: a tab or line break in {fields}")
        lines.append("\t".join(fields))
    write_lines(out, name, "\t".join(columns), lines)


def write_lines(out, name, header, lines):
    (out / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def share_texts(tables):
    """Replaces shared sentences by ids. An id depends on its sentence alone, so that a refresh changes few lines."""
    texts = {r[c] for rows, columns in tables for r in rows for c in columns if r[c]}
    ids = {text: hashlib.sha256(text.encode()).hexdigest()[:5] for text in sorted(texts)}
    check(len(set(ids.values())) == len(ids), "two texts have the same id: use more digits")
    for rows, columns in tables:
        for r in rows:
            for c in columns:
                r[c] = ids.get(r[c], "")
    return sorted(({"id": i, "text": text} for text, i in ids.items()), key=lambda r: r["id"])


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
    node_rows = list(nodes.all_nodes(source))
    price_rows = list(prices.all_prices(source))
    check_prices(node_rows, price_rows)
    newest = newest_date([r["as_of"] for r in node_rows + price_rows + families])
    node_rows.sort(key=lambda r: (r["service"], r["family"], Decimal(r["memory"]), r["name"]))
    families.sort(key=lambda r: r["region"])
    texts = share_texts([(node_rows, NODE_TEXTS)])
    origins, price_lines = blocks.blocks(price_rows)
    write(out, "node_types.tsv", NODE_COLUMNS, node_rows)
    write_lines(out, "origins.tsv", "\t".join(["id", *ORIGIN_COLUMNS]), origins)
    write_lines(out, "prices.tsv", blocks.HEADER, price_lines)
    write(out, "node_regions.tsv", ["region", "families"], families)
    write(out, "texts.tsv", ["id", "text"], texts)
    (out / "SNAPSHOT").write_text(manifest(out, newest), encoding="utf-8")
    size = sum((out / name).stat().st_size for name in FILES)
    check(size < LARGEST, f"the tables have {size} bytes together, more than {LARGEST}")


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
