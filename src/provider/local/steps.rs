//! Changes as steps, and the steps carried out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::conf::NodeSpec;
use super::error::LocalError;
use super::layout::Layout;
use super::node::Node;
use super::secrets::Credentials;
use super::spec::{CLUSTER, FOLDER, SERVER, from_resource};
use super::unit::UNIT;
use super::wait::Started;
use super::{care, cluster, heir, tls, unit};
use crate::plan::{Action, Change, Effect, PlannedStep, Resource, State, Value};
use crate::provider::{Outcome, World};

/// Moves all slots off a server and makes the others forget it.
pub const DRAIN: &str = "drain";

/// What a step needs to know.
#[derive(Serialize, Deserialize)]
enum Argument {
    /// Nothing.
    Nothing,
    /// Users with a password.
    Users(Vec<String>),
    /// A node.
    Node(Box<NodeSpec>),
    /// A node, and the one that has its data.
    Heir(Box<NodeSpec>, String),
    /// A cluster.
    Cluster(cluster::Shape),
}

fn draft(verb: &str, what: impl Into<String>, argument: &Argument) -> PlannedStep {
    let mut draft = PlannedStep::new(verb, what);
    // Strings, numbers and maps with text keys cannot fail.
    draft.argument = serde_json::to_value(argument).unwrap_or_default();
    draft
}

/// The steps of one change.
pub fn steps(change: &Change, world: &World<'_>) -> Result<Vec<PlannedStep>, LocalError> {
    if change.action == Action::None {
        return Ok(Vec::new());
    }
    let name = change.address.name.as_str();
    let desired = || {
        world.desired(&change.address).ok_or_else(|| LocalError::State {
            node: change.address.to_string(),
            why: "the plan changes it but does not say what it should be".into(),
        })
    };
    match (change.address.kind.as_str(), &change.action) {
        (FOLDER, Action::Delete) => Ok(vec![draft(
            "remove",
            "remove the folder with its certificates and passwords",
            &Argument::Nothing,
        )]),
        (FOLDER, _) => Ok(folder(change, desired()?)),
        (SERVER, Action::Delete) => Ok(delete(change, world)?),
        (SERVER, Action::Create) => match heir::of(world, &change.address) {
            Some(heir) => rescue(desired()?, &heir.resource.address.name, true),
            None => create(desired()?),
        },
        (SERVER, Action::Replace { .. }) => {
            let mut steps = delete(change, world)?;
            steps.extend(create(desired()?)?);
            Ok(steps)
        }
        (SERVER, _) => update(change, world, desired()?),
        // Its servers go, and with them the cluster.
        (CLUSTER, Action::Delete) => Ok(Vec::new()),
        (CLUSTER, _) => cluster_steps(desired()?),
        (UNIT, _) => unit::steps(change, world.desired(&change.address)),
        (kind, _) => Err(LocalError::state(name, format!("nothing is known of a {kind}"))),
    }
}

fn folder(change: &Change, resource: &Resource) -> Vec<PlannedStep> {
    let names = resource.attributes.get("credentials").and_then(Value::as_texts).unwrap_or_default();
    let users = Argument::Users(names.into_iter().map(str::to_owned).collect());
    let what = if change.attributes.iter().any(care::locks_out) {
        "make passwords for users that have none, and forget those of users that go"
    } else {
        "make passwords for users that have none"
    };
    vec![
        draft("claim", "make the folder and mark it as ours", &Argument::Nothing),
        draft("certify", "make the certificate authority", &Argument::Nothing),
        draft("credentials", what, &users),
    ]
}

fn create(resource: &Resource) -> Result<Vec<PlannedStep>, LocalError> {
    let spec = from_resource(resource)?;
    let primary = spec.replica_of.clone();
    let node = Argument::Node(Box::new(spec));
    let mut steps = vec![
        draft("write", "write certificate, users and configuration", &node),
        draft("start", "start the server and wait for its answer over TLS", &node),
        draft("configure", "put settings and users in force", &node),
    ];
    if let Some(primary) = primary {
        steps.push(draft("follow", format!("copy the data of {primary} and follow it"), &node));
    }
    Ok(steps)
}

