//! Replicas and clusters, with a client that never stops writing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use cachefit::deployment::Configuration;
use cachefit::provider::Provider as _;
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cmd;

use crate::support::{Machine, USERS, converge, destroy, kill, processes_below, profile, single};

fn cluster(shards: u32, replicas: u32) -> Configuration {
    Configuration { shards, replicas, cluster_mode: true, max_memory: 32 << 20, ..single() }
}

fn holds(machine: &Machine, deployment: &Configuration) {
    let local = machine.local();
    let desired = local.desired(deployment, &profile(USERS)).unwrap();
    let failed: Vec<_> = local
        .verify(&desired)
        .unwrap()
        .into_iter()
        .filter(|f| f.verdict != cachefit::provider::Verdict::Holds)
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(converge(machine, deployment, &profile(USERS)), Vec::<String>::new());
}

/// A client that writes numbered keys until it is told to stop; every number below the answer was acknowledged.
struct Writer {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Writer {
    fn start(client: ClusterClient) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut connection = client.get_connection().unwrap();
            let mut next = 0;
            while !told.load(Ordering::Relaxed) {
                // An error is no acknowledgement: the same number is written again.
                let mut set = cmd("SET");
                if set.arg(format!("sess:{next}")).arg(next).query::<()>(&mut connection).is_ok() {
                    next += 1;
                    // Enough to be everywhere, and to leave the processors to the servers.
                    std::thread::sleep(std::time::Duration::from_micros(500));
                } else {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                    connection = client.get_connection().unwrap();
                }
            }
            next
        });
        Self { stop, thread }
    }

    fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

pub fn client(machine: &Machine) -> ClusterClient {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let nodes = ["shop-1", "shop-2"].map(|n| format!("rediss://127.0.0.1:{}/", machine.port(n)));
    let certificates = redis::TlsCertificates { client_tls: None, root_cert: Some(machine.ca()) };
    let builder = ClusterClientBuilder::new(nodes).username("web").password(machine.password("web"));
    builder.certs(certificates).build().unwrap()
}

#[test]
fn replicas_come_and_go() {
    let machine = Machine::new();
    converge(&machine, &single(), &profile(USERS));
    let pid = machine.pid("shop-1");
    let _: () = cmd("SET").arg("sess:1").arg("kept").query(&mut machine.connect("shop-1", "web")).unwrap();
    let two = Configuration { replicas: 2, ..single() };
    converge(&machine, &two, &profile(USERS));
    holds(&machine, &two);
    let kept: String = cmd("GET").arg("sess:1").query(&mut machine.connect("shop-1-2", "web")).unwrap();
    assert_eq!(kept, "kept");
    kill(machine.pid("shop-1-1"));
    converge(&machine, &two, &profile(USERS));
    holds(&machine, &two);
    converge(&machine, &single(), &profile(USERS));
    holds(&machine, &single());
    assert_eq!((processes_below(machine.data.path()), machine.pid("shop-1")), (vec![pid], pid));
}

#[test]
fn a_cluster_grows_and_shrinks_under_a_writer() {
    let machine = Machine::new();
    converge(&machine, &cluster(3, 0), &profile(USERS));
    holds(&machine, &cluster(3, 0));
    let writer = Writer::start(client(&machine));
    converge(&machine, &cluster(4, 0), &profile(USERS));
    holds(&machine, &cluster(4, 0));
    converge(&machine, &cluster(4, 1), &profile(USERS));
    holds(&machine, &cluster(4, 1));
    converge(&machine, &cluster(3, 1), &profile(USERS));
    holds(&machine, &cluster(3, 1));
    let written = writer.end();
    assert!(written > 100, "{written} keys");
    let mut connection = client(&machine).get_connection().unwrap();
    for number in 0..written {
        let value: Option<u64> = cmd("GET").arg(format!("sess:{number}")).query(&mut connection).unwrap();
        assert_eq!(value, Some(number), "sess:{number} of {written}");
    }
    println!("{written} acknowledged writes, none lost");
    destroy(&machine);
    assert!(processes_below(machine.data.path()).is_empty());
}
