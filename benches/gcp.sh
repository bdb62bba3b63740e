#!/usr/bin/env bash
# How long plans and applies at Google take, how many calls they make and how much memory they use, against the fake of
# tests/support/gcp: `benches/gcp.sh`. Then the lines of the provider, by folder. Wants cargo and Linux.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo test --quiet --no-default-features --features gcp --test gcp "$@" -- --ignored --nocapture figures | grep '^|'
echo
echo "| folder | lines |"
echo "|---|---|"
for folder in src/provider/gcp src/provider/gcp/kind src/provider/gcp/kind/cache src/provider/gcp/kind/classic \
    tests/gcp tests/support/gcp; do
    echo "| $folder | $(cat "$folder"/*.rs | wc -l) |"
done
