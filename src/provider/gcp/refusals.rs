//! What is refused before the first call, with what can be done instead; and what people should know beside the plan.

use super::Gcp;
use super::api::short;
use super::kind::{acl_policy, alert_policy, cache, classic, connection_policy, token_user};
use super::labels;
use super::product::Product;
use crate::plan::{Address, Resource};
use crate::profile::{Auth, Permission, User};
use crate::provider::ProviderError;
use crate::provider::cloud::Wanted;
use crate::units::{Policy, Source};

/// Units of an instance: nodes.
const MOST_UNITS: u32 = 250;

type Refused = Result<(), ProviderError>;

fn refused(what: impl Into<String>, hint: impl Into<String>) -> Refused {
    Err(ProviderError::permanent(what, Some(hint.into())))
}

/// Whether the wanted can be had at all.
pub fn check(wanted: &Wanted<'_, Gcp>) -> Refused {
    let Some(product) = Product::of(wanted.deployment.service) else {
        return refused(
            format!("{} is no service of Google Cloud", wanted.deployment.service.title()),
            "pin `deployment.service: memorystore-valkey`, or set `placement.provider` to the service's own",
        );
    };
    name(&wanted.profile.name)?;
    size(wanted, product)?;
    users(wanted, product)?;
    network(wanted, product)?;
    connection_policy::is_possible(wanted)?;
    let requirements = &wanted.profile.requirements;
    if let Some(id) = requirements.alerts.iter().find(|id| !alert_policy::is_channel(id)) {
        return refused(
            format!("requirements.alerts: {id} is no notification channel of Google Cloud"),
            "`gcloud beta monitoring channels list` shows them: projects/PROJECT/notificationChannels/NUMBER",
        );
    }
    if requirements.logs.slow > 0 || requirements.logs.engine > 0 {
        return refused(
            "requirements.logs: Memorystore has no slow or engine log that can be switched on",
            "leave `requirements.logs` out",
        );
    }
    if wanted.deployment.backup_retention_days > 365 {
        return refused("Memorystore keeps automatic backups for 365 days at most", "ask for fewer days");
    }
    let wrong = wanted.profile.tags.iter().find_map(|(name, value)| labels::refused(name, value));
    if let Some(why) = wrong {
        return refused(why, "write the tags in lower case");
    }
    Ok(())
}

/// Google's rules for names, the stricter of those that its pages have.
fn name(name: &str) -> Refused {
    let letters = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    if (4..=40).contains(&name.len()) && letters && begins && !name.ends_with('-') {
        return Ok(());
    }
    refused(
        format!(
            "{name} cannot be the name of a cache at Google: it has 4 to 40 lower-case letters, digits and -, begins with a letter and does not end with -"
        ),
        "give the profile another `name`",
    )
}

fn size(wanted: &Wanted<'_, Gcp>, product: &Product) -> Refused {
    let deployment = wanted.deployment;
    let Some(node) = deployment.node_type.as_deref() else {
        return refused("the choice has no node type", "pin `deployment.node_type`");
    };
    if product.is_classic() {
        let gib = classic::tier_and_size(node).map_or(0, |(_, gib)| gib);
        let copies = u32::from(!node.starts_with("BASIC"));
        if !(1..=300).contains(&gib) {
            return refused(
                format!("{node} is no size of Memorystore for Redis"),
                "pin BASIC-N or STANDARD_HA-N, with 1 to 300 GiB",
            );
        }
        if (deployment.shards, deployment.replicas) != (1, copies) {
            return refused(
                format!(
                    "{} shards with {} replicas: {node} has one shard with {copies}, and the price of read replicas is not known",
                    deployment.shards, deployment.replicas
                ),
                "pin `deployment.service: memorystore-valkey` for more",
            );
        }
        return Ok(());
    }
    if node.starts_with("CUSTOM_") && deployment.cluster_mode {
        return refused(
            format!("{node} is for caches without cluster mode"),
            "pin another node type, or one shard",
        );
    }
    if product.is_valkey() && !deployment.cluster_mode && deployment.shards > 1 {
        return refused(format!("{} shards need cluster mode", deployment.shards), "recommend it anew");
    }
    if deployment.replicas > 5 {
        return refused(
            format!("{} replicas: a shard has at most 5", deployment.replicas),
            "pin fewer replicas",
        );
    }
    if deployment.nodes() > MOST_UNITS {
        return refused(
            format!(
                "{} nodes: an instance has at most {MOST_UNITS} units, shards x (1 + replicas)",
                deployment.nodes()
            ),
            "pin a larger node type and fewer shards",
        );
    }
    Ok(())
}

