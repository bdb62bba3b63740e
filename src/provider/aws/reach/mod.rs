//! Whether those who call the cache can reach it, as far as rules can tell: what their security groups let out, what the
//! network lists of both sides let through, and where route tables lead. What could not be read is said.

mod routes;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use aws_sdk_ec2::types::{Filter, NetworkAcl, PortRange, RouteTable, RuleAction, SecurityGroupRule};

use self::routes::Way;
use super::actions::Action;
use super::error::AwsError;
use super::kind::security_group::both_ways;
use super::names;
use super::network::{Function, Network, Subnet};
use super::session::Session;
use crate::plan::{Observed, Resource, Value};
use crate::provider::{Finding, ProviderError, Verdict};

/// The port of every cache.
const PORT: i32 = 6379;
/// Ports of one's own side of a connection: every one of these must be let through.
const EPHEMERAL: (i32, i32) = (32_768, 60_999);

/// How a check came out, and what was seen.
type Judgement = (Verdict, String);

/// What is on the way; of what could not be read, why.
struct Ground {
    cache: Result<Vec<Subnet>, String>,
    rules: Result<Vec<SecurityGroupRule>, String>,
    lists: Result<Vec<NetworkAcl>, String>,
    tables: Result<Vec<RouteTable>, String>,
    /// Security groups of the cache.
    ours: Vec<String>,
}

/// One finding a function, and one a security group that is let in beside them.
pub async fn findings(
    session: &Session,
    network: &Network,
    desired: &[Resource],
    observed: &[Observed],
) -> Vec<Finding> {
    let finding = |caller: &str, (verdict, actual): Judgement| Finding {
        address: None,
        check: format!("{caller} can reach the cache"),
        expected: "let through".to_owned(),
        actual,
        verdict,
    };
    let open = |why: String| (Verdict::NotChecked, why);
    let elsewhere = network.elsewhere.iter().map(|function| {
        let why =
            format!("it is in {}, and how the two networks are joined is not looked at", function.region);
        finding(&function.name, open(why))
    });
    if network.vpc.is_none() {
        let why = "it calls a public endpoint, and its way to the internet is not looked at";
        let here = network.functions.iter().map(|f| finding(&f.name, open(why.to_owned())));
        return here.chain(elsewhere).collect();
    }
    let others = others(network, desired);
    if network.functions.is_empty() && others.is_empty() {
        return elsewhere.collect();
    }
    let ground = Ground::read(session, network, &others, observed).await;
    let functions = network.functions.iter().map(|f| finding(&f.name, ground.function(f, network)));
    let groups = others.iter().map(|group| finding(group, ground.group(group)));
    functions.chain(groups).chain(elsewhere).collect()
}

/// Security groups of this account that are let in and are not those of the functions.
fn others(network: &Network, desired: &[Resource]) -> Vec<String> {
    let guard = desired.iter().find(|r| r.address.kind == names::SECURITY_GROUP);
    let rules = guard.and_then(|r| r.attributes.get("ingress")?.as_texts()).unwrap_or_default();
    let sources = rules.into_iter().filter_map(|rule| rule.split_once(" from ").map(|(_, source)| source));
    let functions = network.groups();
    let groups = sources.filter(|source| source.starts_with("sg-") && !functions.contains(source));
    groups.map(str::to_owned).collect::<BTreeSet<String>>().into_iter().collect()
}

impl Ground {
    async fn read(session: &Session, network: &Network, others: &[String], observed: &[Observed]) -> Self {
        let why = |error: AwsError| ProviderError::from(error).to_string();
        let cache = cache_subnets(session, observed).await.map_err(why);
        let subnets = || cache.iter().flatten().chain(&network.subnets);
        let groups: Vec<String> =
            network.groups().into_iter().map(str::to_owned).chain(others.iter().cloned()).collect();
        let rules = let_out(session, &groups);
        let lists = lists(session, subnets().map(|s| s.id.clone()).collect());
        let tables = routes::tables(session, subnets().map(|s| s.vpc.clone()).collect());
        let (rules, lists, tables) =
            futures_util::future::join3(Box::pin(rules), Box::pin(lists), Box::pin(tables)).await;
        Self {
            rules: rules.map_err(why),
            lists: lists.map_err(why),
            tables: tables.map_err(why),
            ours: our_groups(observed),
            cache,
        }
    }

