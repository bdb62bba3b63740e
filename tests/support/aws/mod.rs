//! A fake of the parts of AWS that a deployment touches: one server on loopback for all services, told apart by the
//! service in the signature. Resources move through their states as they are asked about, never by the clock.
//!
//! A new operation is a function `fn(&mut World, &Value) -> Answer` and a line in `operations.rs`.

#![allow(dead_code, reason = "each test binary uses its own part")]

mod acls;
mod alarms;
mod ec2;
mod elasticache;
mod faults;
mod form;
mod functions;
mod http;
mod identity;
mod logs;
mod operations;
mod params;
mod record;
mod scaling;
mod secrets;
mod wire;
mod world;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use http::{Delivery, Reply, Request, Server};
use params::Refusal;
use wire::Protocol;

pub use faults::{Fault, On, Trouble};
pub use record::Recorded;
pub use world::{Looks, World};

/// What all connections share.
struct Shared {
    world: Mutex<World>,
    traps: Mutex<faults::Traps>,
    record: Mutex<Vec<Recorded>>,
    /// The client that a fault kills; 0 while there is none.
    client: AtomicU32,
}

/// A running fake.
pub struct Aws {
    shared: Arc<Shared>,
    server: Server,
}

impl Aws {
    /// An account with one VPC, three subnets and the functions `web` and `webhook-receiver` in it.
    pub fn start() -> Self {
        Self::with(World::default())
    }

    pub fn with(world: World) -> Self {
        let shared = Arc::new(Shared {
            world: Mutex::new(world),
            traps: Mutex::default(),
            record: Mutex::default(),
            client: AtomicU32::new(0),
        });
        let handler = Arc::clone(&shared);
        Self { server: Server::start(Arc::new(move |request| handler.answer(request))), shared }
    }

    /// For `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world.lock().unwrap()
    }

    /// What somebody else does in the account.
    pub fn others(&self, service: &str, action: &str, params: serde_json::Value) -> serde_json::Value {
        let call = wire::Call { service: service.to_owned(), action: action.to_owned(), params };
        operations::perform(&mut self.world(), &call)
            .unwrap_or_else(|refusal| panic!("{action}: {refusal:?}"))
    }

    /// Sets a fault for calls from now on; indices count from the first call of this fake.
    pub fn fail(&self, on: On, fault: Fault, times: u32) {
        self.shared.traps.lock().unwrap().set(on, fault, times);
    }

    /// No more faults.
    pub fn heal(&self) {
        self.shared.traps.lock().unwrap().clear();
    }

    pub fn calls(&self) -> usize {
        self.shared.traps.lock().unwrap().calls
    }

    /// Calls that change something, refused ones too.
    pub fn changes(&self) -> usize {
        self.shared.traps.lock().unwrap().changes
    }

    /// Faults that struck.
    pub fn struck(&self) -> usize {
        self.shared.traps.lock().unwrap().struck
    }

    /// Which process a fault kills; 0 for none.
    pub fn set_client(&self, pid: u32) {
        self.shared.client.store(pid, Ordering::SeqCst);
    }

    /// All calls until now.
    pub fn recorded(&self) -> Vec<Recorded> {
        self.shared.record.lock().unwrap().clone()
    }

    /// Calls since the one with this index.
    pub fn since(&self, call: usize) -> Vec<Recorded> {
        self.recorded().split_off(call)
    }

    pub fn write_record(&self, file: &Path) {
        record::write(&self.recorded(), file).unwrap();
    }
}

/// Where requests of a test run go, for the check against the services' models.
pub fn record_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("aws-requests")
}

impl Drop for Aws {
    fn drop(&mut self) {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        if std::thread::panicking() || self.recorded().is_empty() {
            return;
        }
        let name = format!("{}-{}.jsonl", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        std::fs::create_dir_all(record_folder()).unwrap();
        self.write_record(&record_folder().join(name));
    }
}

impl Shared {
    fn answer(&self, request: &Request) -> Reply {
        let service = wire::service(request).unwrap_or_default();
        let known = wire::protocol(&service, request);
        let decoded = match known {
            Some(protocol) => wire::decode(request, &service, protocol).map(|call| (protocol, call)),
            None => Err(format!("no service `{service}` at {} {}", request.method, request.path)),
        };
        let (protocol, call) = match decoded {
            Ok(decoded) => decoded,
            Err(why) => {
                let refusal = Refusal::new("InvalidAction", format!("the fake does not know: {why}"));
                let action = format!("? {why}");
                let reply = wire::encode(known.unwrap_or(Protocol::Rest), "Unknown", &Err(refusal), "0");
                self.keep(&service, &action, serde_json::Value::Null, request, Some("InvalidAction"), &reply);
                return reply;
            }
        };
        // One call after the other, so that what a fault sees is what the next call finds.
        let mut world = self.world.lock().unwrap();
        world.asked_in = wire::region(request).unwrap_or_default();
        let (fault, index) = {
            let mut traps = self.traps.lock().unwrap();
            (traps.strike(&call.action), traps.calls)
        };
        let trouble = |trouble: Trouble| Err(trouble.refusal(protocol, &call.service, &call.action));
        let denied = world.denied.contains(&format!("{}:{}", call.service, call.action));
        let mut perform =
            || if denied { trouble(Trouble::Denied) } else { operations::perform(&mut world, &call) };
        let (answer, delivery) = match &fault {
            None => (perform(), Delivery::Whole),
            Some(Fault::Before(what)) => (trouble(*what), Delivery::Whole),
            Some(Fault::After(what)) => {
                let _ = perform();
                (trouble(*what), Delivery::Whole)
            }
            Some(Fault::CutBefore | Fault::KillBefore) => (trouble(Trouble::Unavailable), Delivery::Nothing),
            Some(Fault::KillAfter) => (perform(), Delivery::Nothing),
            Some(Fault::CutAfter) => (perform(), Delivery::Half),
        };
        let mut reply = wire::encode(protocol, &call.action, &answer, &format!("request-{index}"));
        if matches!(fault, Some(Fault::Before(Trouble::Bare(_)))) {
            reply.body.clear();
            reply.headers.retain(|(name, _)| *name != "x-amzn-errortype");
        }
        let code = answer.err().map(|refusal| refusal.code);
        let code = if reply.delivery == delivery { code } else { Some("the answer was cut".to_owned()) };
        reply.delivery = delivery;
        self.keep(&call.service, &call.action, call.params, request, code.as_deref(), &reply);
        if matches!(fault, Some(Fault::KillBefore | Fault::KillAfter)) {
            self.kill_client();
        }
        reply
    }

    fn keep(
        &self,
        service: &str,
        action: &str,
        params: serde_json::Value,
        request: &Request,
        refused: Option<&str>,
        reply: &Reply,
    ) {
        self.record.lock().unwrap().push(Recorded {
            service: service.to_owned(),
            action: action.to_owned(),
            params,
            request: request.clone(),
            refused: refused.map(str::to_owned),
            status: reply.status,
            answer: reply.body.clone(),
        });
    }

    /// SIGKILL; returns when the client is dead, so that no byte reaches it any more.
    fn kill_client(&self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        let pid = loop {
            let pid = self.client.load(Ordering::SeqCst);
            if pid != 0 {
                break pid;
            }
            assert!(Instant::now() < deadline, "no client to kill");
            std::thread::sleep(Duration::from_millis(1));
        };
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        // The parent collects it; until then it is a zombie that reads nothing.
    }
}
