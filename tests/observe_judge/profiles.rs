//! What metrics change in a profile: what they contradict, upwards always, downwards only where they say enough; and then
//! nothing more.

use cachefit::catalog::Catalog;
use cachefit::fleet::{
    self, Reason, Running, Verdict, compare, contradicted, unnamed_commands, usual_peak, with_application,
    written,
};
use cachefit::observe::{CacheInfo, CommandUse, Input, Judged, JudgedFigure, Metric, groups, judge, read};
use cachefit::profile::{EditError, Profile, parse};
use cachefit::recommend::{Contradicts, Options, recommend};
use cachefit::report::observe::{Observed, ObservedCache};
use cachefit::report::{Report as _, Table};
use cachefit::units::Interval;

use crate::simulator::{Chance, Demand, Traits, judged, observed};

pub const TEXT: &str = "name: shop
placement: { provider: aws, region: us-east-1 }
dataset:
  - keys: \"cart:*\"
    type: string
    count: 3M  # asked Ann
    value_size: 1000B
traffic:
  peak:
    reads: 12k/s
    writes: 3k/s
";

pub fn profile(text: &str) -> Profile {
    parse(text.as_bytes(), "shop.yaml").unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

/// Two weeks of so many bytes and commands.
pub fn metrics(seed: u64, bytes: f64, rate: f64, refused: bool) -> Judged {
    let mut chance = Chance::new(seed);
    let mut walk = |demand: Demand| demand.walk(0, 14, &mut 0.0, &mut chance);
    let memory = walk(Demand { level: bytes, ..Demand::memory(&mut Traits::new(seed, 1)) });
    let reads = walk(Demand { level: rate, ..Demand::load(&mut Traits::new(seed, 2)) });
    let writes = walk(Demand { level: rate / 4.0, ..Demand::load(&mut Traits::new(seed, 3)) });
    let evictions = memory.iter().map(|(at, _)| (*at, if refused { 1.0 } else { 0.0 })).collect();
    let all = observed(
        "shop",
        &[
            (Metric::Memory, memory),
            (Metric::Reads, reads),
            (Metric::Writes, writes),
            (Metric::RefusedWrites, evictions),
        ],
    );
    judged(&all, seed)
}

fn options() -> Options {
    Options::on(jiff::civil::date(2026, 11, 22))
}

fn running(profile: &Profile, seen: &Judged) -> Option<Running> {
    Running::of(profile, seen, Catalog::embedded(), &options())
}

fn choice(text: &str) -> String {
    let options = options();
    let answer = recommend(&profile(text), "shop.yaml", Catalog::embedded(), &options);
    let answer = answer.unwrap_or_else(|error| panic!("{error}"));
    answer.choice.map_or_else(|| "nothing".to_owned(), |choice| choice.shape)
}

/// A profile with the mean load that metrics show, where that is news.
pub fn with_average(text: &str, profile: &Profile, seen: &Judged) -> Result<String, EditError> {
    fleet::with_average(text, fleet::average(profile, seen, usual_peak(profile)).as_ref())
}

#[test]
fn what_metrics_contradict_is_put_right_once_and_then_rests() {
    for seed in 0..6 {
        for (bytes, rate) in [(0.6e9, 3e3), (8e9, 40e3), (40e9, 500.0)] {
            let metrics = metrics(seed, bytes, rate, false);
            assert!(metrics.may_shrink(), "{:?}", metrics.no_shrinking);
            let once = written(TEXT, &compare(&profile(TEXT), &metrics)).unwrap();
            assert_ne!(once, TEXT);
            assert!(once.contains("# asked Ann") && once.contains("maximum of simulated"), "{once}");
            let again = compare(&profile(&once), &metrics);
            assert!(again.iter().all(|one| one.verdict == Verdict::Holds), "{again:#?}\n{once}");
            assert_eq!(written(&once, &again).unwrap(), once);
            // What stands there afterwards holds what was seen and what is likely, but for the rounding to whole commands.
            let reads = metrics.figure(Metric::Reads).unwrap();
            let stands = profile(&once).traffic.peak.reads.value.high.0;
            let asked = reads.most.max(reads.next_peak.likely);
            assert!(stands + 1.0 >= asked, "{stands} of {asked}: {once}");
        }
    }
}

#[test]
fn what_is_sized_by_metrics_is_sized_the_same_by_the_next_two_weeks() {
    let mut changed = 0;
    for seed in 0..8 {
        let first = metrics(seed, 5e9, 8e3, false);
        let sized = written(TEXT, &compare(&profile(TEXT), &first)).unwrap();
        // The same metrics, read once more with other chance: what runs then is what was recommended.
        let next = metrics(seed, 5.02e9, 8.03e3, false);
        let later = written(&sized, &compare(&profile(&sized), &next)).unwrap();
        changed += usize::from(choice(&sized) != choice(&later));
    }
    assert_eq!(changed, 0);
}

#[test]
fn refused_writes_are_a_lower_bound_that_raises_and_never_lowers() {
    let refused = metrics(1, 0.5e9, 100.0, true);
    let compared = compare(&profile(TEXT), &refused);
    assert!(compared.iter().all(|one| one.verdict == Verdict::Kept), "{compared:#?}");
    assert!(compared.iter().all(|one| one.kept_for.iter().any(|why| why.contains("censored"))));
    assert_eq!(written(TEXT, &compared).unwrap(), TEXT);
    let refused = metrics(1, 9e9, 30e3, true);
    let compared = compare(&profile(TEXT), &refused);
    assert!(compared.iter().all(|one| one.verdict == Verdict::TooLow), "{compared:#?}");
    let after = profile(&written(TEXT, &compared).unwrap());
    assert!(after.dataset[0].count.value.high.0 > 3e6 && after.traffic.peak.reads.value.high.0 > 12e3);
}

/// The model would take less, and what runs is busy: fewer commands prove nothing.
#[test]
fn a_processor_that_is_busier_than_the_model_thinks_lowers_nothing() {
    let pinned = format!(
        "{TEXT}deployment: {{ engine: valkey, node_type: cache.r7g.large, shards: 1, replicas: 1 }}\n"
    );
    let pinned = profile(&pinned);
    let why = |busy: f64| {
        let mut seen = metrics(2, 0.6e9, 3e3, false);
        let reads = seen.figure(Metric::Reads).unwrap().clone();
        let next_peak = cachefit::units::Interval::exact(busy);
        let cpu =
            cachefit::observe::JudgedFigure { metric: Metric::EngineCpu, most: busy, next_peak, ..reads };
        seen.figures.push(cpu);
        running(&pinned, &seen).map(|running| running.unproven(&seen)).unwrap()
    };
    assert_eq!(why(0.05), Vec::<String>::new(), "what is hardly busy has room");
    let told = why(0.7);
    assert!(told.len() == 1 && told[0].contains("70% busy"), "{told:?}");
    assert!(running(&profile(TEXT), &metrics(2, 0.6e9, 3e3, false)).is_none());
}

#[test]
fn braces_on_one_line_keep_their_form_and_say_where_the_figures_are_from() {
    let text = TEXT
        .replace("  peak:\n    reads: 12k/s\n    writes: 3k/s\n", "  peak: { reads: 12k/s, writes: 3k/s }\n");
    let after = written(&text, &compare(&profile(&text), &metrics(2, 0.6e9, 3e3, false))).unwrap();
    let line = after.lines().find(|line| line.contains("peak:")).unwrap();
    assert!(
        line.contains("peak: { reads: ")
            && line.contains("# cachefit: reads at least ")
            && line.contains("/s, reads, maximum of simulated"),
        "{after}"
    );
}

#[test]
fn only_what_metrics_contradict_is_named_and_a_raised_figure_is_never_too_low_by_it() {
    let seen = metrics(3, 5e9, 8e3, false);
    let too_low = |reads: &str| {
        let text = TEXT.replace("reads: 12k/s", &format!("reads: {reads}"));
        let all = contradicted(&profile(&text), &seen, "shop.yaml");
        all.into_iter().filter(|one| one.verdict == Contradicts::TooLow).collect::<Vec<_>>()
    };
    let mut before = usize::MAX;
    for reads in ["10/s", "1k/s", "4k/s", "8k/s", "20k/s", "400k/s"] {
        let now = too_low(reads);
        assert!(now.len() <= before, "{reads}: {now:?}");
        before = now.len();
    }
    let first = too_low("10/s").into_iter().find(|one| one.keys == ["traffic.peak.reads"]).unwrap();
    assert!(first.text.contains("declared 10/s") && first.text.contains("next month"), "{}", first.text);
    assert!(first.source.contains("simulated") && first.next.contains("cachefit observe shop.yaml"));
    assert!(too_low("400k/s").iter().all(|one| one.keys != ["traffic.peak.reads"]));
    // Without metrics of it nothing is contradicted.
    let silent = Judged { figures: Vec::new(), ..seen.clone() };
    assert!(contradicted(&profile(TEXT), &silent, "shop.yaml").is_empty());
    // What `--write` writes is not contradicted by the same metrics, nor by what it keeps beside them.
    let after = profile(&written(TEXT, &compare(&profile(TEXT), &seen)).unwrap());
    assert!(contradicted(&after, &seen, "shop.yaml").is_empty());
    assert!(
        !after.observed.is_empty() && after.observed.iter().all(|one| !one.is_contradicted()),
        "{:?}",
        after.observed
    );
}

/// What `--write` writes, what `recommend` names and what `fleet` sizes by, figure by figure.
#[test]
fn observe_write_recommend_and_fleet_agree_on_which_figures_hold() {
    let mut held = [0, 0];
    for (seed, refused) in [(1, false), (2, false), (3, true)] {
        let mut seen = metrics(seed, 5e9, 8e3, refused);
        let connections = JudgedFigure { metric: Metric::Connections, ..seen.figures[0].clone() };
        let peak = Interval::new(50.0, 60.0, 70.0);
        seen.figures.push(JudgedFigure { most: 60.0, next_peak: peak, ..connections });
        let right = profile(&written(TEXT, &compare(&profile(TEXT), &seen)).unwrap());
        let [keys, reads] = [right.dataset[0].count.value.high.0, right.traffic.peak.reads.value.high.0];
        // Much too low, at both edges of what holds, and much too high.
        for factor in [0.3, 0.9, 0.99, 1.0, 1.0005, 1.005, 1.01, 1.015, 1.02, 1.1, 3.0] {
            let text = TEXT
                .replace("us-east-1", &format!("us-east-1, worker_connections: {:.0}", 70.0 * factor))
                .replace("3M ", &format!("{:.0} ", keys * factor))
                .replace("12k/s", &format!("{:.0}/s", reads * factor));
            let before = profile(&text);
            let compared = compare(&before, &seen);
            let named = contradicted(&before, &seen, "shop.yaml");
            let text = written(&text, &compared).unwrap();
            let after = profile(&text);
            let sized = fleet::observed(&before, &seen).unwrap();
            let with_mean = profile(&with_average(&text, &after, &seen).unwrap());
            let mean = |profile: &Profile| {
                profile.traffic.average.as_ref().map(|mean| (mean.reads.value, mean.writes.value))
            };
            assert_eq!(mean(&with_mean), mean(&sized), "{factor}, {refused}");
            assert_eq!(mean(&sized).is_none(), refused, "{factor}");
            let figures = |profile: &Profile| {
                let peak = &profile.traffic.peak;
                [
                    format!("{:?}", profile.dataset[0].count.value),
                    format!("{:?}", peak.reads.value),
                    format!("{:?}", peak.writes.value),
                    format!("{:?}", profile.placement.worker_connections.value),
                ]
            };
            let [before, after, sized] = [&before, &after, &sized].map(figures);
            assert_eq!(compared.len(), 4, "{compared:#?}");
            for (at, one) in compared.iter().enumerate() {
                let holds = one.verdict == Verdict::Holds;
                held[usize::from(holds)] += 1;
                let what = format!("{factor}, {refused}: {one:#?}");
                assert_eq!(before[at] == sized[at], holds, "fleet goes by {}: {what}", sized[at]);
                let is_named = named.iter().any(|named| named.keys == one.keys);
                assert_eq!(is_named, !holds && one.verdict != Verdict::Kept, "recommend: {what}");
                assert_eq!(before[at] != after[at], is_named, "--write writes {}: {what}", after[at]);
            }
        }
    }
    assert!(held[0] > 20 && held[1] > 20, "{held:?}");
}

#[test]
fn a_lower_bound_contradicts_only_what_is_below_it() {
    let small = metrics(1, 0.5e9, 100.0, true);
    assert!(
        contradicted(&profile(TEXT), &small, "shop.yaml").is_empty(),
        "it looks too high, and more may be asked for"
    );
    let large = metrics(1, 9e9, 30e3, true);
    let all = contradicted(&profile(TEXT), &large, "shop.yaml");
    assert!(
        !all.is_empty() && all.iter().all(|one| one.verdict == Contradicts::TooLow && one.at_least),
        "{all:#?}"
    );
    assert!(all[0].text.contains("or more"), "{}", all[0].text);
}

#[test]
fn commands_that_clients_call_are_written_once_and_none_is_taken_away() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let used = CommandUse {
        commands: names(&["eval", "get", "mget", "select"]),
        across_slots: None,
        databases: Some(3),
        sources: names(&["INFO commandstats"]),
    };
    let info = CacheInfo { command_use: Some(used), ..CacheInfo::named("shop") };
    let seen = Judged { info: Some(info), ..metrics(1, 5e9, 8e3, false) };
    let text = format!("{TEXT}application:\n  commands: [blpop]  # the workers\n");
    assert_eq!(unnamed_commands(&profile(&text), &seen), ["EVAL", "MGET", "SELECT"]);
    let once = with_application(&text, &profile(&text), &seen).unwrap();
    let read = profile(&once);
    assert_eq!(read.application.commands, ["blpop", "eval", "mget", "select"]);
    assert_eq!((read.application.databases, read.application.across_slots.clone()), (Some(3), None));
    assert!(once.contains("# the workers") && once.contains("# cachefit: INFO commandstats"), "{once}");
    assert_eq!(with_application(&once, &read, &seen).unwrap(), once);
    // A profile without the section gets one, and one that needs nothing stays as it is.
    let new = profile(&with_application(TEXT, &profile(TEXT), &seen).unwrap());
    assert_eq!(new.application.commands, ["eval", "mget", "select"]);
    let silent = metrics(1, 5e9, 8e3, false);
    assert_eq!(with_application(TEXT, &profile(TEXT), &silent).unwrap(), TEXT);
}

