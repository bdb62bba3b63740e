//! Slots on the move. Clients are served all the time: a key is on one side or the other, and asked for there.

use std::time::{Duration, Instant};

use redis::{Cmd, Pipeline};

use super::super::client;
use super::super::error::LocalError;
use super::super::layout::Layout;
use super::super::node::Node;
use super::super::process;
use super::super::secrets::{ADMIN, Credentials, Secret};
use super::super::spec::position;
use super::shape::Shape;
use super::view::{Members, SLOTS};
use super::wait;
use crate::provider::Outcome;

/// Keys in one round trip between two servers.
const KEYS: &str = "100";
/// Time for them, in milliseconds.
const MIGRATE_MS: &str = "20000";

/// How long slots move before the engine is asked whether to go on.
const AT_ONCE: Duration = Duration::from_secs(1);

/// A slot that changes hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Move {
    slot: u16,
    from: usize,
    to: usize,
}

/// Gives every shard its number of slots. Slots that nobody serves are assigned; as few as possible move.
pub fn place_slots(layout: &Layout, shape: &Shape) -> Result<Outcome, LocalError> {
    let start = Instant::now();
    // Servers that are no longer part of it go before the rest is counted.
    for folder in layout.nodes()? {
        if !shape.nodes().contains(&folder.name) {
            let drained = drain(layout, shape, &folder.name)?;
            if drained != Outcome::Done {
                return Ok(drained);
            }
        }
    }
    let mut members = Members::connect(layout, &shape.nodes())?;
    let mut primaries = Vec::new();
    for shard in &shape.shards {
        primaries.push(members.primary_of(shard)?);
    }
    let wanted: Vec<u32> = shape.shards.iter().map(|shard| shard.slots).collect();
    finish_open(layout, &mut members, &primaries)?;
    let owners = owners(&mut members, &primaries)?;
    assign(&mut members, &primaries, &wanted, &owners)?;
    let owners = self::owners(&mut members, &primaries)?;
    let moves = balance(&owners, &wanted);
    for (done, (slot, from, to)) in moves.iter().enumerate() {
        if start.elapsed() > AT_ONCE {
            return Ok(still(moves.len() - done));
        }
        let step = Move { slot: *slot, from: primaries[*from], to: primaries[*to] };
        carry(layout, &mut members, step)?;
    }
    Ok(Outcome::Done)
}

/// Moves all slots off a server that leaves, and makes the others forget it.
pub fn drain(layout: &Layout, shape: &Shape, leaver: &str) -> Result<Outcome, LocalError> {
    let start = Instant::now();
    let node = Node::new(layout, leaver);
    if node.folder.record()?.is_none() || process::ours(&node)?.is_none() {
        // A server that is down cannot give anything away: its replica has taken over, or its slots are unserved
        // and are given to others without their keys by the cluster's own step.
        return Ok(Outcome::Done);
    }
    hand_over(layout, shape, leaver)?;
    let mut names = shape.nodes();
    names.push(leaver.to_owned());
    let mut members = Members::connect(layout, &names)?;
    let from = members.0.len() - 1;
    let mut primaries = Vec::new();
    for shard in &shape.shards {
        primaries.push(members.primary_of(shard)?);
    }
    let everyone: Vec<usize> = primaries.iter().copied().chain([from]).collect();
    finish_open(layout, &mut members, &everyone)?;
    let mut counts: Vec<u32> = Vec::new();
    for index in &primaries {
        counts.push(members.0[*index].myself()?.slots.len() as u32);
    }
    let slots = members.0[from].myself()?.slots;
    for (done, slot) in slots.iter().copied().enumerate() {
        if start.elapsed() > AT_ONCE {
            return Ok(still(slots.len() - done));
        }
        // The one that lacks most takes it.
        let lack = |i: &usize| i64::from(shape.shards[*i].slots) - i64::from(counts[*i]);
        let to = (0..primaries.len()).max_by_key(lack).unwrap_or(0);
        carry(layout, &mut members, Move { slot, from, to: primaries[to] })?;
        counts[to] += 1;
    }
    let id = members.0[from].id.clone();
    for member in members.0.iter_mut().filter(|m| m.id != id) {
        if member.view()?.iter().any(|peer| peer.id == id) {
            member.ask::<()>(&["CLUSTER", "FORGET", &id])?;
        }
    }
    members.0[from].ask::<()>(&["CLUSTER", "RESET", "SOFT"])?;
    Ok(Outcome::Done)
}

