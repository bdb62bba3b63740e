//! What a cloud has to say for itself.

use serde_json::Value;

use super::faults::Trouble;
use super::http::{Reply, Request};
use super::record::Recorded;

/// One cloud's API: what an account holds, and what it answers. A clone is the account as it was.
pub trait Api: Clone + Default + Send + 'static {
    /// A request that was understood.
    type Call: Clone + Send;
    /// What an operation answers.
    type Answer;

    /// The call in a request, or why the cloud has no such call.
    fn decode(request: &Request) -> Result<Self::Call, String>;

    /// Whether it changes something; the rest only looks.
    fn is_change(call: &Self::Call) -> bool;

    /// The service that has the operation: `elasticache`.
    fn service(call: &Self::Call) -> String;

    /// The operation, as faults name it: `CreateReplicationGroup`.
    fn action(call: &Self::Call) -> String;

    /// The operation as a policy of permissions names it.
    fn permission(call: &Self::Call) -> String {
        format!("{}:{}", Self::service(call), Self::action(call))
    }

    /// What was asked for, for messages and tests.
    fn params(call: &Self::Call) -> Value;

    /// Whether it is there to carry a secret, one way or the other.
    fn carries_secret(call: &Self::Call) -> bool;

    /// Carries out a call.
    fn perform(&mut self, call: &Self::Call) -> Self::Answer;

    /// An error that any operation can give, in the cloud's own words.
    fn trouble(&self, trouble: Trouble, call: &Self::Call) -> Self::Answer;

    /// The code of a refusal; none if it is none.
    fn refused(answer: &Self::Answer) -> Option<String>;

    /// The answer on the wire.
    fn encode(call: &Self::Call, answer: &Self::Answer, index: usize) -> Reply;

    /// The answer to what is no call.
    fn unknown(request: &Request, why: &str) -> Reply;

    /// Whether a look would show what a change has changed.
    fn shows(look: &Self::Call, change: &Self::Call) -> bool;

    /// A change that was accepted and carried out fails afterwards. By default nothing of it is left.
    fn fails_late(&mut self, before: Self, call: &Self::Call, why: &str) {
        let _ = (call, why);
        *self = before;
    }

    /// Everything that a deployment leaves, without what differs from run to run.
    fn end_state(&self) -> Value;

    /// What was made until now: operation and name.
    fn made(&self) -> Vec<(String, String)>;

    /// Every secret that was set until now: where, and its value.
    fn secrets(&self) -> Vec<(String, String)>;

    /// Addresses, credentials and what else the program finds in its environment.
    fn environment(&self, url: &str) -> Vec<(&'static str, String)>;

    /// The account by itself, for another double to begin with: what lives outside this value is written into it.
    fn saved(&self) -> Self {
        self.clone()
    }

    /// Begins to live: starts what lives outside this value.
    fn begins(&mut self) {}

    /// Was called: what lives outside this value follows.
    fn called(&self) {}

    /// Looks at all calls of a double when it ends.
    fn ended(recorded: &[Recorded]) {
        let _ = recorded;
    }
}
