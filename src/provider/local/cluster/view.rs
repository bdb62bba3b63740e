//! What each node of a cluster sees.

use std::collections::BTreeMap;
use std::str::FromStr;

use redis::Connection;

use super::super::error::LocalError;
use super::super::layout::Layout;
use super::super::node::Node;
use super::shape::Shard;

/// Slots of every cluster.
pub const SLOTS: u32 = 16_384;

/// A line of `CLUSTER NODES`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its id.
    pub id: String,
    /// Its port.
    pub port: u16,
    /// `master`, `slave`, `fail`, `handshake` and others.
    pub flags: Vec<String>,
    /// The id of its primary, if it is a replica.
    pub primary: Option<String>,
    /// Whether the bus to it stands.
    connected: bool,
    /// Slots that it serves.
    pub slots: Vec<u16>,
    /// Slots that are leaving, with the id of the node they go to. Only a node itself knows.
    pub leaving: Vec<(u16, String)>,
    /// Slots that are arriving, with the id of the node they come from.
    pub arriving: Vec<(u16, String)>,
}

impl Peer {
    /// Whether it is a known member with a working bus.
    pub fn is_linked(&self) -> bool {
        self.connected && !self.is_handshake()
    }

    /// Whether it is still being introduced.
    pub fn is_handshake(&self) -> bool {
        self.has("handshake")
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|f| f == flag)
    }
}

impl FromStr for Peer {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let wrong = || format!("`{line}` is no line of CLUSTER NODES");
        let words: Vec<&str> = line.split(' ').collect();
        let [id, address, flags, primary, _, _, _, link, rest @ ..] = words.as_slice() else {
            return Err(wrong());
        };
        let port = address.split('@').next().and_then(|a| a.rsplit_once(':')).map(|(_, port)| port);
        let mut peer = Self {
            id: (*id).to_owned(),
            port: port.and_then(|p| p.parse().ok()).ok_or_else(wrong)?,
            flags: flags.split(',').map(str::to_owned).collect(),
            primary: (*primary != "-").then(|| (*primary).to_owned()),
            connected: *link == "connected",
            slots: Vec::new(),
            leaving: Vec::new(),
            arriving: Vec::new(),
        };
        for word in rest.iter().filter(|w| !w.is_empty()) {
            if let Some(open) = word.strip_prefix('[').and_then(|w| w.strip_suffix(']')) {
                if let Some((slot, id)) = open.split_once("->-") {
                    peer.leaving.push((slot.parse().map_err(|_| wrong())?, id.to_owned()));
                } else if let Some((slot, id)) = open.split_once("-<-") {
                    peer.arriving.push((slot.parse().map_err(|_| wrong())?, id.to_owned()));
                }
                continue;
            }
            let (from, to) = word.split_once('-').unwrap_or((word, word));
            let range = (from.parse::<u16>().map_err(|_| wrong())?, to.parse::<u16>().map_err(|_| wrong())?);
            peer.slots.extend(range.0..=range.1);
        }
        Ok(peer)
    }
}

/// A node of the cluster with a connection.
pub struct Member<'a> {
    node: Node<'a>,
    connection: Connection,
    /// The node's name.
    pub name: String,
    /// Its id in the cluster.
    pub id: String,
    /// Its port.
    pub port: u16,
}

impl<'a> Member<'a> {
    fn connect(layout: &'a Layout, name: &str) -> Result<Self, LocalError> {
        let node = Node::new(layout, name);
        let mut connection = node.connect()?;
        let id = node.ask(&mut connection, &["CLUSTER", "MYID"])?;
        let port = node.port()?;
        Ok(Self { node, connection, name: name.to_owned(), id, port })
    }

    /// Runs one command.
    pub fn ask<T: redis::FromRedisValue>(&mut self, words: &[&str]) -> Result<T, LocalError> {
        self.node.ask(&mut self.connection, words)
    }

    /// Runs several commands in one round trip.
    pub fn run(&mut self, pipeline: &redis::Pipeline, what: &str) -> Result<(), LocalError> {
        pipeline.query::<()>(&mut self.connection).map_err(LocalError::server(&self.name, what))
    }

    /// Every node it knows.
    pub fn view(&mut self) -> Result<Vec<Peer>, LocalError> {
        let text: String = self.ask(&["CLUSTER", "NODES"])?;
        let lines = text.lines().map(str::parse).collect::<Result<Vec<Peer>, String>>();
        lines.map_err(|why| LocalError::state(&self.name, why))
    }

