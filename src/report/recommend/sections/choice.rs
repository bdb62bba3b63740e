//! What to buy, as a sentence with its price, and the gates that it breaches.

use crate::catalog::Service;
use crate::recommend::{Candidate, Ends, Outlook, Recommendation};
use crate::report::document::{Block, Section, Sentence};
use crate::report::recommend::amounts::{monthly, months};
use crate::units::Commitment;

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
    let later = choice
        .at_horizon
        .filter(|_| r.outlook.as_ref().is_none_or(|outlook| outlook.today.is_none()))
        .map_or_else(String::new, |usd| format!("; {usd} in {}", months(r.demand.growth.months)));
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
    let growth = r.outlook.as_ref().map(growth).unwrap_or_default();
    growth.into_iter().chain(r.ends.as_ref().map(ends_in_brief)).collect()
}

/// Today, the mean and the horizon; the month in which another choice is cheaper, or the budget is not enough.
fn growth(outlook: &Outlook) -> Vec<String> {
    let mut all = Vec::new();
    if let (Some(today), Some(mean), Some(horizon)) = (outlook.today, outlook.mean, outlook.horizon)
        && today.to_cents() != horizon.to_cents()
    {
        let span = months(f64::from(outlook.months));
        let over = outlook
            .over_budget_from
            .map_or_else(String::new, |month| format!("; above the budget from month {month} on"));
        all.push(format!("The bill goes from {today} to {horizon} USD in {span}, {mean} on average{over}."));
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

/// The bill at both ends of wide ranges, and the input that narrows it most.
fn ends_in_brief(ends: &Ends) -> String {
    let most = ends.narrows_most.as_ref();
    let most = most.map_or_else(String::new, |most| format!("; {} decides most of it", most.input));
    format!("Over the declared ranges it is {} to {} USD{most}.", ends.low, ends.high)
}

/// The shapes at both ends, and what one input alone does.
fn ends_at_length(ends: &Ends) -> String {
    let most = ends.narrows_most.as_ref().map_or_else(String::new, |most| {
        format!(" {} alone moves it from {} to {} USD.", most.input, most.low, most.high)
    });
    format!(
        "At the low ends of the ranges one would buy {} for {} USD a month, at the high ends {} for {} USD.{most}",
        ends.low_shape, ends.low, ends.high_shape, ends.high
    )
}