/// What is written of a scrape is read again, and a label that is no name writes nothing.
#[test]
fn commands_of_a_scrape_go_round_and_no_label_reaches_the_file() {
    let scrape = |labels: &[&str]| {
        let lines = labels.iter().map(|label| format!("redis_commands_total{{cmd=\"{label}\"}} 7\n"));
        let text = lines.collect::<String>() + "redis_memory_used_bytes 5\nredis_db_keys{db=\"db2\"} 4\n";
        let input =
            Input { name: "shop.txt".into(), content: Box::new(std::io::Cursor::new(text.into_bytes())) };
        let all = read(vec![input], 1_795_176_000).unwrap();
        judge(&groups(&all)[0], &all, &cachefit::observe::Options::default())
    };
    let plain = scrape(&["evalsha", "get", "info", "config|get", "pubsub|channels", "json.get", "select"]);
    let text = format!("{TEXT}application:\n  commands: [blpop]\n  databases: 5\n");
    let once = with_application(&text, &profile(&text), &plain).unwrap();
    let written = profile(&once);
    assert_eq!(written.application.commands, ["blpop", "evalsha", "json.get", "select"]);
    assert_eq!(written.application.databases, Some(5), "nothing is taken away");
    assert!(
        once.contains("# cachefit: Prometheus redis_commands_total and Prometheus redis_db_keys"),
        "{once}"
    );
    assert_eq!(with_application(&once, &written, &plain).unwrap(), once);
    let hostile =
        scrape(&["json.x]\\ntraffic: {peak: 1}", "a.b # c", "x.y, select", "eval*", "*", "\u{202e}.x"]);
    let once = with_application(TEXT, &profile(TEXT), &hostile).unwrap();
    assert!(once.replace(TEXT, "").trim().lines().count() <= 2, "{once}");
    assert!(profile(&once).application.commands.is_empty() && once.contains("databases: 3"), "{once}");
}

