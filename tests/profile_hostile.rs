//! Inputs that are broken, hostile or absurd: a clear error, quickly, never a panic.
#![allow(
    clippy::unwrap_used,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "a test may panic, and need not be fast"
)]

use std::time::Duration;

use cachefit::profile::{Code, MAX_BYTES, ProfileErrors, load, parse, shipped, template};
use proptest::prelude::*;

/// Processor time: far more than any input takes, far less than work that grows with the square of its size.
const ALLOWED: Duration = Duration::from_secs(10);

/// Time that this thread has had on a processor, which does not depend on what else the machine does.
fn worked() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

/// Reads and renders, as the command line does.
fn refuse(name: &str, bytes: &[u8]) -> ProfileErrors {
    let start = worked();
    let errors = parse(bytes, "hostile.yaml").err().unwrap_or_else(|| panic!("{name} is accepted"));
    let text = errors.to_string();
    let took = worked().saturating_sub(start);
    assert!(took < ALLOWED, "{name} took {took:?}");
    assert!(text.len() < 64 * 1024, "{name}: {} bytes of message", text.len());
    assert!(
        !text.contains(|c: char| c.is_control() && c != '\n'),
        "{name}: control characters in the message"
    );
    errors
}

fn full(piece: &str) -> Vec<u8> {
    piece.repeat(MAX_BYTES / piece.len()).into_bytes()
}

#[test]
fn a_megabyte_of_anything_is_refused_quickly() {
    for piece in [
        "[",
        "{",
        "]",
        "- ",
        "? ",
        ": ",
        "a: ",
        "a:\n",
        "[a, ",
        "{a: ",
        "&a ",
        "*a ",
        "!a ",
        "!!str ",
        "\"",
        "'",
        "|",
        ">",
        "%",
        "---\n",
        "...\n",
        "#\n",
        "\n",
        " ",
        "\t",
        "a",
        "é",
        "日",
        "\u{202e}",
        "a: b\n",
        "- a\n",
        "- - ",
        "a: [",
        "<<: ",
        "\\",
        "\r",
        ",",
        "- &a [*a]\n",
        "\"a\": \"b\", ",
        "- keys: a\n",
        "x: 1k\n",
        "@",
        "`",
        "0",
        "1e",
        "..",
        "~: ",
        "\u{1b}[31m",
    ] {
        refuse(piece, &full(piece));
        refuse(piece, format!("name: x\ndataset:\n  - keys: {}", piece.repeat(1000)).as_bytes());
    }
}

#[test]
fn nesting_is_limited() {
    for open in ["[", "{a: ", "- "] {
        let errors = refuse(open, open.repeat(100_000).as_bytes());
        assert_eq!(errors.errors[0].code, Code::Limit, "{open}: {errors}");
        assert_eq!(errors.errors[0].location.as_ref().map(|l| l.line), Some(1));
    }
}

#[test]
fn billion_laughs_is_refused_at_its_first_anchor() {
    let mut text = "a0: &a0 [x, x]\n".to_owned();
    for i in 1..40 {
        text += &format!("a{i}: &a{i} [*a{0}, *a{0}, *a{0}, *a{0}]\n", i - 1);
    }
    let errors = refuse("billion laughs", text.as_bytes());
    assert_eq!(errors.errors[0].code, Code::Syntax);
    assert!(errors.errors[0].message.contains("anchors and aliases"), "{errors}");
    assert_eq!(errors.errors[0].location.as_ref().map(|l| l.line), Some(1));
}

