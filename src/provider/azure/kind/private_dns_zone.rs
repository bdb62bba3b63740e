//! The private DNS zone with the names of endpoints; one that a network has already is used.

use crate::plan::{Observed, Resource};
use crate::provider::azure::{Azure, names};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};

const SCHEMA: &[Attribute] = &[];

/// The private DNS zone with the names of endpoints; one that a network has already is used.
#[derive(Debug)]
pub struct PrivateDnsZone;

impl Kind<Azure> for PrivateDnsZone {
    fn name(&self) -> &'static str {
        names::PRIVATE_DNS_ZONE
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(60)
    }

    fn desired(&self, _: &Wanted<'_, Azure>) -> Vec<Resource> {
        Vec::new()
    }

    fn list<'a>(&'a self, _: &'a Azure) -> Reading<'a, Vec<Observed>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async { Err(work.refused("it is not made yet")) })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async { Err(work.refused("it is not changed yet")) })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async { Err(work.refused("it is not deleted yet")) })
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[]
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        Figure::Known(Usd::ZERO)
    }
}
