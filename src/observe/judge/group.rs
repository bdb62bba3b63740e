//! Which nodes are one cache.

use std::collections::{BTreeMap, BTreeSet};

use crate::observe::inventory::of_name;
use crate::observe::{CacheInfo, CommandUse, Metric, Observations, Series, watched};
use crate::units::Provider;

/// A cache with its nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub id: String,
    /// What an inventory says of it.
    pub info: Option<CacheInfo>,
    /// The shard of each node; none for a replica whose primary is not known.
    pub nodes: BTreeMap<String, Option<String>>,
}

/// All caches, in the order of their names. Nodes are joined by the inventory where there is one, else by their names.
/// The observations are tidy, as `read` leaves them.
pub fn groups(all: &Observations) -> Vec<Group> {
    debug_assert!(all.series.is_sorted_by(|a, b| a.node <= b.node), "`tidy` was not called");
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let namesakes = namesakes(all);
    for name in &namesakes {
        groups.insert(name.clone(), Group { id: name.clone(), info: None, nodes: BTreeMap::new() });
    }
    for cache in all.caches.iter().filter(|cache| !namesakes.contains(&cache.id)) {
        let nodes = cache.members.iter().map(|m| (m.id.clone(), Some(m.shard.clone()))).collect();
        let group = Group { id: cache.id.clone(), info: Some(cache.clone()), nodes };
        groups.insert(cache.id.clone(), group);
    }
    let known: BTreeMap<String, String> = groups
        .values()
        .flat_map(|group| group.nodes.keys().map(|node| (node.clone(), group.id.clone())))
        .collect();
    for series in &all.series {
        if known.contains_key(&series.node) {
            continue;
        }
        let (mut id, mut shard) = of_name(&series.node);
        // A cache may be named as a node of ElastiCache would be.
        if groups.contains_key(&series.node) {
            (id, shard) = (series.node.clone(), "0001".to_owned());
        }
        let new = || Group { id: id.clone(), info: None, nodes: BTreeMap::new() };
        let group = groups.entry(id.clone()).or_insert_with(new);
        group.nodes.insert(series.node.clone(), Some(shard));
    }
    note_commands(&mut groups, all);
    groups.into_values().collect()
}

/// Names that inventories give to several caches, of other regions or clouds: metrics tell a name alone.
fn namesakes(all: &Observations) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let again = all.caches.iter().filter(|cache| !seen.insert(&cache.id));
    again.map(|cache| cache.id.clone()).collect()
}

/// Leaves out metrics that could be of several caches or are of none of those of their name, and says so.
pub fn untold(all: &mut Observations) -> Vec<String> {
    let mut told = elsewhere(all);
    told.extend(ambiguous(all));
    told
}

/// Leaves out metrics of one cloud's monitoring where an inventory says that the cache of that name runs at another.
fn elsewhere(all: &mut Observations) -> Vec<String> {
    let mut providers: BTreeMap<&str, BTreeSet<Option<Provider>>> = BTreeMap::new();
    for cache in &all.caches {
        for name in cache.members.iter().map(|member| &member.id).chain([&cache.id]) {
            providers.entry(name).or_default().insert(cache.provider);
        }
    }
    let mut told = BTreeSet::new();
    let mut other = |series: &Series| {
        let at = watched(&series.source)?;
        let group = of_name(&series.node).0;
        let runs = providers.get(series.node.as_str()).or_else(|| providers.get(group.as_str()))?;
        if runs.iter().any(|runs| runs.is_none_or(|runs| runs == at)) {
            return None;
        }
        let runs: Vec<String> = runs.iter().flatten().map(ToString::to_string).collect();
        told.insert(format!(
            "the metrics of {} are of a cache at {at}, and the one of the inventory runs at {}: they are left out; read each \
             with its own inventory alone",
            series.node,
            runs.join(" and ")
        ));
        Some(())
    };
    let others: Vec<bool> = all.series.iter().map(|series| other(series).is_some()).collect();
    let mut others = others.into_iter();
    all.series.retain(|_| !others.next().unwrap_or(false));
    told.into_iter().collect()
}

