//! From what there should be to a plan.

use thiserror::Error;

use super::{Provider, ProviderError, World};
use crate::plan::{self, Action, Observed, Plan, PlanError, Purpose, Resource, VERSION, fingerprint};
use crate::units::{self, Figure, Usd};

/// What a plan is to reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Name of the profile.
    pub profile: String,
    /// Who provides it.
    pub provider: units::Provider,
    /// Set up or take down.
    pub purpose: Purpose,
    /// What is deployed, in words.
    pub deployment: String,
    /// The monthly bill of what runs today.
    pub monthly_before: Figure<Usd>,
    /// The monthly bill afterwards.
    pub monthly: Figure<Usd>,
    /// The resources; none to take all down.
    pub desired: Vec<Resource>,
}

impl Intent {
    /// The intent with which a plan was made.
    pub fn of(plan: &Plan) -> Self {
        Self {
            profile: plan.profile.clone(),
            provider: plan.provider,
            purpose: plan.purpose,
            deployment: plan.deployment.clone(),
            monthly_before: plan.monthly_before.clone(),
            monthly: plan.monthly.clone(),
            desired: plan.desired.clone(),
        }
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanFailure {
    /// The provider could not look or does not know how.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// What is wanted does not go together with what is there.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// Plans the way from what there is to what there should be.
pub fn plan(provider: &dyn Provider, intent: &Intent, observed: &[Observed]) -> Result<Plan, PlanFailure> {
    let mut desired = intent.desired.clone();
    desired.sort_by(|a, b| a.address.cmp(&b.address));
    let world = World { desired: &desired, observed };
    let mut changes = plan::changes(&world, provider)?;
    for change in &mut changes {
        provider.reconsider(change, &world);
    }
    let drafts = changes
        .iter()
        .map(|change| match change.action {
            Action::None => Ok(Vec::new()),
            _ => provider.steps(change, &world),
        })
        .collect::<Result<Vec<_>, ProviderError>>()?;
    let steps = plan::order(&world, &changes, drafts)?;
    Ok(Plan {
        version: VERSION,
        profile: intent.profile.clone(),
        provider: intent.provider,
        scope: provider.scope()?,
        purpose: intent.purpose,
        deployment: intent.deployment.clone(),
        monthly_before: intent.monthly_before.clone(),
        monthly: intent.monthly.clone(),
        changes,
        steps,
        fingerprint: fingerprint(&desired, observed),
        observed: plan::bare(observed),
        desired,
    })
}
