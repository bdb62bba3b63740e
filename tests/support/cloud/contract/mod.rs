//! The contract of a provider: scenarios that each passes, against a double of its cloud, as [`contract!`] lists them.

mod broken;
mod late;
mod others;
mod plain;

use super::machine::{Machine, code, said};
use super::{Api, Recorded};

pub use broken::*;
pub use late::*;
pub use others::*;
pub use plain::*;

/// A provider that moves in: its cloud, a profile, and what the scenarios have to know of both.
pub trait Tenant: Sized + 'static {
    type Api: Api + Sync;

    /// A profile of all that a deployment can have.
    const PROFILE: &'static str;
    /// The address of the cache: `aws.replication_group.shop`.
    const CACHE: &'static str;
    /// The operation that makes the cache.
    const CREATE: &'static str;
    /// What the program says of credentials that have ended.
    const ENDED: &'static str;

    /// Whether the cloud itself keeps what is ours, in tags for example; otherwise this machine does.
    const MARKS_ITS_OWN: bool = true;
    /// Whether the service says how long to wait where it refuses for too many calls.
    const ASKS_TO_WAIT: bool = true;

    /// The profile after a change in place.
    fn changed() -> String;
    /// The cache is what the profile says; panics where it is not.
    fn check(world: &Self::Api);
    /// New things take so many looks more.
    fn slow(world: &mut Self::Api, looks: u32);
    /// Somebody changes a setting of the cache by hand. Answers a word that the plan says of it.
    fn drift(world: &mut Self::Api) -> &'static str;
    /// Somebody else makes a cache of that name, in an account of which the program knows nothing.
    fn take_the_name(world: &mut Self::Api);
    /// Whether the cache of somebody else is as it was made.
    fn is_untouched(world: &Self::Api) -> bool;
    /// Whose the cache is cannot be told now, on a machine that has applied.
    fn hide_owner(machine: &Machine<Self::Api>);
    /// It can be told again.
    fn show_owner(machine: &Machine<Self::Api>);
    /// Operations without permission, and words that the program says of each.
    fn denials() -> Vec<(&'static str, Vec<&'static str>)>;
    /// The account can have no more; words that say so.
    fn exhaust(world: &mut Self::Api) -> Vec<&'static str>;
    /// It can again.
    fn relieve(world: &mut Self::Api);
    /// Attributes that are accepted and not set, with a word that says which.
    fn forgetful() -> Vec<Forgets<Self::Api>>;
}

/// What makes an account forget, and the word that the failure says.
pub type Forgets<A> = (fn(&mut A), &'static str);

type World<T> = <T as Tenant>::Api;

fn machine<T: Tenant>() -> Machine<World<T>> {
    Machine::new(T::PROFILE)
}

/// A plan that has nothing to do.
fn nothing_to_do<A: Api>(machine: &Machine<A>, what: &str) {
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{what}: {}", said(&plan));
}

fn names(calls: &[Recorded]) -> Vec<String> {
    calls.iter().map(Recorded::permission).collect()
}

/// A machine that has applied.
fn applied<T: Tenant>() -> Machine<World<T>> {
    let machine = machine::<T>();
    machine.applies();
    machine
}

/// The scenarios as tests of a tenant: `contract!(crate::Aws)`.
#[macro_export]
macro_rules! contract {
    ($tenant:ty) => {
        contract!(@ $tenant: create, no_op, drift, destroy, every_kill_on_the_way_up, every_kill_in_a_change,
            every_kill_on_the_way_down, trouble_is_waited_out, a_wait_that_is_asked_for_is_kept,
            a_create_that_shows_late, every_change_that_shows_late, a_create_that_was_lost_and_shows_late, stale_reads, success_that_comes_early,
            what_is_not_done_is_no_success, silent_drops, a_name_of_somebody_else, a_name_taken_between_two_calls,
            an_owner_that_cannot_be_read, what_is_not_permitted, a_limit_of_the_account,
            credentials_that_end_in_a_poll, two_applies_at_once, no_secret_anywhere);
    };
    (@ $tenant:ty: $($scenario:ident),+) => {
        $(#[test] fn $scenario() { $crate::cloud::contract::$scenario::<$tenant>(); })+
    };
}
