//! Properties of the memory model that hold for every build, allocator and shape.

// clippy.toml allows it in test functions; these are their helpers.
#![allow(clippy::unwrap_used)]

use cachefit::memory::{
    Allocator, Body, Build, DECIMAL_SCORE, Encoding, Key, Layout, SLOTS, Server, WHOLE_SCORE, over,
};
use cachefit::units::Range;
use proptest::prelude::*;

fn server() -> impl Strategy<Value = Server> {
    (prop::sample::select(Build::ALL), prop::sample::select(Allocator::ALL))
        .prop_map(|(build, allocator)| Server::new(build.as_str(), Some(allocator)).unwrap())
}

/// Small sizes mostly, where the thresholds are, and some large ones.
fn size() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 0..200u64, 2 => 200..20_000u64, 1 => 20_000..3_000_000u64, 1 => Just(u64::MAX)]
}

fn body() -> impl Strategy<Value = Body> {
    let flag = any::<bool>();
    prop_oneof![
        (size(), flag).prop_map(|(len, integer)| Body::String { len, integer }),
        (size(), size(), size()).prop_map(|(fields, field_len, value_len)| Body::Hash {
            fields,
            field_len,
            value_len
        }),
        (size(), size()).prop_map(|(items, item_len)| Body::List { items, item_len }),
        (size(), size(), flag).prop_map(|(members, member_len, integers)| Body::Set {
            members,
            member_len,
            integers
        }),
        (size(), size(), flag).prop_map(|(members, member_len, whole)| Body::Zset {
            members,
            member_len,
            score_entry: if whole { WHOLE_SCORE } else { DECIMAL_SCORE },
        }),
        (size(), size(), size(), size(), size()).prop_map(
            |(entries, fields, field_len, value_len, step_ms)| Body::Stream {
                entries,
                fields,
                field_len,
                value_len,
                step_ms
            }
        ),
    ]
}

fn key() -> impl Strategy<Value = Key> {
    (size(), any::<bool>(), body()).prop_map(|(key_len, ttl, body)| Key { key_len, ttl, body })
}

/// Without the sizes that are beyond what the model takes.
fn real_key() -> impl Strategy<Value = Key> {
    key().prop_map(|key| key.map(|size| (*size).min(1 << 29)))
}

/// The key with one of its sizes, in the order of `Key::map`, set anew.
fn with_size(key: &Key, index: usize, size: u64) -> Key {
    let mut at = 0;
    key.map(|old| {
        at += 1;
        if at == index + 1 { size } else { *old }
    })
}