fn still(slots: usize) -> Outcome {
    // The work is ours: nothing goes on while the engine waits.
    let what = format!("{slots} slots still move");
    Outcome::Working { what, look_after: Some(Duration::ZERO), operation: None }
}

/// A leaving primary whose shard stays gives its place to the node that stays, and loses no write by it.
fn hand_over(layout: &Layout, shape: &Shape, leaver: &str) -> Result<(), LocalError> {
    let shard_of = |node: &str| position(layout.name(), node).map(|(shard, _)| shard);
    let Some(heir) = shape.nodes().into_iter().find(|node| shard_of(node) == shard_of(leaver)) else {
        return Ok(());
    };
    let mut members = Members::connect(layout, &[leaver.to_owned(), heir])?;
    let id = members.0[0].id.clone();
    if members.0[1].myself()?.primary.as_ref() != Some(&id) {
        return Ok(());
    }
    members.0[1].ask::<()>(&["CLUSTER", "FAILOVER"])?;
    wait(leaver, || {
        let done = members.0[0].myself()?.primary.is_some();
        Ok((!done).then(|| "the failover is not done".into()))
    })
}

/// Which primary serves each slot, as an index into `primaries`; each is asked for itself.
fn owners(members: &mut Members<'_>, primaries: &[usize]) -> Result<Vec<Option<usize>>, LocalError> {
    let mut owners = vec![None; SLOTS as usize];
    for (i, index) in primaries.iter().enumerate() {
        for slot in members.0[*index].myself()?.slots {
            owners[usize::from(slot)] = Some(i);
        }
    }
    Ok(owners)
}

/// Assigns the slots that no node of the cluster claims.
fn assign(
    members: &mut Members<'_>,
    primaries: &[usize],
    wanted: &[u32],
    owners: &[Option<usize>],
) -> Result<(), LocalError> {
    let claimed: Vec<u16> = members.0[primaries[0]].view()?.into_iter().flat_map(|p| p.slots).collect();
    let mut counts = vec![0u32; wanted.len()];
    owners.iter().flatten().for_each(|i| counts[*i] += 1);
    let free = (0..SLOTS as u16).filter(|s| owners[usize::from(*s)].is_none() && !claimed.contains(s));
    let mut given: Vec<Vec<u16>> = vec![Vec::new(); wanted.len()];
    for slot in free {
        // In order, so that a new cluster has one range a shard.
        let Some(i) = (0..wanted.len()).find(|i| counts[*i] < wanted[*i]) else { break };
        counts[i] += 1;
        given[i].push(slot);
    }
    for (i, slots) in given.iter().enumerate() {
        if slots.is_empty() {
            continue;
        }
        let mut command = redis::cmd("CLUSTER");
        command.arg("ADDSLOTS").arg(slots);
        let mut pipeline = Pipeline::new();
        pipeline.add_command(command).ignore();
        members.0[primaries[i]].run(&pipeline, "CLUSTER ADDSLOTS")?;
    }
    Ok(())
}

/// Slots from shards with too many to shards with too few.
fn balance(owners: &[Option<usize>], wanted: &[u32]) -> Vec<(u16, usize, usize)> {
    let mut counts = vec![0u32; wanted.len()];
    owners.iter().flatten().for_each(|i| counts[*i] += 1);
    let mut moves = Vec::new();
    for slot in (0..owners.len()).rev() {
        let Some(from) = owners[slot].filter(|i| counts[*i] > wanted[*i]) else { continue };
        let Some(to) = (0..wanted.len()).find(|i| counts[*i] < wanted[*i]) else { break };
        counts[from] -= 1;
        counts[to] += 1;
        moves.push((slot as u16, from, to));
    }
    moves
}

