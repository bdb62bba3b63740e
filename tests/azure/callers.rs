//! Function apps are found by their name, their group and name, or their id; and whoever signs in for us may have to again.

use serde_json::json;

use crate::azure::{GROUP, SUBSCRIPTION, World, guid};
use crate::cloud::machine::{Machine, code, said};
use crate::cloud::{Fault, On, Trouble};
use crate::tenant::PROFILE;

/// The app goes to another group, or is there as well.
fn copied(world: &mut World, name: &str, group: &str, stays: bool) -> String {
    let thing = world.named("sites", name).unwrap().clone();
    if !stays {
        world.things.remove(&thing.key());
    }
    let id = thing.id.replace(&format!("/{GROUP}/"), &format!("/{group}/"));
    world.add_at(&id, "Microsoft.Web", "sites", thing.body);
    id
}

fn signs_in(machine: &Machine<World>, identity: &str) -> bool {
    let world = machine.double.world();
    let all = world.all("redisEnterprise/databases/accessPolicyAssignments");
    all.iter().any(|assignment| assignment.property("user")["objectId"] == json!(identity))
}

#[test]
fn an_app_is_found_wherever_it_is_in_the_subscription() {
    let mut world = World::default();
    let id = copied(&mut world, "web", "apps-rg", false);
    for name in ["web", "apps-rg/web", id.as_str()] {
        let profile = PROFILE
            .replace("function_app: web", &format!("function_app: {name}"))
            .replace("identities: [web]", &format!("identities: [\"{name}\"]"));
        let machine = Machine::with(&profile, world.clone());
        machine.applies();
        assert!(signs_in(&machine, &guid("web")), "{name}");
        // One that was given to the app is as good as one of its own.
        assert!(signs_in(&machine, &guid("worker-identity")), "{name}");
    }
}

#[test]
fn two_apps_of_a_name_are_told_apart_by_their_groups() {
    let mut world = World::default();
    copied(&mut world, "web", "apps-rg", false);
    let other =
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/more-rg/providers/Microsoft.Web/sites/web");
    let body = json!({"location": "East US", "kind": "functionapp", "properties": {"state": "Running"}});
    world.add_at(&other, "Microsoft.Web", "sites", body);
    let output = Machine::with(PROFILE, world).apply();
    assert_eq!(code(&output), 1, "{}", said(&output));
    for word in ["2 function apps are called web", "apps-rg", "more-rg", "GROUP/NAME"] {
        assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
    }
}

/// An app without an identity has nobody who could sign in: the profile must name one.
#[test]
fn an_app_without_an_identity_signs_in_as_nobody() {
    let mut world = World::default();
    world.named("sites", "web").unwrap().body["identity"] = json!({"type": "None"});
    let machine = Machine::with(PROFILE, world);
    machine.applies();
    let count = machine.double.world().all("redisEnterprise/databases/accessPolicyAssignments").len();
    assert_eq!(count, 1);
}

/// A token that is refused in the middle of a poll is asked for once more, and the run goes on.
#[test]
fn a_token_that_is_refused_in_a_poll_does_not_end_the_run() {
    let machine = Machine::<World>::new(PROFILE);
    machine.double.fail(On::InPoll { change: 0, look: 1 }, Fault::Before(Trouble::Expired), 1);
    machine.applies();
    assert_eq!((machine.double.struck(), machine.double.world().tokens), (1, 1));
    machine.made_once("a refused token");
}

/// A token that ends soon is replaced before a call meets its end; one that lasts is asked for once.
#[test]
fn a_token_that_ends_soon_is_replaced() {
    let machine = Machine::with(PROFILE, World { expires_in: 60, ..World::default() });
    machine.applies();
    assert!(machine.double.world().tokens > 3, "{}", machine.double.world().tokens);
}

#[test]
fn a_wrong_secret_is_said_and_is_in_no_output() {
    let machine = Machine::<World>::new(PROFILE);
    let mut command = machine.command(&["plan", "PROFILE"]);
    command.env("AZURE_CLIENT_SECRET", "not-the-right-secret");
    let output = machine.run_command(command);
    assert_eq!(code(&output), 1, "{}", said(&output));
    assert!(
        said(&output).contains("AADSTS7000215") && said(&output).contains("sign in again"),
        "{}",
        said(&output)
    );
    assert!(!said(&output).contains("not-the-right-secret"));
}

/// The command line of Azure gives tokens where nothing else does; it is asked once.
#[test]
fn the_command_line_of_azure_gives_a_token_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let machine = Machine::<World>::new(PROFILE);
    let (folder, asked) = (machine.path("tools"), machine.path("asked"));
    std::fs::create_dir(&folder).unwrap();
    let az = folder.join("az");
    let token = crate::azure::TOKEN;
    let answer = format!(r#"{{"accessToken":"{token}","expires_on":1999999999,"tokenType":"Bearer"}}"#);
    std::fs::write(&az, format!("#!/bin/sh\necho x >> {}\necho '{answer}'\n", asked.display())).unwrap();
    std::fs::set_permissions(&az, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = machine.command(&["plan", "PROFILE"]);
    let path = std::env::var("PATH").unwrap();
    command.env_remove("AZURE_CLIENT_SECRET").env("PATH", format!("{}:{path}", folder.display()));
    command.env("AZURE_TOKEN_CREDENTIALS", "dev");
    let output = machine.run_command(command);
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_eq!(std::fs::read_to_string(asked).unwrap().lines().count(), 1);
}
