//! The service connection policy: what lets Google make addresses of a cache in a network. There is one for a network, a
//! region and a class of services, so that one that is there is used as it is, and one of ours is kept while others use it.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use serde_json::{Value as Json, json};

use super::cache::CONNECTIONS;
use crate::net::Method;
use crate::plan::{Address, Observed, Ownership, Resource, State, Value};
use crate::provider::Outcome;
use crate::provider::call::{CallError, Refusal, absent_is_none};
use crate::provider::cloud::Wanted;
use crate::provider::gcp::api::{Service, request_id, short, text, texts};
use crate::provider::gcp::callers::{network_path, subnetwork_path};
use crate::provider::gcp::operation::{self, Stands};
use crate::provider::gcp::product::{Product, REDIS_CLUSTER, VALKEY};
use crate::provider::gcp::{Gcp, address, current, labels};
use crate::provider::kind::{Attribute, Doing, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};

/// The kind's name.
pub const NAME: &str = "connection_policy";

const NETWORK: &str = "network";
const CLASS: &str = "service_class";
const SUBNETWORKS: &str = "subnetworks";
/// The fact with the ids of connections by which others use it.
const USED_BY: &str = "connections of its users";

const SCHEMA: &[Attribute] = &[
    Attribute::fixed(NETWORK, "a policy is for one network"),
    Attribute::fixed(CLASS, "a policy is for one class of services"),
    Attribute::fixed(SUBNETWORKS, "addresses that are in use keep their subnetwork"),
];

/// The policy.
#[derive(Debug)]
pub struct ConnectionPolicy;

/// The network that the cache goes into: that of the functions, or where none is named that of the cache that runs, or the
/// default one.
pub fn network(wanted: &Wanted<'_, Gcp>) -> Option<String> {
    let runs = current::attribute(wanted.observed, NETWORK).filter(|_| !wanted.callers.named);
    runs.map(str::to_owned).or_else(|| wanted.callers.networks.first().cloned())
}

/// The address of the policy for the wanted cache; none where somebody else's is used.
pub fn wanted_address(wanted: &Wanted<'_, Gcp>) -> Option<Address> {
    let network = network(wanted)?;
    let product = Product::of(wanted.deployment.service)?;
    let address = address(NAME, name(&network, product.class?));
    let seen = wanted.observed.iter().find(|o| o.resource.address == address);
    // A cache that runs without one of ours got in by another way, which stays.
    let ours = seen.map_or(!runs_in(wanted, &network), |o| o.ownership == Ownership::Ours);
    // The policy of a shared network is made by who owns the network.
    (ours && !is_shared(wanted, &network)).then_some(address)
}

/// Whether our cache runs in a network.
fn runs_in(wanted: &Wanted<'_, Gcp>, network: &str) -> bool {
    current::attribute(wanted.observed, NETWORK) == Some(network)
}

/// Whether the network belongs to another project than the functions'.
pub fn is_shared(wanted: &Wanted<'_, Gcp>, network: &str) -> bool {
    wanted.callers.project.as_deref().is_some_and(|project| network.split('/').nth(1) != Some(project))
}

/// `default-gcp-memorystore`
fn name(network: &str, class: &str) -> String {
    format!("{}-{class}", short(network))
}

