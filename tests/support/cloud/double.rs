//! The running double: one server, one account.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::api::Api;
use super::faults::{Fault, On, Struck, Traps, Trouble};
use super::http::{Delivery, Reply, Request, Server};
use super::late::Late;
use super::record::{self, Recorded};

/// What a second client does between two calls.
type Others<A> = Box<dyn FnOnce(&mut A) + Send>;

/// What all connections share.
struct Shared<A: Api> {
    world: Mutex<A>,
    late: Mutex<Late<A>>,
    traps: Mutex<Traps>,
    others: Mutex<Vec<(usize, Others<A>)>>,
    record: Mutex<Vec<Recorded>>,
    /// The client that a fault kills; 0 while there is none.
    client: AtomicU32,
    /// Before this moment nobody should call.
    not_before: Mutex<Option<Instant>>,
    too_early: AtomicUsize,
    /// Command lines of the client and its children, where somebody wants to know.
    command_lines: Mutex<Option<BTreeSet<String>>>,
}

/// A running double. It ends with this value.
pub struct Double<A: Api> {
    shared: Arc<Shared<A>>,
    server: Server,
}

impl<A: Api> Double<A> {
    /// The usual account.
    pub fn start() -> Self {
        Self::with(A::default())
    }

    pub fn with(mut world: A) -> Self {
        world.begins();
        let shared = Arc::new(Shared {
            world: Mutex::new(world),
            late: Mutex::default(),
            traps: Mutex::default(),
            others: Mutex::default(),
            record: Mutex::default(),
            client: AtomicU32::new(0),
            not_before: Mutex::default(),
            too_early: AtomicUsize::new(0),
            command_lines: Mutex::default(),
        });
        let handler = Arc::clone(&shared);
        Self { server: Server::start(Arc::new(move |request| handler.answer(request))), shared }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    pub fn world(&self) -> MutexGuard<'_, A> {
        self.shared.world.lock().unwrap()
    }

    /// The account as it is, for another double.
    pub fn saved(&self) -> A {
        self.world().saved()
    }

    /// Sets a fault for calls from now on; indices count from the first call of this double.
    pub fn fail(&self, on: On, fault: Fault, times: u32) {
        self.shared.traps.lock().unwrap().set(on, fault, times);
    }

    /// No more faults.
    pub fn heal(&self) {
        self.shared.traps.lock().unwrap().clear();
    }

    /// Somebody else does something right before the call with this index.
    pub fn others_before(&self, call: usize, what: impl FnOnce(&mut A) + Send + 'static) {
        self.shared.others.lock().unwrap().push((call, Box::new(what)));
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

    /// Looks that did not show what was so, by a fault.
    pub fn behind(&self) -> usize {
        self.shared.late.lock().unwrap().behind
    }

    /// Calls that came before the end of a wait that the service had asked for. Load makes none of them.
    pub fn too_early(&self) -> usize {
        self.shared.too_early.load(Ordering::SeqCst)
    }

    /// Which process a fault kills; 0 for none.
    pub fn set_client(&self, pid: u32) {
        self.shared.client.store(pid, Ordering::SeqCst);
    }

    /// From now on each call is a moment to look at the process list.
    pub fn watch_processes(&self) {
        *self.shared.command_lines.lock().unwrap() = Some(BTreeSet::new());
    }

    /// Command lines of the client and its children, as they were seen at each call.
    pub fn command_lines(&self) -> BTreeSet<String> {
        self.shared.command_lines.lock().unwrap().clone().unwrap_or_default()
    }

    /// All calls until now.
    pub fn recorded(&self) -> Vec<Recorded> {
        self.shared.record.lock().unwrap().clone()
    }

    /// Calls since the one with this index.
    pub fn since(&self, call: usize) -> Vec<Recorded> {
        self.recorded().split_off(call)
    }

    /// Forgets all calls until now: those of a test that were wrong on purpose.
    pub fn forget_calls(&self) {
        self.shared.record.lock().unwrap().clear();
    }

    pub fn write_record(&self, file: &Path) {
        record::write(&self.recorded(), file).unwrap();
    }
}

impl<A: Api> Drop for Double<A> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            A::ended(&self.recorded());
        }
    }
}

