//! What an edit changes, and that it changes nothing else.

use proptest::prelude::*;

use super::*;

/// A document as its keys, values and nothing else.
fn read(text: &str) -> String {
    let page = Page::read(text).unwrap_or_else(|e| panic!("{e}:\n{text}"));
    show(&page.root)
}

fn comments(text: &str) -> Vec<&str> {
    let page = Page::read(text).unwrap();
    Page { text, ..page }.comments(0..text.len())
}

/// What a draft says, as `read` shows it.
fn said(value: &Value) -> String {
    read(&Draft::default().with("x", value.clone()).text())
}

fn put(text: &str, path: &str, value: &str) -> String {
    set(text, path, &Value::text(value), None).unwrap()
}

#[test]
fn a_value_is_replaced_where_it_stands() {
    let text = "name: a # mine\ntraffic:\n  # the peak\n  peak: {reads: 1/s , writes: '2/s'} # of May\ndataset:\n- keys: b\n  count:   3\n";
    assert_eq!(put(text, "traffic.peak.reads", "5/s"), text.replace("1/s", "5/s"));
    assert_eq!(put(text, "traffic.peak.writes", "5/s"), text.replace("'2/s'", "5/s"));
    assert_eq!(put(text, "dataset[0].count", "9k"), text.replace("3\n", "9k\n"));
    assert_eq!(put(text, "name", "a"), text);
    assert_eq!(put(text, "traffic.peak.bursts", "7/s"), text.replace("'2/s'", "'2/s', bursts: 7/s"));
    assert_eq!(put(text, "dataset[0].ttl", "1d"), format!("{text}  ttl: 1d\n"));
    assert_eq!(
        put(text, "traffic.access.skew", "zipf 1"),
        text.replace("of May\n", "of May\n  access:\n    skew: zipf 1\n")
    );
    assert_eq!(put(text, "growth.rate", "2%"), format!("{text}\ngrowth:\n  rate: 2%\n"));
    for path in ["name.first", "dataset.count", "dataset[1].count", "traffic[0]"] {
        assert!(set(text, path, &Value::text("x"), None).is_err(), "{path}");
    }
}

#[test]
fn a_comment_goes_beside_those_of_people_and_replaces_the_last_one() {
    let text = "a: 1 # theirs\nb: 2\n";
    let by = |text: &str, key: &str, note: &str| set(text, key, &Value::plain(5), Some(note)).unwrap();
    let once = by(text, "a", "7 days");
    assert_eq!(once, "a: 5 # theirs  # cachefit: 7 days\nb: 2\n");
    assert_eq!(by(&once, "a", "8 days"), once.replace('7', "8"));
    assert_eq!(by(text, "b", "x\ny"), "a: 1 # theirs\nb: 5  # cachefit: x y\n");
    assert_eq!(by(text, "c", "new"), format!("{text}c: 5  # cachefit: new\n"));
    // Inside braces there is no room.
    let above = by("a: { b: 2 } # x\n", "a.b", "7 days");
    assert_eq!(above, "# cachefit: b: 7 days\na: { b: 5 } # x\n");
    assert_eq!(by(&above, "a.b", "8 days"), above.replace('7', "8"));
    assert_eq!(
        by("# theirs\r\n- - {b: {c: 1}}\r\n", "[0][0].b.d", "new"),
        "# theirs\r\n# cachefit: b.d: new\r\n- - {b: {c: 1, d: 5}}\r\n"
    );
}

#[test]
fn line_ends_missing_line_ends_and_empty_records_are_kept() {
    assert_eq!(put("a: 1\r\nb:\r\n  c: 2 # x\r\n", "b.d", "3 d"), "a: 1\r\nb:\r\n  c: 2 # x\r\n  d: 3 d\r\n");
    assert_eq!(put("a: 1", "b", "x"), "a: 1\nb: x\n");
    assert_eq!(put("a:\n  b: 1", "a.c", "x"), "a:\n  b: 1\n  c: x");
    for empty in ["deployment:", "deployment: {}", "deployment: ~", "\"deployment\" :"] {
        let key = empty.split(':').next().unwrap();
        let edited = put(&format!("{empty} # agreed\nname: a\n"), "deployment.engine", "redis");
        assert_eq!(edited, format!("{key}: # agreed\n  engine: redis\nname: a\n"));
    }
    assert_eq!(put("", "a.b", "x"), "a:\n  b: x\n");
    assert_eq!(put("{a: 1}", "b.c", "x"), "{a: 1, b: { c: x }}");
}

#[test]
fn a_list_is_replaced_and_what_people_said_about_it_stays() {
    let points = |n: usize| Value::List(vec![Value::Inline(Draft::default().with("m", Value::plain(n))); n]);
    let text = "a:\n  points: # measured\n    # by Ann\n    - { m: 9 }\n    - { m: 8 } # last\n  b: 1\n";
    let edited = set(text, "a.points", &points(1), None).unwrap();
    assert_eq!(edited, "a:\n  points:\n    # measured\n    # by Ann\n    # last\n    - { m: 1 }\n  b: 1\n");
    let flow = set("a: { points: [1, 2], b: 1 }\n", "a.points", &points(2), None).unwrap();
    assert_eq!(flow, "a: { points: [{ m: 2 }, { m: 2 }], b: 1 }\n");
}

