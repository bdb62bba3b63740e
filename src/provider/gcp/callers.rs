//! Where the functions are that call the cache: Cloud Run services and jobs, Cloud Functions of the second generation, the
//! network that each reaches and the account that each runs as.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use serde_json::Value;

use super::Gcp;
use super::api::{Service, short, text};
use crate::profile::FunctionKind;
use crate::provider::Caller;
use crate::provider::call::{CallError, Refusal, absent_is_none};

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Callers {
    /// Whether the profile names any.
    pub named: bool,
    /// The project of the cache.
    pub project: Option<String>,
    /// The networks that they reach: `projects/p/global/networks/n`.
    pub networks: BTreeSet<String>,
    /// A subnetwork of the region that a service connection policy can take addresses from.
    pub subnetwork: Option<String>,
    /// Service accounts that they run as.
    pub accounts: BTreeSet<String>,
    /// Functions that reach no network, each with the command that gives it one.
    pub outside: Vec<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// One function, found.
struct Found {
    network: Option<Network>,
    account: Option<String>,
    most: Option<i64>,
    /// The command that changes it.
    update: &'static str,
}

/// A network, with the subnetwork that a function has addresses of.
struct Network {
    path: String,
    subnetwork: Option<String>,
}

/// Where they may be supposed to be before anybody has looked: it decides which kinds there are, and nothing else.
pub fn supposed() -> Callers {
    Callers {
        networks: BTreeSet::from([network_path("-", "default")]),
        subnetwork: Some(subnetwork_path("-", "-", "default")),
        accounts: BTreeSet::from(["functions@-".to_owned()]),
        ..Callers::default()
    }
}

/// Looks at each.
pub async fn look(cloud: &Gcp) -> Result<Callers, CallError> {
    let Some(functions) = &cloud.functions else { return Ok(Callers::default()) };
    let found = try_join_all(functions.iter().map(|function| one(cloud, function))).await?;
    let mut all =
        Callers { named: !functions.is_empty(), project: Some(cloud.project.clone()), ..Callers::default() };
    if functions.is_empty() {
        // Nobody says where callers are: the network that every project begins with, with a subnetwork in each region.
        all.networks.insert(network_path(&cloud.project, "default"));
        all.subnetwork = Some(subnetwork_path(&cloud.project, &cloud.region, "default"));
    }
    for (function, found) in functions.iter().zip(found) {
        let region = region(cloud, function);
        match found.network {
            Some(network) => {
                if region == cloud.region {
                    all.subnetwork = all.subnetwork.take().or(network.subnetwork);
                }
                all.networks.insert(network.path);
            }
            None => {
                all.outside.push(format!("{}: {}", function.name, command(cloud, function, found.update)));
            }
        }
        if region != cloud.region {
            all.notes.push(format!(
                "{} runs in {region}, the cache is in {}: whether it reaches the cache is not checked, and every command \
                 crosses regions",
                function.name, cloud.region
            ));
        }
        if let Some(most) = found.most {
            all.notes
                .push(format!("{} may run {most} instances at once, by its own settings", function.name));
        }
        match found.account {
            Some(account) => drop(all.accounts.insert(account)),
            None => drop(all.accounts.insert(default_account(cloud).await?)),
        }
    }
    Ok(all)
}

fn region<'a>(cloud: &'a Gcp, function: &'a Caller) -> &'a str {
    function.region.as_deref().unwrap_or(&cloud.region)
}

/// The command that gives a function a way into a network.
fn command(cloud: &Gcp, function: &Caller, update: &str) -> String {
    let way = if function.kind == FunctionKind::CloudFunction {
        "--vpc-connector=CONNECTOR --egress-settings=private-ranges-only"
    } else {
        "--network=default --subnet=default --vpc-egress=private-ranges-only"
    };
    format!("`{update} {} --region={} {way}`", function.name, region(cloud, function))
}

async fn one(cloud: &Gcp, function: &Caller) -> Result<Found, CallError> {
    let place = format!("/projects/{}/locations/{}", cloud.project, region(cloud, function));
    let read = async |service, collection: &str, name: &str| {
        absent_is_none(cloud.api.get(service, &format!("{place}/{collection}/{name}")).await)
    };
    let missing = |what: &str| {
        let message = format!("there is no {what} {} in {}", function.name, region(cloud, function));
        CallError::new(Refusal::Other, message)
            .with_hint("mend its name or its region below `placement.functions`, or deploy it first")
    };
    let number = |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_i64);
    if function.kind == FunctionKind::CloudFunction {
        let shown = read(Service::Functions, "functions", &function.name).await?;
        let shown = shown.ok_or_else(|| missing("Cloud Function of the second generation"))?;
        let config = shown.get("serviceConfig").unwrap_or(&Value::Null);
        let mut network = way(
            cloud,
            function,
            text(config, "/vpcConnector"),
            config.pointer("/directVpcNetworkInterface/0"),
        )
        .await?;
        if network.is_none() {
            // Direct VPC egress may stand at the Cloud Run service below it alone.
            let service = short(text(config, "/service")).to_owned();
            let service =
                if service.is_empty() { None } else { read(Service::Run, "services", &service).await? };
            if let Some(service) = service {
                network = run(cloud, function, service.pointer("/template/vpcAccess")).await?;
            }
        }
        return Ok(Found {
            network,
            account: account(text(config, "/serviceAccountEmail")),
            most: number(config, "/maxInstanceCount"),
            update: "gcloud functions deploy",
        });
    }
    if let Some(service) = read(Service::Run, "services", &function.name).await? {
        return Ok(Found {
            network: run(cloud, function, service.pointer("/template/vpcAccess")).await?,
            account: account(text(&service, "/template/serviceAccount")),
            most: number(&service, "/template/scaling/maxInstanceCount"),
            update: "gcloud run services update",
        });
    }
    let job = read(Service::Run, "jobs", &function.name).await?;
    let job = job.ok_or_else(|| missing("Cloud Run service or job"))?;
    Ok(Found {
        network: run(cloud, function, job.pointer("/template/template/vpcAccess")).await?,
        account: account(text(&job, "/template/template/serviceAccount")),
        most: number(&job, "/template/parallelism").filter(|most| *most > 0),
        update: "gcloud run jobs update",
    })
}

