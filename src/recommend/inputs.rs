//! What a shape is measured with.

use super::throughput::{AllWork, Work};
use crate::demand::{Demand, Sizer};
use crate::profile::Profile;

/// What every check needs.
pub struct Inputs<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// Its numbers.
    pub demand: &'a Demand,
    /// Memory on the shape's server.
    pub sizer: &'a Sizer<'a>,
    /// Work at the peak.
    pub peak_work: Work,
    /// Work of the mean of the month.
    pub mean_work: Work,
}

impl<'a> Inputs<'a> {
    /// Inputs for the shapes of one server.
    pub fn new(profile: &'a Profile, demand: &'a Demand, sizer: &'a Sizer<'a>) -> Self {
        Self::with(profile, demand, sizer, AllWork::of(profile, demand))
    }

    /// The same with work that is known: it is the same on every server.
    pub fn with(profile: &'a Profile, demand: &'a Demand, sizer: &'a Sizer<'a>, work: AllWork) -> Self {
        Self { profile, demand, sizer, peak_work: work.peak, mean_work: work.mean }
    }

    /// Share of a capacity that may be used.
    pub fn headroom(&self) -> f64 {
        1.0 - self.profile.requirements.headroom.value.0
    }

    /// Share of the memory that may be used: a cache that evicts may be full.
    pub fn memory_headroom(&self) -> f64 {
        if self.demand.held.is_some() { 1.0 } else { self.headroom() }
    }
}
