//! `cachefit cost` as a pipeline runs it: against a commit, a folder, a report; its gates; its forms.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod ahead;
mod away;
mod baselines;
mod forms;
mod gates;
#[cfg(target_os = "linux")]
mod manners;
mod names;
mod page;
mod paid;
mod support;
mod unknown;
