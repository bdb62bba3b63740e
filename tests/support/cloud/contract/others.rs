//! Others in the same account.

use std::process::Stdio;

use super::{Tenant, World, applied, machine, nothing_to_do};
use crate::cloud::Api;
use crate::cloud::load::Load;
use crate::cloud::machine::{Machine, code, said, stderr};
use crate::cloud::storm::{Kind, end, same_end, straight};

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

/// On one machine the lock tells; on two, where the cloud itself says what is ours, both end in the same place.
pub fn two_applies_at_once<T: Tenant>() {
    let _load = Load::on_every_core();
    let end = end::<World<T>>(T::PROFILE);
    for other in if T::MARKS_ITS_OWN { &["state", "there"][..] } else { &["state"] } {
        let machine = machine::<T>();
        let url = machine.double.url();
        let start = |state: &str| {
            let mut command = machine.command_at(&["apply", "PROFILE", "--yes"], state, &url);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let (one, two) = (start("state"), start(other));
        let outputs = [one.wait_with_output().unwrap(), two.wait_with_output().unwrap()];
        for output in &outputs {
            assert!([0, 1, 4].contains(&code(output)), "{}", said(output));
        }
        let done = outputs.iter().any(|output| code(output) == 0);
        assert!(done || *other != "state", "{}{}", said(&outputs[0]), said(&outputs[1]));
        machine.applies();
        machine.made_once("two at once");
        same_end(&machine.double.saved().end_state(), &end, "two at once");
    }
}
