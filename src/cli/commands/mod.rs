//! One file a command: gather inputs, call one stage after another, hand the outcome to a report.

pub mod apply;
pub mod capture;
pub mod completions;
pub mod connect;
pub mod cost;
pub mod demand;
pub mod destroy;
pub mod import;
pub mod init;
pub mod man;
pub mod permissions;
pub mod plan;
pub mod prices;
pub mod prices_update;
pub mod recommend;
pub mod scale;
pub mod schema;
pub mod show;
pub mod simulate;
pub mod status;
pub mod verify;
