#!/usr/bin/env bash
# How much processor time, and time on the clock, `simulate` takes beside libCacheSim 0.3.5, whose folder of programs is the first argument:
#   cargo build --release --no-default-features --bin cachefit --example zipf_trace && benches/simulate.sh FOLDER [ROUNDS]
# Without the folder only cachefit runs. docs/simulate.md says how to build the other, and has the figures.
set -euo pipefail
peer=${1:+$(realpath "$1")} rounds=${2:-5}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=${CACHEFIT:-target/release/cachefit}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trace=${TRACE:-$folder/z10m.bin}
[[ -s $trace ]] || target/release/examples/zipf_trace 10000000 1000000 1.0 >"$trace"
bin=$(realpath "$bin") trace=$(realpath "$trace")
# cachesim leaves a folder of results where it runs.
cd "$folder"

lru=(--server redis-7.0 --policy allkeys-lru --memory 43500000 --runs 1)
sizes=(--server redis-7.0 --memory 6.7MB..640MB --points 20)
four=(--policy allkeys-lru --policy allkeys-lfu --policy allkeys-random --policy noeviction)

# Its name, then the command: seconds on the clock and user seconds are added to a file of that name, output is thrown away.
run() {
    local name=$1 TIMEFORMAT='%R %U'
    shift
    { time "$@" >/dev/null 2>"$folder/errors"; } 2>>"$folder/$name" || { cat "$folder/errors" && exit 1; }
}
# The programs take turns, so that what else the machine does hits all of them.
for ((round = 1; round <= rounds; round++)); do
    run exact "$bin" simulate "$trace" "${lru[@]}" --sample 1/4096
    run one "$bin" simulate "$trace" "${lru[@]}" --sample 1/16
    run fast "$bin" simulate "$trace" "${lru[@]}" --sample 1/16 --method fast
    run many "$bin" simulate "$trace" "${sizes[@]}" "${four[@]}" --sample 1/16 --runs 1
    run curve "$bin" simulate "$trace" "${sizes[@]}" --sample 1/128 --runs 3 --method curve
    [[ $peer ]] || continue
    run peer-random-lru "$peer/cachesim" "$trace" oracleGeneral randomLRU 43500000 --num-thread=1
    run peer-lru "$peer/cachesim" "$trace" oracleGeneral lru 43500000 --num-thread=1
    run peer-exact "$peer/mrcProfiler" "$trace" oracleGeneral --algo=LRU --profiler=SHARDS \
        --profiler-params=FIX_RATE,1.0,42 --size=0.01,1,20
    run peer-curve "$peer/mrcProfiler" "$trace" oracleGeneral --algo=LRU --profiler=SHARDS \
        --profiler-params=FIX_RATE,0.01,42 --size=0.01,1,20
done

# Of a name the column: 1 for the clock, 2 for the processor.
median() {
    cut -d' ' -f"$2" "$folder/$1" | sort -n | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}
for name in exact one fast many curve ${peer:+peer-exact peer-random-lru peer-lru peer-curve}; do
    printf '%-16s %6.2f s on the clock, %6.2f s user (medians of %d)\n' "$name" "$(median "$name" 1)" "$(median "$name" 2)" "$rounds"
done
[[ $peer ]] || exit 0
ratio() {
    awk -v a="$(median "$2" 1)" -v b="$(median "$3" 1)" -v c="$(median "$2" 2)" -v d="$(median "$3" 2)" -v what="$1" \
        'BEGIN { printf "%-70s %5.2f on the clock, %5.2f of the processor\n", what, a / b, c / d }'
}
ratio "exact curve: times faster (goal 10)" peer-exact exact
ratio "LRU at one size: times faster than its randomLRU (goal 5)" peer-random-lru one
ratio "20 sizes x 4 policies: in times of its LRU at one size (goal 1)" many peer-lru
