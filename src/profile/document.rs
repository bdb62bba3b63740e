//! The profile as it is written, and its way to the model.

use std::collections::BTreeMap;

use super::application::ApplicationDoc;
use super::dataset::{self, FamilyDoc};
use super::decode::{Cx, Given, Named, Problem, record};
use super::defaults;
use super::deployment::DeploymentDoc;
use super::enums::{Environment, Role};
use super::error::Code;
use super::model::{Placement, Profile};
use super::placement::PlacementDoc;
use super::requirements::{self, RequirementsDoc};
use super::scalar::Name;
use super::security::{self, SecurityDoc};
use super::traffic::{self, GrowthDoc, TrafficDoc};
use crate::deployment::Pin;

record! {
    /// A workload: what is stored, how it is used, and what is asked of the cache.
    ProfileDoc, "a profile" {
        /// Name of the workload; names of resources are made from it.
        required name: Given<Name>,
        /// Free text.
        optional description: Given<String>,
        /// The kind of environment; picks default requirements. Default: production.
        optional environment: Given<Environment>,
        /// Tags (AWS, Azure) or labels (Google Cloud) that every resource gets beside those of cachefit. Default: none.
        optional tags: Named<Given<String>>,
        /// Where the cache and its callers run.
        optional placement: PlacementDoc,
        /// What is stored, one entry a key family.
        required dataset: Vec<FamilyDoc>,
        /// How the number of keys and commands grows.
        optional growth: GrowthDoc,
        /// How often the data is used.
        required traffic: TrafficDoc,
        /// What the application asks of a server beyond keys one by one: what does not run somewhere rules it out.
        optional application: ApplicationDoc,
        /// What is asked of the cache.
        optional requirements: RequirementsDoc,
        /// Who may do what.
        optional security: SecurityDoc,
        /// What is already decided.
        optional deployment: DeploymentDoc,
    }
}

impl ProfileDoc {
    /// Checks the document and fills in defaults. Every part is visited, so that the errors of all are seen.
    pub fn lower(self, cx: &mut Cx) -> Option<Profile> {
        let environment = self.environment.map_or(defaults::ENVIRONMENT, |e| e.value);
        if self.dataset.as_ref().is_some_and(Vec::is_empty) {
            let problem = Problem::at(Code::BadValue, &self.here, "the dataset is empty");
            cx.report(problem.help("add an entry that begins with `- keys:`"));
        }
        let provider = self.placement.as_ref().and_then(|p| p.provider.as_ref().map(|p| p.value));
        let placement = self.placement.map_or_else(|| Some(nowhere()), |placement| placement.lower(cx));
        let families = dataset::lower(self.dataset.unwrap_or_default(), cx);
        let known = families.as_deref().unwrap_or_default();
        let roles: Vec<Role> = known.iter().map(|family| family.role.value).collect();
        let growth = traffic::growth(self.growth, environment, cx);
        let traffic = self.traffic.and_then(|traffic| traffic.lower(cx));
        let application = self.application.map(|application| application.lower(cx)).unwrap_or_default();
        let requirements = requirements::lower(self.requirements, environment, &roles, cx);
        let security = security::lower(self.security, environment, provider, known, cx);
        let tags = tags(self.tags, cx);
        let pin = self.deployment.map_or_else(Pin::default, |deployment| deployment.lower(cx));
        Some(Profile {
            name: self.name?.value.0,
            description: self.description.map(|d| d.value),
            environment,
            tags,
            placement: placement?,
            dataset: families?,
            growth,
            traffic: traffic?,
            application,
            requirements: requirements?,
            security: security?,
            pin,
            observed: Vec::new(),
            warnings: Vec::new(),
        })
    }
}

/// Tags of one's own. Those of cachefit say whose a resource is, and are no one else's to set.
fn tags(given: Option<Named<Given<String>>>, cx: &mut Cx) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    for (spot, name, value) in given.map(|tags| tags.0).unwrap_or_default() {
        let taken = ["cachefit:", "aws:"].iter().any(|taken| name.to_lowercase().starts_with(taken));
        if name.trim().is_empty() || name.contains('=') || taken {
            let message = format!("`{name}` cannot be the name of a tag of your own");
            let help = "it needs a letter, has no `=` in it, and does not begin with cachefit: or aws:";
            cx.report(Problem::at(Code::BadValue, &spot, message).help(help));
        }
        tags.insert(name, value.value);
    }
    tags
}

fn nowhere() -> Placement {
    Placement {
        provider: None,
        region: None,
        functions: Vec::new(),
        subscription: None,
        resource_group: None,
        project: None,
        subnet_group: None,
        read_regions: Vec::new(),
        security_groups: Vec::new(),
        worker_connections: defaults::worker_connections(),
        zones: defaults::zones(),
        reads_from: defaults::reads_from(),
        host: None,
    }
}