fn sizes(key: &Key) -> Vec<u64> {
    let mut sizes = Vec::new();
    key.map(|size| sizes.push(*size));
    sizes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_allocation_holds_what_was_asked_for(a in 0..5_000_000u64, b in 0..5_000_000u64) {
        for allocator in Allocator::ALL {
            let usable = allocator.usable(a);
            prop_assert!(usable >= a as f64);
            prop_assert_eq!(allocator.usable(usable as u64), usable, "a class holds itself");
            prop_assert!(a > b || usable <= allocator.usable(b));
        }
    }

    #[test]
    fn parts_add_up(server in server(), key in key()) {
        let cost = server.key(&key);
        let sum: f64 = cost.parts.iter().map(|part| part.bytes).sum();
        prop_assert!((sum - cost.total).abs() <= 1e-9 * cost.total);
        prop_assert!(cost.parts.iter().all(|part| part.bytes > 0.0));
        prop_assert!(cost.total.is_finite() && cost.upper >= cost.total && cost.total >= 16.0);
    }

    #[test]
    fn more_elements_never_cost_less(server in server(), key in key(), count in 0..3000u64, more in 0..3000u64) {
        if matches!(key.body, Body::String { .. }) {
            return Ok(());
        }
        let few = server.key(&with_size(&key, 1, count)).total;
        let many = server.key(&with_size(&key, 1, count + more)).total;
        prop_assert!(few <= many + 1e-9 * many, "{few} > {many}");
    }

    #[test]
    fn longer_values_never_cost_less(server in server(), key in real_key(), index in 0..4usize, more in 0..300u64) {
        let old = sizes(&key);
        let grouped = matches!(key.body, Body::List { .. } | Body::Stream { .. });
        // How many items share a node depends on their length, and may end up on a better class.
        if index >= old.len() || (grouped && index > 0) {
            return Ok(());
        }
        let short = server.key(&key);
        let long = server.key(&with_size(&key, index, old[index] + more));
        // Servers that put name and value into one object round a name of 32 bytes and more up: a longer one that
        // no longer fits costs a little less. Digits that are no integer any more are a string.
        let spare = match (short.encoding, long.encoding) {
            (Encoding::Embstr, Encoding::Raw) => 16.0,
            _ => 0.0,
        };
        prop_assert!(short.total <= long.total + spare + 1e-9 * long.total, "{short:?} > {long:?}");
    }

    #[test]
    fn more_keys_never_need_smaller_tables(
        server in server(), keys in 0..10_000_000u64, more in 0..1_000_000u64, slots in 1..16_384u32,
    ) {
        for layout in [Layout::Plain, Layout::Slots(f64::from(slots))] {
            let (few, many) = (keys as f64, (keys + more) as f64);
            for table in [Server::key_table, Server::expires_table] {
                let (a, b) = (table(&server, few, layout), table(&server, many, layout));
                // Keys are spread over the slots in steps; their sum is exact to a part in a thousand.
                prop_assert!(a.bytes <= 1.001 * b.bytes, "{layout:?}: {a:?} > {b:?}");
            }
        }
    }

    #[test]
    fn twice_the_count_is_twice_the_memory(server in server(), keys in 100_000..1_000_000u64, len in 1..60u64) {
        let twice = |half: f64, full: f64| (full / half / 2.0 - 1.0).abs() <= 0.02;
        let keys = keys as f64;
        prop_assert!(twice(
            server.key_table(keys, Layout::Plain).bytes,
            server.key_table(2.0 * keys, Layout::Plain).bytes
        ));
        prop_assert!(twice(
            server.key_table(100.0 * SLOTS, Layout::Slots(SLOTS)).bytes,
            server.key_table(50.0 * SLOTS, Layout::Slots(SLOTS / 2.0)).bytes * 4.0
        ));
        let count = keys as u64;
        let bodies = |n: u64| [
            Body::Hash { fields: n, field_len: len, value_len: len },
            Body::Set { members: n, member_len: len, integers: false },
            Body::Zset { members: n, member_len: len, score_entry: WHOLE_SCORE },
            Body::List { items: n, item_len: len },
            Body::Stream { entries: n, fields: 3, field_len: 4, value_len: len, step_ms: 1 },
        ];
        for (half, full) in bodies(count).into_iter().zip(bodies(2 * count)) {
            let cost = |body| server.key(&Key { key_len: 20, ttl: false, body }).total;
            prop_assert!(twice(cost(half), cost(full)), "{half:?}: {} {}", cost(half), cost(full));
        }
    }

    #[test]
    fn a_family_contains_its_ends(server in server(), low in real_key(), more in prop::collection::vec(0..500u64, 5)) {
        let mut extra = more.iter();
        let family = low.map(|size| Range { low: *size, high: size + extra.next().unwrap() });
        let estimate = server.key_over(&family);
        for end in [family.map(|range| range.low), family.map(|range| range.high)] {
            let cost = server.key(&end);
            prop_assert!(estimate.bytes.low <= cost.total && cost.upper.max(cost.at_once) <= estimate.bytes.high);
            prop_assert!(estimate.encodings.contains(&cost.encoding));
        }
        let sum: f64 = estimate.parts.iter().map(|part| part.bytes).sum();
        prop_assert_eq!(sum, estimate.bytes.likely);
        prop_assert!(estimate.bytes.low <= sum && sum <= estimate.bytes.high);
        prop_assert_eq!(&estimate, &server.key_over(&family));
    }
}