/// Leaves out metrics that could be of several caches, and says so.
fn ambiguous(all: &mut Observations) -> Vec<String> {
    let namesakes = namesakes(all);
    let is_of = |name: &String, node: &str| {
        let member = || all.caches.iter().any(|cache| cache.id == *name && cache.member(node).is_some());
        node == name || of_name(node).0 == *name || member()
    };
    let mut silent = namesakes.clone();
    silent.retain(|name| !all.series.iter().any(|series| is_of(name, &series.node)));
    let left: Vec<bool> =
        all.series.iter().map(|series| !namesakes.iter().any(|name| is_of(name, &series.node))).collect();
    let mut left = left.into_iter();
    all.series.retain(|_| left.next().unwrap_or(true));
    let text = |name: &String| {
        let places = all.caches.iter().filter(|cache| cache.id == *name).map(|cache| {
            let provider =
                cache.provider.map_or_else(|| "a provider that is not told".to_owned(), |p| p.to_string());
            let region = cache.region.as_deref().unwrap_or("a region that is not told");
            format!("{provider} {region}")
        });
        let places: Vec<String> = places.collect();
        format!(
            "{} caches are called {name} ({}): which of them its metrics are of is not told, so they are left out; read each \
             with its own inventory alone",
            places.len(),
            places.join(", ")
        )
    };
    namesakes.difference(&silent).map(text).collect()
}

/// Gives each group what is told of the commands of its nodes.
fn note_commands(groups: &mut BTreeMap<String, Group>, all: &Observations) {
    if all.uses.is_empty() {
        return;
    }
    let of_nodes: BTreeMap<String, String> = groups
        .values()
        .flat_map(|group| group.nodes.keys().map(|node| (node.clone(), group.id.clone())))
        .collect();
    for (node, used) in &all.uses {
        let by_name = || if groups.contains_key(node) { node.clone() } else { of_name(node).0 };
        let id = of_nodes.get(node).cloned().unwrap_or_else(by_name);
        // A name without nodes and inventory is that of several caches.
        if groups.get(&id).is_some_and(|group| group.nodes.is_empty() && group.info.is_none()) {
            continue;
        }
        let new = || Group { id: id.clone(), info: None, nodes: BTreeMap::new() };
        let group = groups.entry(id.clone()).or_insert_with(new);
        let info = group.info.get_or_insert_with(|| CacheInfo::named(&id));
        info.command_use.get_or_insert_default().merge(used.clone());
    }
}

impl Group {
    /// Several groups as one cache: every primary is a shard, of replicas nobody knows whose they are.
    pub fn joined(id: &str, parts: &[Self], all: &Observations) -> Self {
        if let [one] = parts {
            return Self { id: id.to_owned(), ..one.clone() };
        }
        let is_replica = |node: &str| {
            let told = all.of_node(node).iter().filter(|s| s.metric == Metric::Primary);
            let last = told.filter_map(|s| s.points.last()).max_by_key(|point| point.at);
            last.is_some_and(|point| point.value < 0.5)
        };
        let mut nodes = BTreeMap::new();
        for group in parts {
            for (node, shard) in &group.nodes {
                let shard = shard.as_ref().map(|shard| format!("{}/{shard}", group.id));
                nodes.insert(node.clone(), shard.filter(|_| !is_replica(node)));
            }
        }
        let info = parts.iter().find_map(|group| group.info.clone());
        let mut command_use: Option<CommandUse> = None;
        for seen in parts.iter().filter_map(|group| group.info.as_ref()?.command_use.clone()) {
            command_use.get_or_insert_default().merge(seen);
        }
        let info = info.map(|info| CacheInfo { members: Vec::new(), command_use, ..info });
        Self { id: id.to_owned(), info, nodes }
    }

    /// Who runs it: an inventory says it, or the service whose metrics they are.
    pub fn provider(&self, all: &Observations) -> Option<Provider> {
        let told = self.info.as_ref().and_then(|info| info.provider);
        let mut series = self.nodes.keys().flat_map(|node| all.of_node(node));
        told.or_else(|| series.find_map(|series| watched(&series.source)))
    }

    /// The nodes that an inventory names and no metric.
    pub fn silent(&self, all: &Observations) -> Vec<String> {
        self.nodes.keys().filter(|node| all.of_node(node).is_empty()).cloned().collect()
    }
}
