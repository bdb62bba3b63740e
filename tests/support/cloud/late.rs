//! What has happened and does not show yet; what shows already and has not happened.

use super::api::Api;
use super::faults::Fault;

/// A change that so many looks do not show.
struct Hidden<A: Api> {
    before: A,
    change: A::Call,
    looks: u32,
}

/// A change that happens after so many looks.
struct Due<A: Api> {
    change: A::Call,
    looks: u32,
}

/// What is late in an account.
pub struct Late<A: Api> {
    hidden: Vec<Hidden<A>>,
    due: Vec<Due<A>>,
    /// The account before the last change.
    before: Option<A>,
    /// Looks that still show it.
    stale: u32,
    /// Looks that did not show what was so.
    pub behind: usize,
}

impl<A: Api> Default for Late<A> {
    fn default() -> Self {
        Self { hidden: Vec::new(), due: Vec::new(), before: None, stale: 0, behind: 0 }
    }
}

impl<A: Api> Late<A> {
    /// Carries out a call, or what the fault makes of it.
    pub fn perform(&mut self, now: &mut A, call: &A::Call, fault: Option<&Fault>) -> A::Answer {
        if A::is_change(call) { self.change(now, call, fault) } else { self.look(now, call, fault) }
    }

    fn change(&mut self, now: &mut A, call: &A::Call, fault: Option<&Fault>) -> A::Answer {
        let before = now.clone();
        let answer = match fault {
            Some(Fault::SucceedsEarly(looks)) => {
                self.due.push(Due { change: call.clone(), looks: *looks });
                now.clone().perform(call)
            }
            Some(Fault::Drops) => now.clone().perform(call),
            Some(Fault::FailsLate(why)) => {
                let answer = now.perform(call);
                now.fails_late(before.clone(), call, why);
                answer
            }
            Some(Fault::Hide(looks)) => {
                let hidden = Hidden { before: before.clone(), change: call.clone(), looks: *looks };
                self.hidden.push(hidden);
                now.perform(call)
            }
            _ => now.perform(call),
        };
        self.before = Some(before);
        answer
    }

    fn look(&mut self, now: &mut A, call: &A::Call, fault: Option<&Fault>) -> A::Answer {
        if let Some(Fault::Stale(looks)) = fault {
            self.stale = *looks;
        }
        for due in self.due.iter_mut().filter(|due| A::shows(call, &due.change)) {
            due.looks = due.looks.saturating_sub(1);
        }
        let (happens, waits) = std::mem::take(&mut self.due).into_iter().partition(|due| due.looks == 0);
        self.due = waits;
        for due in Vec::<Due<A>>::from_iter(happens) {
            now.perform(&due.change);
        }
        if self.stale > 0
            && let Some(before) = &self.before
        {
            self.stale -= 1;
            self.behind += 1;
            // Nothing moves by being looked at in the past.
            return before.clone().perform(call);
        }
        self.hidden.retain(|hidden| hidden.looks > 0);
        if let Some(hidden) = self.hidden.iter_mut().find(|hidden| A::shows(call, &hidden.change)) {
            hidden.looks -= 1;
            self.behind += 1;
            return hidden.before.perform(call);
        }
        now.perform(call)
    }
}