#[test]
fn a_kind_of_commands_is_named_where_none_of_it_is_known() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let seen = |commands: &[&str]| {
        let used = CommandUse {
            commands: names(commands),
            sources: names(&["CloudWatch EvalBasedCmds"]),
            ..CommandUse::default()
        };
        let info = CacheInfo { command_use: Some(used), ..CacheInfo::named("shop") };
        Judged { info: Some(info), ..metrics(1, 5e9, 8e3, false) }
    };
    let once = with_application(TEXT, &profile(TEXT), &seen(&["eval*", "json.*"])).unwrap();
    let written = profile(&once);
    assert_eq!(written.application.commands, ["eval*", "json.*"]);
    assert_eq!(with_application(&once, &written, &seen(&["eval*", "json.*"])).unwrap(), once);
    // A name says more; what stands in the profile stays all the same.
    let named = format!("{TEXT}application:\n  commands: [evalsha]\n");
    assert_eq!(with_application(&named, &profile(&named), &seen(&["eval*"])).unwrap(), named);
    assert_eq!(unnamed_commands(&profile(&named), &seen(&["eval*", "json.*"])), ["JSON.*"]);
    let both = with_application(TEXT, &profile(TEXT), &seen(&["eval*", "eval"])).unwrap();
    assert_eq!(profile(&both).application.commands, ["eval"]);
    let more = with_application(&once, &written, &seen(&["evalsha"])).unwrap();
    assert_eq!(profile(&more).application.commands, ["eval*", "evalsha", "json.*"]);
}

