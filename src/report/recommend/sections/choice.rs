//! What to buy, as a sentence with its price, and the gates that it breaches.

use crate::catalog::Service;
use crate::recommend::{Candidate, Recommendation};
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
    }
    let gates = r.gates.iter().map(|g| Sentence::alarm("gate breached:", g.text.clone()));
    section.summary.extend(gates.map(Block::Text));
    vec![section]
}

fn sentence(r: &Recommendation, choice: &Candidate) -> String {
    let d = &choice.deployment;
    let switch = |on: bool| if on { "on" } else { "off" };
    let term = match d.commitment {
        _ if d.service == Service::Local.id() => String::new(),
        Commitment::OnDemand => ", on demand".into(),
        term => format!(", {term}"),
    };
    let later = choice
        .at_horizon
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
    let service = Service::ALL.iter().copied().find(|s| s.id() == d.service);
    match service {
        Some(Service::Local) => format!("on a machine of your own ({})", d.region),
        Some(service @ Service::Ec2) => format!("{} in {}", service.title(), d.region),
        Some(service) => format!("on {} in {}", service.title(), d.region),
        None => format!("on {} in {}", d.service, d.region),
    }
}

/// Today, the mean and the horizon; the month in which another choice becomes cheaper; the bill at both ends of wide
/// intervals. A line each.
fn outlook(_: &Recommendation) -> Vec<String> {
    Vec::new()
}
