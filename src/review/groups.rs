//! Sub-totals and the total. What has no price stays unknown in each of them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::deployment::{DeploymentCost, Status};
use crate::units::{Figure, Usd};

/// A sum over deployments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Sum {
    /// Dollars a month of all lines with a price.
    pub known: Usd,
    /// Deployments with a line that has none.
    pub unknown: u32,
}

impl Sum {
    fn add(&mut self, known: Usd, total: &Figure<Usd>) {
        self.known = self.known + known;
        self.unknown += u32::from(total.known().is_none());
    }

    /// The sum, if all of it is known.
    pub fn total(&self) -> Figure<Usd> {
        match self.unknown {
            0 => Figure::Known(self.known),
            1 => Figure::unknown("1 deployment has a line without a price"),
            more => Figure::unknown(format!("{more} deployments have a line without a price")),
        }
    }
}

/// Before and after of several deployments.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Both {
    /// As it was; none without a baseline.
    pub before: Option<Sum>,
    /// As it is.
    pub after: Sum,
    /// After less before, of what can be compared; none without a baseline.
    pub difference: Option<Usd>,
    /// What the difference is a share of: before, of what can be compared; none without a baseline, or where a part of that
    /// has no price.
    pub compared: Option<Usd>,
    /// Deployments whose difference is unknown; they are in no saving.
    pub unknown_differences: u32,
}

/// All deployments.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Totals {
    /// Their bills.
    #[serde(flatten)]
    pub both: Both,
    /// How many there are.
    pub deployments: u32,
    /// How many are new.
    pub new: u32,
    /// How many are gone.
    pub removed: u32,
    /// How many have changed.
    pub changed: u32,
    /// How many have not.
    pub same: u32,
}

/// Deployments that have something in common.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Group {
    /// What: `environment`, `provider`, or the name of a label.
    pub by: String,
    /// Its value.
    pub name: String,
    /// How many deployments.
    pub deployments: u32,
    /// Their bills.
    #[serde(flatten)]
    pub both: Both,
}

fn both<'d>(deployments: impl Iterator<Item = &'d DeploymentCost>, compared: bool) -> Both {
    let (mut before, mut after, mut difference, mut unknown) = (Sum::default(), Sum::default(), Usd::ZERO, 0);
    let mut base = compared.then_some(Usd::ZERO);
    for deployment in deployments {
        if deployment.status != Status::Removed {
            after.add(deployment.known(), &deployment.total());
        }
        if let Some(was) = &deployment.before {
            before.add(was.known, &was.total);
        }
        match &deployment.difference {
            Some(Figure::Known(usd)) => {
                difference = difference + *usd;
                base = base.zip(deployment.compared()).map(|(sum, usd)| sum + usd);
            }
            Some(Figure::Unknown { .. }) => unknown += 1,
            None => {}
        }
    }
    Both {
        before: compared.then_some(before),
        after,
        difference: compared.then_some(difference),
        compared: base,
        unknown_differences: unknown,
    }
}

impl Totals {
    /// Of all deployments.
    pub fn of(deployments: &[DeploymentCost], compared: bool) -> Self {
        let count = |status: Status| deployments.iter().filter(|d| d.status == status).count() as u32;
        Self {
            both: both(deployments.iter(), compared),
            deployments: deployments.len() as u32 - count(Status::Removed),
            new: count(Status::New),
            removed: count(Status::Removed),
            changed: count(Status::Changed),
            same: count(Status::Same),
        }
    }

    /// Whether nothing has changed.
    pub fn is_same(&self) -> bool {
        self.new + self.removed + self.changed == 0
    }
}

/// Sub-totals by environment, provider and label; none for a single deployment.
pub fn groups(deployments: &[DeploymentCost], compared: bool) -> Vec<Group> {
    if deployments.len() < 2 {
        return Vec::new();
    }
    let mut members: BTreeMap<(u8, String, String), Vec<&DeploymentCost>> = BTreeMap::new();
    for deployment in deployments {
        let mut put = |order: u8, by: &str, name: &str| {
            members.entry((order, by.to_owned(), name.to_owned())).or_default().push(deployment);
        };
        put(0, "environment", &deployment.environment);
        put(1, "provider", deployment.provider.as_deref().unwrap_or("not decided"));
        for (key, value) in &deployment.labels {
            put(2, key, value);
        }
    }
    members
        .into_iter()
        .map(|((_, by, name), members)| Group {
            by,
            name,
            deployments: members.iter().filter(|d| d.status != Status::Removed).count() as u32,
            both: both(members.into_iter(), compared),
        })
        .collect()
}
