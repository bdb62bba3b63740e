//! What there is of a deployment: everything at once, or one resource with as few calls as it takes.

use std::time::Duration;

use futures_util::future::{try_join, try_join_all};

use super::call::{CallError, Patience, patiently};
use super::cloud::Cloud;
use super::kind::Kind;
use crate::plan::{Address, Observed};

/// A look at everything, while somebody waits for a plan.
const PATIENCE: Patience =
    Patience { retries: 4, first: Duration::from_millis(250), longest: Duration::from_secs(30) };

/// A kind by its name.
pub fn kind<C: Cloud>(name: &str) -> Result<&'static dyn Kind<C>, CallError> {
    let kind = C::kinds().iter().copied().find(|kind| kind.name() == name);
    kind.ok_or_else(|| {
        let hint = "the plan is of another version of cachefit: make a new one with `cachefit plan PROFILE`";
        CallError::refused(format!("nothing is known of a {name}")).with_hint(hint)
    })
}

/// Every resource of the deployment, and what else sits on one of its names.
pub async fn all<C: Cloud>(cloud: &C) -> Result<Vec<Observed>, CallError> {
    let lists = C::kinds().iter().map(|kind| kind.list(cloud));
    let mut all: Vec<Observed> = try_join_all(lists).await?.into_iter().flatten().collect();
    for kind in C::kinds() {
        let more = kind.list_after(cloud, &all).await?;
        all.extend(more);
    }
    cloud.relate(&mut all);
    all.sort_by(|a, b| a.resource.address.cmp(&b.resource.address));
    Ok(all)
}

/// One resource, with as few calls as it takes.
pub async fn one<C: Cloud>(cloud: &C, address: &Address) -> Result<Option<Observed>, CallError> {
    let kind = kind::<C>(&address.kind)?;
    let beside = kind.read_with().iter().map(|name| self::kind::<C>(name)).collect::<Result<Vec<_>, _>>()?;
    let lists = try_join_all(beside.into_iter().map(|kind| kind.look(cloud)));
    let (is, beside) = try_join(kind.read(cloud, &address.name), lists).await?;
    let mut found: Vec<Observed> = beside.into_iter().flatten().chain(is).collect();
    let more = kind.list_after(cloud, &found).await?;
    found.extend(more);
    cloud.relate(&mut found);
    Ok(found.into_iter().find(|o| &o.resource.address == address))
}

/// All of it, asked for again where the service has a bad moment: no step is under way that would be tried again.
pub async fn all_patiently<C: Cloud>(cloud: &C) -> Result<Vec<Observed>, CallError> {
    patiently(PATIENCE, || all(cloud)).await
}
