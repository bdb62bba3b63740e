//! `placement`: where the cache and its callers run.

use super::checks;
use super::decode::{Cx, Given, Problem, given_or, record};
use super::defaults;
use super::enums::FunctionKind;
use super::error::Code;
use super::model::{Function, Host, Placement};
use crate::units::{Bytes, CallerZones, Count, Provider, Range, ReadsFrom};

record! {
    /// Where the cache and its callers run. All of it may be left out: then every provider is compared.
    PlacementDoc, "placement" {
        /// The only provider to consider. Default: all are compared.
        optional provider: Given<Provider>,
        /// The provider's name of the region. Default: the reference region, us-east-1, eastus or us-central1.
        optional region: Given<String>,
        /// Fleets of functions that call the cache; connections and network follow from them. Default: none.
        optional functions: Vec<FunctionDoc>,
        /// Id of the subscription (Azure). Default: `AZURE_SUBSCRIPTION_ID`.
        optional subscription: Given<String>,
        /// Name of the existing resource group that all is made in (Azure). Default: `AZURE_RESOURCE_GROUP`.
        optional resource_group: Given<String>,
        /// Id of the project that the cache is made in (Google Cloud). Default: `GOOGLE_CLOUD_PROJECT`, then the project of
        /// the credentials.
        optional project: Given<String>,
        /// Name of an existing subnet group that a new cache goes into (AWS), or of the subnet for private endpoints in the
        /// functions' networks (Azure). Default: one is made of the functions' subnets; a subnet that no service has.
        optional subnet_group: Given<String>,
        /// Ids of existing security groups that a new cache gets beside its own (AWS). Default: none.
        optional security_groups: Vec<Given<String>>,
        /// Regions with copies of the data that are only read (Upstash). Default: none.
        optional read_regions: Vec<Given<String>>,
        /// Connections of long-lived workers, beside the functions. Default: 0.
        optional worker_connections: Given<Range<Count>>,
        /// Zones of the region that the callers run in: 1, 2 or 3, spread evenly; with-cache is one zone in which the
        /// primary is kept. Traffic between zones is billed by it. Default: 3.
        optional zones: Given<CallerZones>,
        /// Whether clients read from the primary, or from a node in their own zone where there is one (GLIDE's AZ
        /// affinity, for example). Default: primary.
        optional reads_from: Given<ReadsFrom>,
        /// The machine, for the provider local.
        optional host: HostDoc,
    }
}

record! {
    /// A fleet of functions. Exactly one of `lambda`, `function_app`, `cloud_run` and `cloud_function` names it.
    FunctionDoc, "a function" {
        /// Name of an AWS Lambda function.
        optional lambda: Given<String>,
        /// Name of an Azure Functions app.
        optional function_app: Given<String>,
        /// Name of a Google Cloud Run service.
        optional cloud_run: Given<String>,
        /// Name of a Google Cloud function.
        optional cloud_function: Given<String>,
        /// Its region, where it differs from the cache's. Default: the cache's region.
        optional region: Given<String>,
        /// Instances that run at the same time at the worst moment.
        required peak_concurrency: Given<Range<Count>>,
        /// Size of the connection pool in each instance. Default: 1.
        optional connections_per_instance: Given<Count>,
        /// Whether a connection outlives the request. Default: true.
        optional reuses_connections: Given<bool>,
    }
}

record! {
    /// A machine of one's own.
    HostDoc, "a host" {
        /// Memory of the machine.
        required memory: Given<Bytes>,
        /// Cores of the machine. Default: unknown.
        optional cores: Given<Count>,
        /// Network of the machine, in bytes a second. Default: unknown.
        optional network: Given<Bytes>,
    }
}

impl PlacementDoc {
    /// Checks the record and fills in defaults.
    pub fn lower(self, cx: &mut Cx) -> Option<Placement> {
        if let (None, Some(region)) = (&self.provider, &self.region) {
            let message = "a region needs a provider: each provider has its own names";
            cx.report(
                Problem::at(Code::Conflict, &region.spot, message).help("add `provider:` to placement"),
            );
        }
        if let (Some(provider), Some(host)) = (&self.provider, &self.host)
            && provider.value != Provider::Local
        {
            let message = format!("a host is for the provider local, this is {}", provider.value);
            cx.report(Problem::at(Code::Conflict, &host.here, message));
        }
        let functions: Vec<Option<Function>> =
            self.functions.unwrap_or_default().into_iter().map(|function| function.lower(cx)).collect();
        let host = match self.host {
            Some(host) => Some(host.lower(cx)?),
            None => None,
        };
        Some(Placement {
            provider: self.provider.map(Given::sourced),
            region: self.region.map(Given::sourced),
            functions: functions.into_iter().collect::<Option<_>>()?,
            subscription: self.subscription.map(|id| id.value),
            resource_group: self.resource_group.map(|group| group.value),
            project: self.project.map(|project| project.value),
            subnet_group: self.subnet_group.map(|group| group.value),
            security_groups: self.security_groups.unwrap_or_default().into_iter().map(|g| g.value).collect(),
            read_regions: self.read_regions.unwrap_or_default().into_iter().map(|g| g.value).collect(),
            worker_connections: given_or(self.worker_connections, defaults::worker_connections),
            zones: given_or(self.zones, defaults::zones),
            reads_from: given_or(self.reads_from, defaults::reads_from),
            host,
        })
    }
}

impl FunctionDoc {
    fn lower(self, cx: &mut Cx) -> Option<Function> {
        checks::some(cx, self.peak_concurrency.as_ref(), "the concurrency");
        checks::at_least_one(cx, self.connections_per_instance.as_ref(), "the size of a pool");
        let named = [
            (FunctionKind::Lambda, self.lambda),
            (FunctionKind::FunctionApp, self.function_app),
            (FunctionKind::CloudRun, self.cloud_run),
            (FunctionKind::CloudFunction, self.cloud_function),
        ];
        let mut platforms = named.into_iter().filter_map(|(kind, name)| Some((kind, name?)));
        let Some((kind, name)) = platforms.next() else {
            if !FunctionKind::ALL.iter().any(|kind| self.present.contains(&kind.as_str())) {
                cx.missing(&self.here, "lambda", "or function_app, cloud_run, cloud_function");
            }
            return None;
        };
        if let Some((other, second)) = platforms.next() {
            let message = format!("a function has one platform, this one has {kind} and {other}");
            cx.report(Problem::at(Code::Conflict, &second.spot, message).help("make two entries of it"));
        }
        Some(Function {
            kind,
            name: name.value,
            region: self.region.map(Given::sourced),
            peak_concurrency: self.peak_concurrency?.sourced(),
            connections_per_instance: given_or(
                self.connections_per_instance,
                defaults::connections_per_instance,
            ),
            reuses_connections: given_or(self.reuses_connections, defaults::reuses_connections),
        })
    }
}

impl HostDoc {
    fn lower(self, cx: &mut Cx) -> Option<Host> {
        checks::require(cx, self.memory.as_ref(), |v| v.0 > 0.0, "a machine has some memory");
        checks::at_least_one(cx, self.cores.as_ref(), "the number of cores");
        checks::require(cx, self.network.as_ref(), |v| v.0 > 0.0, "a network carries some bytes");
        Some(Host {
            memory: self.memory?.sourced(),
            cores: self.cores.map(Given::sourced),
            network: self.network.map(Given::sourced),
        })
    }
}
