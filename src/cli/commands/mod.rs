//! One file a command: gather inputs, call one stage after another, hand the outcome to a report.

pub mod completions;
pub mod cost;
pub mod demand;
pub mod init;
pub mod man;
pub mod prices;
pub mod recommend;
pub mod schema;
pub mod simulate;
