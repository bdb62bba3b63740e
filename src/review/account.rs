//! What an account itself would pay, as its provider estimates it, beside the list.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::deployment::DeploymentCost;
use crate::cost::{CostLine, LineKind};
use crate::units::{Commitment, Engine, Figure, Provider, Usd};

/// What an account would pay for a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AccountPrice {
    /// The account.
    pub account: String,
    /// Who estimates it, and at which rates.
    pub by: String,
    /// Every line of the bill, in its order.
    pub lines: Vec<AccountLine>,
    /// The sum: the account's own price where it is known, the list's where it is not.
    pub total: Figure<Usd>,
    /// How many lines with an amount are still at the list's price.
    pub at_list: usize,
}

/// A line of the bill at both prices.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AccountLine {
    /// What is billed, in words.
    pub what: String,
    /// Dollars a month by the list.
    pub list: Figure<Usd>,
    /// Dollars a month for the account; where it is unknown, the list's price stands.
    pub own: Figure<Usd>,
}

/// The use behind a line, in the words of AWS's bills.
#[derive(Clone, Debug, PartialEq)]
pub struct AwsUsage {
    /// `USW2-NodeUsage:cache.r7g.large`.
    pub usage_type: String,
    /// `CreateCacheCluster:Valkey`.
    pub operation: &'static str,
    /// Units in a month.
    pub amount: f64,
}

/// Why a line has no such words.
type NotAsked = &'static str;

/// The prefix of a region's usage types; the oldest region has none.
const PREFIXES: [(&str, &str); 28] = [
    ("us-east-1", ""),
    ("us-east-2", "USE2-"),
    ("us-west-1", "USW1-"),
    ("us-west-2", "USW2-"),
    ("ca-central-1", "CAN1-"),
    ("ca-west-1", "CAN2-"),
    ("sa-east-1", "SAE1-"),
    ("eu-west-1", "EU-"),
    ("eu-west-2", "EUW2-"),
    ("eu-west-3", "EUW3-"),
    ("eu-central-1", "EUC1-"),
    ("eu-central-2", "EUC2-"),
    ("eu-north-1", "EUN1-"),
    ("eu-south-1", "EUS1-"),
    ("eu-south-2", "EUS2-"),
    ("af-south-1", "AFS1-"),
    ("me-south-1", "MES1-"),
    ("me-central-1", "MEC1-"),
    ("il-central-1", "ILC1-"),
    ("ap-east-1", "APE1-"),
    ("ap-south-1", "APS3-"),
    ("ap-south-2", "APS5-"),
    ("ap-southeast-1", "APS1-"),
    ("ap-southeast-2", "APS2-"),
    ("ap-southeast-3", "APS4-"),
    ("ap-northeast-1", "APN1-"),
    ("ap-northeast-2", "APN2-"),
    ("ap-northeast-3", "APN3-"),
];

impl DeploymentCost {
    /// The use behind every line of a bill of AWS, in its order, or why AWS is not asked about it; none for a bill of
    /// others.
    pub fn aws_usage(&self) -> Option<Vec<Result<AwsUsage, NotAsked>>> {
        let deployment = self.deployment.as_ref().filter(|d| d.provider() == Provider::Aws)?;
        let cost = self.cost.as_ref()?;
        let reserved = deployment.commitment != Commitment::OnDemand;
        let prefix = PREFIXES.iter().find(|(region, _)| deployment.region == *region);
        let of = |line: &CostLine| {
            let Some((_, prefix)) = prefix else {
                return Err("how AWS's bills name this region is not known");
            };
            let Some(rate) = line.rate.known() else { return Err("it has no price in the list either") };
            let (operation, times) = match line.kind {
                LineKind::Nodes if reserved => {
                    return Err("AWS estimates use on demand; a reservation's price is the list's");
                }
                LineKind::Nodes | LineKind::ExtendedSupport if rate.meter.contains("NodeUsage:") => {
                    let operation = match deployment.engine {
                        Engine::Valkey => "CreateCacheCluster:Valkey",
                        Engine::Redis => "CreateCacheCluster:0002",
                    };
                    (operation, 1.0)
                }
                LineKind::StoredData => ("", 1.0),
                // Listed by the million; billed one by one.
                LineKind::Work => ("", 1e6),
                _ => return Err("it is not a meter of ElastiCache alone"),
            };
            let amount = f64::try_from(line.quantity).unwrap_or(f64::INFINITY) * times;
            if !amount.is_finite() {
                return Err("the quantity is larger than any bill");
            }
            Ok(AwsUsage { usage_type: format!("{prefix}{}", rate.meter), operation, amount })
        };
        Some(cost.lines.iter().map(of).collect())
    }

    /// Puts the account's own prices beside the bill: by the line's position, dollars a month or why they are not known.
    pub fn add_account(&mut self, account: &str, by: &str, own: &BTreeMap<usize, Figure<Usd>>) {
        let Some(cost) = &self.cost else { return };
        let of = |(i, line): (usize, &CostLine)| AccountLine {
            what: line.what.clone(),
            list: line.amount.clone(),
            own: own.get(&i).cloned().unwrap_or_else(|| Figure::unknown("AWS was not asked")),
        };
        let lines: Vec<AccountLine> = cost.lines.iter().enumerate().map(of).collect();
        let paid = |line: &AccountLine| line.own.known().or(line.list.known()).copied();
        let total = lines.iter().map(paid).try_fold(Usd::ZERO, |sum, paid| Some(sum + paid?));
        let at_list = |line: &&AccountLine| {
            line.own.known().is_none() && line.list.known().is_some_and(|usd| *usd != Usd::ZERO)
        };
        self.account = Some(AccountPrice {
            account: account.to_owned(),
            by: by.to_owned(),
            at_list: lines.iter().filter(at_list).count(),
            total: total.map_or_else(|| Figure::unknown("a line has no price at all"), Figure::Known),
            lines,
        });
    }
}