impl Kind<Gcp> for ConnectionPolicy {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { create: 30, ..Usual::seconds(20) }
    }

    fn desired(&self, wanted: &Wanted<'_, Gcp>) -> Vec<Resource> {
        let (Some(address), Some(network)) = (wanted_address(wanted), network(wanted)) else {
            return Vec::new();
        };
        let class = Product::of(wanted.deployment.service).and_then(|product| product.class);
        let Some(class) = class else { return Vec::new() };
        let mut resource = Resource::new(address.clone()).with(NETWORK, network.as_str()).with(CLASS, class);
        // Any subnetwork of the region does; one that is in use stays.
        let seen = wanted.observed.iter().find(|o| o.resource.address == address);
        let seen = seen.and_then(|o| o.resource.attributes.get(SUBNETWORKS)).cloned();
        let first = || wanted.callers.subnetwork.clone().map(|path| Value::from(vec![path]));
        if let Some(subnetworks) = seen.or_else(first) {
            resource = resource.with(SUBNETWORKS, subnetworks);
        }
        vec![resource]
    }

    fn list<'a>(&'a self, cloud: &'a Gcp) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let path = format!("{}/serviceConnectionPolicies", cloud.place());
            let all =
                cloud.api.list(Service::NetworkConnectivity, &path, "serviceConnectionPolicies", &[]).await?;
            let classes = [VALKEY.class, REDIS_CLUSTER.class];
            let ours = all.iter().filter(|shown| classes.contains(&Some(text(shown, "/serviceClass"))));
            Ok(ours.map(|shown| observed(cloud, shown)).collect())
        })
    }

    fn read_with(&self) -> &'static [&'static str] {
        &["instance", "cluster"]
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move {
            let cloud = work.cloud;
            if operation::stands(work, Service::NetworkConnectivity).await? == Stands::Goes {
                return Ok(work.working("being created"));
            }
            let id = id(work.name());
            let request = request_id(&work.task.token, "create");
            let body = json!({
                "network": work.text(NETWORK),
                "serviceClass": work.text(CLASS),
                "pscConfig": { "subnetworks": work.texts(SUBNETWORKS) },
                "description": "lets Memorystore into this network; made by cachefit",
                "labels": labels::wanted(cloud),
            });
            let path = format!("{}/serviceConnectionPolicies", cloud.place());
            let query = [("serviceConnectionPolicyId", id.as_str()), ("requestId", request.as_str())];
            let service = Service::NetworkConnectivity;
            let answer = cloud.api.call(service, Method::POST, &path, &query, Some(&body)).await?;
            operation::begun(work, &answer, "being created")
        })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move { Err(work.refused("nothing of a policy is set in place")) })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move {
            let cloud = work.cloud;
            let Some(full) = work.fact("path") else { return Ok(Outcome::Done) };
            if operation::stands(work, Service::NetworkConnectivity).await? == Stands::Goes {
                return Ok(work.working("being deleted"));
            }
            let request = request_id(&work.task.token, "delete");
            // A policy that has changed since it was looked at may serve others by now.
            let etag = work.fact("etag").unwrap_or_default();
            let query = [("requestId", request.as_str()), ("etag", etag)];
            let query = if etag.is_empty() { &query[..1] } else { &query[..] };
            let service = Service::NetworkConnectivity;
            let call = cloud.api.call(service, Method::DELETE, &format!("/{full}"), query, None).await;
            let call = match call {
                // Connections of a cache outlive it for a moment.
                Err(error)
                    if error.refusal == Refusal::Other && error.message.contains("FAILED_PRECONDITION") =>
                {
                    Err(CallError { refusal: Refusal::Busy, ..error })
                }
                call => call,
            };
            match absent_is_none(call)? {
                Some(answer) => operation::begun(work, &answer, "being deleted"),
                None => Ok(Outcome::Done),
            }
        })
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, _: &Gcp) -> Option<String> {
        let network = wanted.and_then(|r| r.attributes.get(NETWORK)?.as_text()).map(short);
        match (verb, network) {
            ("create", Some(network)) => {
                Some(format!("let Memorystore into the network {network} of this region"))
            }
            _ => None,
        }
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (
                Verb::Read,
                &["networkconnectivity.serviceConnectionPolicies.list", "networkconnectivity.operations.get"],
            ),
            (
                Verb::Create,
                &[
                    "networkconnectivity.serviceConnectionPolicies.create",
                    "compute.networks.use",
                    "compute.subnetworks.use",
                ],
            ),
            (Verb::Delete, &["networkconnectivity.serviceConnectionPolicies.delete"]),
        ]
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        Figure::Known(Usd::ZERO)
    }
}

/// The id of a new one: that of the address, which begins with a letter and has 63 signs at most.
fn id(name: &str) -> String {
    let id: String = format!("cachefit-{name}").chars().take(63).collect();
    id.trim_end_matches('-').to_owned()
}

