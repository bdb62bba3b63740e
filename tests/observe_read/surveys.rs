//! A fleet that is judged file by file is judged as if all files were read at once; and plain answers of `CloudWatch` are what
//! the library reads.

use cachefit::observe::{Options, ReadError, Survey, read, survey};
use cachefit::simulate::mix;

use crate::{ALL, NOW, START, bytes, input};

type Files = Vec<(String, Vec<u8>)>;

/// At once and file by file.
fn both(files: &Files) -> [Result<Survey, ReadError>; 2] {
    let open = |place: usize| input(&files[place].0, files[place].1.clone());
    let options = Options::default();
    let at_once = read((0..files.len()).map(open).collect(), NOW).map(|all| Survey::of(all, &options));
    [at_once, survey(files.len(), &open, NOW, &options)]
}

/// An answer for a node: hourly values, some of them odd, the last ones an hour before the clock.
fn answer(node: &str, metric: &str, seed: u64) -> String {
    let hours = 2 + mix(seed) % 200;
    let mut times = Vec::new();
    let mut values = Vec::new();
    for hour in 0..hours {
        let chance = mix(seed * 1000 + hour);
        // Gaps, points that are there twice, and a clock that is a year ahead.
        let at = match chance % 50 {
            0 => continue,
            1 => START - i64::try_from(hour / 2).unwrap() * 3600,
            2 if seed.is_multiple_of(7) => START + 31_536_000,
            _ => START - i64::try_from(hour).unwrap() * 3600,
        };
        let zone = if seed.is_multiple_of(2) { "Z" } else { "+00:00" };
        let at = jiff::Timestamp::from_second(at).unwrap().to_string();
        times.push(format!("\"{}{zone}\"", at.trim_end_matches('Z')));
        values.push(match chance % 7 {
            0 => format!("{}", chance % 5_000),
            1 => format!("{:e}", (chance % 1_000_000) as f64 / 7.0),
            2 => format!("{}", (chance % 1_000_000) as f64 / 7.0),
            _ => format!("{:.3}", (chance % 1_000_000) as f64 / 64.0),
        });
    }
    format!(
        "{{\"Id\": \"q\", \"Label\": \"{metric}|{node}|Maximum|3600\",\n  \"Timestamps\": [{}],\n \"Values\": [{}], \
         \"StatusCode\": \"Complete\"}}",
        times.join(",\n    "),
        values.join(", ")
    )
}

fn file(answers: &[String]) -> Vec<u8> {
    format!("{{\"MetricDataResults\": [{}], \"Messages\": []}}\n", answers.join(",")).into_bytes()
}

/// Names of which some are nodes of the same cache, and some are named as others' nodes.
const NODES: &[&str] = &[
    "a-001",
    "a-002",
    "a",
    "b-0001-001",
    "b-0002-001",
    "b-0001",
    "c",
    "c-001-001",
    "d/1",
    "d/2",
    "e-001",
    "f",
    "g",
];
const METRICS: &[&str] =
    &["BytesUsedForCache", "GetTypeCmds", "SetTypeCmds", "Evictions", "CurrConnections", "EvalBasedCmds"];

/// Files of nodes that lie apart or together, with or without an inventory in which some of them are.
fn fleet(seed: u64) -> Files {
    let mut files: Files = Vec::new();
    for at in 0..2 + mix(seed) % 6 {
        let chance = |n: u64| mix(seed * 7919 + at * 101 + n);
        let answers = (0..=chance(0) % 4).map(|n| {
            // Mostly a node of its own.
            let node = if chance(n + 10).is_multiple_of(3) { chance(n + 20) } else { at + seed } as usize;
            answer(NODES[node % NODES.len()], METRICS[(chance(n + 30) % 6) as usize], chance(n + 40) % 10_000)
        });
        files.push((format!("metrics-{at}"), file(&answers.collect::<Vec<_>>())));
    }
    if seed.is_multiple_of(2) {
        let inventory = r#"{"ReplicationGroups": [
            {"ReplicationGroupId": "a", "CacheNodeType": "cache.r7g.large", "MemberClusters": ["a-001", "a-002"]},
            {"ReplicationGroupId": "shop", "CacheNodeType": "cache.r7g.large", "MemberClusters": ["f", "g", "h"],
             "ARN": "arn:aws:elasticache:us-east-1:111122223333:replicationgroup:shop"},
            {"ReplicationGroupId": "shop", "CacheNodeType": "cache.r7g.large", "MemberClusters": ["e-001"],
             "ARN": "arn:aws:elasticache:eu-west-1:111122223333:replicationgroup:shop"}]}"#;
        files.insert((mix(seed) % 3) as usize % files.len(), ("groups".to_owned(), inventory.into()));
    }
    files
}

#[test]
fn a_fleet_is_judged_file_by_file_as_at_once() {
    let mut judged = 0;
    for seed in 0..60 {
        let [at_once, by_file] = both(&fleet(seed));
        judged += at_once.as_ref().unwrap().judged.len();
        assert_eq!(by_file, at_once, "seed {seed}");
    }
    assert!(judged > 150, "{judged} caches prove little");
    // An answer of Datadog that names no metric is an error of all.
    let named = ALL.iter().filter(|file| **file != "datadog_v2.json");
    let all: Files = named.map(|file| (file.split('.').next().unwrap().to_owned(), bytes(file))).collect();
    let [at_once, by_file] = both(&all);
    assert_eq!(by_file, at_once);
    assert!(by_file.unwrap().judged.len() > 5);
}

#[test]
fn what_is_wrong_with_a_file_of_a_fleet_is_said_as_ever() {
    for seed in 0..30 {
        let mut files = fleet(seed);
        let place = (mix(seed) % files.len() as u64) as usize;
        let cut = (mix(seed + 1) % files[place].1.len() as u64) as usize;
        match seed % 3 {
            0 => files[place].1.truncate(cut),
            1 => files[place].1[cut] = b'}',
            _ => files[place].1 = file(&[]),
        }
        let [at_once, by_file] = both(&files);
        assert_eq!(by_file, at_once, "seed {seed}, byte {cut}");
    }
}

#[test]
fn a_whole_page_is_what_is_read_piece_by_piece() {
    for seed in 0..40 {
        let answers: Vec<String> = (0..3).map(|n| answer(NODES[n], METRICS[n], seed + n as u64)).collect();
        let text = String::from_utf8(file(&answers)).unwrap();
        // A page with a key that nobody knows is read piece by piece.
        let odd = text.replacen("{\"Id\"", "{\"Odd\": null, \"Id\"", 1);
        let observed = |text: &str| read(vec![input("metrics", text)], NOW).unwrap();
        assert_eq!(observed(&text), observed(&odd), "seed {seed}");
        // The same key twice is an error, and stays one.
        let twice = text.replacen("\"StatusCode\"", "\"Values\": [], \"StatusCode\"", 1);
        assert!(read(vec![input("metrics", twice)], NOW).is_err());
    }
}
