//! Statistics of Upstash, by its REST interface.

use super::{Ask, file};

pub(super) fn print(ask: &Ask) -> String {
    let answer = file(ask, "upstash.json");
    format!(
        "# The id of the database stands in its console, and in what https://api.upstash.com/v2/redis/databases answers.\n\
         curl -sS -u \"$UPSTASH_EMAIL:$UPSTASH_API_KEY\" \"https://api.upstash.com/v2/redis/stats/$DATABASE_ID\" > {answer}\n\
         cachefit observe --from {answer}\n"
    )
}