/// Whether a user may do less than everything.
fn is_restricted(user: &User) -> bool {
    !user.can.contains(&Permission::Admin)
        && (user.keys_declared && user.keys.iter().any(|key| key != "*") || user.can.len() < 2)
}

fn users(wanted: &Wanted<'_, Gcp>, product: &Product) -> Refused {
    let users = &wanted.profile.security.users;
    if product.is_classic() {
        return string(users);
    }
    let by_iam = users.iter().filter(|user| user.auth.value == Auth::Iam).count();
    if by_iam == 0 && users.iter().any(is_restricted) {
        return refused(
            "tokens give all rights: users with permissions of their own sign in by IAM, in Memorystore for Redis Cluster",
            "pin `deployment.service: memorystore-redis-cluster` and give the users `auth: iam`, or let each have all keys",
        );
    }
    if by_iam == 0 {
        return Ok(());
    }
    if by_iam < users.len() {
        return refused(
            "some users sign in by IAM and some by password: a cache at Google knows one of both",
            "give all users `auth: iam`, as which functions sign in with their own service accounts",
        );
    }
    if !wanted.deployment.tls {
        return refused("sign-in by IAM needs TLS", "set `security.tls: required`");
    }
    let limited = users.len() > 1 || users.iter().any(is_restricted);
    if product.is_valkey() && limited {
        return refused(
            "Memorystore for Valkey gives everybody who signs in all rights: users with permissions of their own are only in \
             Memorystore for Redis Cluster",
            "pin `deployment.service: memorystore-redis-cluster`, or let one user have all keys",
        );
    }
    if users.len() > 1 && wanted.callers.named {
        let named = acl_policy::rules(wanted).len();
        if named < wanted.callers.accounts.len() {
            let accounts: Vec<&str> = wanted.callers.accounts.iter().map(String::as_str).collect();
            return refused(
                format!(
                    "which user each function signs in as is not known: they run as {}",
                    accounts.join(", ")
                ),
                "name each user after the service account of its function: NAME of NAME@PROJECT.iam.gserviceaccount.com",
            );
        }
    }
    Ok(())
}

/// The one AUTH string of the classic product. Whom nobody asked to sign in by IAM gives it.
fn string(users: &[User]) -> Refused {
    let asks =
        |user: &&User| user.auth.value == Auth::Iam && !matches!(user.auth.source, Source::Assumed { .. });
    if let Some(user) = users.iter().find(asks) {
        return refused(
            format!(
                "the user {} signs in by IAM, and Memorystore for Redis has one AUTH string alone",
                user.name
            ),
            "pin `deployment.service: memorystore-valkey`, or `memorystore-redis-cluster`, which sign in by IAM",
        );
    }
    if users.len() > 1 || users.iter().any(is_restricted) {
        return refused(
            "Memorystore for Redis has one AUTH string for all clients: users with permissions of their own are only in Memorystore \
             for Redis Cluster",
            "pin `deployment.service: memorystore-redis-cluster`, or let one user have all keys",
        );
    }
    Ok(())
}

