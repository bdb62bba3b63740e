//! Answers of INFO, from one file or several, by the server that gave them. Two answers of one server tell what it did
//! between them; one alone tells only the mean since its start.

use std::collections::{BTreeMap, BTreeSet};

use super::info::Dump;
use crate::observe::{CacheInfo, Member, Metric, Observations, Point, Series, Statistic};
use crate::units::{Duration, Engine, FromText as _, Policy};

/// Answers that are closer together than this tell no rate, in seconds.
const CLOSEST: f64 = 0.5;

/// Seconds by which two answers of one run may differ in when it began: the age of a server is told in whole seconds.
const SAME_START: f64 = 5.0;

/// All answers together: those of one server in the order in which it gave them.
pub(in crate::observe) fn observations(dumps: Vec<Dump>, now: i64) -> Observations {
    let mut found = Observations::default();
    let mut nodes: BTreeMap<String, BTreeMap<String, Vec<Dump>>> = BTreeMap::new();
    for dump in one_name_a_run(dumps) {
        nodes.entry(dump.node()).or_default().entry(dump.run().to_owned()).or_default().push(dump);
    }
    for (node, runs) in nodes {
        one_node(&node, runs.into_values().collect(), now as f64, &mut found);
    }
    found
}

/// Answers of one server from several files under the name of its first answer. A run has an id that no other has; what
/// began at another time is another one all the same.
fn one_name_a_run(mut dumps: Vec<Dump>) -> Vec<Dump> {
    let start = |dump: &Dump| Some(dump.clock()? - dump.uptime()?);
    let age = |dump: &Dump| dump.clock().or_else(|| dump.uptime()).unwrap_or(f64::MAX);
    let mut runs: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, dump) in dumps.iter().enumerate().filter(|(_, dump)| !dump.run().is_empty()) {
        runs.entry(dump.run().to_owned()).or_default().push(place);
    }
    for places in runs.into_values() {
        let first = places.iter().copied().min_by(|a, b| {
            let (a, b) = (&dumps[*a], &dumps[*b]);
            age(a).total_cmp(&age(b)).then_with(|| a.file.cmp(&b.file))
        });
        let Some(first) = first else { continue };
        let (file, began) = (dumps[first].file.clone(), start(&dumps[first]));
        for place in places {
            let dump = &mut dumps[place];
            if start(dump).zip(began).is_none_or(|(start, began)| (start - began).abs() < SAME_START) {
                dump.file.clone_from(&file);
            }
        }
    }
    dumps
}

/// All runs of one name: one server that was restarted, or several whose file and port are the same.
fn one_node(node: &str, mut runs: Vec<Vec<Dump>>, now: f64, found: &mut Observations) {
    for run in &mut runs {
        let order = |dump: &Dump| dump.clock().or_else(|| dump.uptime()).unwrap_or(0.0);
        run.sort_by(|a, b| order(a).total_cmp(&order(b)));
    }
    let end = |run: &[Dump]| run.last().and_then(Dump::clock);
    let start = |run: &[Dump]| run.first().and_then(|dump| Some(dump.clock()? - dump.uptime()?));
    runs.sort_by(|a, b| end(a).unwrap_or(now).total_cmp(&end(b).unwrap_or(now)));
    let mut ended: Option<f64> = None;
    for run in runs {
        // A run that began before the one before it ended is that of another server.
        let other = ended.is_some_and(|ended| start(&run).is_none_or(|start| start < ended));
        let id: String = run.first().map(Dump::run).unwrap_or_default().chars().take(8).collect();
        let name = if other { format!("{node}~{id}") } else { node.to_owned() };
        if ended.is_some() && !other {
            found.caveats.insert(format!("{node}: the server was restarted between the answers of INFO"));
        }
        if !other {
            ended = Some(end(&run).unwrap_or(now));
        }
        one_run(&run, &name, now, found);
    }
}