    /// Whether a function gets there: what is known to bar it is a failure, whatever else could not be read.
    fn function(&self, function: &Function, network: &Network) -> Judgement {
        let from: Vec<&Subnet> =
            network.subnets.iter().filter(|s| function.subnets.contains(&s.id)).collect();
        let parts = [
            self.egress(&function.groups),
            self.between(&self.lists, &from, |lists, from, to| match barred(lists, from, to) {
                Some(why) => (Verdict::Fails, why),
                None => (Verdict::Holds, String::new()),
            }),
            self.between(&self.tables, &from, routed),
        ];
        worst(parts, "let through by security groups, network lists and routes")
    }

    /// Whether members of a security group get there: where they are nobody here knows.
    fn group(&self, group: &str) -> Judgement {
        let out = self.egress(&[group.to_owned()]);
        worst([out], "its rules let connections to the cache out; where its members are is not looked at")
    }

    fn egress(&self, groups: &[String]) -> Judgement {
        let (cache, rules) = match (&self.cache, &self.rules) {
            (Ok(cache), Ok(rules)) => (cache, rules),
            (Err(why), _) | (_, Err(why)) => return (Verdict::NotChecked, why.clone()),
        };
        let of = |rule: &&SecurityGroupRule| groups.iter().any(|g| Some(g.as_str()) == rule.group_id());
        for subnet in cache {
            if !rules.iter().filter(of).any(|rule| lets_out(rule, subnet, &self.ours)) {
                let why = format!(
                    "its security groups ({}) let nothing out to port {PORT} in {} ({})",
                    groups.join(", "),
                    subnet.id,
                    subnet.cidr
                );
                return (Verdict::Fails, why);
            }
        }
        (Verdict::Holds, String::new())
    }

    /// Judges every pair of subnets by something that was read.
    fn between<T>(
        &self,
        read: &Result<Vec<T>, String>,
        from: &[&Subnet],
        judge: impl Fn(&[T], &Subnet, &Subnet) -> Judgement,
    ) -> Judgement {
        let (cache, read) = match (&self.cache, read) {
            (Ok(cache), Ok(read)) => (cache, read),
            (Err(why), _) | (_, Err(why)) => return (Verdict::NotChecked, why.clone()),
        };
        let pairs = from.iter().flat_map(|from| cache.iter().map(move |to| (*from, to)));
        worst(pairs.map(|(from, to)| judge(read, from, to)), "")
    }
}

/// What is worst among some judgements, and what to say if nothing is wrong.
fn worst(all: impl IntoIterator<Item = Judgement>, well: &str) -> Judgement {
    let mut open = None;
    for (verdict, why) in all {
        match verdict {
            Verdict::Fails => return (verdict, why),
            Verdict::NotChecked if open.is_none() => open = Some((verdict, why)),
            Verdict::NotChecked | Verdict::Holds => {}
        }
    }
    open.unwrap_or_else(|| (Verdict::Holds, well.to_owned()))
}

/// Both directions of a way have a route of their own.
fn routed(tables: &[RouteTable], from: &Subnet, to: &Subnet) -> Judgement {
    let judged = [(from, to), (to, from)].map(|(from, to)| match routes::way(tables, from, to) {
        Way::Open => (Verdict::Holds, String::new()),
        Way::Closed(why) => (Verdict::Fails, why),
        Way::Unknown(why) => (Verdict::NotChecked, why),
    });
    worst(judged, "")
}

