//! What to buy, as a sentence with its price, and the gates that it breaches.

use crate::catalog::Service;
use crate::recommend::{Candidate, Ends, Outlook, Recommendation};
use crate::report::document::{Block, Section, Sentence};
use crate::report::recommend::amounts::{monthly, months};
use crate::units::{Commitment, Usd};

/// The answer in a few words.
pub fn answer(r: &Recommendation) -> Sentence {
    match &r.choice {
        Some(choice) => Sentence::answer(choice.shape.clone()),
        None => Sentence::alarm("nothing fits", ""),
    }
}

/// The choice in a sentence, and what makes the exit code 3.
pub fn sections(r: &Recommendation) -> Vec<Section> {
    let mut section = Section::default();
    if let Some(choice) = &r.choice {
        section.summary.push(Block::text(sentence(r, choice)));
        section.summary.extend(outlook(r).into_iter().map(Block::text));
        section.detail.extend(r.ends.as_ref().map(|ends| Block::text(ends_at_length(ends))));
    }
    let gates = r.gates.iter().map(|g| Sentence::alarm("gate breached:", g.text.clone()));
    section.summary.extend(gates.map(Block::Text));
    vec![section]
}

fn sentence(r: &Recommendation, choice: &Candidate) -> String {
    let d = &choice.deployment;
    let switch = |on: bool| if on { "on" } else { "off" };
    let term = match d.commitment {
        _ if d.service == Service::Local => String::new(),
        Commitment::OnDemand => ", on demand".into(),
        term => format!(", {term}"),
    };
    let tilde = tilde(choice.cost.is_estimate());
    let later = choice
        .at_horizon
        .filter(|_| r.outlook.as_ref().is_none_or(|outlook| outlook.today.is_none()))
        .map_or_else(String::new, |usd| format!("; {tilde}{usd} in {}", months(r.demand.growth.months)));
    format!(
        "Run {} {} {} for {}{term}{later}. Cluster mode is {}, TLS {}.",
        d.engine.title(),
        d.version,
        place(choice),
        monthly(&choice.cost),
        switch(d.cluster_mode),
        switch(d.tls)
    )
}

/// Where it runs.
fn place(choice: &Candidate) -> String {
    let d = &choice.deployment;
    match d.service {
        Service::Local => format!("on a machine of your own ({})", d.region),
        service @ Service::Ec2 => format!("{} in {}", service.title(), d.region),
        service => format!("on {} in {}", service.title(), d.region),
    }
}

/// What growth and wide ranges do to the bill, a sentence each.
fn outlook(r: &Recommendation) -> Vec<String> {
    let estimate = r.choice.as_ref().is_some_and(|choice| choice.cost.is_estimate());
    let growth = r.outlook.as_ref().map(|outlook| growth(outlook, tilde(estimate))).unwrap_or_default();
    let ends = r.ends.as_ref().map(|ends| ends_in_brief(ends, r.outlook.is_some()));
    growth.into_iter().chain(ends).collect()
}

/// Today, the mean and the horizon; the month in which another choice is cheaper, or the budget is not enough.
fn growth(outlook: &Outlook, tilde: &str) -> Vec<String> {
    let mut all = Vec::new();
    if let (Some(today), Some(mean), Some(horizon)) = (outlook.today, outlook.mean, outlook.horizon)
        && today.to_cents() != horizon.to_cents()
    {
        let span = months(f64::from(outlook.months));
        let over = outlook
            .over_budget_from
            .map_or_else(String::new, |month| format!("; above the budget from month {month} on"));
        all.push(format!(
            "The bill goes from {tilde}{today} to {tilde}{horizon} USD in {span}, {tilde}{mean} on average{over}."
        ));
    }
    if let Some(other) = &outlook.cheaper {
        let until =
            if other.until >= outlook.months { String::new() } else { format!(" to {}", other.until) };
        all.push(format!(
            "From month {}{until}, {} of {} in {} is cheaper: {} against {} USD.",
            other.from, other.shape, other.service, other.region, other.theirs, other.ours
        ));
    }
    all
}

/// `~` before an estimate.
fn tilde(estimate: bool) -> &'static str {
    if estimate { "~" } else { "" }
}

/// The bill at both ends of wide ranges, and the input that narrows it most.
fn ends_in_brief(ends: &Ends, grows: bool) -> String {
    let most = ends.narrows_most.as_ref();
    let most = most.map_or_else(String::new, |most| format!("; {} decides most of it", most.input));
    let tilde = tilde(ends.estimate);
    match (ends.low, ends.high) {
        (Some(low), Some(high)) => {
            let it = if grows { "today's bill" } else { "it" };
            format!("Over the declared ranges {it} is {tilde}{low} to {tilde}{high} USD{most}.")
        }
        _ => format!("What it is over the declared ranges is not known, since a price is missing{most}."),
    }
}

/// The shapes at both ends, and what one input alone does.
fn ends_at_length(ends: &Ends) -> String {
    let tilde = tilde(ends.estimate);
    let amount = |usd: Option<Usd>| {
        usd.map_or_else(
            || "an amount that is not known".to_owned(),
            |usd| format!("{tilde}{usd} USD a month"),
        )
    };
    let most = ends.narrows_most.as_ref().and_then(|most| {
        let (low, high) = (most.low?, most.high?);
        Some(format!(" {} alone moves it from {tilde}{low} to {tilde}{high} USD.", most.input))
    });
    format!(
        "At the low ends of the ranges one would buy {} for {}, at the high ends {} for {}.{}",
        ends.low_shape,
        amount(ends.low),
        ends.high_shape,
        amount(ends.high),
        most.unwrap_or_default()
    )
}
