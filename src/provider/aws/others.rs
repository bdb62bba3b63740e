//! What others do with our security group: it can be deleted only when nothing uses it, and that must be known before
//! anything else goes.

use aws_sdk_ec2::types::{Filter, IpPermission, NetworkInterface, NetworkInterfaceType, SecurityGroup};

use crate::plan::{Observed, Ownership};
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::names;
use crate::provider::aws::session::Session;

/// What the interfaces of the service's own nodes are called; which caches those belong to, the lists of caches say.
const NODE: &str = "ElastiCache ";

/// Keeps what else uses the security group of the deployment: serverless caches, network interfaces, rules of other groups.
/// Nodes of other caches are known from their list.
pub async fn of_security_group(session: &Session, all: &[Observed]) -> Result<(), AwsError> {
    let ours =
        |o: &&Observed| o.resource.address.kind == names::SECURITY_GROUP && o.ownership == Ownership::Ours;
    let Some(id) = all.iter().find(ours).and_then(|o| o.computed.get("id")) else { return Ok(()) };
    let there = |kind: &str| all.iter().any(|o| o.resource.address.kind == kind);
    // The service makes an endpoint for a serverless cache, and its interface stays for some minutes after the cache.
    let endpoints = there(names::REPLICATION_GROUP) && !there(names::SERVERLESS_CACHE);
    serverless(session, id).await?;
    interfaces(session, id, endpoints).await?;
    rules(session, id).await
}

async fn serverless(session: &Session, id: &str) -> Result<(), AwsError> {
    let mut token: Option<String> = None;
    loop {
        let call = || session.cache.describe_serverless_caches().set_next_token(token.clone()).send();
        let page = session.read(Action::DescribeServerlessCaches, call).await?;
        for cache in page.serverless_caches() {
            let name = cache.serverless_cache_name().unwrap_or_default();
            if name != session.name() && cache.security_group_ids().iter().any(|group| group == id) {
                session.uses(names::SECURITY_GROUP, id, &format!("the serverless cache {name}"));
            }
        }
        token = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(());
        }
    }
}

async fn interfaces(session: &Session, id: &str, endpoints: bool) -> Result<(), AwsError> {
    let filter = Filter::builder().name("group-id").values(id).build();
    let mut token: Option<String> = None;
    loop {
        let call = || {
            let call = session.ec2.describe_network_interfaces().filters(filter.clone());
            call.set_next_token(token.clone()).send()
        };
        let page = session.read(Action::DescribeNetworkInterfaces, call).await?;
        for interface in page.network_interfaces() {
            let text = interface.description().unwrap_or_default();
            let endpoint = interface.interface_type() == Some(&NetworkInterfaceType::VpcEndpoint);
            if !text.starts_with(NODE) && (endpoints || !endpoint) {
                session.uses(names::SECURITY_GROUP, id, &named(interface));
            }
        }
        token = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(());
        }
    }
}

/// `the network interface eni-1 (AWS Lambda VPC ENI-web)`.
fn named(interface: &NetworkInterface) -> String {
    let id = interface.network_interface_id().unwrap_or_default();
    match interface.description().filter(|text| !text.is_empty()) {
        Some(text) => format!("the network interface {id} ({text})"),
        None => format!("the network interface {id}"),
    }
}

/// Groups of others whose rules name ours, in either direction.
async fn rules(session: &Session, id: &str) -> Result<(), AwsError> {
    for (filter, way) in [("ip-permission.group-id", "ingress"), ("egress.ip-permission.group-id", "egress")]
    {
        let filter = Filter::builder().name(filter).values(id).build();
        let mut token: Option<String> = None;
        loop {
            let call = || {
                let call = session.ec2.describe_security_groups().filters(filter.clone());
                call.set_next_token(token.clone()).send()
            };
            let page = session.read(Action::DescribeSecurityGroups, call).await?;
            // Whether the filter was understood is seen from the answer.
            let names = |group: &&SecurityGroup| {
                let rules =
                    if way == "egress" { group.ip_permissions_egress() } else { group.ip_permissions() };
                let pairs = rules.iter().flat_map(IpPermission::user_id_group_pairs);
                pairs.into_iter().any(|pair| pair.group_id() == Some(id))
            };
            let groups = page.security_groups().iter().filter(names).filter_map(SecurityGroup::group_id);
            for group in groups.filter(|group| *group != id) {
                let what = format!(
                    "an {way} rule of the security group {group} (`aws ec2 revoke-security-group-{way}` takes it away)"
                );
                session.uses(names::SECURITY_GROUP, id, &what);
            }
            token = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
    }
    Ok(())
}
