//! Automatic scaling of a replication group: scalable targets, policies and scheduled actions.

pub mod calls;
pub mod read;

use crate::plan::{Effect, Observed, Resource};
use crate::provider::aws::kind::replication_group;
use crate::provider::aws::session::Session;
use crate::provider::aws::{names, scale};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{ANY, Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};

const SCHEMA: &[Attribute] = &[
    Attribute::in_place("region", &Group::SET),
    Attribute::noticed(
        "suspended",
        &Group::SET,
        Effect::None,
        "it was held, by an apply that was cut short or by people",
    ),
    // Ranges, targets and the schedule.
    Attribute::in_place(ANY, &Group::SET),
];

/// The scaling of a group.
#[derive(Debug)]
pub struct Scaling;

impl Kind<Session> for Scaling {
    fn name(&self) -> &'static str {
        names::SCALING
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(2)
    }

    fn desired(&self, wanted: &Wanted<'_, Session>) -> Vec<Resource> {
        if wanted.is_serverless() || wanted.is_global() {
            return Vec::new();
        }
        let group = replication_group::wanted(wanted);
        let resource = Resource::new(names::address(names::SCALING, wanted.name())).after(group.address);
        let resource = resource.with("region", wanted.region());
        let resource = scale::wanted(wanted.deployment, wanted.profile, resource);
        let today = |resource: &Resource| wanted.seen(&resource.address).map(|o| &o.resource);
        resource
            .map(|resource| scale::as_the_clock_left_it(resource.clone(), today(&resource)))
            .into_iter()
            .collect()
    }

    fn list<'a>(&'a self, session: &'a Session) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            Ok({
                let _ = session;
                Vec::new()
            })
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(calls::set(work, true))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(calls::set(work, true))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(calls::set(work, false))
    }

    fn read_with(&self) -> &'static [&'static str] {
        &[names::REPLICATION_GROUP]
    }

    fn list_after<'a>(&'a self, session: &'a Session, found: &'a [Observed]) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(read::scaling(session, found).await?) })
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (
                Verb::Read,
                &[
                    "application-autoscaling:DescribeScalableTargets",
                    "application-autoscaling:DescribeScalingPolicies",
                    "application-autoscaling:DescribeScheduledActions",
                ],
            ),
            (
                Verb::Create,
                &[
                    "application-autoscaling:RegisterScalableTarget",
                    "application-autoscaling:PutScalingPolicy",
                    "application-autoscaling:PutScheduledAction",
                ],
            ),
            (
                Verb::Update,
                &[
                    "application-autoscaling:RegisterScalableTarget",
                    "application-autoscaling:PutScalingPolicy",
                    "application-autoscaling:PutScheduledAction",
                    "application-autoscaling:DeleteScheduledAction",
                ],
            ),
            (
                Verb::Delete,
                &[
                    "application-autoscaling:DeregisterScalableTarget",
                    "application-autoscaling:DeleteScheduledAction",
                ],
            ),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let _ = resource;
        Figure::Known(Usd::ZERO)
    }
}
