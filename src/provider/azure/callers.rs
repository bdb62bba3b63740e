//! The function apps that call the cache: where they run, what network they are in, who they are.

use super::Azure;
use super::offers::{self, Offers};
use crate::provider::call::CallError;

/// Where the functions are, and what the subscription offers.
#[derive(Clone, Debug, Default)]
pub struct Callers {
    /// The function apps of the profile, in its order.
    pub apps: Vec<App>,
    /// What the subscription offers; unknown where nobody asked.
    pub offers: Offers,
}

/// A function app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its name in the profile.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its region, `westeurope`.
    pub region: String,
    /// What it runs on.
    pub hosting: Hosting,
    /// The id of the subnet that it is integrated with.
    pub subnet: Option<String>,
    /// Object ids of its identities.
    pub identities: Vec<String>,
    /// Instances at most, where the plan says it.
    pub most_instances: Option<u32>,
}

/// What a function app runs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosting {
    /// Consumption (Y1): no network of its own.
    Consumption,
    /// Flex Consumption (FC1).
    Flex,
    /// Premium (EP1 to EP3).
    Premium,
    /// An App Service plan of another tier, by its name.
    Dedicated(String),
}

/// Looks at the function apps and at what the subscription offers.
pub async fn read(cloud: &Azure) -> Result<Callers, CallError> {
    // Nothing depends on where functions are when something is taken down.
    if cloud.opening.functions.is_none() {
        return Ok(Callers::default());
    }
    Ok(Callers { apps: Vec::new(), offers: offers::read(cloud).await? })
}
