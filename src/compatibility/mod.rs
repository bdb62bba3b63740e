//! Will the application run there: the classes of its commands against what services run. One table, with its sources.

mod class;
mod exceptions;
mod place;
mod table;
mod verdict;

pub use class::{Class, is_classed};
pub use place::Place;
pub use verdict::Verdict;

use schemars::JsonSchema;
use serde::Serialize;

use crate::profile::Application;

/// Whether a class of the application's commands runs in a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Compatibility {
    /// What is asked for.
    pub class: Class,
    /// The commands of it that the application uses.
    pub commands: Vec<String>,
    /// Whether they run.
    pub verdict: Verdict,
    /// On what it depends, or why not.
    pub why: String,
    /// Who says so; none where nobody does.
    pub source: Option<String>,
}

impl Compatibility {
    fn new(class: Class, commands: Vec<String>, verdict: Verdict, why: &str, source: &str) -> Self {
        let source = (!source.is_empty()).then(|| source.to_owned());
        Self { class, commands, verdict, why: why.to_owned(), source }
    }

    /// The commands in capitals, as people know them.
    pub fn names(&self) -> String {
        self.commands.iter().map(|name| name.to_ascii_uppercase()).collect::<Vec<_>>().join(", ")
    }
}

/// Every class that the application uses, in the order of the classes. What it does not name is not judged.
pub fn compatibility(application: &Application, place: Place) -> Vec<Compatibility> {
    Class::ALL.iter().filter_map(|class| one(*class, application, place)).collect()
}

/// What certainly does not run.
pub fn refused(application: &Application, place: Place) -> Vec<Compatibility> {
    let all = compatibility(application, place).into_iter();
    all.filter(|one| one.verdict == Verdict::DoesNotRun).collect()
}

fn one(class: Class, application: &Application, place: Place) -> Option<Compatibility> {
    let mut commands: Vec<String> =
        application.commands.iter().filter(|command| class.holds(command)).cloned().collect();
    let across = across(class, application);
    commands.extend(across.iter().flatten().cloned());
    commands.sort();
    commands.dedup();
    let several = application.databases.is_some_and(|databases| databases > 1);
    if class == Class::Databases && several && commands.is_empty() {
        commands.push("select".to_owned());
    }
    if commands.is_empty() {
        return None;
    }
    let Some(row) = table::find(class, place) else {
        let why = "no source says whether they run: try them in a test";
        return Some(Compatibility::new(class, commands, Verdict::Unknown, why, ""));
    };
    let known =
        |verdict, why: &str, source| Compatibility::new(class, commands.clone(), verdict, why, source);
    let told = match (class, row.verdict) {
        (Class::Databases, Verdict::DoesNotRun) if application.databases == Some(1) => {
            known(Verdict::Runs, "only database 0 is used", row.source)
        }
        (Class::Databases, Verdict::DoesNotRun) if application.databases.is_none() => known(
            Verdict::Depends,
            &format!("{}; `application.databases` says how many are used", row.why),
            row.source,
        ),
        _ if place.has_slots() && has_keys(class) => by_slots(&commands, across.as_deref(), place, row)
            .map_or_else(
                || known(row.verdict, row.why, row.source),
                |(verdict, why, source)| known(verdict, &why, source),
            ),
        _ => known(row.verdict, row.why, row.source),
    };
    // What certainly does not run stays so, whatever else is not known.
    match exceptions::find(class, place, &commands) {
        Some((other, named)) if told.verdict != Verdict::DoesNotRun => {
            Some(Compatibility::new(class, named, other.verdict, other.why, other.source))
        }
        _ => Some(told),
    }
}

/// Whether commands of a class name keys that must lie in one slot.
fn has_keys(class: Class) -> bool {
    matches!(
        class,
        Class::MultiKey | Class::Scripts | Class::Functions | Class::Blocking | Class::Transactions
    )
}

/// The commands of a class whose keys lie in several slots, where that is known. Those of no class (DEL of many keys)
/// are commands of several keys.
fn across(class: Class, application: &Application) -> Option<Vec<String>> {
    let across = application.across_slots.as_ref()?;
    let ours = |command: &&String| class.holds(command) || class == Class::MultiKey && !is_classed(command);
    Some(across.iter().filter(ours).cloned().collect())
}

/// What is known of the slots of a command's keys decides.
fn by_slots(
    commands: &[String],
    across: Option<&[String]>,
    place: Place,
    row: &table::Row,
) -> Option<(Verdict, String, &'static str)> {
    let across = across?;
    let enterprise = place == Place::AzureEnterprise;
    let allowed = |name: &&String| enterprise && table::ACROSS_BY_ENTERPRISE.contains(&name.as_str());
    let refused: Vec<String> =
        across.iter().filter(|name| !allowed(name)).map(|name| name.to_ascii_uppercase()).collect();
    if !refused.is_empty() {
        let source = if enterprise { table::ACROSS_SOURCE } else { table::SLOTS_SOURCE };
        let why = format!("keys of {} lie in several hash slots (CROSSSLOT)", refused.join(", "));
        return Some((Verdict::DoesNotRun, why, source));
    }
    if !across.is_empty() {
        let why = format!("{} run over several hash slots", commands.join(", ").to_ascii_uppercase());
        return Some((Verdict::Runs, why, table::ACROSS_SOURCE));
    }
    let decided = row.verdict == Verdict::Depends && row.class != Class::Functions;
    decided.then(|| (Verdict::Runs, "their keys lie in one hash slot each".to_owned(), row.source))
}

#[cfg(test)]
mod tests;