/// Security groups that the cache is in, by their ids.
fn our_groups(observed: &[Observed]) -> Vec<String> {
    let kinds = [names::REPLICATION_GROUP, names::SERVERLESS_CACHE];
    let caches = observed.iter().filter(|o| kinds.contains(&o.resource.address.kind.as_str()));
    let groups =
        caches.filter_map(|o| o.resource.attributes.get("security_groups").and_then(Value::as_texts));
    let id = observed.iter().find(|o| o.resource.address.kind == names::SECURITY_GROUP);
    let id = id.and_then(|o| o.computed.get("id"));
    groups.flatten().map(str::to_owned).chain(id.cloned()).collect()
}

async fn cache_subnets(session: &Session, observed: &[Observed]) -> Result<Vec<Subnet>, AwsError> {
    let kinds = [names::SUBNET_GROUP, names::SERVERLESS_CACHE];
    let places = observed.iter().filter(|o| kinds.contains(&o.resource.address.kind.as_str()));
    let ids = places.filter_map(|o| o.resource.attributes.get("subnets").and_then(Value::as_texts)).flatten();
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let call = || session.ec2.describe_subnets().set_subnet_ids(Some(ids.clone())).send();
    let answer = session.read(Action::DescribeSubnets, call).await?;
    Ok(answer.subnets().iter().filter_map(super::network::subnet).collect())
}

/// What groups let out.
async fn let_out(session: &Session, groups: &[String]) -> Result<Vec<SecurityGroupRule>, AwsError> {
    let all = both_ways(session, groups).await?;
    Ok(all.into_iter().filter(|rule| rule.is_egress() == Some(true)).collect())
}

async fn lists(session: &Session, mut subnets: Vec<String>) -> Result<Vec<NetworkAcl>, AwsError> {
    subnets.sort_unstable();
    subnets.dedup();
    let filter = Filter::builder().name("association.subnet-id").set_values(Some(subnets)).build();
    let call = || session.ec2.describe_network_acls().filters(filter.clone()).send();
    let answer = session.read(Action::DescribeNetworkAcls, call).await?;
    Ok(answer.network_acls.unwrap_or_default())
}

/// What the network lists of two subnets keep from getting through; none if they keep nothing. They have no memory: each
/// direction stands for itself. Within one subnet there is none.
fn barred(lists: &[NetworkAcl], from: &Subnet, to: &Subnet) -> Option<String> {
    let ways = [
        (from, true, to, (PORT, PORT)),
        (to, false, from, (PORT, PORT)),
        (to, true, from, EPHEMERAL),
        (from, false, to, EPHEMERAL),
    ];
    for (at, egress, other, ports) in ways.into_iter().filter(|_| from.id != to.id) {
        let list = lists
            .iter()
            .find(|list| list.associations().iter().any(|a| a.subnet_id() == Some(at.id.as_str())));
        if let Some(list) = list.filter(|list| !passes(list, egress, &other.cidr, ports)) {
            let way = if egress { "out of" } else { "into" };
            return Some(format!(
                "the network list {} lets ports {}-{} not {way} {} for {}",
                list.network_acl_id().unwrap_or_default(),
                ports.0,
                ports.1,
                at.id,
                other.cidr
            ));
        }
    }
    None
}

/// Whether a rule lets connections to the cache out. What a prefix list holds is not looked up: it is taken to hold it.
fn lets_out(rule: &SecurityGroupRule, to: &Subnet, ours: &[String]) -> bool {
    let ports = match (rule.ip_protocol(), rule.from_port(), rule.to_port()) {
        (Some("-1"), ..) => true,
        (Some("tcp" | "6"), Some(from), Some(until)) => from <= PORT && PORT <= until,
        _ => false,
    };
    let group = rule.referenced_group_info().and_then(|group| group.group_id());
    let names_cache = group.is_some_and(|group| ours.iter().any(|o| o == group));
    let holds = rule.cidr_ipv4().is_some_and(|range| contains(range, &to.cidr));
    ports && (names_cache || holds || rule.prefix_list_id().is_some())
}

