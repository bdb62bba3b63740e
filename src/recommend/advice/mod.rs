//! What the owner of the workload can do: each piece asks the whole selection again with a changed profile.

mod collections;
mod data;
mod large;
mod path;
mod risk;

use super::candidate::Candidate;
use super::capacity::CONNECTIONS_USED;
use super::check::Constraint;
use super::context::{Context, Selection, Sizers};
use super::outcome::Advice;
use super::reselect;
use super::shape::Shape;
use super::sites::Site;
use crate::catalog::ServiceInfo;
use crate::demand::Demand;
use crate::profile::Profile;
use crate::units::Usd;

/// What advice is drawn from.
pub struct Case<'a> {
    /// The selection's context.
    pub context: &'a Context<'a>,
    /// Memory by server.
    pub sizers: &'a Sizers<'a>,
    /// The shape of the best candidate.
    pub shape: Shape<'a>,
    /// The best candidate.
    pub choice: &'a Candidate,
}

/// All advice for a choice, the largest saving first.
pub fn advice(case: &Case<'_>) -> Vec<Advice> {
    let mut found = Vec::new();
    found.extend(data::serialization(case));
    found.extend(data::time_to_live(case));
    found.extend(collections::small_hashes(case));
    found.extend(collections::short_streams(case));
    found.extend(collections::cliffs(case));
    found.extend(path::connection_reuse(case));
    found.extend(path::one_thread(case));
    found.extend(path::co_location(case));
    found.extend(path::cluster(case));
    found.extend(path::pools(case));
    found.extend(large::values(case));
    found.extend(large::keys(case));
    found.extend(large::traffic(case));
    found.extend(risk::warming(case));
    found.extend(risk::misses(case));
    found.extend(risk::usage_limits(case));
    found.extend(risk::durability(case));
    found.extend(risk::backups(case));
    found.extend(risk::rights(case));
    found.sort_by_key(|a| std::cmp::Reverse(a.saves));
    found
}

impl Case<'_> {
    /// The numbers of another profile; of a cache that holds a part of the keys, for the same part.
    fn demand_of(&self, profile: &Profile) -> Demand {
        let demand = Demand::of(profile);
        self.context.demand.held.map_or_else(|| demand.clone(), |held| demand.holding(held))
    }

    /// What the month would cost with another profile, on the same service in the same region.
    fn total_with(&self, profile: &Profile) -> Option<Usd> {
        let d = &self.choice.deployment;
        let here = [Site { provider: d.provider(), regions: Some(vec![d.region.clone()]) }];
        reselect::best(self.context, profile, &here, Some(self.info().service))?.sums.total()
    }

    /// Dollars a month that another profile saves; none where a total is unknown or nothing is saved.
    fn saving_with(&self, profile: &Profile) -> Option<Usd> {
        let ours = self.choice.cost.total.known()?;
        let saving = *ours - self.total_with(profile)?;
        (saving > Usd::ZERO).then_some(saving)
    }

    /// Memory of all data on the choice's server, at the likely value of today.
    fn stored_with(&self, profile: &Profile) -> Option<f64> {
        let demand = self.demand_of(profile);
        let server = self.server()?.server.clone();
        Some(crate::demand::Sizer::new(profile, &demand, server).stored_now())
    }

    /// The choice's service as a whole.
    fn info(&self) -> &'static ServiceInfo {
        self.shape.offering.info
    }

    fn server(&self) -> Option<&crate::demand::Sizer<'_>> {
        self.sizers.of(&self.shape.offering)
    }
}

/// What lifts the rejections where nothing fits.
pub fn without_choice(context: &Context<'_>, selection: &Selection<'_>) -> Vec<Advice> {
    let decides = |constraint| {
        selection.out.told.iter().any(|r| r.rejections.iter().any(|e| e.constraint == constraint))
    };
    let mut found = Vec::new();
    if decides(Constraint::ConnectionRate) || decides(Constraint::Connections) {
        found.extend(path::reuse(context, None));
    }
    // The most connections that anything has which is out for them.
    let rejections = selection.out.told.iter().flat_map(|r| &r.rejections);
    let nearest = rejections
        .filter(|e| e.constraint == Constraint::Connections)
        .filter_map(|e| e.demand.zip(e.capacity))
        .max_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
    if let Some((demand, capacity)) = nearest {
        found.extend(path::smaller_pools(context, demand, capacity * CONNECTIONS_USED));
    }
    if decides(Constraint::HotKey) {
        found.push(path::hot_key(context.demand));
    }
    found
}
