//! What only the live state tells of a change: whether data is lost by it, moved, or saved by another server.

use super::conf;
use super::heir::{self, fact, plays};
use super::spec::{CLUSTER, SERVER, position};
use crate::plan::{Action, AttributeChange, Change, Confirmation, Effect, Observed, State, Value};
use crate::provider::World;
use crate::units::Bytes;

/// Writes fail until the other server has the role.
const TAKES_OVER: u32 = 5;
const DRAINS: u32 = 30;

/// Corrects reason and effect of a change by what the servers hold now.
pub fn reconsider(change: &mut Change, world: &World<'_>) {
    if change.address.kind != SERVER {
        return;
    }
    let own = world.ours(&change.address);
    if change.action == Action::Delete {
        return leaving(change, world, own);
    }
    if own.is_some_and(|o| matches!(o.state, State::Broken { .. })) {
        // What a server does not say for itself does not differ.
        change.attributes.retain(|a| a.before.is_some());
    }
    let heir = heir::of(world, &change.address);
    if change.action == Action::None && heir.is_some() {
        // Nothing of it differs, but it is empty and another one has the data.
        change.action = Action::Update;
        change.usual_seconds = TAKES_OVER;
        "it has no data".clone_into(&mut change.reason);
    }
    if change.action == Action::None || matches!(change.action, Action::Replace { .. }) {
        return;
    }
    if let Some(heir) = heir {
        let name = &heir.resource.address.name;
        let after = match plays(heir, "primary") {
            _ if is_clustered(world) => format!("{name} has its data and takes its place"),
            true => format!("{name} has the data; it is copied, and then the role goes back"),
            false => format!("{name} has the data and takes over; it is copied, and then the role goes back"),
        };
        also(change, &after, Effect::Failover { seconds: TAKES_OVER });
    } else if starts_empty(change, world, own) {
        also(change, "it starts empty: what it held was in its memory only", Effect::None);
    }
    if let Some(gate) = gate(change, world) {
        also(change, &gate.what, Effect::DataLoss);
    }
}

fn also(change: &mut Change, why: &str, effect: Effect) {
    change.reason = format!("{}; {why}", change.reason);
    change.effect = change.effect.max(effect);
}

fn is_clustered(world: &World<'_>) -> bool {
    world.desired.iter().any(|r| r.address.kind == CLUSTER)
}

/// A primary that is down, keeps nothing on a disk and has no replica that could help.
fn starts_empty(change: &Change, world: &World<'_>, own: Option<&Observed>) -> bool {
    let wanted = world.desired(&change.address);
    let get = |name: &str| wanted.and_then(|r| r.attributes.get(name));
    let primary = get("role").and_then(Value::as_text) == Some("primary");
    let kept = get("persistence").and_then(Value::as_flag) == Some(true);
    primary
        && !kept
        && own.is_some_and(|o| matches!(o.state, State::Broken { .. }) && fact(o, "keys").is_none())
}

/// A server that goes.
fn leaving(change: &mut Change, world: &World<'_>, own: Option<&Observed>) {
    let Some(own) = own else { return };
    let deployment = world.desired.iter().find(|r| r.address.kind == super::spec::FOLDER);
    let Some(deployment) = deployment.map(|r| r.address.name.clone()) else { return };
    let shard = |name: &str| position(&deployment, name).map(|(shard, _)| shard);
    let mine = shard(&change.address.name);
    let stays = world.desired.iter().find(|r| r.address.kind == SERVER && shard(&r.address.name) == mine);
    match stays {
        // A shard that goes gives its slots away, if it can.
        None if is_clustered(world) => {
            let serves = |o: &&Observed| shard(&o.resource.address.name) == mine && fact(o, "keys").is_some();
            if world.observed.iter().filter(serves).count() == 0 {
                return;
            }
            if let Some(why) = too_few(world) {
                return also(change, &why, Effect::DataLoss);
            }
            if change.effect == Effect::DataLoss {
                change.effect = Effect::ConnectionsDrop;
                change.usual_seconds = change.usual_seconds.max(DRAINS);
                change.reason =
                    format!("{}; its slots move to the other shards first, key by key", change.reason);
            }
        }
        Some(stays) if !is_clustered(world) && fact(own, "keys").is_some_and(|keys| keys > 0) => {
            let first = world.ours(&stays.address);
            let has = first.and_then(|o| fact(o, "keys")).is_some_and(|keys| keys > 0);
            if !has && heir::of(world, &stays.address).is_none() {
                let why = format!(
                    "{} has no data and this one has; apply without removing it first, and it is copied",
                    stays.address.name
                );
                also(change, &why, Effect::DataLoss);
            }
        }
        _ => {}
    }
}