    /// Itself.
    pub fn myself(&mut self) -> Result<Peer, LocalError> {
        let mut view = self.view()?.into_iter();
        view.find(|p| p.has("myself")).ok_or_else(|| LocalError::state(&self.name, "it does not know itself"))
    }

    /// `CLUSTER INFO`.
    pub fn cluster_info(&mut self) -> Result<BTreeMap<String, String>, LocalError> {
        let text: String = self.ask(&["CLUSTER", "INFO"])?;
        let pair = |line: &str| line.split_once(':').map(|(n, v)| (n.to_owned(), v.trim().to_owned()));
        Ok(text.lines().filter_map(pair).collect())
    }

    /// Whether it is a primary, or a replica that has all data.
    pub fn is_synchronous(&mut self) -> Result<bool, LocalError> {
        let info = self.node.info(&mut self.connection, "replication")?;
        let is = |name: &str, value: &str| info.get(name).is_some_and(|v| v == value);
        Ok(!is("role", "slave") || is("master_link_status", "up"))
    }
}

/// Several of them.
pub struct Members<'a>(pub Vec<Member<'a>>);

impl<'a> Members<'a> {
    /// Connects to each.
    pub fn connect(layout: &'a Layout, names: &[String]) -> Result<Self, LocalError> {
        names.iter().map(|name| Member::connect(layout, name)).collect::<Result<_, _>>().map(Self)
    }

    /// Where a node is in the list.
    pub fn index(&self, name: &str) -> Result<usize, LocalError> {
        let found = self.0.iter().position(|m| m.name == name);
        found.ok_or_else(|| LocalError::state(name, "it is not part of the cluster"))
    }

    /// The one of a shard's nodes that is its primary now.
    pub fn primary_of(&mut self, shard: &Shard) -> Result<usize, LocalError> {
        let mut best = None;
        for node in &shard.nodes {
            let index = self.index(node)?;
            let myself = self.0[index].myself()?;
            // A replica that has not joined its shard yet is a primary without slots.
            if myself.primary.is_none() && best.is_none_or(|(_, slots)| myself.slots.len() > slots) {
                best = Some((index, myself.slots.len()));
            }
        }
        let names = || shard.nodes.join(", ");
        best.map(|(index, _)| index)
            .ok_or_else(|| LocalError::state(&names(), "none of them is a primary; wait for the failover"))
    }

    /// A node that does not see yet what another one is, if there is one: gossip takes a moment, longer on a busy machine.
    pub fn unseen_role(&mut self) -> Result<Option<String>, LocalError> {
        let roles: Vec<Peer> = self.0.iter_mut().map(Member::myself).collect::<Result<_, _>>()?;
        for member in &mut self.0 {
            let view = member.view()?;
            let other =
                |role: &&Peer| view.iter().any(|seen| seen.id == role.id && seen.primary != role.primary);
            if let Some(role) = roles.iter().find(other) {
                return Ok(Some(format!("{} does not see the role of port {} yet", member.name, role.port)));
            }
        }
        Ok(None)
    }

    /// What keeps the cluster from being whole, if anything does.
    pub fn trouble(&mut self) -> Result<Option<String>, LocalError> {
        let nodes = self.0.len();
        for member in &mut self.0 {
            let info = member.cluster_info()?;
            let get = |name: &str| info.get(name).map(String::as_str).unwrap_or_default().to_owned();
            let name = &member.name;
            if get("cluster_state") != "ok" {
                return Ok(Some(format!("{name} says the state is {}", get("cluster_state"))));
            }
            if get("cluster_slots_ok") != SLOTS.to_string() {
                return Ok(Some(format!("{name} sees {} slots served", get("cluster_slots_ok"))));
            }
            if get("cluster_known_nodes") != nodes.to_string() {
                return Ok(Some(format!("{name} knows {} nodes of {nodes}", get("cluster_known_nodes"))));
            }
            let myself = member.myself()?;
            if let Some((slot, _)) = myself.leaving.iter().chain(&myself.arriving).next() {
                return Ok(Some(format!("slot {slot} is half moved on {}", member.name)));
            }
            if !member.is_synchronous()? {
                return Ok(Some(format!("{} is not in sync with its primary", member.name)));
            }
        }
        Ok(None)
    }
}
