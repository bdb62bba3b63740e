//! The sections of a recommendation, one subject a file.

pub(super) mod advice;
pub(super) mod alternatives;
pub(super) mod application;
pub(super) mod assumptions;
pub(in crate::report) mod bill;
pub(super) mod choice;
pub(super) mod contradicted;
pub(super) mod headroom;
pub(super) mod misfit;
pub(super) mod policy;
pub(super) mod rejected;
pub(super) mod ways_out;
pub(super) mod what_if;

/// What the short form leaves out, and how to read it.
pub(super) const MORE: &str = "--explain adds sources, limits, advice, assumptions and what was ruled out.";
