//! Limits of services and plans without nodes: stored data, work a second, monthly quotas.

use super::billed_usage::COMPLEX_UNITS;
use super::check::{Check, Constraint, Measure};
use super::inputs::Inputs;
use super::shape::Shape;
use crate::catalog::{Metered, PlanLimits, Service};
use crate::units::{Figure, SECONDS_PER_MONTH};

/// Checks of metered services and of plans.
pub fn checks(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Some(metered) = &shape.offering.info.metered {
        checks.extend(metered_limits(inputs, shape, metered));
    }
    if let Some(plan) = &shape.offering.node.plan {
        checks.extend(plan_limits(inputs, shape, plan));
    }
    checks
}

/// Work a second at peak, on the whole cache and on its hottest key. Publishing is not metered where size matters.
fn work(inputs: &Inputs<'_>, metered: &Metered) -> (f64, f64) {
    let peak = &inputs.demand.peak;
    let keyed = peak.reads.high + peak.writes.high;
    let total = match metered.bytes_per_unit {
        Some(unit) => {
            let (simple, complex) = inputs.demand.units_per_command(unit.0, COMPLEX_UNITS, true);
            (keyed - peak.complex.high).max(0.0) * simple + peak.complex.high * complex
        }
        None => peak.commands().high,
    };
    (total, total * inputs.demand.hottest_key)
}

fn metered_limits(inputs: &Inputs<'_>, shape: &Shape<'_>, metered: &Metered) -> Vec<Check> {
    let (work, hottest) = work(inputs, metered);
    let elasticache = shape.offering.service() == Service::ElastiCacheServerless;
    let stored =
        if elasticache { inputs.sizer.used(shape.topology).high } else { payload_at_horizon(inputs) };
    let rate = |demand: f64, capacity: f64, constraint, note: &'static str| Check {
        constraint,
        demand,
        capacity: Figure::Known(capacity),
        allowed: 1.0 - inputs.profile.requirements.headroom.value.0,
        measure: Measure::PerSecond,
        note,
    };
    let mut checks = vec![
        Check {
            constraint: Constraint::Storage,
            demand: stored,
            capacity: Figure::Known(metered.max_stored.0),
            allowed: inputs.memory_headroom(),
            measure: Measure::Bytes,
            note: "data at the horizon against the largest cache",
        },
        rate(
            work,
            metered.max_units_per_second,
            Constraint::CommandRate,
            "work at peak against the service's limit",
        ),
    ];
    checks.extend(messages(inputs, metered));
    if let Some(slot) = metered.max_units_per_second_per_slot {
        checks.push(rate(
            hottest,
            slot,
            Constraint::HotKey,
            "work on the hottest key against the limit of one slot",
        ));
    }
    checks
}

/// Messages are no metered work where size matters, and no limit of their bytes is published: as much is taken as metered
/// units would move.
fn messages(inputs: &Inputs<'_>, metered: &Metered) -> Option<Check> {
    let size = inputs.profile.traffic.pubsub.as_ref()?.message_size.value.high.0;
    let unit = metered.bytes_per_unit?;
    let peak = &inputs.demand.peak;
    Some(Check {
        constraint: Constraint::Bandwidth,
        demand: peak.publishes.high.max(peak.deliveries.high) * size,
        capacity: Figure::Known(metered.max_units_per_second * unit.0),
        allowed: 1.0 - inputs.profile.requirements.headroom.value.0,
        measure: Measure::BytesPerSecond,
        note: "messages at peak, the busier direction, against what metered units would move; none is published",
    })
}

fn plan_limits(inputs: &Inputs<'_>, shape: &Shape<'_>, plan: &PlanLimits) -> Vec<Check> {
    let demand = inputs.demand;
    let headroom = 1.0 - inputs.profile.requirements.headroom.value.0;
    let check = |constraint, demand, capacity, measure, note: &'static str| Check {
        constraint,
        demand,
        capacity: Figure::Known(capacity),
        allowed: headroom,
        measure,
        note,
    };
    let mut checks = Vec::new();
    if shape.offering.info.metered.is_none() {
        checks.push(Check {
            constraint: Constraint::Storage,
            demand: payload_at_horizon(inputs),
            capacity: Figure::Known(shape.offering.node.memory.0),
            allowed: inputs.memory_headroom(),
            measure: Measure::Bytes,
            note: "keys and values at the horizon against the plan",
        });
        if let Some(limit) = plan.commands_per_second {
            checks.push(check(
                Constraint::CommandRate,
                demand.peak.commands().high,
                limit,
                Measure::PerSecond,
                "commands at peak against the plan",
            ));
        }
        if let Some(limit) = plan.bandwidth_per_month {
            let moved = demand.average_bandwidth.total().high * demand.growth.factor * SECONDS_PER_MONTH;
            checks.push(check(
                Constraint::Quota,
                moved,
                limit.0,
                Measure::Bytes,
                "traffic of a month at the horizon against the plan",
            ));
        }
    }
    if let Some(limit) = plan.commands_per_month {
        let commands = demand.commands_per_month().high * demand.growth.factor;
        checks.push(check(
            Constraint::Quota,
            commands,
            limit,
            Measure::Count,
            "commands of a month at the horizon against the plan",
        ));
    }
    checks
}

fn payload_at_horizon(inputs: &Inputs<'_>) -> f64 {
    let demand = inputs.demand;
    // A cache that is full does not grow.
    if demand.held.is_some() {
        demand.payload_now.high
    } else {
        demand.growth.at_horizon(demand.payload_now).high
    }
}
