//! Arguments of `comment`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

/// What happens to the comment of an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CommentBehaviour {
    /// Its text is replaced
    Update,
    /// It stays as it is, beside a new one
    New,
    /// It is folded up, and a new one posted
    HideAndNew,
    /// It is deleted, and a new one posted
    DeleteAndNew,
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "one switch a forge, of which exactly one stands")]
#[command(group(ArgGroup::new("forge").required(true).args(["github", "gitlab", "azure_repos", "bitbucket"])))]
pub struct CommentArgs {
    /// A pull request of GitHub; token in `GITHUB_TOKEN`
    #[arg(long)]
    pub github: bool,
    /// A merge request of GitLab; token with api scope in `GITLAB_TOKEN`
    #[arg(long)]
    pub gitlab: bool,
    /// A pull request of Azure Repos; token in `SYSTEM_ACCESSTOKEN`
    #[arg(long)]
    pub azure_repos: bool,
    /// A pull request of Bitbucket Cloud; token in `BITBUCKET_TOKEN`
    #[arg(long)]
    pub bitbucket: bool,
    /// What `cost --format markdown` wrote; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    pub body: PathBuf,
    /// Number of the request [default: that of the pipeline]
    #[arg(long, value_name = "NUMBER")]
    pub request: Option<u64>,
    /// Name of the report: each has a comment of its own
    #[arg(long, default_value = "cost", value_name = "NAME")]
    pub tag: String,
    /// What happens to the comment of an earlier run
    #[arg(long, value_enum, default_value_t = CommentBehaviour::Update)]
    pub behaviour: CommentBehaviour,
    /// Post a first comment only when the report says so: `changed`, or `over:USD` a month
    #[arg(long, value_name = "changed|over:USD")]
    pub only_when: Option<String>,
    /// Print what would be posted, and call nobody
    #[arg(long)]
    pub dry_run: bool,
    /// End with this code, whatever becomes of the comment: that with which `cost` ended, so that the comment comes before
    /// the failure. With 0, a report that cannot be read or is empty still ends with 1
    #[arg(long, value_name = "CODE", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=4))]
    pub exit_code: u8,
}
