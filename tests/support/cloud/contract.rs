//! The contract of a provider: scenarios that each passes, against a double of its cloud, as [`contract!`] lists them.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use super::load::Load;
use super::machine::{Machine, code, said, stderr, stdout};
use super::storm::{Kind, each, end, places, same_end, storm, straight, survives};
use super::{Api, Fault, On, Recorded, Trouble};

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
    fn forgetful() -> Vec<(fn(&mut Self::Api), &'static str)>;
}

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

pub fn create<T: Tenant>() {
    let machine = applied::<T>();
    T::check(&machine.double.world());
    machine.made_once("create");
    let verify = machine.run(&["verify", "PROFILE"]);
    assert_eq!(code(&verify), 0, "{}", said(&verify));
    let status = machine.run(&["status", "PROFILE"]);
    assert_eq!(code(&status), 0, "{}", said(&status));
}

pub fn no_op<T: Tenant>() {
    let machine = applied::<T>();
    nothing_to_do(&machine, "after apply");
    let before = machine.double.calls();
    machine.applies();
    let changes = machine.changes_since(before);
    assert!(changes.is_empty(), "{:?}", names(&changes));
}

pub fn drift<T: Tenant>() {
    let machine = applied::<T>();
    let was = machine.double.saved().end_state();
    let word = T::drift(&mut machine.double.world());
    assert_ne!(machine.double.saved().end_state(), was, "nothing has changed");
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 2, "{}", said(&plan));
    assert!(said(&plan).contains(word), "{word} is not in: {}", said(&plan));
    machine.applies();
    same_end(&machine.double.saved().end_state(), &was, "mended");
    nothing_to_do(&machine, "mended");
}

