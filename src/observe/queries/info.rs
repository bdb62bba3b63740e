//! INFO, by the client that comes with the server.

use super::{Ask, file};

pub(super) fn print(ask: &Ask) -> String {
    let answer = file(ask, "info.txt");
    format!(
        "# INFO of each server, twice in the busiest hour: what was done in between tells the load.\n\
         {{ redis-cli -u \"$REDIS_URL\" INFO all; sleep 600; redis-cli -u \"$REDIS_URL\" INFO all; }} > {answer}\n\
         cachefit observe --from {answer}\n"
    )
}