#[test]
fn many_values_and_many_errors_are_limited() {
    let errors = refuse("values", format!("a: [{}]", "1, ".repeat(30_000)).as_bytes());
    assert_eq!(errors.errors[0].code, Code::Limit, "{errors}");
    let keys: String = (0..9_000).map(|i| format!("key_{i}: {i}\n")).collect();
    let errors = refuse("keys", keys.as_bytes());
    assert!(errors.stopped);
    let text = errors.to_string();
    assert_eq!(text.matches("error: unknown key").count(), 50);
    assert!(text.contains("error: at least 150 more errors are not shown"), "{}", &text[text.len() - 200..]);
    let line: String = (0..9_000).map(|i| format!("key_{i}: {i}, ")).collect();
    refuse("keys in one line", format!("{{ {line} }}").as_bytes());
    let families: String = (0..1_500)
        .map(|i| format!("  - {{ keys: 'k{i}', type: set, count: 1, members: 1, member_size: 1 }}\n"))
        .collect();
    let errors = refuse("families", format!("name: a\ntraffic:\ndataset:\n{families}").as_bytes());
    assert!(errors.to_string().contains("more than 500 dataset entries"), "{errors}");
}

/// Nothing is wrong with it, but comparing each pattern with each other one must stay cheap.
#[test]
fn many_patterns_are_compared_quickly() {
    let long = "a".repeat(90);
    let families: String = (0..400)
        .map(|i| format!("  - {{ keys: '{long}{i}', type: string, count: 1, value_size: 1 }}\n"))
        .collect();
    let keys: String = (0..9_000).map(|i| format!("'{long}{i}', ")).collect();
    let text = format!(
        "name: a\ntraffic: {{ peak: {{ reads: 1/s, writes: 1/s }} }}\ndataset:\n{families}\
         security: {{ users: [{{ name: a, can: [read], keys: [{keys}] }}] }}\n"
    );
    let start = worked();
    let profile = parse(text.as_bytes(), "patterns.yaml").unwrap();
    let took = worked().saturating_sub(start);
    assert!(took < ALLOWED, "{took:?}");
    assert_eq!((profile.dataset.len(), profile.security.users[0].keys.len()), (400, 9_000));
    assert!(!profile.warnings.is_empty());
}

#[test]
fn what_is_not_text_is_refused_with_its_line() {
    let errors = refuse("NUL", b"name: a\nb: \0\n");
    assert!(errors.to_string().contains("NUL byte in line 2"), "{errors}");
    let errors = refuse("Latin-1", b"name: a\n\nb: caf\xe9\n");
    assert!(errors.to_string().contains("line 3 is not valid UTF-8"), "{errors}");
    let utf16: Vec<u8> = "name: a\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    refuse("UTF-16", &utf16);
    let errors = refuse("large", &vec![b'#'; MAX_BYTES + 1]);
    assert!(errors.to_string().contains("larger than 1 MiB"), "{errors}");
    for empty in ["", "\n", "# nothing\n"] {
        let errors = refuse(empty, empty.as_bytes());
        assert!(errors.to_string().contains("the profile is empty"), "{empty:?}: {errors}");
    }
    for empty in ["~", "null", "---\n", "---\n...\n"] {
        let errors = refuse(empty, empty.as_bytes());
        assert!(errors.to_string().contains("the key `name` is missing"), "{empty:?}: {errors}");
    }
    assert!(
        parse("\u{feff}name: a".as_bytes(), "bom.yaml")
            .unwrap_err()
            .to_string()
            .contains("`dataset` is missing")
    );
}