pub fn destroy<T: Tenant>() {
    let machine = applied::<T>();
    let gone = machine.destroy();
    assert_eq!(code(&gone), 0, "{}{}", said(&gone), machine.last_refusals());
    let plan = machine.run(&["plan", "PROFILE", "--destroy", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
    let before = machine.double.calls();
    assert_eq!(code(&machine.destroy()), 0, "a second time");
    assert!(machine.changes_since(before).is_empty());
    // The names are free again.
    machine.applies();
    T::check(&machine.double.world());
}

pub fn every_kill_on_the_way_up<T: Tenant>() {
    storm::<World<T>>(T::PROFILE, Kind::Up);
}

pub fn every_kill_in_a_change<T: Tenant>() {
    storm::<World<T>>(T::PROFILE, Kind::Change(&T::changed()));
}

pub fn every_kill_on_the_way_down<T: Tenant>() {
    storm::<World<T>>(T::PROFILE, Kind::Down);
}

/// Every operation refused twice by each kind of trouble, or cut: one apply gets through.
pub fn trouble_is_waited_out<T: Tenant>() {
    let straight = straight::<World<T>>(T::PROFILE, Kind::Up);
    let mut actions = straight.changes.clone();
    actions.sort();
    actions.dedup();
    let faults = [
        Fault::Before(Trouble::Throttled),
        Fault::Before(Trouble::Internal),
        Fault::After(Trouble::Unavailable),
        Fault::CutBefore,
        Fault::CutAfter,
    ];
    each(&faults, |fault| {
        let machine = machine::<T>();
        for action in &actions {
            let name: &'static str = action.rsplit(':').next().unwrap().to_owned().leak();
            machine.double.fail(On::Action(name), fault.clone(), 2);
        }
        machine.applies();
        // What has happened although the answer was an error is not asked for twice.
        assert!(machine.double.struck() >= actions.len(), "{fault:?} struck {}", machine.double.struck());
        same_end(&machine.double.saved().end_state(), &straight.end, &format!("{fault:?}"));
        machine.made_once(&format!("{fault:?}"));
    });
    // Reads, too, of every kind.
    let machine = machine::<T>();
    let looks = applied::<T>().double.recorded().into_iter().filter(|call| !call.is_mutating());
    let looks: std::collections::BTreeSet<String> = looks.map(|call| call.action).collect();
    for look in looks {
        let name: &'static str = look.leak();
        machine.double.fail(On::Action(name), Fault::Before(Trouble::Throttled), 1);
        machine.double.fail(On::Action(name), Fault::CutAfter, 1);
    }
    machine.applies();
    same_end(&machine.double.saved().end_state(), &straight.end, "reads");
}

/// A service that asks to wait is not asked again before.
pub fn a_wait_that_is_asked_for_is_kept<T: Tenant>() {
    if !T::ASKS_TO_WAIT {
        return;
    }
    let machine = machine::<T>();
    // At calls that are made alone: of looks at several things at once, some are on their way already.
    for change in [0, 2] {
        machine.double.fail(On::Change(change), Fault::Before(Trouble::ThrottledFor(1)), 1);
    }
    let output = machine.run(&["apply", "PROFILE", "--yes", "--parallel", "1"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_eq!((machine.double.struck(), machine.double.too_early()), (2, 0));
    machine.made_once("asked to wait");
}

/// What was made shows some looks later: it is waited for, and is nobody else's.
pub fn a_create_that_shows_late<T: Tenant>() {
    let _load = Load::on_every_core();
    let end = end::<World<T>>(T::PROFILE);
    let machine = machine::<T>();
    machine.double.fail(On::Action(T::CREATE), Fault::Hide(3), 1);
    machine.applies();
    assert_eq!(machine.double.struck(), 1);
    machine.made_once("hidden");
    same_end(&machine.double.saved().end_state(), &end, "hidden");
}

/// The same for every change: the next look does not show it.
pub fn every_change_that_shows_late<T: Tenant>() {
    let _load = Load::on_every_core();
    let straight = straight::<World<T>>(T::PROFILE, Kind::Up);
    each(&places(&straight.changes), |change| {
        survives(T::PROFILE, &[(On::Change(*change), Fault::Hide(3))], &straight, Kind::Up);
    });
}

/// The answer of the create was lost, and it does not show yet; killed or not.
pub fn a_create_that_was_lost_and_shows_late<T: Tenant>() {
    let straight = straight::<World<T>>(T::PROFILE, Kind::Up);
    each(&[Fault::CutAfter, Fault::KillAfter, Fault::After(Trouble::Internal)], |fault| {
        let faults = [(On::Action(T::CREATE), Fault::Hide(3)), (On::Action(T::CREATE), fault.clone())];
        survives(T::PROFILE, &faults, &straight, Kind::Up);
    });
}

/// A reader that is behind shows what was before: nothing is made twice, nothing is undone.
pub fn stale_reads<T: Tenant>() {
    let straight = straight::<World<T>>(T::PROFILE, Kind::Up);
    each(&places(&straight.changes), |change| {
        let machine = machine::<T>();
        machine.double.fail(On::InPoll { change: *change, look: 1 }, Fault::Stale(2), 1);
        let what = format!("stale after {}", straight.changes[*change]);
        let mut output = machine.apply();
        if code(&output) != 0 {
            output = machine.apply();
        }
        assert_eq!(code(&output), 0, "{what}: {}", said(&output));
        machine.made_once(&what);
        same_end(&machine.double.saved().end_state(), &straight.end, &what);
    });
    // All looks of a plan are behind: it plans what is done already.
    let machine = applied::<T>();
    let before = machine.double.calls();
    nothing_to_do(&machine, "before");
    let looks = u32::try_from(machine.double.calls() - before).unwrap();
    machine.double.fail(On::Looks, Fault::Stale(looks), 1);
    let output = machine.apply();
    assert!([0, 1, 4].contains(&code(&output)), "{}", said(&output));
    machine.applies();
    machine.made_once("a stale plan");
    same_end(&machine.double.saved().end_state(), &straight.end, "a stale plan");
}

/// Answered as done, and done later: waited for.
pub fn success_that_comes_early<T: Tenant>() {
    let _load = Load::on_every_core();
    let straight = straight::<World<T>>(T::PROFILE, Kind::Up);
    each(&places(&straight.changes), |change| {
        survives(T::PROFILE, &[(On::Change(*change), Fault::SucceedsEarly(2))], &straight, Kind::Up);
    });
}

/// Answered as done and never done, or begun and failed: it may be noticed and done again, it is never called success.
pub fn what_is_not_done_is_no_success<T: Tenant>() {
    let straight = straight::<World<T>>(T::PROFILE, Kind::Up);
    let faults = [Fault::Drops, Fault::FailsLate("out of capacity")];
    let cases: Vec<(usize, &Fault)> = places(&straight.changes)
        .into_iter()
        .flat_map(|change| faults.iter().map(move |f| (change, f)))
        .collect();
    each(&cases, |(change, fault)| {
        let what = format!("{fault:?} at {}", straight.changes[*change]);
        let machine = machine::<T>();
        machine.double.fail(On::Change(*change), (*fault).clone(), 1);
        let output = machine.apply();
        assert_eq!(machine.double.struck(), 1, "{what}");
        if code(&output) == 0 {
            same_end(&machine.double.saved().end_state(), &straight.end, &what);
        } else {
            assert_eq!(code(&output), 4, "{what}: {}", said(&output));
        }
    });
}

/// Attributes that are accepted and not set are failures that name them.
pub fn silent_drops<T: Tenant>() {
    for (forget, word) in T::forgetful() {
        let mut world = World::<T>::default();
        forget(&mut world);
        let machine = Machine::<World<T>>::with(T::PROFILE, world);
        let output = machine.apply();
        assert_eq!(code(&output), 4, "{word}: {}", said(&output));
        // The plan says it before; what counts is what is said of the failure.
        let failure = said(&output).split("failed").skip(1).collect::<String>();
        assert!(failure.contains(word), "{word} is not in: {failure}");
    }
}

/// A name that somebody else has is refused before the first change, and left alone by destroy.
pub fn a_name_of_somebody_else<T: Tenant>() {
    let mut world = World::<T>::default();
    T::take_the_name(&mut world);
    let machine = Machine::<World<T>>::with(T::PROFILE, world);
    let was = machine.double.saved().end_state();
    let output = machine.apply();
    assert_eq!(code(&output), 1, "{}", said(&output));
    for word in [T::CACHE, "not managed by cachefit"] {
        assert!(stderr(&output).contains(word), "{word} is not in: {}", stderr(&output));
    }
    let output = machine.destroy();
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_eq!(machine.double.saved().end_state(), was);
    assert!(T::is_untouched(&machine.double.world()));
}

/// Somebody takes the name between our look and our create: whatever becomes of ours, theirs is not touched.
pub fn a_name_taken_between_two_calls<T: Tenant>() {
    let straight = straight::<World<T>>(T::PROFILE, Kind::Up);
    let create = straight.changes.iter().position(|c| c.ends_with(&format!(":{}", T::CREATE))).unwrap();
    let machine = machine::<T>();
    machine.double.others_before(straight.places[create], T::take_the_name);
    let output = machine.run(&["apply", "PROFILE", "--yes", "--parallel", "1"]);
    assert!([0, 4].contains(&code(&output)), "{}", said(&output));
    for _ in 0..2 {
        assert!(T::is_untouched(&machine.double.world()), "{}", said(&output));
        machine.apply();
    }
    machine.destroy();
    assert!(T::is_untouched(&machine.double.world()), "destroy");
}

/// While nobody can say whose a thing is, it is neither changed nor deleted.
pub fn an_owner_that_cannot_be_read<T: Tenant>() {
    let machine = applied::<T>();
    let was = machine.double.saved().end_state();
    T::hide_owner(&machine);
    for command in ["apply", "destroy"] {
        machine.write(&T::changed());
        let output = machine.run(&[command, "PROFILE", "--yes"]);
        assert_ne!(code(&output), 0, "{command}: {}", said(&output));
        same_end(&machine.double.saved().end_state(), &was, command);
    }
    T::show_owner(&machine);
    machine.write(T::PROFILE);
    nothing_to_do(&machine, "it can be read again");
    let output = machine.destroy();
    assert_eq!(code(&output), 0, "{}", said(&output));
}

/// What is not permitted is named with its step; with the permission given, the same command goes on.
pub fn what_is_not_permitted<T: Tenant>() {
    each(&T::denials(), |(action, words)| {
        let machine = machine::<T>();
        machine.double.fail(On::Action(action), Fault::Before(Trouble::Denied), u32::MAX);
        let output = machine.apply();
        assert!([1, 4].contains(&code(&output)), "{action}: {}", said(&output));
        for word in words {
            assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
        }
        machine.double.heal();
        machine.applies();
        machine.made_once(action);
    });
}

/// A limit of the account is said by its name, and nothing is left half-done.
pub fn a_limit_of_the_account<T: Tenant>() {
    let mut world = World::<T>::default();
    let words = T::exhaust(&mut world);
    let machine = Machine::<World<T>>::with(T::PROFILE, world);
    let output = machine.apply();
    assert_ne!(code(&output), 0, "{}", said(&output));
    for word in words {
        assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
    }
    T::relieve(&mut machine.double.world());
    machine.applies();
    machine.made_once("a limit");
}

/// Credentials end while it waits: said, and the next apply goes on from there.
pub fn credentials_that_end_in_a_poll<T: Tenant>() {
    let straight = straight::<World<T>>(T::PROFILE, Kind::Up);
    let create = straight.changes.iter().position(|c| c.ends_with(&format!(":{}", T::CREATE))).unwrap();
    let mut world = World::<T>::default();
    T::slow(&mut world, 5);
    let machine = Machine::<World<T>>::with(T::PROFILE, world);
    machine.double.fail(On::InPoll { change: create, look: 2 }, Fault::Before(Trouble::Expired), u32::MAX);
    let output = machine.run(&["apply", "PROFILE", "--yes", "--parallel", "1"]);
    assert_eq!(code(&output), 4, "{}", said(&output));
    assert!(said(&output).contains(T::ENDED), "{}", said(&output));
    machine.double.heal();
    machine.applies();
    machine.made_once("ended");
    same_end(&machine.double.saved().end_state(), &straight.end, "ended");
    // Before anything: an error, and nothing has happened.
    let machine = self::machine::<T>();
    machine.double.fail(On::All, Fault::Before(Trouble::Expired), u32::MAX);
    let output = machine.apply();
    assert_eq!((code(&output), machine.double.changes()), (1, 0), "{}", said(&output));
    assert!(said(&output).contains(T::ENDED), "{}", said(&output));
}

/// Of one machine the lock tells; with another beside it, both end in the same place.
pub fn two_applies_at_once<T: Tenant>() {
    let _load = Load::on_every_core();
    let machine = machine::<T>();
    let start = || {
        let mut command = machine.command(&["apply", "PROFILE", "--yes"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let (one, two) = (start(), start());
    let outputs = [one.wait_with_output().unwrap(), two.wait_with_output().unwrap()];
    for output in &outputs {
        assert!([0, 1, 4].contains(&code(output)), "{}", said(output));
    }
    assert!(outputs.iter().any(|output| code(output) == 0), "{}{}", said(&outputs[0]), said(&outputs[1]));
    machine.applies();
    machine.made_once("two at once");
    same_end(&machine.double.saved().end_state(), &end::<World<T>>(T::PROFILE), "two at once");
}

/// Passwords are where they belong and nowhere else: not in outputs, files, calls for other things, or command lines.
pub fn no_secret_anywhere<T: Tenant>() {
    let machine = machine::<T>();
    machine.double.watch_processes();
    let mut texts = Vec::new();
    for args in [
        &["plan", "PROFILE", "-o", "plan.json", "--format", "json"][..],
        &["apply", "plan.json", "--yes", "--format", "json"],
        &["verify", "PROFILE", "--format", "json"],
        &["status", "PROFILE", "--format", "json"],
        &["show", "plan.json"],
        &["connect", "PROFILE", "--format", "env"],
        &["plan", "PROFILE", "--destroy", "--format", "markdown"],
    ] {
        let output = machine.run(args);
        assert_eq!(code(&output), 0, "{args:?}: {}{}", stderr(&output), machine.last_refusals());
        texts.push((format!("{args:?}"), format!("{}{}", stdout(&output), stderr(&output))));
    }
    // A password of a user may be in a file of its own, for its owner only, and nowhere else.
    let (kept, files): (Vec<_>, Vec<_>) =
        machine.files().into_iter().partition(|(path, _)| path.extension().is_some_and(|e| e == "password"));
    for (path, _) in &kept {
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} can be read by others", path.display());
    }
    let kept = kept.into_iter().map(|(path, text)| (path.display().to_string(), text.trim().to_owned()));
    texts.extend(files.into_iter().map(|(path, text)| (path.display().to_string(), text)));
    for call in machine.double.recorded().iter().filter(|call| !call.carries_secret()) {
        let answer = String::from_utf8_lossy(&call.answer);
        texts.push((call.permission(), format!("{}{}{answer}", call.request.path, call.params)));
    }
    let lines = machine.double.command_lines();
    assert!(lines.iter().any(|line| line.contains("apply plan.json")), "{lines:?}");
    texts.extend(lines.into_iter().map(|line| ("the process list".to_owned(), line)));
    let world = machine.double.world();
    let secrets = world.secrets();
    assert!(!secrets.is_empty(), "there is no secret to look for");
    let credentials = world.environment("").into_iter();
    let credentials =
        credentials.filter(|(name, _)| name.ends_with("KEY")).map(|(name, v)| (name.to_owned(), v));
    for (whose, secret) in secrets.into_iter().chain(credentials).chain(kept) {
        assert!(secret.len() >= 8, "{whose} is too short to be looked for");
        for (place, text) in &texts {
            assert!(!text.contains(&secret), "the secret of {whose} is in {place}");
        }
    }
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
