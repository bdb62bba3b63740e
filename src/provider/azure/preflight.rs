//! What is asked before the first change: whether the group is there, the resource providers are registered, the name is free
//! and the limits leave room. What nobody can tell is said.

use std::collections::BTreeMap;

use futures_util::future::{try_join_all, try_join4};
use serde_json::{Value as Json, json};

use super::arm::{CLASSIC_REDIS, MANAGED_REDIS, NETWORK, RESOURCES};
use super::found::text;
use super::kind::{classic, metric_alert, private_endpoint, redis_enterprise};
use super::scope::{plain, same_id};
use super::{Azure, names, network, refusals};
use crate::plan::{Resource, Value};
use crate::provider::ProviderError;
use crate::provider::call::{CallError, Refusal, absent_is_none};
use crate::provider::cloud::Wanted;

/// What the answer to a question leaves to say.
type Said = Result<Vec<String>, ProviderError>;

/// Asks all of it at once, and says what people should know beside the plan.
pub async fn preflight(cloud: &Azure, wanted: &Wanted<'_, Azure>, resources: &[Resource]) -> Said {
    let is_new = |r: &&Resource| !wanted.observed.iter().any(|o| o.resource.address == r.address);
    let new: Vec<&Resource> = resources.iter().filter(is_new).collect();
    let asked =
        try_join4(group(cloud), providers(cloud, wanted, &new), name(cloud, &new), endpoints(cloud, &new));
    let ((), providers, name, endpoints) = asked.await?;
    let mut notes = network::notes(wanted);
    notes.extend(metric_alert::notes(wanted));
    notes.extend(refusals::said(wanted));
    notes.extend([providers, name, endpoints].into_iter().flatten());
    Ok(notes)
}

/// The answer, or none where these rights do not reach: whoever may work in the group need not see the subscription.
fn if_allowed<T>(result: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match result {
        Err(error) if error.refusal == Refusal::Denied => Ok(None),
        result => result.map(Some),
    }
}

/// The resources of a kind.
fn of_kind<'a>(new: &'a [&'a Resource], kind: &'a str) -> impl Iterator<Item = &'a Resource> {
    new.iter().copied().filter(move |r| r.address.kind == kind)
}

async fn group(cloud: &Azure) -> Result<(), ProviderError> {
    let place = &cloud.place;
    let answer = absent_is_none(cloud.arm.get(&place.group(), RESOURCES).await);
    if if_allowed(answer)?.is_none_or(|group| group.is_some()) {
        return Ok(());
    }
    let message = format!("the resource group {} is not there", place.resource_group);
    let hint = format!(
        "make it with `az group create --name {} --location {}`, or name another one by `placement.resource_group`",
        place.resource_group, place.region
    );
    Err(ProviderError::permanent(message, Some(hint)))
}

/// Whether the namespaces of what is made are registered in the subscription.
async fn providers(cloud: &Azure, wanted: &Wanted<'_, Azure>, new: &[&Resource]) -> Said {
    let mut states = vec![("Microsoft.Cache", wanted.callers.offers.registration.clone())];
    let needed =
        [(names::PRIVATE_ENDPOINT, "Microsoft.Network"), (names::METRIC_ALERT, "Microsoft.Insights")];
    let needed = needed.into_iter().filter(|(kind, _)| of_kind(new, kind).next().is_some());
    let ask = |namespace: &'static str| async move {
        let path = format!("/subscriptions/{}/providers/{namespace}", cloud.place.subscription);
        let answer = if_allowed(cloud.arm.get(&path, RESOURCES).await)?;
        let state = answer.map(|answer| text(&answer, "/registrationState").to_owned());
        Ok::<_, CallError>((namespace, state))
    };
    states.extend(try_join_all(needed.map(|(_, namespace)| ask(namespace))).await?);
    let mut unknown = Vec::new();
    for (namespace, state) in states {
        match state.as_deref() {
            Some("Registered") => {}
            Some(state) if !state.is_empty() => {
                let message = format!("the resource provider {namespace} is {state} in this subscription");
                let hint =
                    format!("`az provider register --namespace {namespace} --wait`, once in a subscription");
                return Err(ProviderError::permanent(message, Some(hint)));
            }
            _ => unknown.push(namespace),
        }
    }
    if unknown.is_empty() || new.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![format!(
        "whether {} is registered in the subscription is not known: these rights do not show it \
         (Microsoft.Resources/subscriptions/providers/read)",
        unknown.join(" and ")
    )])
}

