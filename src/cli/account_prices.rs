//! `cost --net`: the account's own prices, asked of its provider, beside the list's.

use super::error::Failure;
use crate::review::Review;

/// Puts what the account would pay beside every bill of AWS; what there is to say of it for people.
#[cfg(feature = "aws")]
pub fn add(review: &mut Review) -> Result<Vec<String>, Failure> {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use crate::provider::aws::account_price::{Usage, prices};
    use crate::units::Figure;

    /// Who estimates it, and at which rates.
    const BY: &str = "AWS Pricing Calculator, after discounts, on demand";

    let mut usages: Vec<Usage> = Vec::new();
    // By deployment and line: the place of its use, or why there is none.
    let mut asked: Vec<Option<Vec<Result<usize, &'static str>>>> = Vec::new();
    for deployment in &review.results {
        let lines = deployment.aws_usage().map(|lines| {
            let mut place = |line: Result<crate::review::AwsUsage, &'static str>| {
                line.map(|usage| {
                    let operation = usage.operation.to_owned();
                    usages.push(Usage { usage_type: usage.usage_type, operation, amount: usage.amount });
                    usages.len() - 1
                })
            };
            lines.into_iter().map(&mut place).collect()
        });
        asked.push(lines);
    }
    if usages.is_empty() {
        let said =
            "--net: no line of these bills is one that AWS estimates for an account; nothing was asked";
        return Ok(vec![said.to_owned()]);
    }
    // Tests look often.
    let poll = std::env::var("CACHEFIT_POLL_MS").ok().and_then(|text| text.parse().ok()).unwrap_or(1000);
    let found = prices(&usages, Duration::from_millis(poll))?;
    for (deployment, lines) in review.results.iter_mut().zip(asked) {
        let Some(lines) = lines else { continue };
        let of = |line: Result<usize, &'static str>| match line {
            Ok(place) => {
                found.usd.get(place).cloned().unwrap_or_else(|| Figure::unknown("AWS did not answer"))
            }
            Err(why) => Figure::unknown(why),
        };
        let own: BTreeMap<usize, _> = lines.into_iter().map(of).enumerate().collect();
        deployment.add_account(&found.account, BY, &own);
    }
    let left = found.left_behind.map(|id| {
        format!(
            "--net: the workload estimate {id} could not be deleted; it costs nothing, and ends by itself"
        )
    });
    Ok(left.into_iter().collect())
}

/// A build without the clients of AWS cannot ask.
#[cfg(not(feature = "aws"))]
pub fn add(_: &mut Review) -> Result<Vec<String>, Failure> {
    Err(super::features::without_aws())
}
