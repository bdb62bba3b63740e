//! What becomes of the comments that are there, and of the new one.
//!
//! Two runs at once end with one comment: after posting each looks again, and the same comment wins for both.

use super::body::{mark, prepared};
use crate::net::NetError;

/// A comment with its id, which rises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// Its id.
    pub id: u64,
    /// The thread that it is in, where a forge has threads.
    pub thread: u64,
    /// Its text.
    pub body: String,
}

/// A request of a forge, and its comments.
pub trait Forge {
    /// All comments, of all pages.
    fn list(&self) -> Result<Vec<Existing>, NetError>;
    /// Posts a comment; its id.
    fn create(&self, body: &str) -> Result<u64, NetError>;
    /// Replaces the text of a comment.
    fn update(&self, comment: &Existing, body: &str) -> Result<(), NetError>;
    /// Removes a comment.
    fn delete(&self, comment: &Existing) -> Result<(), NetError>;
}

/// What is done with the comment of an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Its text is replaced.
    Update,
    /// It stays as it is, beside a new one.
    New,
    /// It is folded up, and a new one posted.
    HideAndNew,
    /// It is deleted, and a new one posted.
    DeleteAndNew,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A comment was posted.
    Posted,
    /// The one that was there was changed.
    Updated,
    /// It said the same already.
    Same,
}

/// Posts a body, or updates what is there.
pub fn post(forge: &dyn Forge, body: &str, tag: &str, behaviour: Behaviour) -> Result<Done, NetError> {
    let text = prepared(body, tag);
    let ours = || -> Result<Vec<Existing>, NetError> {
        let mark = mark(tag);
        let mut all: Vec<Existing> =
            forge.list()?.into_iter().filter(|c| c.body.trim_end().ends_with(&mark)).collect();
        all.sort_by_key(|comment| comment.id);
        Ok(all)
    };
    match behaviour {
        Behaviour::New => forge.create(&text).map(|_| Done::Posted),
        Behaviour::Update => {
            if let [first, others @ ..] = &ours()?[..] {
                let done = changed(forge, first, &text)?;
                remove(forge, others)?;
                return Ok(done);
            }
            let own = forge.create(&text)?;
            // Somebody may have posted in between: the first one stays, whoever made it.
            let there = ours()?;
            let Some(first) = there.first().filter(|first| first.id < own) else { return Ok(Done::Posted) };
            changed(forge, first, &text)?;
            remove(forge, &there.iter().filter(|c| c.id == own).cloned().collect::<Vec<_>>())?;
            Ok(Done::Updated)
        }
        Behaviour::DeleteAndNew => {
            forge.create(&text)?;
            let there = ours()?;
            // The last one stays, whoever made it.
            remove(forge, &there[..there.len().saturating_sub(1)])?;
            Ok(Done::Posted)
        }
        Behaviour::HideAndNew => {
            forge.create(&text)?;
            let there = ours()?;
            for old in &there[..there.len().saturating_sub(1)] {
                let kept = old.body.trim_end().trim_end_matches(&mark(tag)).trim_end();
                let folded = format!("<details>\n<summary>Superseded</summary>\n\n{kept}\n\n</details>");
                gone_is_done(forge.update(old, &folded))?;
            }
            Ok(Done::Posted)
        }
    }
}

fn changed(forge: &dyn Forge, comment: &Existing, text: &str) -> Result<Done, NetError> {
    if comment.body.trim_end() == text.trim_end() {
        return Ok(Done::Same);
    }
    forge.update(comment, text).map(|()| Done::Updated)
}

fn remove(forge: &dyn Forge, comments: &[Existing]) -> Result<(), NetError> {
    comments.iter().try_for_each(|comment| gone_is_done(forge.delete(comment)))
}