/// A primary without its data: the server that has it takes over, is copied, and gives the role back.
fn rescue(resource: &Resource, heir: &str, down: bool) -> Result<Vec<PlannedStep>, LocalError> {
    let spec = from_resource(resource)?;
    let heirs = Argument::Heir(Box::new(spec.clone()), heir.to_owned());
    let clustered = spec.cluster_mode;
    let follower = NodeSpec { replica_of: (!clustered).then(|| heir.to_owned()), ..spec };
    let node = Argument::Node(Box::new(follower));
    let mut promote = draft("promote", format!("make {heir}, which has its data, the primary"), &heirs);
    promote.effect = Effect::Failover { seconds: 1 };
    let mut steps = vec![promote, draft("write", "write certificate, users and configuration", &node)];
    if down {
        steps.push(draft("start", "start the server and wait for its answer over TLS", &node));
    }
    steps.push(draft("configure", "put settings, users and certificate in force", &node));
    if !clustered {
        steps.push(draft("copy", format!("copy the data of {heir}"), &node));
        let what = format!("take the role of the primary from {heir}, which then follows it");
        let mut back = draft("take-over", what, &heirs);
        back.effect = Effect::Failover { seconds: 1 };
        steps.push(back);
    }
    Ok(steps)
}

fn update(change: &Change, world: &World<'_>, resource: &Resource) -> Result<Vec<PlannedStep>, LocalError> {
    let runs = world.ours(&change.address).is_some_and(|o| o.state == State::Ready);
    let mut steps = match heir::of(world, &change.address) {
        Some(heir) => rescue(resource, &heir.resource.address.name, !runs)?,
        None => mend(change, runs, resource)?,
    };
    // Nothing is half done while people are waited for.
    if let Some(first) = steps.first_mut() {
        first.gate = care::gate(change, world);
    }
    if let Some(last) = steps.iter_mut().find(|s| s.verb == "configure") {
        last.effect = last.effect.max(in_place(change));
    }
    Ok(steps)
}

/// What the users of a server notice of a change that is made while it runs.
fn in_place(change: &Change) -> Effect {
    let gone = change.attributes.iter().any(|a| a.name == "users" && care::locks_out(a));
    if gone { Effect::ConnectionsDrop } else { Effect::None }
}

fn mend(change: &Change, runs: bool, resource: &Resource) -> Result<Vec<PlannedStep>, LocalError> {
    let spec = from_resource(resource)?;
    // A replica that is not in sync with its primary is not done.
    let follows = !spec.cluster_mode && spec.replica_of.is_some();
    let cluster_mode = spec.cluster_mode;
    let node = Argument::Node(Box::new(spec));
    let changes = |name: &str| change.attributes.iter().any(|a| a.name == name);
    let mut steps = vec![draft("write", "write certificate, users and configuration", &node)];
    if !runs {
        steps.push(draft("start", "start the server and wait for its answer over TLS", &node));
    }
    steps.push(draft("configure", "put settings, users and certificate in force", &node));
    if runs && change.attributes.iter().any(care::restarts) {
        let mut restart = draft("restart", "restart with all data", &node);
        restart.effect = Effect::ConnectionsDrop;
        restart.usual_seconds = 5;
        steps.push(restart);
    }
    if follows || !cluster_mode && (changes("role") || !runs) {
        steps.push(draft("follow", "take up its role", &node));
    }
    Ok(steps)
}

fn delete(change: &Change, world: &World<'_>) -> Result<Vec<PlannedStep>, LocalError> {
    let mut steps = Vec::new();
    let cluster = world.desired.iter().find(|r| r.address.kind == CLUSTER);
    let leaves = world.desired(&change.address).is_none();
    if let Some(cluster) = cluster.filter(|_| leaves) {
        let shape = Argument::Cluster(cluster::Shape::from_resource(cluster)?);
        let mut drain = draft(DRAIN, "move its slots to the others, which then forget it", &shape);
        drain.usual_seconds = 30;
        steps.push(drain);
    }
    let mut stop = draft("stop", "save and end the server", &Argument::Nothing);
    stop.effect = if steps.is_empty() { change.effect } else { Effect::ConnectionsDrop };
    steps.push(stop);
    steps.push(draft("remove", "remove its folder with its data", &Argument::Nothing));
    Ok(steps)
}

