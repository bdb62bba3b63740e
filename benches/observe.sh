#!/usr/bin/env bash
# How long a fleet's metrics take: `cargo build --release --no-default-features --bin cachefit --example fleet_export && benches/observe.sh`.
# Wants GNU time, and room for what it writes: 1.7 MB a group of two nodes with all series, 0.8 MB with those that size a cache.
# docs/benchmarks.md has the figures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
groups=${1:-500} step=${2:-300} bin=$PWD/${3:-target/release/cachefit}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

measure() {
    local what=$1
    shift
    echo "== $what"
    command time -f "%e s, %U s + %S s of processor, %M kB" "$@" >/dev/null
}
for series in 6 14; do
    "$(dirname "$bin")/examples/fleet_export" "$folder" "$groups" "$step" "$series"
    echo "$groups groups of two nodes, 14 days, a point every $step s, $series series: $((groups * series * 14 * 86400 / step)) points," \
        "$(du -cm "$folder"/metrics-*.json | tail -1 | cut -f1) MB"
    cat "$folder"/metrics-*.json >/dev/null
    measure "observe (goal of 5,000 groups every 300 s: 10 s, 500 MB)" \
        "$bin" observe --from "$folder/groups.json" "$folder"/metrics-*.json --format json
    measure "fleet: with prices, targets and reservations" \
        "$bin" fleet "$folder/groups.json" "$folder/reserved.json" --from "$folder"/metrics-*.json --format json
    rm -f "$folder"/metrics-*.json
done