#[test]
fn a_pin_whose_reason_is_gone_says_what_binds_now() {
    let pinned = |reason: &str| {
        profile(&format!(
            "{TEXT}deployment:\n  service: elasticache\n  engine: valkey\n  version: \"8.1\"\n  node_type: cache.r7g.large\n  shards: 1\n  replicas: 1\n  reason: {reason}\n"
        ))
    };
    let of = |why: &str, bytes: f64, rate: f64| -> Reason {
        let seen = metrics(4, bytes, rate, false);
        let profile = pinned(why);
        let reason = running(&profile, &seen).and_then(|running| running.reason()).unwrap();
        let declared = compare(&profile, &seen);
        let cache = ObservedCache {
            judged: seen,
            limits: Vec::new(),
            declared,
            average: None,
            reason: Some(reason.clone()),
        };
        let text = Table { color: false }.render(&Observed { caches: vec![cache], writes: false }).unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let told = match &reason.binds {
            _ if reason.holds() => "which still has the least to spare",
            Some(_) => "which is no longer the reason",
            None => "does not hold what the metrics show",
        };
        assert!(text.contains(&format!("was chosen for {why}")) && text.contains(told), "{text}");
        assert!(text.contains("its nodes and shards are not told."), "{text}");
        reason
    };
    // Chosen for its memory, which it needs still; then for its memory, while the commands are what it is full of.
    assert!(of("memory", 3e9, 500.0).holds());
    let gone = of("memory", 0.3e9, 4e3);
    assert!(!gone.holds() && gone.binds.as_deref() == Some("engine CPU"), "{gone:?}");
    assert_eq!(of("memory", 60e9, 500.0).binds, None);
}