fn account(email: &str) -> Option<String> {
    (!email.is_empty()).then(|| email.to_owned())
}

async fn run(cloud: &Gcp, function: &Caller, access: Option<&Value>) -> Result<Option<Network>, CallError> {
    let Some(access) = access else { return Ok(None) };
    way(cloud, function, text(access, "/connector"), access.pointer("/networkInterfaces/0")).await
}

/// By a connector or by an interface of its own.
async fn way(
    cloud: &Gcp,
    function: &Caller,
    connector: &str,
    interface: Option<&Value>,
) -> Result<Option<Network>, CallError> {
    if let Some(interface) = interface {
        return Ok(Some(
            direct(cloud, function, text(interface, "/network"), text(interface, "/subnetwork")).await?,
        ));
    }
    if connector.is_empty() {
        return Ok(None);
    }
    let path = if connector.contains('/') {
        connector.to_owned()
    } else {
        format!("projects/{}/locations/{}/connectors/{connector}", cloud.project, region(cloud, function))
    };
    let shown = cloud.api.get(Service::VpcAccess, &format!("/{path}")).await?;
    let project = path.split('/').nth(1).unwrap_or(&cloud.project);
    let (network, subnet) = (text(&shown, "/network"), text(&shown, "/subnet/name"));
    if !network.is_empty() {
        // The addresses of a connector are its own: a policy needs others.
        return Ok(Some(Network { path: network_path(project, network), subnetwork: None }));
    }
    let project = Some(text(&shown, "/subnet/projectId")).filter(|id| !id.is_empty()).unwrap_or(project);
    let path = subnetwork_path(project, region(cloud, function), subnet);
    Ok(Some(Network { path: network_of(cloud, &path).await?, subnetwork: None }))
}

/// Cloud Run takes the subnetwork of the network's name where only that is named, and the network of the subnetwork.
async fn direct(
    cloud: &Gcp,
    function: &Caller,
    network: &str,
    subnetwork: &str,
) -> Result<Network, CallError> {
    let region = region(cloud, function);
    if network.is_empty() {
        let subnetwork = subnetwork_path(&cloud.project, region, subnetwork);
        return Ok(Network { path: network_of(cloud, &subnetwork).await?, subnetwork: Some(subnetwork) });
    }
    let path = network_path(&cloud.project, network);
    let project = path.split('/').nth(1).unwrap_or_default();
    let name = if subnetwork.is_empty() { short(network) } else { subnetwork };
    let subnetwork = Some(subnetwork_path(project, region, name));
    Ok(Network { path, subnetwork })
}

async fn network_of(cloud: &Gcp, subnetwork: &str) -> Result<String, CallError> {
    let shown = cloud.api.get(Service::Compute, &format!("/{subnetwork}")).await?;
    Ok(network_path(&cloud.project, text(&shown, "/network")))
}

/// `projects/p/global/networks/n`, from a name, a path or an address.
pub fn network_path(project: &str, network: &str) -> String {
    match network.find("projects/") {
        Some(at) => network[at..].to_owned(),
        None => format!("projects/{project}/global/networks/{network}"),
    }
}

/// `projects/p/regions/r/subnetworks/s`, likewise.
pub fn subnetwork_path(project: &str, region: &str, subnetwork: &str) -> String {
    match subnetwork.find("projects/") {
        Some(at) => subnetwork[at..].to_owned(),
        None => format!("projects/{project}/regions/{region}/subnetworks/{subnetwork}"),
    }
}

/// What runs as nobody in particular runs as the project's own account.
async fn default_account(cloud: &Gcp) -> Result<String, CallError> {
    let project = cloud.api.get(Service::ResourceManager, &format!("/projects/{}", cloud.project)).await?;
    Ok(format!("{}-compute@developer.gserviceaccount.com", short(text(&project, "/name"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_have_one_spelling() {
        let path = "projects/shop/global/networks/main";
        for network in
            ["main", path, "https://www.googleapis.com/compute/v1/projects/shop/global/networks/main"]
        {
            assert_eq!(network_path("shop", network), path);
        }
        let path = "projects/host/regions/europe-west1/subnetworks/apps";
        assert_eq!(subnetwork_path("host", "europe-west1", "apps"), path);
        assert_eq!(subnetwork_path("shop", "europe-west1", path), path);
    }
}