#[test]
fn a_key_is_taken_away_and_its_comments_stay() {
    let gone = |text: &str, path: &str| remove(text, path).unwrap();
    assert_eq!(gone("a:\n  b: 1 # why\n  c: 2\n", "a.b"), "a:\n  # why\n  c: 2\n");
    assert_eq!(gone("a:\n  b:\n    # x\n    - 1\nc: 2\n", "a.b"), "a:\n  # x\nc: 2\n");
    assert_eq!(gone("a: { b: 1, c: 2 }\n", "a.b"), "a: { c: 2 }\n");
    assert_eq!(gone("a: { b: 1, c: 2 }\n", "a.c"), "a: { b: 1 }\n");
    assert_eq!(gone("a: { c: 2 }\n", "a.c"), "a: { }\n");
    assert_eq!(gone("a: { c: 2 }\n", "a.d"), "a: { c: 2 }\n");
    assert!(remove("a:\n  - b: 1\n    c: 2\n", "a[0].b").is_err(), "it shares its line with a dash");
}

#[test]
fn what_no_profile_could_be_is_not_edited() {
    for text in ["x: &a {}\nb: *a\n", "a: 1\na: 2\n", "\u{feff}a: 1\n", "a: [\n", "--- \na: 1\n---\nb: 1\n"] {
        assert_eq!(set(text, "a", &Value::plain(1), None), Err(EditError::Unreadable), "{text:?}");
    }
}

fn value(depth: u32) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<u32>().prop_map(Value::plain),
        "\\PC{0,12}".prop_map(Value::text),
        any::<String>().prop_map(Value::text),
        proptest::sample::select(vec!["a: b", "# no", "- x", "true", "8.1", "x #y", "{", "a, b", " "])
            .prop_map(Value::text),
    ];
    leaf.prop_recursive(depth, 24, 4, |inner| {
        prop_oneof![
            draft(inner.clone()).prop_map(Value::Record),
            draft(inner.clone()).prop_map(Value::Inline),
            proptest::collection::vec(inner, 0..4).prop_map(Value::List),
        ]
    })
}

fn draft(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Draft> {
    let note = || proptest::option::of("\\PC{0,9}");
    proptest::collection::btree_map("[a-z]{1,3}", (value, note(), note()), 0..4).prop_map(|keys| {
        let mut draft = Draft::default();
        for (key, (value, above, beside)) in keys {
            let entry = draft.put(key, value);
            above.map(|note| entry.above(note));
            beside.map(|note| entry.beside(note));
        }
        draft
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// What is written is what was meant, in both notations.
    #[test]
    fn a_draft_reads_as_it_says(draft in draft(value(3))) {
        let inline = Draft::default().with("x", Value::Inline(draft.clone())).text();
        let block = Draft::default().with("x", Value::Record(draft.clone())).text();
        prop_assert_eq!(read(&inline), read(&block), "{}\n{}", inline, block);
        if !draft.text().trim().is_empty() {
            prop_assert_eq!(format!("{{\"x\":{}}}", read(&draft.text())), read(&block));
        }
    }

    /// An edit changes one value: all others, and every comment, stay.
    #[test]
    fn an_edit_loses_nothing(all in draft(value(2)), new in value(2), note in proptest::option::of("[a-z]{1,5}")) {
        let text = all.text();
        for key in ["a", "bb", "zzz"].iter().map(|k| (*k).to_owned()).chain(text.lines().filter_map(|l| {
            l.split(':').next().filter(|k| k.chars().all(|c| c.is_ascii_lowercase()) && !k.is_empty()).map(str::to_owned)
        })) {
            let others = remove(&text, &key).unwrap();
            let edited = set(&text, &key, &new, note.as_deref()).unwrap();
            prop_assert_eq!(
                format!("{{{}:{}}}", format!("{key:?}"), read_one(&edited, &key)),
                said(&new).replacen("\"x\"", &format!("{key:?}"), 1),
                "{}", edited
            );
            prop_assert_eq!(read(&remove(&edited, &key).unwrap()), read(&others), "{}\n{}", text, edited);
            let kept = comments(&edited);
            for comment in comments(&text) {
                prop_assert!(kept.iter().any(|k| k.contains(comment)), "{}\n{}\n{}", comment, text, edited);
            }
            prop_assert_eq!(&set(&edited, &key, &new, note.as_deref()).unwrap(), &edited, "twice");
        }
    }
}

/// One key's value, as `read` shows it.
fn read_one(text: &str, key: &str) -> String {
    let page = Page::read(text).unwrap();
    let Kind::Map(all) = page.root.kind else { panic!("no record:\n{text}") };
    let node = all.into_iter().find(|(k, _)| k.name == key).unwrap().1;
    show(&node)
}

fn show(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Scalar(text) => format!("{text:?}"),
        Kind::Seq(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(",")),
        Kind::Map(all) => {
            let all: Vec<String> = all.iter().map(|(k, v)| format!("{:?}:{}", k.name, show(v))).collect();
            format!("{{{}}}", all.join(","))
        }
    }
}
