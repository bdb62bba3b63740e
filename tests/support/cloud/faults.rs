//! Where a call goes wrong.

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// It has happened, and so many looks do not show it.
    Hide(u32),
    /// This look and those after it, so many together, show what was before the last change, even if that was seen
    /// already: readers behind a balancer.
    Stale(u32),
    /// It is answered as done, and happens after so many looks.
    SucceedsEarly(u32),
    /// It is answered as done, begins, and fails.
    FailsLate(&'static str),
    /// It is answered as done, and never happens.
    Drops,
}

impl Fault {
    /// Whether it is about the answer; the others are about what happens and what shows.
    pub fn is_of_the_answer(&self) -> bool {
        !matches!(
            self,
            Self::Hide(_) | Self::Stale(_) | Self::SucceedsEarly(_) | Self::FailsLate(_) | Self::Drops
        )
    }

    pub fn kills(&self) -> bool {
        matches!(self, Self::KillBefore | Self::KillAfter)
    }
}

/// Errors that any operation can give, in the words of each cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    Throttled,
    /// The same, with seconds to wait for: calls that come sooner are counted.
    ThrottledFor(u32),
    Internal,
    Unavailable,
    Expired,
    Denied,
    /// This code, status 400.
    Code(&'static str),
    /// This status, and nothing else.
    Bare(u16),
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
    /// Every call that only looks.
    Looks,
    /// Every call.
    All,
    /// Every call from this index on.
    From(usize),
    /// Every call from this changing call on.
    FromChange(usize),
    /// Every call from the look on that comes as this one after this changing call.
    InPoll { change: usize, look: usize },
}

impl On {
    fn hits(&self, call: &Counted<'_>) -> bool {
        match *self {
            Self::Call(index) => index == call.index,
            Self::Change(index) => call.changing && call.changes == index + 1,
            Self::Action(name) => name == call.action,
            Self::Looks => !call.changing,
            Self::All => true,
            Self::From(index) => call.index >= index,
            Self::FromChange(index) => call.changes > index,
            Self::InPoll { change, look } => {
                call.changes > change + 1 || (call.changes == change + 1 && call.looks > look)
            }
        }
    }
}

/// A call with its place among the others.
struct Counted<'a> {
    index: usize,
    changing: bool,
    action: &'a str,
    /// Changing calls until now, this one too.
    changes: usize,
    /// Looks since the last of them, this one too.
    looks: usize,
}

/// A fault that waits for its calls.
#[derive(Clone, Debug)]
struct Trap {
    on: On,
    fault: Fault,
    /// How often it still strikes.
    times: u32,
}

/// All traps, and the counts that they go by.
#[derive(Debug, Default)]
pub struct Traps {
    waiting: Vec<Trap>,
    pub calls: usize,
    pub changes: usize,
    looks: usize,
    /// Faults that struck.
    pub struck: usize,
}

/// What goes wrong with one call: in what happens, and in what is answered.
#[derive(Clone, Debug, Default)]
pub struct Struck {
    pub happens: Option<Fault>,
    pub answers: Option<Fault>,
}

impl Traps {
    pub fn set(&mut self, on: On, fault: Fault, times: u32) {
        self.waiting.push(Trap { on, fault, times });
    }

    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Counts a call and says what goes wrong with it: the first of each sort.
    pub fn strike(&mut self, action: &str, changing: bool) -> Struck {
        self.looks = if changing { 0 } else { self.looks + 1 };
        self.changes += usize::from(changing);
        let call = Counted { index: self.calls, changing, action, changes: self.changes, looks: self.looks };
        self.calls += 1;
        let mut struck = Struck::default();
        for trap in self.waiting.iter_mut().filter(|trap| trap.times > 0 && trap.on.hits(&call)) {
            let place = if trap.fault.is_of_the_answer() { &mut struck.answers } else { &mut struck.happens };
            if place.is_none() {
                *place = Some(trap.fault.clone());
                trap.times -= 1;
                self.struck += 1;
            }
        }
        struck
    }
}
