//! What the profile has already decided.

use super::check::{Constraint, Rejection};
use crate::catalog::{Catalog, Offering, Service, UnknownName};
use crate::profile::Profile;
use crate::units::{Engine, Provider};

/// The pinned version, if it is for this engine.
pub fn version(profile: &Profile, engine: Engine) -> Option<&str> {
    let pin = &profile.pin;
    let version = pin.version.as_ref()?;
    let ours = pin.engine.as_ref().is_none_or(|e| e.value == engine);
    ours.then_some(version.value.as_str())
}

/// Why an offering is not the pinned one.
pub fn rejection(profile: &Profile, offering: &Offering<'_>) -> Option<Rejection> {
    let pin = &profile.pin;
    let wrong = |what: &str, pinned: &str| {
        Some(Rejection::new(Constraint::Pin, format!("{what} {pinned} is pinned")))
    };
    if let Some(service) = pin.service.as_ref().filter(|s| s.value != offering.service()) {
        return wrong("service", service.value.as_str());
    }
    if let Some(engine) = pin.engine.as_ref().filter(|e| e.value != offering.engine) {
        return wrong("engine", engine.value.as_str());
    }
    if let Some(node) = pin.node_type.as_ref().filter(|n| n.value != offering.node.name) {
        return wrong("node type", &node.value);
    }
    None
}

/// A pinned service or node type that the profile's own provider does not sell: nothing could ever fit.
pub fn check_provider(profile: &Profile, catalog: &Catalog) -> Result<(), UnknownName> {
    let Some(placed) = profile.placement.provider.as_ref().map(|p| p.value) else { return Ok(()) };
    let elsewhere = |what: &str, name: &str, sellers: &[Provider]| {
        let sellers: Vec<&str> = sellers.iter().map(|p| p.as_str()).collect();
        Err(UnknownName {
            message: format!(
                "the {what} `{name}` is pinned and sold by {}, the profile's provider is {placed}: change one of them",
                sellers.join(", ")
            ),
            suggestion: None,
        })
    };
    if let Some(service) = profile.pin.service.as_ref().map(|s| s.value).filter(|s| s.provider() != placed) {
        return elsewhere("service", service.as_str(), &[service.provider()]);
    }
    if let Some(node) = &profile.pin.node_type {
        let sells = |s: &&Service| catalog.node_types(**s).iter().any(|n| n.name == node.value);
        let mut sellers: Vec<Provider> = Service::ALL.iter().filter(sells).map(|s| s.provider()).collect();
        sellers.dedup();
        if !sellers.is_empty() && !sellers.contains(&placed) {
            return elsewhere("node type", &node.value, &sellers);
        }
    }
    Ok(())
}

/// Names in the pin that the catalogue does not have.
pub fn check_names(profile: &Profile, catalog: &Catalog) -> Result<(), UnknownName> {
    let Some(service) = &profile.pin.service else {
        return match &profile.pin.node_type {
            Some(node) if !known_anywhere(catalog, &node.value) => Err(UnknownName {
                message: format!("no service has a node type `{}`", node.value),
                suggestion: nearest_anywhere(catalog, &node.value),
            }),
            _ => Ok(()),
        };
    };
    match &profile.pin.node_type {
        Some(node) if service.value != Service::Local => {
            catalog.node_type(service.value, &node.value).map(|_| ())
        }
        _ => Ok(()),
    }
}

fn known_anywhere(catalog: &Catalog, name: &str) -> bool {
    name == super::self_hosted::NAME
        || Service::ALL.iter().any(|s| catalog.node_types(*s).iter().any(|n| n.name == name))
}

fn nearest_anywhere(catalog: &Catalog, name: &str) -> Option<&'static str> {
    let nodes = Service::ALL.iter().flat_map(|s| catalog.node_types(*s));
    let names = nodes.filter(|n| n.can_be_new()).map(|n| n.name);
    crate::units::nearest(name, names)
}
