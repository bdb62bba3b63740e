//! Calls that are killed, cut, refused: what can be waited out is, the rest is said.

use super::{Tenant, World, applied, machine};
use crate::cloud::machine::{Machine, code, said};
use crate::cloud::storm::{Kind, each, same_end, storm, straight};
use crate::cloud::{Api, Fault, On, Trouble};

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
    let machine = super::machine::<T>();
    machine.double.fail(On::All, Fault::Before(Trouble::Expired), u32::MAX);
    let output = machine.apply();
    assert_eq!((code(&output), machine.double.changes()), (1, 0), "{}", said(&output));
    assert!(said(&output).contains(T::ENDED), "{}", said(&output));
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