#[test]
fn a_family_without_ranges_is_its_key() {
    let server = Server::new("valkey-8.1", None).unwrap();
    let key = Key { key_len: 20, ttl: true, body: Body::String { len: 100, integer: false } };
    let estimate = server.key_over(&key.map(|size| Range { low: *size, high: *size }));
    assert_eq!(estimate.bytes.low, estimate.bytes.high);
    assert_eq!(estimate.bytes.likely, server.key(&key).total);
}

#[test]
fn the_mean_is_over_the_range_and_not_at_its_middle() {
    // Uniform on 0..1: the mean of x is 1/2, of x squared 1/3, of x y 1/4.
    let unit = (0.0, 1.0);
    assert!((over(&[unit], |p| p[0]).likely - 0.5).abs() < 1e-12);
    assert!((over(&[unit], |p| p[0] * p[0]).likely - 1.0 / 3.0).abs() < 1e-4);
    assert!((over(&[unit, unit], |p| p[0] * p[1]).likely - 0.25).abs() < 0.005);
    let saddle = over(&[unit, (2.0, 2.0), unit], |p| (p[0] - p[2]).abs() + p[1]);
    assert!((saddle.likely - 2.0 - 1.0 / 3.0).abs() < 0.01);
    assert_eq!((saddle.low, saddle.high), (2.0, 3.0));
}

#[test]
fn tables_step_at_powers_of_two() {
    for build in Build::ALL {
        let server = Server::new(build.as_str(), Some(Allocator::Jemalloc8)).unwrap();
        let table = |keys: u32| server.key_table(f64::from(keys), Layout::Plain);
        for power in [8, 12, 16, 20] {
            let keys = 1 << power;
            let array = 8.0 * f64::from(keys);
            match build {
                Build::Redis70 | Build::Redis72 => {
                    assert_eq!(table(keys).bytes, array, "{build}: exactly full");
                    assert_eq!(table(keys + 1).bytes, 2.0 * array, "{build}: one more");
                    assert_eq!(table(keys + 1).while_growing, array, "{build}: old array");
                }
                Build::Redis80 | Build::Valkey80 => {
                    assert_eq!(table(keys - 1).bytes, array, "{build}: one left");
                    assert_eq!(table(keys).bytes, 2.0 * array, "{build}: exactly full");
                }
                Build::Redis82 | Build::Redis86 => {
                    let step = table(keys).bytes - table(keys - 1).bytes;
                    // The array doubles; fewer keys collide: (1/e - 0.213) of them at 16 bytes.
                    assert!((step / array - 0.69).abs() < 0.02, "{build}: {}", step / array);
                }
                Build::Valkey81 | Build::Valkey91 => {
                    let full = table(7 * keys).bytes;
                    let more = table(7 * keys + 1).bytes;
                    assert_eq!(table(7 * keys + 1).while_growing, 64.0 * f64::from(keys));
                    assert!(more / f64::from(keys) >= 128.0 && full / f64::from(keys) < 100.0, "{build}");
                }
            }
        }
    }
}

#[test]
fn nearby_steps_are_found() {
    let server = Server::new("redis-7.2", Some(Allocator::Jemalloc8)).unwrap();
    let edges = |body| server.edges(&Key { key_len: 20, ttl: false, body });
    let hash = |fields, value_len| Body::Hash { fields, field_len: 8, value_len };
    let found = edges(hash(508, 32));
    assert_eq!((found[0].size, found[0].last), (1, 512), "fields");
    assert_eq!(found[0].becomes, Some(Encoding::Hashtable));
    assert!(found[0].above > 1.8 * found[0].below);
    let found = edges(hash(10, 64));
    assert_eq!((found[0].size, found[0].last), (3, 64), "values");
    // A string of 1,018 bytes with header and end fills the class of 1,024.
    let text = |len| Body::String { len, integer: false };
    let found = edges(text(1000));
    assert_eq!((found[0].size, found[0].last, found[0].becomes), (1, 1018, None));
    assert_eq!(found[0].above - found[0].below, 256.0);
    assert_eq!(edges(text(1100)), vec![], "nothing within 2 %");
}
