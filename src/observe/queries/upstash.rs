//! Statistics of Upstash, by its REST interface.

use super::{Ask, file, read_with};

/// Where the statistics of a database are, below the address of the interface.
pub fn path(id: &str) -> String {
    format!("/redis/stats/{id}")
}

pub(super) fn print(ask: &Ask) -> String {
    let (answer, path) = (file(ask, "upstash.json"), path("$DATABASE_ID"));
    format!(
        "# The id of the database stands in its console, and in what https://api.upstash.com/v2/redis/databases answers.\n\
         curl -sS -u \"$UPSTASH_EMAIL:$UPSTASH_API_KEY\" \"https://api.upstash.com/v2{path}\" > {answer}\n\
         {}",
        read_with(ask, &answer)
    )
}