/// Whether the name of a new cache is free, as far as Azure tells.
async fn name(cloud: &Azure, new: &[&Resource]) -> Said {
    let (subscription, region) = (&cloud.place.subscription, &cloud.place.region);
    let name = cloud.name();
    if of_kind(new, names::CLASSIC).next().is_some() {
        let path = format!("/subscriptions/{subscription}/providers/Microsoft.Cache/CheckNameAvailability");
        let body = json!({ "type": classic::TYPE, "name": name });
        return match cloud.arm.post(&path, CLASSIC_REDIS, Some(&body)).await {
            Ok(_) => Ok(Vec::new()),
            Err(error) if error.refusal == Refusal::Denied => Ok(vec![format!(
                "whether the name {name} is free is not known: these rights do not show it \
                 (Microsoft.Cache/checknameavailability/action)"
            )]),
            Err(error) => Err(error.into()),
        };
    }
    if of_kind(new, names::REDIS_ENTERPRISE).next().is_none() {
        return Ok(Vec::new());
    }
    let list = format!("/subscriptions/{subscription}/providers/{}", redis_enterprise::TYPE);
    let all = if_allowed(cloud.arm.list(&list, MANAGED_REDIS).await)?.unwrap_or_default();
    // One of this group is ours, or a look at the group has told whose it is.
    let own = redis_enterprise::path(cloud, name);
    let is_it = |answer: &&Json| {
        text(answer, "/name").eq_ignore_ascii_case(name)
            && plain(text(answer, "/location")) == *region
            && !same_id(text(answer, "/id"), &own)
    };
    if let Some(other) = all.iter().find(is_it) {
        let message = format!("the name {name} is taken in {region}, by {}", text(other, "/id"));
        let hint = "names of caches are unique in a region: give the profile another name, or name that resource group by \
                    `placement.resource_group` and take the cache over with `cachefit import`";
        return Err(ProviderError::permanent(message, Some(hint.to_owned())));
    }
    Ok(vec![format!(
        "whether another subscription has the name {name} in {region}, and how many caches this one may still have there, is \
         not known: no API of Azure says so; the step that makes the cluster would be refused"
    )])
}

/// Whether the limits of private endpoints leave room for the new ones.
async fn endpoints(cloud: &Azure, new: &[&Resource]) -> Said {
    let mut more: BTreeMap<&str, u64> = BTreeMap::new();
    for endpoint in of_kind(new, names::PRIVATE_ENDPOINT) {
        let region = endpoint.attributes.get(private_endpoint::REGION).and_then(Value::as_text);
        *more.entry(region.unwrap_or(&cloud.place.region)).or_default() += 1;
    }
    let mut notes = Vec::new();
    for (region, more) in more {
        let path = format!(
            "/subscriptions/{}/providers/Microsoft.Network/locations/{region}/usages",
            cloud.place.subscription
        );
        let usages = if_allowed(cloud.arm.list(&path, NETWORK).await)?.unwrap_or_default();
        let usage = usages.iter().find(|usage| text(usage, "/name/value") == "PrivateEndpoints");
        let number = |field: &str| usage?.get(field)?.as_u64();
        match (number("currentValue"), number("limit")) {
            (Some(used), Some(limit)) if used + more > limit => {
                let message = format!(
                    "the limit of private endpoints in {region} leaves no room for {more} more: {used} of {limit} are there"
                );
                let hint = "ask for a higher quota in the portal (Microsoft.Network, Private Endpoints), or delete what is \
                            not needed";
                return Err(ProviderError::permanent(message, Some(hint.to_owned())));
            }
            (Some(_), Some(_)) => {}
            _ => notes.push(format!(
                "whether the limit of private endpoints in {region} leaves room is not known: the usages that these rights \
                 show (Microsoft.Network/locations/usages/read) do not have it"
            )),
        }
    }
    Ok(notes)
}