fn one_run(run: &[Dump], node: &str, now: f64, found: &mut Observations) {
    let Some(last) = run.last() else { return };
    // Without a clock the last answer is taken to be of now, the others by their age.
    let time = |dump: &Dump| {
        let behind = last.uptime().zip(dump.uptime()).map_or(0.0, |(last, this)| last - this);
        dump.clock().unwrap_or(now - behind)
    };
    let mut all: BTreeMap<(Metric, Statistic), Series> = BTreeMap::new();
    let mut add = |metric: Metric, statistic: Statistic, step: Option<f64>, at: f64, value: f64| {
        let new = || {
            let step = step.map(|seconds| seconds.round().clamp(1.0, f64::from(u32::MAX)) as u32);
            Series::new(node, metric, statistic, format!("INFO {metric}")).every(step)
        };
        let point = Point { at: at.floor() as i64, value };
        all.entry((metric, statistic)).or_insert_with(new).points.push(point);
    };
    for dump in run {
        for (metric, value) in dump.levels() {
            add(metric, Statistic::Sample, None, time(dump), value);
        }
    }
    let mut rates = false;
    let mut reset = false;
    let mut before: Option<&Dump> = None;
    for after in run {
        let seconds = before.map_or(f64::MAX, |before| time(after) - time(before));
        if seconds < CLOSEST {
            continue;
        }
        let Some(before) = before.replace(after) else { continue };
        let then = before.counts();
        for (metric, count) in after.counts() {
            let Some(then) = then.get(&metric) else { continue };
            // A count that falls was set back by CONFIG RESETSTAT.
            if count < *then {
                reset = true;
                continue;
            }
            // The question itself is one of the commands.
            let own = if metric == Metric::Commands { 1.0 } else { 0.0 };
            add(metric, Statistic::Sum, Some(seconds), time(before), (count - then - own).max(0.0) / seconds);
            rates = true;
        }
    }
    if reset {
        found.caveats.insert(format!(
            "{node}: counts fell between two answers (CONFIG RESETSTAT): nothing is said of that time"
        ));
    }
    if !rates && let Some(uptime) = last.uptime().filter(|uptime| *uptime >= 1.0) {
        for (metric, count) in last.counts() {
            add(metric, Statistic::Average, Some(uptime), time(last) - uptime, count / uptime);
        }
        found.caveats.insert(format!(
            "{node}: one INFO tells only the mean since the start of the server, {} ago: take a second one in the busiest hour",
            Duration(uptime)
        ));
    }
    found.series.extend(all.into_values());
    let uncounted: BTreeSet<&str> = run.iter().flat_map(Dump::uncounted).collect();
    if !uncounted.is_empty() {
        let names: Vec<&str> = uncounted.into_iter().collect();
        found.caveats.insert(format!(
            "{node}: commandstats do not say how often {} was called: the sum that it belongs to is left out",
            names.join(", ")
        ));
    }
    inventory(last, node, found);
}

fn inventory(dump: &Dump, node: &str, found: &mut Observations) {
    let shard = dump.text("master_replid").unwrap_or(node).to_owned();
    let primary = dump.text("role").map(|role| role == "master");
    let member = Member { id: node.to_owned(), shard, primary };
    let command_use = dump.command_use();
    if let Some(cache) = found.caches.iter_mut().find(|cache| cache.id == dump.file) {
        if cache.member(node).is_none() {
            cache.members.push(member);
        }
        if let Some(seen) = command_use {
            cache.command_use.get_or_insert_default().merge(seen);
        }
        return;
    }
    let valkey = dump.text("valkey_version");
    found.caches.push(CacheInfo {
        engine: Some(if valkey.is_some() { Engine::Valkey } else { Engine::Redis })
            .filter(|_| dump.text("redis_version").is_some()),
        version: valkey.or_else(|| dump.text("redis_version")).map(str::to_owned),
        policy: dump.text("maxmemory_policy").and_then(|text| Policy::from_text(text).ok()),
        cluster_mode: dump.text("cluster_enabled").map(|on| on == "1"),
        members: vec![member],
        command_use,
        ..CacheInfo::named(dump.file.clone())
    });
}
