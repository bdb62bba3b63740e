//! Where a call goes wrong.

use super::params::Refusal;
use super::wire::{Protocol, is_mutating};

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Refused; nothing has happened.
    Before(Trouble),
    /// It has happened, but the answer is an error.
    After(Trouble),
    /// The connection breaks before anything has happened.
    CutBefore,
    /// It has happened, and half of the answer arrives.
    CutAfter,
    /// The client is killed before anything has happened.
    KillBefore,
    /// The client is killed after it has happened, before the answer.
    KillAfter,
}

/// Errors that any operation can give, in the words of each protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    Throttled,
    Internal,
    Unavailable,
    Expired,
    Denied,
    /// This code, status 400.
    Code(&'static str),
    /// This status, and nothing else.
    Bare(u16),
}

impl Trouble {
    pub fn refusal(self, protocol: Protocol, service: &str, action: &str) -> Refusal {
        let typed = matches!(protocol, Protocol::Json | Protocol::Rest | Protocol::Cbor);
        match self {
            Self::Throttled => {
                let code = match (protocol, typed) {
                    (Protocol::Ec2, _) => "RequestLimitExceeded",
                    (Protocol::Rest, _) => "TooManyRequestsException",
                    (_, true) => "ThrottlingException",
                    _ => "Throttling",
                };
                Refusal::new(code, "Rate exceeded").status(if typed { 429 } else { 400 })
            }
            Self::Internal => {
                let code = if typed { "InternalServiceError" } else { "InternalFailure" };
                Refusal::new(code, "We encountered an internal error. Please try again.").status(500)
            }
            Self::Unavailable => {
                let code = if typed { "ServiceUnavailableException" } else { "ServiceUnavailable" };
                Refusal::new(code, "Service is unable to handle request.").status(503)
            }
            Self::Expired => {
                let code = match (protocol, typed) {
                    (Protocol::Ec2, _) => "RequestExpired",
                    (_, true) => "ExpiredTokenException",
                    _ => "ExpiredToken",
                };
                Refusal::new(code, "The security token included in the request is expired").status(403)
            }
            Self::Denied => {
                let (code, prefix) = match (protocol, typed) {
                    (Protocol::Ec2, _) => ("UnauthorizedOperation", "ec2"),
                    (_, true) => ("AccessDeniedException", service),
                    _ => ("AccessDenied", service),
                };
                let prefix = if service == "monitoring" { "cloudwatch" } else { prefix };
                let message = format!(
                    "User: arn:aws:sts::111122223333:assumed-role/deployer/ci is not authorized to perform: \
                     {prefix}:{action} on resource: * because no identity-based policy allows the \
                     {prefix}:{action} action"
                );
                Refusal::new(code, message).status(403)
            }
            Self::Bare(status) => Refusal::new("", "").status(status),
            Self::Code(code) => Refusal::new(code, format!("The service says {code}.")),
        }
    }
}

/// Which calls it hits.
#[derive(Clone, Debug)]
pub enum On {
    /// The call with this index, from 0 on.
    Call(usize),
    /// The changing call with this index.
    Change(usize),
    /// Every call of this operation: `CreateReplicationGroup`.
    Action(&'static str),
    /// Every call.
    All,
    /// Every call from this index on.
    From(usize),
    /// Every call from this changing call on.
    FromChange(usize),
}

/// A fault that waits for its calls.
#[derive(Clone, Debug)]
pub struct Trap {
    pub on: On,
    pub fault: Fault,
    /// How often it still strikes.
    pub times: u32,
}

/// All traps, and the counts that they go by.
#[derive(Debug, Default)]
pub struct Traps {
    traps: Vec<Trap>,
    pub calls: usize,
    pub changes: usize,
    /// Faults that struck.
    pub struck: usize,
}

impl Traps {
    pub fn set(&mut self, on: On, fault: Fault, times: u32) {
        self.traps.push(Trap { on, fault, times });
    }

    pub fn clear(&mut self) {
        self.traps.clear();
    }

    /// Counts a call and says what goes wrong with it.
    pub fn strike(&mut self, action: &str) -> Option<Fault> {
        let (call, changing) = (self.calls, is_mutating(action));
        let change = changing.then_some(self.changes);
        self.calls += 1;
        self.changes += usize::from(changing);
        let changes = self.changes;
        let hit = self.traps.iter_mut().find(|trap| {
            trap.times > 0
                && match trap.on {
                    On::Call(index) => index == call,
                    On::Change(index) => change == Some(index),
                    On::Action(name) => name == action,
                    On::All => true,
                    On::From(index) => call >= index,
                    On::FromChange(index) => changes > index,
                }
        })?;
        hit.times -= 1;
        self.struck += 1;
        Some(hit.fault.clone())
    }
}