/// Why the shards that stay cannot hold what all of them hold now, if they cannot.
fn too_few(world: &World<'_>) -> Option<String> {
    let primaries =
        world.observed.iter().filter(|o| o.resource.address.kind == SERVER && plays(o, "primary"));
    let used: u64 = primaries.filter_map(|o| fact(o, "used_bytes")).sum();
    let limit = |r: &crate::plan::Resource| r.attributes.get("max_memory_bytes").and_then(Value::as_number);
    let lowest = world.desired.iter().filter_map(limit).min()?;
    let cluster = world.desired.iter().find(|r| r.address.kind == CLUSTER)?;
    let shards = cluster.attributes.get("slots").and_then(Value::as_texts).map_or(1, |all| all.len());
    let room = u64::try_from(lowest).unwrap_or(0).saturating_mul(shards as u64);
    (used > room).then(|| format!("{shards} shards of {} do not hold what is there", bytes(lowest)))
}

fn bytes(number: i64) -> Bytes {
    Bytes(number as f64)
}

/// What people must agree to before a server is changed, because data goes by it.
pub fn gate(change: &Change, world: &World<'_>) -> Option<Confirmation> {
    let own = world.ours(&change.address).filter(|_| change.action == Action::Update)?;
    let attribute = |name: &str| change.attributes.iter().find(|a| a.name == name);
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_number);
    if let Some(limit) = attribute("max_memory_bytes")
        && let Some(after) = number(&limit.after)
        && number(&limit.before).is_none_or(|before| before == 0 || after < before)
        && fact(own, "used_bytes").is_some_and(|used| used > after as u64)
    {
        let wanted =
            world.desired(&change.address).and_then(|r| r.attributes.get("eviction_policy")?.as_text());
        let goes = match wanted {
            Some("noeviction") => "writes are refused until it fits",
            _ => "the server evicts keys until it fits",
        };
        let name = &change.address.name;
        return Some(Confirmation::data(
            format!("{name} holds more than its new limit of {}: {goes}", bytes(after)),
            format!("used_memory of `INFO memory` of {name} is below {after}"),
        ));
    }
    let role = attribute("role")?;
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).unwrap_or_default().to_owned();
    let (before, after) = (text(&role.before), text(&role.after));
    let primary = after.strip_prefix("replica of ").filter(|_| before == "primary")?;
    let saves = heir::of(world, &super::spec::address(SERVER, primary))
        .is_some_and(|heir| heir.resource.address == change.address);
    (!saves && fact(own, "keys").is_some_and(|keys| keys > 0)).then(|| {
        Confirmation::data(
            format!("what {} holds is replaced by a copy of {primary}", change.address.name),
            format!("nothing is missing in {primary}"),
        )
    })
}

/// Whether a difference can only be mended by a restart. What a server has in force says so itself.
pub fn restarts(difference: &AttributeChange) -> bool {
    let before = difference.before.as_ref().and_then(Value::as_text).unwrap_or_default();
    match difference.name.as_str() {
        "version" => true,
        "configuration" => before.contains(conf::RESTARTS),
        _ => false,
    }
}

/// Whether somebody who has access loses it.
pub fn locks_out(difference: &AttributeChange) -> bool {
    let names = |value: &Option<Value>| -> Vec<String> {
        let lines = value.as_ref().and_then(Value::as_texts).unwrap_or_default();
        let name = |line: &str| line.split([' ', ':']).next().unwrap_or_default().to_owned();
        lines.into_iter().map(name).collect()
    };
    let after = names(&difference.after);
    names(&difference.before).iter().any(|name| !after.contains(name))
}