#[test]
fn the_mean_load_is_written_once_and_only_where_the_metrics_say_enough() {
    for seed in 0..6 {
        let seen = metrics(seed, 2e9, 4000.0, false);
        let put_right = written(TEXT, &compare(&profile(TEXT), &seen)).unwrap();
        let with_mean = with_average(&put_right, &profile(&put_right), &seen).unwrap();
        let mean = profile(&with_mean).traffic.average.expect("it was not declared").reads.value.high.0;
        assert!((mean - seen.figure(Metric::Reads).unwrap().mean).abs() <= 1.0, "seed {seed}: {mean}");
        // Two more weeks whose mean is nearly the same.
        let next = metrics(seed, 2e9, 4100.0, false);
        assert_eq!(with_average(&with_mean, &profile(&with_mean), &next).unwrap(), with_mean, "seed {seed}");
        // What refuses writes may ask for more: the mean is not written, and none is lowered.
        let refused = metrics(seed, 2e9, 4000.0, true);
        assert_eq!(
            with_average(&put_right, &profile(&put_right), &refused).unwrap(),
            put_right,
            "seed {seed}"
        );
        let half = metrics(seed, 2e9, 2000.0, true);
        assert_eq!(with_average(&with_mean, &profile(&with_mean), &half).unwrap(), with_mean, "seed {seed}");
    }
}

/// A whole command a second is 26 times what a cache is asked for that has one in 26 seconds, and Upstash bills by it.
#[test]
fn the_mean_of_few_commands_is_written_as_it_was_seen() {
    for seed in 0..6 {
        let seen = metrics(seed, 2e9, 0.3, false);
        let put_right = written(TEXT, &compare(&profile(TEXT), &seen)).unwrap();
        let with_mean = with_average(&put_right, &profile(&put_right), &seen).unwrap();
        let average = profile(&with_mean).traffic.average.expect("it was not declared");
        for (metric, written) in
            [(Metric::Reads, average.reads.value), (Metric::Writes, average.writes.value)]
        {
            let mean = seen.figure(metric).unwrap().mean;
            let written = written.high.0;
            assert!(mean < 1.0 && written >= mean - 1e-9 && written <= mean * 1.011, "{mean}: {with_mean}");
        }
        assert_eq!(with_average(&with_mean, &profile(&with_mean), &seen).unwrap(), with_mean, "seed {seed}");
    }
}
