//! Which nodes form which shard, and how many slots each shard serves.

use serde::{Deserialize, Serialize};

use super::super::error::LocalError;
use super::view::Peer;
use crate::plan::{Resource, Value};

/// A cluster as it should be, or as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The deployment.
    pub name: String,
    /// In the order of their names.
    pub shards: Vec<Shard>,
}

/// Nodes with the same data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// The first one gives the shard its name; any of them may be its primary after a failover.
    pub nodes: Vec<String>,
    /// How many slots it serves.
    pub slots: u32,
}

impl Shape {
    /// What a resource says.
    pub fn from_resource(resource: &Resource) -> Result<Self, LocalError> {
        let wrong = || LocalError::State {
            node: resource.address.to_string(),
            why: "the plan says nothing usable about its shards; make a new plan".into(),
        };
        let texts = |name: &str| resource.attributes.get(name).and_then(Value::as_texts).ok_or_else(wrong);
        let mut shards: Vec<Shard> = Vec::new();
        for member in texts("members")? {
            match member.split_once(" replicates ") {
                None => shards.push(Shard { nodes: vec![member.to_owned()], slots: 0 }),
                Some((node, primary)) => {
                    let shard = shards.iter_mut().find(|s| s.nodes[0] == primary).ok_or_else(wrong)?;
                    shard.nodes.push(node.to_owned());
                }
            }
        }
        for line in texts("slots")? {
            let (node, count) = line.split_once(' ').ok_or_else(wrong)?;
            let shard = shards.iter_mut().find(|s| s.nodes[0] == node).ok_or_else(wrong)?;
            shard.slots = count.parse().map_err(|_| wrong())?;
        }
        Ok(Self { name: resource.address.name.clone(), shards })
    }

    /// All nodes.
    pub fn nodes(&self) -> Vec<String> {
        self.shards.iter().flat_map(|shard| shard.nodes.clone()).collect()
    }

    /// The attribute `members`.
    pub fn member_texts(&self) -> Vec<String> {
        let line = |shard: &Shard, i: usize| match i {
            0 => shard.nodes[0].clone(),
            _ => format!("{} replicates {}", shard.nodes[i], shard.nodes[0]),
        };
        self.shards.iter().flat_map(|s| (0..s.nodes.len()).map(move |i| line(s, i))).collect()
    }

    /// The attribute `slots`.
    pub fn slot_texts(&self) -> Vec<String> {
        self.shards.iter().map(|shard| format!("{} {}", shard.nodes[0], shard.slots)).collect()
    }
}

/// Shards as a node sees them: nodes with the same primary, in the order given.
pub fn group(named: &[(String, &Peer)]) -> Vec<Shard> {
    let mut shards: Vec<(&str, Shard)> = Vec::new();
    for (name, peer) in named {
        let primary = peer.primary.as_deref().unwrap_or(&peer.id);
        let slots = peer.slots.len() as u32;
        match shards.iter_mut().find(|(id, _)| *id == primary) {
            Some((_, shard)) => {
                shard.nodes.push(name.clone());
                shard.slots += slots;
            }
            None => shards.push((primary, Shard { nodes: vec![name.clone()], slots })),
        }
    }
    shards.into_iter().map(|(_, shard)| shard).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::spec::{CLUSTER, address, slots};
    use super::*;

    #[test]
    fn a_shape_survives_its_attributes() {
        let members: Vec<&str> = vec!["a-1", "a-1-1 replicates a-1", "a-2", "a-3"];
        let resource =
            Resource::new(address(CLUSTER, "a")).with("members", members).with("slots", slots("a", 3));
        let shape = Shape::from_resource(&resource).unwrap();
        assert_eq!(shape.shards[0].nodes, ["a-1", "a-1-1"]);
        assert_eq!(shape.shards.iter().map(|s| s.slots).sum::<u32>(), 16_384);
        let again = Resource::new(address(CLUSTER, "a"))
            .with("members", shape.member_texts())
            .with("slots", shape.slot_texts());
        assert_eq!(again, resource);
    }

    #[test]
    fn a_failover_does_not_change_the_shape() {
        let line = |id: &str, role: &str, slots: &str| {
            format!("{id} 127.0.0.1:1@2 {role} 0 0 1 connected {slots}").parse::<Peer>().unwrap()
        };
        let (old, new) = (line("x", "slave y", ""), line("y", "master -", "0-99"));
        let shards = group(&[("a-1".into(), &old), ("a-1-1".into(), &new)]);
        assert_eq!(shards, [Shard { nodes: vec!["a-1".into(), "a-1-1".into()], slots: 100 }]);
    }
}
