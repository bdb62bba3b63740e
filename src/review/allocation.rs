//! The bill by key family and by class of commands: each line is split by what makes it larger, and the parts are the
//! total to the last digit.

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;
use schemars::JsonSchema;
use serde::Serialize;

use super::deployment::Answer;
use crate::cost::{CostLine, Driver};
use crate::recommend::{Check, Constraint};
use crate::units::Usd;

/// A part of a bill.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Share {
    /// The key family, or the class of commands.
    pub name: String,
    /// Dollars a month, of the lines with a price.
    pub amount: Usd,
    /// The part of the bill, from 0 to 1.
    pub share: f64,
}

/// Commands by class; data that lies there costs without any.
const CLASSES: [&str; 4] = ["stored data", "reads", "writes", "publishes"];

/// Weights of families or classes for each driver.
struct Weights {
    memory: Vec<f64>,
    commands: Vec<f64>,
    work: Vec<f64>,
    traffic: Vec<f64>,
    writes: Vec<f64>,
}

impl Weights {
    fn of(&self, driver: Driver) -> &[f64] {
        match driver {
            Driver::Capacity | Driver::Memory => &self.memory,
            Driver::Commands => &self.commands,
            Driver::Work => &self.work,
            Driver::Traffic => &self.traffic,
            Driver::Writes => &self.writes,
        }
    }
}

/// By key family and by class of commands; none without a bill.
pub fn allocate(answer: &Answer<'_>) -> Option<(Vec<Share>, Vec<Share>)> {
    let candidate = answer.candidate()?;
    let binding = binding(&candidate.checks);
    let lines = &candidate.cost.lines;
    let names: Vec<String> = answer.recommendation.demand.families.iter().map(|f| f.keys.clone()).collect();
    let classes: Vec<String> = CLASSES.iter().map(|class| (*class).to_owned()).collect();
    Some((
        split(lines, binding, &names, &families(answer)),
        split(lines, binding, &classes, &commands(answer))
            .into_iter()
            .filter(|s| !s.amount.is_zero())
            .collect(),
    ))
}

/// What capacity is bought for: that of which the least is to spare.
fn binding(checks: &[Check]) -> Driver {
    let tightest = checks
        .iter()
        .filter_map(|check| Some((check.used()? / check.allowed, check.constraint)))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match tightest.map(|(_, constraint)| constraint) {
        Some(
            Constraint::Cpu
            | Constraint::HotKey
            | Constraint::CpuCredits
            | Constraint::CommandRate
            | Constraint::Quota
            | Constraint::Connections
            | Constraint::ConnectionRate,
        ) => Driver::Commands,
        Some(Constraint::Bandwidth) => Driver::Traffic,
        _ => Driver::Memory,
    }
}

fn families(answer: &Answer<'_>) -> Weights {
    let families = &answer.recommendation.demand.families;
    let bytes = answer.projection.as_ref().map(|p| p.family_bytes.clone());
    let moved = |f: &crate::demand::FamilyDemand| f.key_size.likely + f.payload_per_command.likely;
    let weigh =
        |of: &dyn Fn(&crate::demand::FamilyDemand) -> f64| families.iter().map(of).collect::<Vec<f64>>();
    Weights {
        memory: bytes
            .filter(|bytes| bytes.len() == families.len())
            .unwrap_or_else(|| weigh(&|f| f.payload_now.likely)),
        commands: weigh(&|f| f.share.likely),
        work: weigh(&|f| f.share.likely * (moved(f) / 1024.0).max(1.0)),
        traffic: weigh(&|f| f.share.likely * moved(f)),
        writes: weigh(&|f| f.share.likely * moved(f)),
    }
}

fn commands(answer: &Answer<'_>) -> Weights {
    let demand = &answer.recommendation.demand;
    let (average, bandwidth) = (&demand.average, &demand.average_bandwidth);
    let counts = vec![0.0, average.reads.likely, average.writes.likely, average.publishes.likely];
    let read = bandwidth.reads.likely;
    let both = bandwidth.total().likely;
    let write = (bandwidth.written.likely).min((both - read).max(0.0));
    Weights {
        memory: vec![1.0, 0.0, 0.0, 0.0],
        work: vec![0.0, average.reads.likely, average.writes.likely, 0.0],
        commands: counts,
        traffic: vec![
            0.0,
            read,
            write,
            (both - read - write).max(0.0) * f64::from(u8::from(average.publishes.likely > 0.0)),
        ],
        writes: vec![0.0, 0.0, 1.0, 0.0],
    }
}

fn split(lines: &[CostLine], binding: Driver, names: &[String], weights: &Weights) -> Vec<Share> {
    let mut amounts = vec![Usd::ZERO; names.len()];
    let mut total = Usd::ZERO;
    for line in lines {
        let Some(usd) = line.amount.known() else { continue };
        total = total + *usd;
        let driver = match line.kind.driver() {
            Driver::Capacity => binding,
            driver => driver,
        };
        for (amount, part) in amounts.iter_mut().zip(parts(*usd, weights.of(driver))) {
            *amount = *amount + part;
        }
    }
    let share = |usd: Usd| {
        let part = if total.is_zero() { Decimal::ZERO } else { usd.0 / total.0 };
        part.round_dp(6).to_string().parse().unwrap_or(0.0)
    };
    let one = |(name, amount): (&String, Usd)| Share { name: name.clone(), amount, share: share(amount) };
    names.iter().zip(amounts).map(one).collect()
}

/// An amount in proportion to weights; the largest takes what rounding leaves.
fn parts(usd: Usd, weights: &[f64]) -> Vec<Usd> {
    let sum: f64 = weights.iter().sum();
    let even = 1.0 / weights.len().max(1) as f64;
    let part = |weight: &f64| {
        let share = if sum > 0.0 { weight / sum } else { even };
        Usd((usd.0 * Decimal::from_f64(share).unwrap_or_default()).round_dp(6))
    };
    let mut parts: Vec<Usd> = weights.iter().map(part).collect();
    let rest = usd - parts.iter().copied().sum();
    let largest = (0..parts.len()).max_by_key(|i| parts[*i]);
    if let Some(largest) = largest {
        parts[largest] = parts[largest] + rest;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_are_the_whole(
            usd in 0_i64..100_000_000_000, weights in prop::collection::vec(0.0_f64..1e9, 1..30)
        ) {
            let usd = Usd(Decimal::new(usd, 6));
            let parts = parts(usd, &weights);
            prop_assert_eq!(parts.iter().copied().sum::<Usd>(), usd);
        }
    }
}
