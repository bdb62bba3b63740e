//! Users by password: Google makes a token for each and keeps it.

use crate::cloud::machine::{Machine, code, said, stdout};
use crate::cloud::storm::Kind;
use crate::google::World;
use crate::kills::after_every_change;
use crate::tenant::PROFILE;

const ONE: &str = "    - name: app\n      auth: iam\n      can: [read, write]\n";
const TWO: &str = "    - name: app\n      auth: password\n      can: [read, write]\n    - name: job\n      auth: password\n      can: \
                   [read, write]\n";

/// One user, in a cache for Valkey.
fn one() -> String {
    PROFILE
        .replace(ONE, "    - name: app\n      auth: password\n      can: [read, write]\n")
        .replace("    - cloud_function: worker\n      peak_concurrency: 10\n", "")
        .replace("  backup_retention: 7d\n  backup_window: 01:00-02:00\n", "")
}

/// Two, which only Redis Cluster tells from each other.
fn two() -> String {
    one()
        .replace("    - name: app\n      auth: password\n      can: [read, write]\n", TWO)
        .replace("memorystore-valkey", "memorystore-redis-cluster")
        .replace("version: 8.0", "version: \"7.2\"")
        .replace("STANDARD_SMALL", "REDIS_STANDARD_SMALL")
}

fn users(machine: &Machine<World>) -> Vec<(String, usize)> {
    let world = machine.double.world();
    let short = |name: &str| name.rsplit('/').next().unwrap().to_owned();
    world.token_users.iter().map(|(name, user)| (short(name), user.tokens.len())).collect()
}

#[test]
fn each_user_has_a_token_that_google_keeps() {
    let machine = Machine::<World>::new(&two());
    machine.applies();
    assert_eq!(users(&machine), [("app".to_owned(), 1), ("job".to_owned(), 1)]);
    assert_eq!(machine.double.world().cache("shop").unwrap()["authorizationMode"], "AUTH_MODE_TOKEN_AUTH");
    assert_eq!(machine.double.world().bindings.len(), 1, "nobody signs in by IAM");
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
    // It is shown to who asks for it, and is in no file.
    let token = machine.double.world().token_users.values().next().unwrap().tokens[0].1.clone();
    let shown = machine.run(&["connect", "PROFILE", "--format", "env"]);
    assert!(code(&shown) == 0 && !said(&shown).contains(&token), "{}", said(&shown));
    let revealed = machine.run(&["connect", "PROFILE", "--user", "app", "--reveal", "--format", "env"]);
    assert!(stdout(&revealed).contains(&token), "{}", said(&revealed));
    assert!(machine.files().iter().all(|(_, text)| !text.contains(&token)));
    let gone = machine.destroy();
    assert_eq!(code(&gone), 0, "{}{}", said(&gone), machine.last_refusals());
    assert!(users(&machine).is_empty());
}

/// A user of others stays, and so does one that the profile names no longer: nothing says who made it.
#[test]
fn a_user_of_others_is_left_alone() {
    let machine = Machine::<World>::new(&two());
    machine.applies();
    machine.write(&two().replace("    - name: job\n      auth: password\n      can: [read, write]\n", ""));
    let calls = machine.double.calls();
    machine.applies();
    assert!(machine.changes_since(calls).iter().all(|call| !call.action.contains("Token")));
    assert_eq!(users(&machine).len(), 2);
    let plan = machine.run(&["plan", "PROFILE"]);
    for word in ["job", "signs in, too"] {
        assert!(said(&plan).contains(word), "{word} is not in: {}", said(&plan));
    }
}

/// Killed after every change: no user and no token is made twice.
#[test]
fn tokens_survive_every_kill() {
    assert!(after_every_change(&one(), Kind::Up) >= 5);
}
