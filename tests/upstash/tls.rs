//! The connection of a database as it is: by TLS, to the host and port that the API names, with a certificate that is checked.

use crate::cloud::machine::{Machine, code, said, stdout};
use crate::tenant::PROFILE;
use crate::upstash::World;

#[test]
fn users_are_made_over_tls_and_only_with_a_certificate_that_holds() {
    let world = World { over_tls: true, ..World::default() };
    let machine = Machine::with(PROFILE, world);
    let mut stranger = machine.command(&["apply", "PROFILE", "--yes", "--format", "json"]);
    // An authority that has not signed the server's certificate.
    stranger.env_remove("SSL_CERT_FILE");
    let refused = machine.run_command(stranger);
    assert_ne!(code(&refused), 0, "{}", said(&refused));
    assert!(said(&refused).contains("certificate"), "{}", said(&refused));
    assert!(machine.double.world().data.as_ref().unwrap().users().is_empty());
    machine.applies();
    assert_eq!(machine.double.world().data.as_ref().unwrap().users().len(), 2);
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
    let env = stdout(&machine.run(&["connect", "PROFILE", "--format", "env"]));
    let port = machine.double.world().data.as_ref().unwrap().tls_port.unwrap();
    assert!(env.contains(&format!("CACHE_PORT=\"{port}\"")) && env.contains("CACHE_TLS=\"true\""), "{env}");
}
