//! What a recommendation says. One value, rendered in many forms.

use schemars::JsonSchema;
use serde::Serialize;

use super::candidate::Candidate;
use super::check::Constraint;
use super::check::Rejected;
use super::contradiction::Contradiction;
use super::ends::Ends;
use super::memory_choice::MemoryChoice;
use super::outlook::Outlook;
use super::policy::PolicyAlternative;
use super::way_out::WayOut;
use crate::compatibility::Compatibility;
use crate::demand::{Demand, MemoryDemand};
use crate::units::{Assumption, Policy, Usd};

/// The answer for one profile.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Recommendation {
    /// Name of the profile.
    pub profile: String,
    /// The file that it was read from.
    pub file: String,
    /// The day of the estimate.
    pub as_of: String,
    /// Date of the price snapshot.
    pub snapshot: String,
    /// Date of the oldest price in the choice's bill.
    pub oldest_price: Option<String>,
    /// The best shape; none if nothing fits.
    pub choice: Option<Candidate>,
    /// The pinned shape with its bill, if it does not fit.
    pub pinned_misfit: Option<Candidate>,
    /// Where the choice has the least to spare.
    pub binding: Option<String>,
    /// The eviction policy of the choice.
    pub policy: Option<PolicyReport>,
    /// Memory of the fullest shard of the choice.
    pub memory: Option<MemoryDemand>,
    /// Memory against misses, where the profile has a learned curve.
    pub memory_choice: Option<MemoryChoice>,
    /// The best shape of every other service.
    pub alternatives: Vec<Candidate>,
    /// The bill until the horizon, where growth is declared.
    pub outlook: Option<Outlook>,
    /// The bill at both ends of wide ranges.
    pub ends: Option<Ends>,
    /// Where nothing fits: the nearest changes of the profile with which something does.
    pub ways_out: Vec<WayOut>,
    /// Declared figures that observations contradict.
    pub contradicted: Vec<Contradiction>,
    /// Whether what the application asks for runs on the choice; nothing where the profile does not name it.
    pub compatibility: Vec<Compatibility>,
    /// What would change the choice.
    pub changes: Vec<Change>,
    /// What the owner of the workload can do about the bill and the risk.
    pub advice: Vec<Advice>,
    /// How many shapes fit, and how many were looked at.
    pub eligible: usize,
    /// All shapes that were looked at, in every region.
    pub considered: usize,
    /// Shapes that are out, grouped by what decides it.
    pub rejected: Vec<RejectedGroup>,
    /// Every shape that fits, best first; with `--all` only.
    pub all_candidates: Option<Vec<Candidate>>,
    /// Every shape that is out; with `--all` only.
    pub all_rejected: Option<Vec<Rejected>>,
    /// The numbers behind it.
    pub demand: Demand,
    /// What it rests on beside the profile and the catalogue.
    pub assumptions: Vec<Assumption>,
    /// What the profile leaves out, with the value taken instead.
    pub defaults: Vec<Assumption>,
    /// Gates that are breached; the exit code is 3 if there is one.
    pub gates: Vec<Gate>,
}

/// The eviction policy with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PolicyReport {
    /// The policy.
    pub policy: Policy,
    /// Why.
    pub reason: String,
    /// How it is set on the service.
    pub how: String,
    /// What happens when memory is full.
    pub at_the_limit: String,
    /// What will prove it right.
    pub check: String,
    /// Other policies, with the condition under which they would be right or the reason why they are refused.
    pub alternatives: Vec<PolicyAlternative>,
    /// What to change in the set-up, where no policy serves all of the data.
    pub proposal: Option<String>,
}

/// What a change is called that is cheaper than the choice and ranks lower: a report shows it first.
pub const CHEAPER: &str = "cheaper, but ranked lower";

/// Something that would change the choice.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// What: `next size down`, `serverless`, `commitment`.
    pub what: String,
    /// The answer.
    pub text: String,
    /// Dollars a month against the choice; negative saves.
    pub monthly: Option<Usd>,
}

/// Something that the owner of the workload can do.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Advice {
    /// What to do.
    pub what: String,
    /// Why, and what it costs.
    pub text: String,
    /// Dollars a month that it saves; none if it is not about money or cannot be known.
    pub saves: Option<Usd>,
}

/// Shapes that are out for the same reason.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RejectedGroup {
    /// What decides it.
    pub constraint: Constraint,
    /// The service, by its catalogue id.
    pub service: String,
    /// How many.
    pub count: usize,
    /// The one that comes nearest, with its rejection.
    pub nearest: String,
}

/// A gate that is breached.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Gate {
    /// Which.
    pub kind: GateKind,
    /// By how much, or why.
    pub text: String,
}

impl Gate {
    /// As it stands in a report that does not list what was ruled out.
    #[must_use]
    pub fn alone(&self) -> Self {
        let text = match self.kind {
            GateKind::NothingFits => {
                "no option satisfies the profile; `cachefit recommend` says by how much".to_owned()
            }
            _ => self.text.clone(),
        };
        Self { kind: self.kind, text }
    }
}

/// Kinds of gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateKind {
    /// Nothing fits.
    NothingFits,
    /// The bill is above the budget.
    Budget,
    /// A price is unknown, so the total is.
    UnknownPrice,
    /// A price is older than allowed.
    StalePrice,
    /// The pinned eviction policy breaks a promise to the data.
    Policy,
}
