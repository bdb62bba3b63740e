//! One file a command: gather inputs, call one stage after another, hand the outcome to a report.

pub mod apply;
#[cfg(feature = "local")]
pub mod capture;
#[cfg(not(feature = "local"))]
pub mod capture {
    //! `cachefit capture`, without the client of Redis.

    use crate::cli::Exit;
    use crate::cli::args::CaptureArgs;
    use crate::cli::error::Failure;
    use crate::cli::printer::Printer;

    pub fn run(_: &Printer, _: &CaptureArgs) -> Result<Exit, Failure> {
        Err(crate::cli::features::without("local", "talk to a live server"))
    }
}
pub mod comment;
pub mod completions;
pub mod connect;
pub mod cost;
pub mod demand;
pub mod destroy;
pub mod export;
pub mod fleet;
pub mod import;
pub mod init;
pub mod man;
pub mod observe;
mod observe_deployment;
mod observe_live;
mod observe_queries;
pub mod permissions;
pub mod plan;
pub mod prices;
pub mod prices_update;
pub mod recommend;
pub mod retire;
pub mod scale;
pub mod schema;
pub mod show;
pub mod simulate;
pub mod status;
pub mod verify;