fn observed(cloud: &Gcp, shown: &Json) -> Observed {
    let network = network_path(&cloud.project, text(shown, "/network"));
    let class = text(shown, "/serviceClass");
    let config = shown.get("pscConfig").unwrap_or(&Json::Null);
    let subnetworks: Vec<String> = texts(config, "subnetworks")
        .into_iter()
        .map(|s| subnetwork_path(&cloud.project, &cloud.region, s))
        .collect();
    let resource = Resource::new(address(NAME, name(&network, class)))
        .with(NETWORK, network)
        .with(CLASS, class)
        .with(SUBNETWORKS, subnetworks);
    let mut all = Observed::ours(resource);
    all.ownership = match labels::owner(cloud, shown) {
        Ownership::Foreign { why } => Ownership::Foreign { why: format!("it is used as it is: {why}") },
        owner => owner,
    };
    if text(shown, "/infrastructure").is_empty() && shown.get("createTime").is_none() {
        all.state = State::Busy { what: "being created".to_owned() };
    }
    let connections = shown.get("pscConnections").and_then(Json::as_array).into_iter().flatten();
    let live = connections.filter(|c| !["DELETING", "FAILED"].contains(&text(c, "/state")));
    let ids: Vec<&str> = live.map(|c| text(c, "/pscConnectionId")).filter(|id| !id.is_empty()).collect();
    for (fact, value) in
        [("path", text(shown, "/name")), ("etag", text(shown, "/etag")), (USED_BY, ids.join(" ").as_str())]
    {
        if !value.is_empty() {
            all.computed.insert(fact.to_owned(), value.to_owned());
        }
    }
    all
}

/// A policy of ours that serves caches of others, too, is left to them.
pub fn relate(cloud: &Gcp, all: &mut [Observed]) {
    let ids = |o: &Observed, fact: &str| -> Vec<String> {
        o.computed.get(fact).map(|ids| ids.split(' ').map(str::to_owned).collect()).unwrap_or_default()
    };
    let mut known = cloud.connections.lock().unwrap_or_else(PoisonError::into_inner);
    known.extend(all.iter().flat_map(|o| ids(o, CONNECTIONS)));
    let policies =
        all.iter_mut().filter(|o| o.resource.address.kind == NAME && o.ownership == Ownership::Ours);
    for policy in policies {
        let users = ids(policy, USED_BY);
        let others: BTreeSet<&String> = users.iter().filter(|id| !known.contains(*id)).collect();
        if !others.is_empty() {
            let why = format!("{} connections of other caches use it: it is kept for them", others.len());
            policy.ownership = Ownership::Foreign { why };
        }
    }
}

/// The command by which who owns a network lets the product in.
pub fn by_hand(network: &str, region: &str, product: &Product) -> String {
    let project = network.split('/').nth(1).unwrap_or_default();
    let Some(class) = product.class else {
        return format!(
            "`gcloud services vpc-peerings connect --project={project} --network={} \
             --service=servicenetworking.googleapis.com --ranges=RANGE`",
            short(network)
        );
    };
    format!(
        "`gcloud network-connectivity service-connection-policies create cachefit-{} --project={project} --region={region} \
         --network={} --service-class={} --subnets=SUBNETWORK`",
        name(network, class),
        short(network),
        class
    )
}

/// Whether there is a policy for the wanted cache, or one can be made.
pub fn is_possible(wanted: &Wanted<'_, Gcp>) -> Result<(), CallError> {
    let (Some(network), Some(product)) = (network(wanted), Product::of(wanted.deployment.service)) else {
        return Ok(());
    };
    let Some(class) = product.class else { return Ok(()) };
    let address = address(NAME, name(&network, class));
    let is_there = wanted.observed.iter().any(|o| o.resource.address == address);
    let needs_none = is_there || is_shared(wanted, &network) || runs_in(wanted, &network);
    if needs_none || wanted.callers.subnetwork.is_some() {
        return Ok(());
    }
    let message = format!(
        "the network {} has no service connection policy for {} in {}, and the functions use connectors, which have no \
         subnetwork to spare",
        short(&network),
        class,
        wanted.deployment.region
    );
    let hint = format!(
        "make it with {}, then the same command goes on",
        by_hand(&network, &wanted.deployment.region, product)
    );
    Err(CallError::refused(message).with_hint(hint))
}
