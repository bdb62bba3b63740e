//! When a cache may be blocked, when it may be deleted, and when it must be given back: the decision alone.
//!
//! ```text
//! evidence ─► quarantine ─► waiting time ─► evidence again ─► last snapshot ─► delete
//!                 └──────────────── undo, at any time before the deletion
//! ```

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::observe::{Judged, StateName};
use crate::units::DAY;

/// What has been done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Done {
    /// It was blocked.
    Quarantined {
        /// Seconds since 1970.
        at: i64,
    },
    /// It was given back.
    Undone {
        /// Seconds since 1970.
        at: i64,
    },
    /// It was deleted.
    Deleted {
        /// Seconds since 1970.
        at: i64,
    },
}

/// What has been done, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// One entry a step.
    pub done: Vec<Done>,
}

/// How patient to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Days between blocking and deleting.
    pub wait_days: u32,
}

/// What is known of its use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Nobody looked.
    Unknown {
        /// Why.
        why: String,
    },
    /// Somebody uses it.
    Used {
        /// What was seen.
        what: String,
    },
    /// Nobody used it in this time.
    Idle {
        /// From when.
        from: i64,
        /// Until when.
        to: i64,
        /// What was seen.
        what: String,
    },
}

/// Why something may not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing says that it is idle.
    #[error("nothing says that nobody uses it: {0}")]
    NoEvidence(String),
    /// Somebody uses it.
    #[error("somebody uses it: {0}")]
    InUse(String),
    /// It was never blocked.
    #[error("it was not blocked first: what nobody has missed may still be needed")]
    NotQuarantined,
    /// It was blocked too short a time ago.
    #[error("it is blocked for {days} of {of} days")]
    TooSoon {
        /// Whole days since.
        days: i64,
        /// Days that it takes.
        of: u32,
        /// Seconds since 1970 from which on it may be deleted.
        until: i64,
    },
    /// The evidence is from before it was blocked.
    #[error("the metrics end before the waiting time does: take those of the days since it was blocked")]
    OldEvidence,
    /// The evidence is of a part of the waiting time.
    #[error("the metrics tell of {days} of the {of} days for which it must be unused while it is blocked")]
    ShortEvidence {
        /// Whole days since it was blocked that were looked at.
        days: i64,
        /// Days that it takes.
        of: u32,
    },
    /// It is deleted already.
    #[error("it is deleted already")]
    Gone,
    /// Nothing is there to take back.
    #[error("it is not blocked, so that nothing is to be taken back")]
    NothingToUndo,
}

/// What somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// To say how it stands.
    Show,
    /// To block it.
    Quarantine,
    /// To give it back.
    Undo,
    /// To delete it.
    Delete,
}

impl Evidence {
    /// What metrics say. Only a cache that was looked at long enough is idle.
    pub fn of(judged: Option<&Judged>) -> Self {
        let Some(judged) = judged else {
            return Self::Unknown { why: "no metrics were given".to_owned() };
        };
        let why = |name: StateName| judged.states.iter().find(|s| s.name == name).map(|s| s.why.clone());
        let lacks = [StateName::Stale, StateName::Sparse, StateName::Incomplete, StateName::Warming];
        let lacks = lacks.into_iter().find_map(why);
        match (lacks, why(StateName::Idle)) {
            (Some(why), _) => Self::Unknown { why },
            (None, _) if !judged.may_shrink() => Self::Unknown { why: judged.no_shrinking.join("; ") },
            (None, Some(what)) => Self::Idle { from: judged.window.from, to: judged.window.to, what },
            (None, None) => Self::Used { what: "its metrics show commands or connections".to_owned() },
        }
    }

    /// An error where it is not idle.
    fn idle(&self) -> Result<(i64, i64), Refusal> {
        match self {
            Self::Idle { from, to, .. } => Ok((*from, *to)),
            Self::Used { what } => Err(Refusal::InUse(what.clone())),
            Self::Unknown { why } => Err(Refusal::NoEvidence(why.clone())),
        }
    }
}

impl Record {
    /// Since when it is blocked; none if it is not.
    pub fn quarantined(&self) -> Option<i64> {
        match self.done.last() {
            Some(Done::Quarantined { at }) => Some(*at),
            _ => None,
        }
    }

    /// Whether it is deleted.
    pub fn is_deleted(&self) -> bool {
        matches!(self.done.last(), Some(Done::Deleted { .. }))
    }
}