/// Ends moves that were cut short: on to where they went, whatever the plan says now.
fn finish_open(layout: &Layout, members: &mut Members<'_>, primaries: &[usize]) -> Result<(), LocalError> {
    let ids: Vec<String> = members.0.iter().map(|m| m.id.clone()).collect();
    for index in primaries {
        for (slot, id) in members.0[*index].myself()?.leaving {
            match ids.iter().position(|known| *known == id) {
                Some(to) => carry(layout, members, Move { slot, from: *index, to })?,
                None => {
                    members.0[*index].ask::<()>(&["CLUSTER", "SETSLOT", &slot.to_string(), "STABLE"])?;
                }
            }
        }
    }
    // Announced at the receiver only: nothing has moved yet, or the giver has already let go.
    for index in primaries {
        let myself = members.0[*index].myself()?;
        for (slot, id) in myself.arriving {
            let giver = ids.iter().position(|known| *known == id);
            match giver {
                Some(from) if members.0[from].myself()?.slots.contains(&slot) => {
                    carry(layout, members, Move { slot, from, to: *index })?;
                }
                _ => members.0[*index].ask::<()>(&["CLUSTER", "SETSLOT", &slot.to_string(), "STABLE"])?,
            }
        }
    }
    Ok(())
}

/// Moves one slot with its keys. Cut short anywhere, it can be repeated.
fn carry(layout: &Layout, members: &mut Members<'_>, step: Move) -> Result<(), LocalError> {
    let Move { slot, from, to } = step;
    let slot = slot.to_string();
    let (giver, taker) = (members.0[from].id.clone(), members.0[to].id.clone());
    let port = members.0[to].port;
    let announced = announce(members.0[to].ask(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &giver]))?
        && announce(members.0[from].ask(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &taker]))?;
    let credentials = Credentials::load(layout)?;
    let password = credentials.need(layout, ADMIN)?;
    loop {
        if !announced {
            break;
        }
        let keys: Vec<Vec<u8>> = members.0[from].ask(&["CLUSTER", "GETKEYSINSLOT", &slot, KEYS])?;
        if keys.is_empty() {
            break;
        }
        let mut pipeline = Pipeline::new();
        pipeline.add_command(migrate(port, password, &keys)).ignore();
        let name = members.0[to].name.clone();
        wait(&name, || match members.0[from].run(&pipeline, "MIGRATE") {
            // A node that has just joined refuses keys until it has heard of a majority.
            Err(error) if error.to_string().contains("CLUSTERDOWN") => Ok(Some(error.to_string())),
            answer => answer.map(|()| None),
        })?;
    }
    // The taker first: were the giver first, nobody would own the slot for a moment.
    for index in [to, from] {
        members.0[index].ask::<()>(&["CLUSTER", "SETSLOT", &slot, "NODE", &taker])?;
    }
    Ok(())
}

/// Whether there is something to move: an earlier attempt may have got as far as the new owner.
fn announce(answer: Result<(), LocalError>) -> Result<bool, LocalError> {
    match answer {
        Err(LocalError::Server { source, .. }) if source.to_string().contains("the owner of hash slot") => {
            Ok(false)
        }
        answer => answer.map(|()| true),
    }
}

fn migrate(port: u16, password: &Secret, keys: &[Vec<u8>]) -> Cmd {
    let mut command = redis::cmd("MIGRATE");
    // A key that is still at the giver is the newer one: replace what an earlier attempt left.
    command.arg(client::HOST).arg(port).arg("").arg(0).arg(MIGRATE_MS).arg("REPLACE");
    command.arg("AUTH2").arg(ADMIN).arg(password.reveal()).arg("KEYS").arg(keys);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_few_slots_as_possible_move() {
        let owners: Vec<Option<usize>> = (0..12).map(|slot| Some(slot / 4)).collect();
        let moves = balance(&owners, &[3, 3, 3, 3]);
        assert_eq!(moves, [(11, 2, 3), (7, 1, 3), (3, 0, 3)]);
        assert!(balance(&owners, &[4, 4, 4]).is_empty());
    }
}
