//! Where to look: providers and their regions.

use thiserror::Error;

use crate::catalog::{Catalog, UnknownName, reference_region};
use crate::profile::Profile;
use crate::units::{Assumption, Provider};

/// Which regions to compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RegionChoice {
    /// The profile's, or the provider's reference region.
    #[default]
    FromProfile,
    /// One by name.
    Named(String),
    /// Every region of the catalogue.
    All,
}

/// A provider with the regions to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The provider.
    pub provider: Provider,
    /// Its regions; none means all that sell the service at hand.
    pub regions: Option<Vec<String>>,
}

/// Why there is no place to look.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SiteError {
    /// No provider has a region of this name.
    #[error("{0}")]
    UnknownRegion(UnknownName),
}

/// The providers and regions that the profile and the call ask for.
pub fn sites(
    profile: &Profile,
    catalog: &Catalog,
    providers: Option<&[Provider]>,
    regions: &RegionChoice,
    assumptions: &mut Vec<Assumption>,
) -> Result<Vec<Site>, SiteError> {
    let placed = profile.placement.provider.as_ref().map(|p| p.value);
    let wanted: Vec<Provider> = match (providers, placed) {
        (Some(providers), _) => providers.to_vec(),
        (None, Some(provider)) => vec![provider],
        (None, None) => Provider::CLOUDS.to_vec(),
    };
    let named = match regions {
        RegionChoice::All => {
            return Ok(wanted.into_iter().map(|provider| Site { provider, regions: None }).collect());
        }
        RegionChoice::Named(region) => Some(region.as_str()),
        // The place of a machine of one's own is no region of a cloud.
        RegionChoice::FromProfile
            if placed == Some(Provider::Local) && !wanted.contains(&Provider::Local) =>
        {
            None
        }
        RegionChoice::FromProfile => profile.placement.region.as_ref().map(|r| r.value.as_str()),
    };
    if wanted == [Provider::Local] {
        // A machine of one's own stands wherever its owner says.
        let place = named.unwrap_or(reference_region(Provider::Local)).to_owned();
        return Ok(vec![Site { provider: Provider::Local, regions: Some(vec![place]) }]);
    }
    let home = match named {
        Some(region) => Some((home_of(catalog, region, placed, &wanted)?, region)),
        None => None,
    };
    wanted
        .into_iter()
        .map(|provider| {
            let region = region_of(catalog, provider, home, assumptions)?;
            Ok(Site { provider, regions: Some(vec![region.to_owned()]) })
        })
        .collect()
}

/// The provider that has a region of this name: the profile's own if it does.
fn home_of(
    catalog: &Catalog,
    region: &str,
    placed: Option<Provider>,
    wanted: &[Provider],
) -> Result<Provider, SiteError> {
    let candidates = placed.into_iter().chain(wanted.iter().copied());
    let mut first_error = None;
    for provider in candidates {
        match catalog.known_region(provider, region) {
            Ok(_) => return Ok(provider),
            Err(error) => {
                let better = first_error.as_ref().is_none_or(|e: &UnknownName| e.suggestion.is_none());
                if better {
                    first_error = Some(error);
                }
            }
        }
    }
    Err(SiteError::UnknownRegion(first_error.unwrap_or(UnknownName {
        message: format!("no provider has a region `{region}`"),
        suggestion: None,
    })))
}

/// The region itself, the nearest one of another provider, or the reference region.
fn region_of(
    catalog: &Catalog,
    provider: Provider,
    home: Option<(Provider, &str)>,
    assumptions: &mut Vec<Assumption>,
) -> Result<&'static str, SiteError> {
    let Some((home, region)) = home else {
        let region = reference_region(provider);
        if provider != Provider::Local {
            assumptions.push(
                Assumption::new(format!("region of {provider}"), region, "none is named")
                    .replaced_by("placement.region"),
            );
        }
        return Ok(region);
    };
    if provider == home {
        return catalog.known_region(provider, region).map_err(SiteError::UnknownRegion);
    }
    let (near, why) = match catalog.equivalent(home, region, provider) {
        Some(found) if found.same_place => {
            (found.region, format!("in the same place as {region}: {}", found.place))
        }
        Some(found) => (found.region, format!("the nearest to {region}")),
        None => (reference_region(provider), format!("nothing near {region} is known")),
    };
    if provider != Provider::Local {
        assumptions.push(Assumption::new(format!("region of {provider}"), near, why));
    }
    Ok(near)
}