#[test]
fn numbers_that_are_none_are_refused() {
    let good = template(None).unwrap();
    for (from, bad, message) in [
        ("count: 100k..150k", "count: 1000000000000000000000000000000", "is too large"),
        ("count: 100k..150k", "count: 1e30", "is too large"),
        ("count: 100k..150k", "count: 20T", "above 10 T"),
        ("count: 100k..150k", "count: -5", "negative"),
        ("count: 100k..150k", "count: NaN", "expected a number"),
        ("count: 100k..150k", "count: .nan", "expected a number"),
        ("count: 100k..150k", "count: .inf", "expected a number"),
        ("count: 100k..150k", "count: 0", "at least 1"),
        ("count: 100k..150k", "count: 0x10", "unknown unit"),
        ("count: 100k..150k", "count: 1..2..3", "expected a number"),
        ("count: 100k..150k", "count: ..", "expected a number"),
        ("count: 100k..150k", "count: null", "found nothing"),
        ("value_size: 1.5KB", "value_size: 1GiB", "512 MiB"),
        ("ttl: 30m", "ttl: 0s", "longer than nothing"),
        ("ttl: 30m", "ttl: 0s..1h", "longer than nothing"),
        ("peak_concurrency: 100", "peak_concurrency: -1", "negative"),
        ("rate: 3% per month", "rate: 1000% per month", "more than 10000 times"),
        ("horizon: 6 months", "horizon: 20 years", "ten years"),
        ("reads: 2k/s", "reads: 1e24/s", "above 10 G/s"),
        ("shape: office-hours", "shape: [1, 2]", "24 hourly weights"),
        ("shape: office-hours", "shape: [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", "all 0"),
        (
            "shape: office-hours",
            "shape: [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,.nan]",
            "between 0 and",
        ),
        ("skew: zipf 0.9", "skew: zipf inf", "between 0 and 3"),
        ("budget: 300 USD per month", "budget: 300 EUR per month", "500 USD per month"),
    ] {
        let text = good.replacen(from, bad, 1);
        assert_ne!(text, good, "{from}");
        let errors = refuse(bad, text.as_bytes());
        assert_eq!(errors.errors.len(), 1, "{bad}: {errors}");
        assert!(errors.to_string().contains(message), "{bad}: {errors}");
    }
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let errors = load(folder.path()).unwrap_err();
    assert_eq!(errors.errors[0].code, Code::Unreadable);
    assert!(errors.to_string().contains("not its folder"), "{errors}");
    let errors = load(&folder.path().join("missing.yaml")).unwrap_err();
    assert!(errors.to_string().contains("cachefit init"), "{errors}");
    let large = folder.path().join("large.yaml");
    std::fs::write(&large, vec![b'#'; 3 * MAX_BYTES]).unwrap();
    assert!(load(&large).unwrap_err().to_string().contains("larger than 1 MiB"));
    let good = folder.path().join("good.yaml");
    std::fs::write(&good, template(None).unwrap()).unwrap();
    assert_eq!(load(&good).unwrap().name, "my-cache");
}

/// A device that never ends is read up to the limit only.
#[cfg(unix)]
#[test]
fn an_endless_file_is_refused() {
    let errors = load("/dev/zero".as_ref()).unwrap_err();
    assert!(errors.to_string().contains("larger than 1 MiB"), "{errors}");
}

/// Reading may succeed or fail, and its message can be shown.
fn survives(bytes: &[u8]) {
    match parse(bytes, "random.yaml") {
        Ok(profile) => assert!(!profile.dataset.is_empty()),
        Err(errors) => assert!(!errors.to_string().is_empty() && serde_json::to_string(&errors).is_ok()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survives(&bytes);
    }

    #[test]
    fn random_yaml_never_panics(text in "([a-z_]{1,6}: ?|- |\\[|\\]|\\{|\\}|\n|  |[0-9]{1,3}|\"|'|é|日|\t|,|&a|\\*a|!|\\||>|#){0,80}") {
        survives(text.as_bytes());
    }

    #[test]
    fn mutated_profiles_never_panic(
        which in 0..12usize,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..6u8, any::<u8>()), 1..8),
    ) {
        let mut bytes = shipped()[which].1.as_bytes().to_vec();
        for (place, kind, byte) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                3 => bytes.truncate(at),
                4 => bytes[at] = b"[]{}:,-\"'#&*!|>%@\n\t "[byte as usize % 20],
                _ => {
                    let line: Vec<u8> = bytes[at..].iter().copied().take_while(|b| *b != b'\n').collect();
                    bytes.splice(at..at, line);
                }
            }
        }
        survives(&bytes);
    }
}