impl<A: Api> Shared<A> {
    fn answer(&self, request: &Request) -> Reply {
        let call = match A::decode(request) {
            Ok(call) => call,
            Err(why) => {
                let reply = A::unknown(request, &why);
                self.keep(None, &format!("? {why}"), request, Some("unknown"), &reply);
                return reply;
            }
        };
        // One call after the other, so that what a fault sees is what the next call finds.
        let mut world = self.world.lock().unwrap();
        let (Struck { happens, answers }, index) = {
            let mut traps = self.traps.lock().unwrap();
            (traps.strike(&A::action(&call), A::is_change(&call)), traps.calls)
        };
        self.between(index - 1, &mut world);
        let mut late = self.late.lock().unwrap();
        let mut perform = || late.perform(&mut world, &call, happens.as_ref());
        let (answer, delivery) = match &answers {
            Some(Fault::Before(_)) => (None, Delivery::Whole),
            Some(Fault::After(_)) => {
                let _ = perform();
                (None, Delivery::Whole)
            }
            Some(Fault::CutBefore | Fault::KillBefore) => (None, Delivery::Nothing),
            Some(Fault::KillAfter) => (Some(perform()), Delivery::Nothing),
            Some(Fault::CutAfter) => (Some(perform()), Delivery::Half),
            _ => (Some(perform()), Delivery::Whole),
        };
        world.called();
        let trouble = match &answers {
            Some(Fault::Before(trouble) | Fault::After(trouble)) => *trouble,
            _ => Trouble::Unavailable,
        };
        let answer = answer.unwrap_or_else(|| world.trouble(trouble, &call));
        let mut reply = A::encode(&call, &answer, index);
        if answers.is_some() && matches!(trouble, Trouble::Bare(_)) {
            reply.body.clear();
            reply.headers.clear();
        }
        self.waits(&mut reply, answers.as_ref());
        let code = A::refused(&answer);
        let code = if delivery == Delivery::Whole { code } else { Some("the answer was cut".to_owned()) };
        reply.delivery = delivery;
        self.keep(Some(&call), "", request, code.as_deref(), &reply);
        if answers.is_some_and(|fault| fault.kills()) {
            self.kill_client();
        }
        reply
    }

    /// What happens right before a call: others act, and the process list is looked at.
    fn between(&self, index: usize, world: &mut A) {
        if self.not_before.lock().unwrap().is_some_and(|moment| Instant::now() < moment) {
            self.too_early.fetch_add(1, Ordering::SeqCst);
        }
        let mut others = self.others.lock().unwrap();
        let (now, later) = std::mem::take(&mut *others).into_iter().partition(|(call, _)| *call <= index);
        *others = later;
        for (_, act) in Vec::<(usize, Others<A>)>::from_iter(now) {
            act(world);
        }
        if let Some(lines) = self.command_lines.lock().unwrap().as_mut() {
            lines.extend(super::machine::command_lines(self.client.load(Ordering::SeqCst)));
        }
    }

    /// `Retry-After`, and from when on a call is not too early.
    fn waits(&self, reply: &mut Reply, fault: Option<&Fault>) {
        if let Some(
            Fault::Before(Trouble::ThrottledFor(seconds)) | Fault::After(Trouble::ThrottledFor(seconds)),
        ) = fault
        {
            reply.headers.push(("retry-after", seconds.to_string()));
            let wait = Duration::from_secs(u64::from(*seconds));
            *self.not_before.lock().unwrap() = Some(Instant::now() + wait);
        }
    }

    fn keep(
        &self,
        call: Option<&A::Call>,
        unknown: &str,
        request: &Request,
        refused: Option<&str>,
        reply: &Reply,
    ) {
        self.record.lock().unwrap().push(Recorded {
            service: call.map(A::service).unwrap_or_default(),
            action: call.map_or_else(|| unknown.to_owned(), A::action),
            permission: call.map_or_else(|| unknown.to_owned(), A::permission),
            params: call.map(A::params).unwrap_or_default(),
            changes: call.is_none_or(A::is_change),
            secret: call.is_some_and(A::carries_secret),
            request: request.clone(),
            refused: refused.map(str::to_owned),
            status: reply.status,
            answer: reply.body.clone(),
        });
    }

    /// SIGKILL; returns when it is sent, so that no byte reaches the client any more.
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