fn cluster_steps(resource: &Resource) -> Result<Vec<PlannedStep>, LocalError> {
    let shape = Argument::Cluster(cluster::Shape::from_resource(resource)?);
    let mut steps = vec![
        draft("meet", "make all servers known to each other", &shape),
        draft("slots", "give every slot to its shard, moving keys while they are served", &shape),
        draft("replicas", "give every shard its replicas", &shape),
        draft("settle", "wait until every node agrees and all slots are served", &shape),
    ];
    for (step, seconds) in steps.iter_mut().zip([2, 30, 3, 3]) {
        step.usual_seconds = seconds;
    }
    Ok(steps)
}

/// Carries out one step.
pub(super) fn execute(
    layout: &Layout,
    now: Timestamp,
    started: &Started,
    step: &crate::plan::Step,
) -> Result<Outcome, LocalError> {
    let done = |()| Outcome::Done;
    let argument = serde_json::from_value(step.argument.clone()).map_err(|error| LocalError::State {
        node: step.address.to_string(),
        why: format!("the plan's argument of `{}` cannot be read ({error}); make a new plan", step.verb),
    })?;
    let name = step.address.name.as_str();
    if step.address.kind != FOLDER || step.verb != "remove" {
        // A folder that somebody put in our place since the plan was made is left alone.
        layout.claim()?;
    }
    let node = Node::new(layout, name);
    match (step.address.kind.as_str(), step.verb.as_str(), argument) {
        (FOLDER, "claim", _) => Ok(Outcome::Done),
        (FOLDER, "certify", _) => tls::ensure_authority(layout, now).map(|_| Outcome::Done),
        (FOLDER, "credentials", Argument::Users(users)) => {
            Credentials::ensure(layout, users.iter().map(String::as_str)).map(|_| Outcome::Done)
        }
        (FOLDER, "remove", _) => layout.remove().map(done),
        (SERVER, "write", Argument::Node(spec)) => node.write(&spec, now).map(done),
        (SERVER, "start", Argument::Node(spec)) => node.start(&spec, started),
        (SERVER, "configure", Argument::Node(spec)) => node.configure(&spec),
        (SERVER, "restart", Argument::Node(spec)) => node.restart(&spec, started),
        (SERVER, "follow" | "copy", Argument::Node(spec)) => node.follow(&spec),
        (SERVER, "promote", Argument::Heir(spec, heir)) => heir::promote(layout, &heir, &spec),
        (SERVER, "take-over", Argument::Heir(spec, heir)) => heir::hand_back(layout, name, &heir, &spec, now),
        (SERVER, DRAIN, Argument::Cluster(shape)) => cluster::drain(layout, &shape, name),
        (SERVER, "stop", _) => node.stop().map(done),
        (SERVER, "remove", _) => node.remove().map(done),
        (CLUSTER, "meet", Argument::Cluster(shape)) => cluster::meet(layout, &shape),
        (CLUSTER, "slots", Argument::Cluster(shape)) => cluster::place_slots(layout, &shape),
        (CLUSTER, "replicas", Argument::Cluster(shape)) => cluster::replicate(layout, &shape),
        (CLUSTER, "settle", Argument::Cluster(shape)) => cluster::settle(layout, &shape),
        (kind, verb, _) => {
            Err(LocalError::state(name, format!("a {kind} has no step `{verb}`; make a new plan")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Address;
    use crate::units::Provider;

    #[test]
    fn a_cluster_without_its_shards_is_an_error_and_not_nothing_to_do() {
        let resource = Resource::new(Address::new(Provider::Local, CLUSTER, "shop"));
        assert!(cluster_steps(&resource).is_err());
    }
}
