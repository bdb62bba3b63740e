#!/usr/bin/env bash
# How long `cost` takes: `cargo build --release --no-default-features && benches/cost.sh`. Wants git, perl and hyperfine.
# docs/benchmarks.md has the figures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=$PWD/${1:-target/release/cachefit}
day=2026-11-22
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A thousand profiles: the shipped ones in turn, each with a little more keys than the one before.
many=$folder/many before=$folder/before shipped=(profiles/*.yaml)
mkdir "$many"
for i in {0..999}; do
    perl -spe 's/^name: \S+/$&-$i/;
        s{^\s+count: \K\S+}{$& =~ s/(\d+(?:\.\d+)?)([kMG]?)/sprintf($2 ? "%.3f" : "%.0f", $1 * (1 + $i \/ 1000)) . $2/ger}e' \
        -- -i="$i" "${shipped[i % ${#shipped[@]}]}" >"$many/$i.yaml"
done
# As they were: ten of them differ.
cp -r "$many" "$before"
for i in {0..9}; do perl -pi -e 's/^\s+count: \K\S+/7M/' "$before/$i.yaml"; done

# A repository with the shipped profiles, of which a request changes one.
repository=$folder/repository
mkdir "$repository"
cp -r profiles "$repository/caches"
git -C "$repository" init -q
git -C "$repository" -c user.name=a -c user.email=a@example.org add -A
git -C "$repository" -c user.name=a -c user.email=a@example.org commit -qm one
perl -pi -e 's/^\s+count: \K\S+/7M/' "$repository/caches/cart.yaml"

measure() {
    echo "== $1"
    shift
    hyperfine -N --ignore-failure --warmup 2 "$@" 2>/dev/null | grep -E 'Time|Range'
}
step="--output markdown=$folder/cost.md --output sarif=$folder/cost.sarif --output junit=$folder/cost.xml"
measure "1,000 profiles with a baseline: body, SARIF, JUnit (goal 0.5 s)" \
    "$bin cost $many --baseline $before --as-of $day $step"
measure "the same as JSON" "$bin cost $many --baseline $before --as-of $day --output json=$folder/cost.json"
cd "$repository"
measure "the step of a pipeline: ${#shipped[@]} profiles against a commit (goal 0.1 s)" \
    "$bin cost caches --baseline git:HEAD --as-of $day $step"
measure "the page of one profile (goal 20 ms)" \
    "$bin cost caches/web-sessions.yaml --as-of $day --output html=$folder/cost.html"
echo "its size: $(wc -c <"$folder/cost.html") bytes (goal 200,000)"