/// Whether a list lets all of these ports through for a range: the first rule that speaks of it decides.
fn passes(list: &NetworkAcl, egress: bool, range: &str, ports: (i32, i32)) -> bool {
    let mut entries: Vec<_> = list.entries().iter().filter(|e| e.egress() == Some(egress)).collect();
    entries.sort_by_key(|entry| entry.rule_number());
    // Rules may let the ports through in parts.
    let mut next = ports.0;
    while next <= ports.1 {
        let speaks = |entry: &&&aws_sdk_ec2::types::NetworkAclEntry| {
            let every = matches!(entry.protocol(), Some("-1"));
            let bounds = entry.port_range().and_then(|p| Some((p.from()?, p.to()?)));
            let on_port = bounds.is_none_or(|(from, to)| from <= next && next <= to);
            (every || matches!(entry.protocol(), Some("6")) && on_port)
                && entry.cidr_block().is_some_and(|cidr| contains(cidr, range))
        };
        let Some(entry) = entries.iter().find(speaks) else { return false };
        if entry.rule_action() != Some(&RuleAction::Allow) {
            return false;
        }
        let every = matches!(entry.protocol(), Some("-1"));
        match entry.port_range().and_then(PortRange::to).filter(|_| !every) {
            Some(until) => next = until.saturating_add(1),
            None => return true,
        }
    }
    true
}

/// Whether one range of addresses holds another whole.
fn contains(range: &str, other: &str) -> bool {
    let parts = |text: &str| -> Option<(u32, u32)> {
        let (address, bits) = text.split_once('/')?;
        match address.parse().ok()? {
            IpAddr::V4(address) => Some((Ipv4Addr::to_bits(address), bits.parse().ok()?)),
            IpAddr::V6(_) => None,
        }
    };
    let (Some((a, wide)), Some((b, narrow))) = (parts(range), parts(other)) else { return false };
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(wide)).unwrap_or(0);
    wide <= narrow && a & mask == b & mask
}

/// How narrow a range is.
fn bits(range: &str) -> u32 {
    range.split_once('/').and_then(|(_, bits)| bits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::NetworkAclEntry;

    use super::*;

    #[test]
    fn ranges_hold_each_other() {
        for (range, other, holds) in [
            ("0.0.0.0/0", "10.0.1.0/24", true),
            ("10.0.0.0/16", "10.0.1.0/24", true),
            ("10.0.1.0/24", "10.0.1.0/24", true),
            ("10.0.1.0/24", "10.0.0.0/16", false),
            ("10.1.0.0/16", "10.0.1.0/24", false),
            ("::/0", "10.0.1.0/24", false),
        ] {
            assert_eq!(contains(range, other), holds, "{range} {other}");
        }
    }

    #[test]
    fn the_first_rule_of_a_list_decides() {
        let entry = |number: i32, action: RuleAction, ports: Option<(i32, i32)>| {
            let entry = NetworkAclEntry::builder().egress(true).rule_number(number).cidr_block("0.0.0.0/0");
            let range = ports.map(|(from, to)| PortRange::builder().from(from).to(to).build());
            let protocol = if ports.is_some() { "6" } else { "-1" };
            entry.rule_action(action).protocol(protocol).set_port_range(range).build()
        };
        let list = |entries: Vec<NetworkAclEntry>| NetworkAcl::builder().set_entries(Some(entries)).build();
        let allow = || entry(200, RuleAction::Allow, None);
        let on = |list: &NetworkAcl, ports| passes(list, true, "10.0.0.0/24", ports);
        assert!(on(&list(vec![allow()]), (PORT, PORT)));
        assert!(!on(&list(vec![allow(), entry(100, RuleAction::Deny, Some((6000, 7000)))]), (PORT, PORT)));
        assert!(!on(&list(vec![entry(100, RuleAction::Allow, Some((443, 443)))]), (PORT, PORT)));
        let parts = vec![
            entry(1, RuleAction::Allow, Some((1024, 40_000))),
            entry(2, RuleAction::Allow, Some((40_001, 65_535))),
        ];
        assert!(on(&list(parts.clone()), EPHEMERAL));
        assert!(!on(&list(parts[..1].to_vec()), EPHEMERAL));
        assert!(!passes(&list(parts), false, "10.0.0.0/24", EPHEMERAL), "the other direction has no rule");
    }
}