/// What another run has removed is removed.
fn gone_is_done(result: Result<(), NetError>) -> Result<(), NetError> {
    match result {
        Err(NetError::Refused(answer)) if matches!(answer.status, 404 | 410) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Condvar, Mutex};
    use std::thread;

    use serde_json::Value;

    use super::*;
    use crate::net::Answer;

    /// Comments of a request, and whose turn it is: each call of a run waits for its place in a schedule.
    struct World {
        comments: Mutex<(u64, Vec<Existing>)>,
        turns: Mutex<(Vec<usize>, [bool; 2])>,
        moved: Condvar,
    }

    struct Run {
        world: Arc<World>,
        who: usize,
    }

    impl Run {
        fn wait(&self) {
            let mut turns = self.world.turns.lock().unwrap();
            while let Some(next) = turns.0.first().copied() {
                if turns.1[next] {
                    // That run has ended.
                    turns.0.remove(0);
                } else if next == self.who {
                    turns.0.remove(0);
                    break;
                } else {
                    turns = self.world.moved.wait(turns).unwrap();
                }
            }
            self.world.moved.notify_all();
        }

        fn end(&self) {
            self.world.turns.lock().unwrap().1[self.who] = true;
            self.world.moved.notify_all();
        }
    }

    fn absent() -> NetError {
        NetError::Refused(Box::new(Answer {
            status: 404,
            body: Value::Null,
            retry_after: None,
            etag: None,
            next: None,
            request_id: None,
        }))
    }

    impl Forge for Run {
        fn list(&self) -> Result<Vec<Existing>, NetError> {
            self.wait();
            Ok(self.world.comments.lock().unwrap().1.clone())
        }
        fn create(&self, body: &str) -> Result<u64, NetError> {
            self.wait();
            let mut comments = self.world.comments.lock().unwrap();
            comments.0 += 1;
            let id = comments.0;
            comments.1.push(Existing { id, thread: 0, body: body.to_owned() });
            Ok(id)
        }
        fn update(&self, comment: &Existing, body: &str) -> Result<(), NetError> {
            self.wait();
            let mut comments = self.world.comments.lock().unwrap();
            let found = comments.1.iter_mut().find(|c| c.id == comment.id).ok_or_else(absent)?;
            body.clone_into(&mut found.body);
            Ok(())
        }
        fn delete(&self, comment: &Existing) -> Result<(), NetError> {
            self.wait();
            let mut comments = self.world.comments.lock().unwrap();
            let before = comments.1.len();
            comments.1.retain(|c| c.id != comment.id);
            if comments.1.len() < before { Ok(()) } else { Err(absent()) }
        }
    }

    /// Every order of ten calls, five of each run.
    fn schedules() -> Vec<Vec<usize>> {
        (0_u32..1 << 10)
            .filter(|bits| bits.count_ones() == 5)
            .map(|bits| (0..10).map(|i| (bits >> i & 1) as usize).collect())
            .collect()
    }

    #[test]
    fn two_runs_at_once_leave_one_comment_whatever_their_order() {
        let mut tried = 0;
        for behaviour in [Behaviour::Update, Behaviour::DeleteAndNew] {
            for before in [0, 1, 3] {
                for schedule in schedules() {
                    let body = |id| Existing { id, thread: 0, body: prepared("old", "cost") };
                    let world = Arc::new(World {
                        comments: Mutex::new((before, (1..=before).map(body).collect())),
                        turns: Mutex::new((schedule.clone(), [false; 2])),
                        moved: Condvar::new(),
                    });
                    let runs: Vec<_> = (0..2)
                        .map(|who| {
                            let run = Run { world: Arc::clone(&world), who };
                            thread::spawn(move || {
                                let result = post(&run, "new", "cost", behaviour);
                                run.end();
                                result
                            })
                        })
                        .collect();
                    for run in runs {
                        run.join().unwrap().unwrap();
                    }
                    let left = world.comments.lock().unwrap().1.clone();
                    assert_eq!(left.len(), 1, "{behaviour:?} {before} {schedule:?}: {left:?}");
                    assert!(left[0].body.starts_with("new"), "{left:?}");
                    tried += 1;
                }
            }
        }
        assert_eq!(tried, 2 * 3 * 252);
    }

    #[test]
    fn other_reports_and_people_are_left_alone() {
        let theirs = [
            Existing { id: 1, thread: 0, body: "what about [//]: # (cachefit:cost:end) here?".into() },
            Existing { id: 2, thread: 0, body: prepared("x", "other") },
        ];
        for behaviour in [Behaviour::Update, Behaviour::New, Behaviour::HideAndNew, Behaviour::DeleteAndNew] {
            let world = Arc::new(World {
                comments: Mutex::new((2, theirs.to_vec())),
                turns: Mutex::default(),
                moved: Condvar::new(),
            });
            let run = Run { world: Arc::clone(&world), who: 0 };
            for body in ["one", "two"] {
                post(&run, body, "cost", behaviour).unwrap();
            }
            let left = world.comments.lock().unwrap().1.clone();
            assert_eq!(left[..2], theirs);
            let expected = match behaviour {
                Behaviour::Update | Behaviour::DeleteAndNew => 1,
                Behaviour::New | Behaviour::HideAndNew => 2,
            };
            assert_eq!(left.len() - 2, expected, "{behaviour:?}");
            assert!(left[left.len() - 1].body.starts_with("two"), "{left:?}");
        }
    }
}
