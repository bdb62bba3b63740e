//! One comment on a pull or merge request: posted, found again by its hidden mark, kept at one.

mod body;
mod forges;
mod handler;

pub use body::{MOST_CHARACTERS, Said, is_empty, prepared, said};
pub use forges::{Azure, Bitbucket, GitHub, GitLab};
pub use handler::{Author, Behaviour, Done, Existing, Forge, is_there, post};