/// Whether what is asked for may be done now.
pub fn decide(
    asked: Decision,
    record: &Record,
    evidence: &Evidence,
    policy: Policy,
    now: i64,
) -> Result<(), Refusal> {
    if asked == Decision::Show {
        return Ok(());
    }
    if record.is_deleted() {
        return Err(Refusal::Gone);
    }
    match (asked, record.quarantined()) {
        (Decision::Undo, None) => Err(Refusal::NothingToUndo),
        // To block what is blocked changes nothing, and ends what was cut short.
        (Decision::Undo | Decision::Quarantine, Some(_)) | (Decision::Show, _) => Ok(()),
        (Decision::Quarantine, None) => evidence.idle().map(|_| ()),
        (Decision::Delete, None) => Err(Refusal::NotQuarantined),
        (Decision::Delete, Some(since)) => {
            let until = since.saturating_add(i64::from(policy.wait_days) * DAY);
            // A clock that was set back makes nothing older.
            if now < until {
                let days = (now - since).max(0) / DAY;
                return Err(Refusal::TooSoon { days, of: policy.wait_days, until });
            }
            let (from, to) = evidence.idle()?;
            // As long as it must wait it must have been looked at since it was blocked, but for a day.
            let looked_at = to.saturating_sub(from.max(since));
            if to < until - DAY {
                Err(Refusal::OldEvidence)
            } else if looked_at < i64::from(policy.wait_days) * DAY - DAY {
                Err(Refusal::ShortEvidence { days: looked_at.max(0) / DAY, of: policy.wait_days })
            } else {
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WAIT: Policy = Policy { wait_days: 14 };

    fn idle(from: i64, to: i64) -> Evidence {
        Evidence::Idle { from: from * DAY, to: to * DAY, what: "0 connections".into() }
    }

    #[test]
    fn what_nobody_has_looked_at_is_neither_blocked_nor_deleted() {
        let unknown = Evidence::of(None);
        let record = Record::default();
        let blocked = Record { done: vec![Done::Quarantined { at: 0 }] };
        let refused = |asked, record| decide(asked, record, &unknown, WAIT, 100 * DAY).unwrap_err();
        assert!(matches!(refused(Decision::Quarantine, &record), Refusal::NoEvidence(_)));
        assert!(matches!(refused(Decision::Delete, &blocked), Refusal::NoEvidence(_)));
    }

    #[test]
    fn the_usual_way_leads_through_the_waiting_time() {
        let mut record = Record::default();
        let ask = |record: &Record, asked, evidence: &Evidence, day: i64| {
            decide(asked, record, evidence, WAIT, day * DAY)
        };
        assert_eq!(ask(&record, Decision::Delete, &idle(0, 100), 100), Err(Refusal::NotQuarantined));
        assert_eq!(ask(&record, Decision::Undo, &idle(0, 100), 100), Err(Refusal::NothingToUndo));
        assert_eq!(ask(&record, Decision::Quarantine, &idle(86, 100), 100), Ok(()));
        record.done.push(Done::Quarantined { at: 100 * DAY });
        let soon = Refusal::TooSoon { days: 13, of: 14, until: 114 * DAY };
        assert_eq!(ask(&record, Decision::Delete, &idle(100, 113), 113), Err(soon));
        assert_eq!(ask(&record, Decision::Delete, &idle(86, 100), 114), Err(Refusal::OldEvidence));
        // Of a longer time, all of it: the last two weeks of a month are half of what was asked for.
        let month = |evidence: &Evidence| {
            decide(Decision::Delete, &record, evidence, Policy { wait_days: 30 }, 130 * DAY)
        };
        assert_eq!(month(&idle(116, 130)), Err(Refusal::ShortEvidence { days: 14, of: 30 }));
        assert_eq!(month(&idle(90, 130)), Ok(()));
        assert_eq!(
            ask(&record, Decision::Delete, &idle(102, 114), 114).unwrap_err().to_string(),
            "the metrics tell of 12 of the 14 days for which it must be unused while it is blocked"
        );
        // Whoever comes later needs no metrics of the first day.
        assert_eq!(ask(&record, Decision::Delete, &idle(180, 194), 194), Ok(()));
        assert_eq!(ask(&record, Decision::Undo, &Evidence::of(None), 114), Ok(()));
        assert_eq!(ask(&record, Decision::Delete, &idle(100, 114), 114), Ok(()));
        record.done.push(Done::Deleted { at: 114 * DAY });
        for asked in [Decision::Quarantine, Decision::Undo, Decision::Delete] {
            assert_eq!(ask(&record, asked, &idle(100, 114), 115), Err(Refusal::Gone));
        }
    }

    fn evidence() -> impl Strategy<Value = Evidence> {
        prop_oneof![
            Just(Evidence::Unknown { why: "none".into() }),
            Just(Evidence::Used { what: "3 connections".into() }),
            (0_i64..200, 0_i64..60).prop_map(|(from, days)| idle(from, from + days)),
        ]
    }

    fn asked() -> impl Strategy<Value = Decision> {
        prop_oneof![Just(Decision::Quarantine), Just(Decision::Undo), Just(Decision::Delete)]
    }

    proptest! {
        /// Whatever is asked for, in any order and with any evidence: nothing is deleted that was not blocked for the
        /// whole waiting time since it was last given back, and looked at meanwhile.
        #[test]
        fn nothing_is_deleted_without_its_waiting_time(
            steps in proptest::collection::vec((asked(), evidence(), 0_i64..20), 0..40),
        ) {
            let mut record = Record::default();
            let (mut now, mut blocked) = (0_i64, None);
            for (asked, evidence, days) in steps {
                now += days * DAY;
                if decide(asked, &record, &evidence, WAIT, now).is_err() {
                    continue;
                }
                prop_assert!(!record.is_deleted());
                match asked {
                    Decision::Quarantine => {
                        if blocked.is_none() {
                            let is_idle = matches!(evidence, Evidence::Idle { .. });
                            prop_assert!(is_idle);
                            blocked = Some(now);
                            record.done.push(Done::Quarantined { at: now });
                        }
                    }
                    Decision::Undo => {
                        prop_assert!(blocked.take().is_some());
                        record.done.push(Done::Undone { at: now });
                    }
                    Decision::Delete => {
                        let since = blocked.expect("it was blocked");
                        prop_assert!(now - since >= 14 * DAY);
                        let Evidence::Idle { from, to, .. } = evidence else { panic!("not idle") };
                        prop_assert!(to >= since + 13 * DAY && to - from.max(since) >= 13 * DAY);
                        record.done.push(Done::Deleted { at: now });
                    }
                    Decision::Show => {}
                }
            }
        }
    }
}