fn network(wanted: &Wanted<'_, Gcp>, product: &Product) -> Refused {
    let callers = wanted.callers;
    if !callers.outside.is_empty() {
        return refused(
            format!("these reach no network, and the cache is in one: {}", callers.outside.join("; ")),
            "run the commands, with the network and subnetwork that the cache should be in, then the same command again",
        );
    }
    if callers.networks.len() > 1 {
        let all: Vec<&str> = callers.networks.iter().map(String::as_str).collect();
        return refused(
            format!("the functions are in several networks, and a cache is in one: {}", all.join(", ")),
            "put the functions into one network, or give each network a profile of its own",
        );
    }
    if let Some(from) = wanted.profile.security.allow_from.first() {
        return refused(
            format!(
                "security.allow_from: {from}: addresses at Google are opened and closed by the firewall rules of the network"
            ),
            "leave `security.allow_from` out; whoever is in the network reaches the endpoint, and signs in by IAM",
        );
    }
    if let Some(seen) = wanted
        .observed
        .iter()
        .find(|o| o.resource.address.kind != product.kind && is_cache(&o.resource.address))
        && seen.ownership == crate::plan::Ownership::Ours
    {
        return refused(
            format!(
                "{} runs: another product is another cache, with another address and without the data",
                seen.resource.address
            ),
            "take it down with `cachefit destroy`, or pin its service",
        );
    }
    Ok(())
}

fn is_cache(address: &Address) -> bool {
    Product::of_kind(&address.kind).is_some()
}

/// What people should know.
pub fn notes(cloud: &Gcp, wanted: &Wanted<'_, Gcp>, resources: &[Resource]) -> Vec<String> {
    let mut all = wanted.callers.notes.clone();
    let Some(product) = Product::of(wanted.deployment.service) else { return all };
    let callers = wanted.callers;
    if let Some(network) = connection_policy::network(wanted).filter(|_| !callers.named) {
        all.push(format!(
            "No function is named under placement.functions: the cache is in the network `{}`. Name the functions, so that it goes \
             where they are.",
            short(&network)
        ));
    }
    for network in callers.networks.iter().filter(|network| connection_policy::is_shared(wanted, network)) {
        all.push(format!(
            "the network {} belongs to another project: who owns it must have let Memorystore in, with {}",
            short(network),
            connection_policy::by_hand(network, &cloud.region, product)
        ));
    }
    if product.is_classic() {
        all.extend(classic::notes(wanted, cloud));
    }
    let by_string = product.is_classic() && !wanted.profile.security.users.is_empty();
    match cache::sign_in(wanted) {
        // The classic product's own notes say it.
        _ if by_string => {}
        "iam" if callers.accounts.is_empty() => all.push(format!(
            "nobody may sign in yet: no function is named, so that no account is known; give who calls the cache the role {}",
            product.role.unwrap_or_default()
        )),
        "iam" => all.push(format!(
            "the password of every client is an access token of its service account, which ends after about an hour: {}",
            callers.accounts.iter().cloned().collect::<Vec<_>>().join(", ")
        )),
        token_user::TOKEN => {
            all.push(
                "Google makes a token for each user and keeps it: `cachefit connect PROFILE --user USER --reveal` shows it".to_owned(),
            );
            if !wanted.deployment.tls {
                all.push("without TLS tokens are sent in plain text".to_owned());
            }
        }
        _ => all.push("without users whoever is in the network reaches the data without a password".to_owned()),
    }
    all.extend(token_user::of_others(wanted.observed).into_iter().map(|user| {
        format!("the token user {user} signs in, too, and the profile does not name it: whoever made it must delete it")
    }));
    if alert_policy::notifies_nobody(resources) {
        all.push("the alerts notify nobody: name notification channels in `requirements.alerts`".to_owned());
    }
    if wanted.deployment.eviction_policy == Policy::NoEviction {
        all.push("without eviction writes fail when memory is full".to_owned());
    }
    all.push(
        "Memorystore does not scale by load by itself: the alerts say when, and `cachefit scale` does it in place"
            .to_owned(),
    );
    all
}
