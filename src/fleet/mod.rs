//! Every cache of an account or of a folder: what it is in, what it should be, what that saves, and in which order to go
//! about it. Pure: what was read of files and accounts comes in, one value for all forms goes out.

mod application;
mod ask;
mod average;
mod bill;
mod cache;
mod cliffs;
mod consolidate;
mod contradicted;
mod declared;
mod entry;
mod heavier;
mod idle;
mod join;
mod measured;
mod names;
mod network;
mod observed;
mod portfolio;
mod present;
mod price;
mod provenance;
mod reason;
mod reserve;
mod retire;
mod running;
mod shared_profile;
mod state;

pub use application::{unnamed_commands, with_application};
pub use average::{Average, average, usual_peak, with_average};
pub use cache::{Cache, Origin};
pub use consolidate::{Apart, Shared};
pub use contradicted::contradicted;
pub use declared::{Declared, Verdict, compare, peak_put_right, written};
pub use entry::{Current, Entry, Proof, Reserve, Target};
pub use idle::{RetireStep, WAIT_DAYS, steps};
pub use join::join;
pub use names::{is_named, profile_names};
pub use observed::{Drafted, draft, draft_as, observed};
pub use portfolio::{Expiring, Portfolio, Unread};
pub use reason::Reason;
pub use retire::{Decision, Done, Evidence, Policy, Record, Refusal, decide};
pub use running::Running;
pub use state::FleetState;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::observe::Reservation;
use crate::parallel;
use crate::recommend::Options;
use crate::units::Usd;

/// All caches, and what holds for them together.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Fleet {
    /// One entry a cache, the most money at stake first; what is not known comes after what is.
    pub caches: Vec<Entry>,
    /// Sums over all of them.
    pub totals: Totals,
    /// Reserved nodes against what is there after all resizes.
    pub portfolios: Vec<Portfolio>,
    /// Reservations that could not be compared with anything.
    pub unread_reservations: Vec<Unread>,
    /// Small caches that could be one.
    pub shared: Vec<Shared>,
    /// Small caches that look alike and may not be one.
    pub apart: Vec<Apart>,
    /// What a reader of the figures must know.
    pub caveats: Vec<String>,
    /// The day of the estimate.
    pub as_of: String,
    /// Date of the price snapshot.
    pub snapshot: String,
}

/// Sums over all caches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Totals {
    /// Caches.
    pub caches: usize,
    /// How many are in each state.
    pub states: BTreeMap<FleetState, usize>,
    /// Dollars a month of today's shapes, as far as they are known.
    pub current: Usd,
    /// Caches whose present bill is not known.
    pub current_unknown: usize,
    /// Dollars a month that resizing and retiring save.
    pub saves: Usd,
    /// Dollars a month that what is too small needs more.
    pub costs_more: Usd,
    /// Caches of which nobody knows what is at stake.
    pub at_stake_unknown: usize,
}

/// Judges, prices and compares every cache.
pub fn fleet(
    caches: &[Cache],
    reservations: &[Reservation],
    mut caveats: Vec<String>,
    catalog: &Catalog,
    options: &Options,
) -> Fleet {
    let priced = parallel::map(caches, |cache| price::price(cache, catalog, options));
    let (shared, apart) = consolidate::consolidate(caches, &priced, catalog, options);
    let mut entries: Vec<Entry> = priced.into_iter().map(|priced| priced.entry).collect();
    let (portfolios, unread_reservations) = portfolio::portfolios(&entries, reservations, options.as_of);
    entries.sort_by(Entry::order);
    caveats.extend(join::ambiguous(caches));
    Fleet {
        totals: Totals::of(&entries),
        caches: entries,
        portfolios,
        unread_reservations,
        shared,
        apart,
        caveats,
        as_of: options.as_of.to_string(),
        snapshot: catalog.snapshot().date.to_owned(),
    }
}

impl Totals {
    fn of(entries: &[Entry]) -> Self {
        let mut totals = Self { caches: entries.len(), ..Self::default() };
        for entry in entries {
            *totals.states.entry(entry.state).or_default() += 1;
            match entry.current.as_ref().map(|current| current.monthly.known()) {
                Some(Some(usd)) => totals.current = totals.current + *usd,
                Some(None) => totals.current_unknown += 1,
                None => {}
            }
            match entry.at_stake.known() {
                Some(usd) if *usd < Usd::ZERO => totals.costs_more = totals.costs_more - *usd,
                Some(usd) => totals.saves = totals.saves + *usd,
                None => totals.at_stake_unknown += 1,
            }
        }
        totals
    }
}
