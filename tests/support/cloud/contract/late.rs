//! What shows late, never, or in the past.

use super::{Tenant, World, applied, machine, nothing_to_do};
use crate::cloud::load::Load;
use crate::cloud::machine::{Machine, code, said};
use crate::cloud::storm::{Kind, each, end, places, same_end, straight, survives};
use crate::cloud::{Api, Fault, On, Trouble};

/// What was made shows some looks later: it is waited for, and is nobody else's.
pub fn a_create_that_shows_late<T: Tenant>() {
    let _load = Load::on_every_core();
    let end = end::<World<T>>(T::PROFILE);
    let machine = machine::<T>();
    machine.double.fail(On::Action(T::CREATE), Fault::Hide(3), 1);
    machine.applies();
    assert_eq!((machine.double.struck(), machine.double.behind()), (1, 3), "every hidden look was made");
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
    assert!(machine.double.behind() > 0, "no look was behind");
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
