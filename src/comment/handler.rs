//! What becomes of the comments that are there, and of the new one.
//!
//! A comment is ours if it ends with our mark and the account of the token wrote it. A forge may not tell which account that
//! is, as GitHub does for apps: then a comment of a program may be changed, and none deleted but the one just made.
//!
//! Two runs at once end with one comment: after posting each looks again, and the same comment wins for both.

use super::body::{is_marked, mark, prepared};
use crate::net::NetError;

/// Who wrote a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// The account; none where the forge does not name it.
    pub id: Option<String>,
    /// Whether the forge says that no person writes with this account.
    pub is_program: bool,
}

/// A comment with its id, which rises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// Its id.
    pub id: u64,
    /// The thread that it is in, where a forge has threads.
    pub thread: u64,
    /// Who wrote it.
    pub author: Author,
    /// Its text.
    pub body: String,
}

/// A request of a forge, and its comments.
pub trait Forge {
    /// All comments, of all pages.
    fn list(&self) -> Result<Vec<Existing>, NetError>;
    /// The account of the token; none where the forge does not tell it.
    fn account(&self) -> Result<Option<String>, NetError>;
    /// Posts a comment, and answers it.
    fn create(&self, body: &str) -> Result<Existing, NetError>;
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
    Posted {
        /// Comments with the mark that are left as they are: they are another's, or it cannot be told whose.
        beside: usize,
    },
    /// The one that was there was changed.
    Updated,
    /// It said the same already.
    Same,
}

/// The account of the token, if it is known, and the comments with the mark, the oldest first.
struct Marked {
    account: Option<String>,
    all: Vec<Existing>,
}

impl Marked {
    /// Asks for comments, and for the account where it is not known and matters.
    fn of(forge: &dyn Forge, tag: &str, account: Option<String>) -> Result<Self, NetError> {
        let mut all: Vec<Existing> = forge.list()?.into_iter().filter(|c| is_marked(&c.body, tag)).collect();
        all.sort_by_key(|comment| comment.id);
        let account = if account.is_none() && !all.is_empty() { forge.account()? } else { account };
        Ok(Self { account, all })
    }

    /// Whether the account of the token wrote a comment.
    fn is_own(&self, comment: &Existing) -> bool {
        self.account.is_some() && comment.author.id == self.account
    }

    /// Whether the text of a comment may be replaced: it is our own, or no person's.
    fn may_change(&self, comment: &Existing) -> bool {
        if self.account.is_some() { self.is_own(comment) } else { comment.author.is_program }
    }

    fn changeable(&self) -> Vec<&Existing> {
        self.all.iter().filter(|c| self.may_change(c)).collect()
    }

    fn own(&self) -> Vec<&Existing> {
        self.all.iter().filter(|c| self.is_own(c)).collect()
    }
}

/// Whether there is a comment that an update would change.
pub fn is_there(forge: &dyn Forge, tag: &str) -> Result<bool, NetError> {
    Ok(!Marked::of(forge, tag, None)?.changeable().is_empty())
}

/// Posts a body, or updates what is there.
pub fn post(forge: &dyn Forge, body: &str, tag: &str, behaviour: Behaviour) -> Result<Done, NetError> {
    let text = prepared(body, tag);
    let mut account = None;
    if behaviour == Behaviour::Update {
        let there = Marked::of(forge, tag, None)?;
        if let Some(first) = there.changeable().first() {
            let done = changed(forge, first, &text)?;
            remove(forge, there.own().into_iter().filter(|c| c.id != first.id))?;
            return Ok(done);
        }
        account = there.account;
    }
    let posted = forge.create(&text)?;
    if behaviour == Behaviour::New {
        return Ok(Done::Posted { beside: 0 });
    }
    // Whoever wrote the new comment is the account of the token.
    let there = Marked::of(forge, tag, posted.author.id.clone().or(account))?;
    let beside = |left: usize| Done::Posted { beside: left };
    match behaviour {
        Behaviour::Update => {
            // Somebody may have posted in between: the first one stays, whichever run made it.
            let changeable = there.changeable();
            if let Some(first) = changeable.first().filter(|first| first.id < posted.id) {
                changed(forge, first, &text)?;
                remove(forge, there.all.iter().filter(|c| c.id == posted.id))?;
                return Ok(Done::Updated);
            }
            Ok(beside(there.all.iter().filter(|c| c.id != posted.id && !there.may_change(c)).count()))
        }
        Behaviour::DeleteAndNew => {
            let own = there.own();
            // The last one stays, whichever run made it.
            remove(forge, own[..own.len().saturating_sub(1)].iter().copied())?;
            Ok(beside(there.all.iter().filter(|c| c.id != posted.id && !there.is_own(c)).count()))
        }
        Behaviour::HideAndNew | Behaviour::New => {
            let changeable = there.changeable();
            for old in &changeable[..changeable.len().saturating_sub(1)] {
                let kept = old.body.trim_end().trim_end_matches(&mark(tag)).trim_end();
                let folded = format!("<details>\n<summary>Superseded</summary>\n\n{kept}\n\n</details>");
                gone_is_done(forge.update(old, &folded))?;
            }
            Ok(beside(there.all.iter().filter(|c| c.id != posted.id && !there.may_change(c)).count()))
        }
    }
}

fn changed(forge: &dyn Forge, comment: &Existing, text: &str) -> Result<Done, NetError> {
    if comment.body.trim_end() == text.trim_end() {
        return Ok(Done::Same);
    }
    forge.update(comment, text).map(|()| Done::Updated)
}

fn remove<'c>(forge: &dyn Forge, mut comments: impl Iterator<Item = &'c Existing>) -> Result<(), NetError> {
    comments.try_for_each(|comment| gone_is_done(forge.delete(comment)))
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
        /// Whether the forge tells the account, with new comments too.
        tells: bool,
    }

    impl World {
        fn of(comments: Vec<Existing>, schedule: Vec<usize>, tells: bool) -> Arc<Self> {
            let last = comments.last().map_or(0, |c| c.id);
            let turns = Mutex::new((schedule, [false; 2]));
            Arc::new(Self { comments: Mutex::new((last, comments)), turns, moved: Condvar::new(), tells })
        }
    }

    fn by(id: u64, author: &str, body: &str) -> Existing {
        let author = Author { id: Some(author.to_owned()), is_program: author != "a person" };
        Existing { id, thread: 0, author, body: body.to_owned() }
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
        fn account(&self) -> Result<Option<String>, NetError> {
            Ok(self.world.tells.then(|| "us".to_owned()))
        }
        fn create(&self, body: &str) -> Result<Existing, NetError> {
            self.wait();
            let mut comments = self.world.comments.lock().unwrap();
            comments.0 += 1;
            let own = by(comments.0, "us", body);
            comments.1.push(own.clone());
            let author = if self.world.tells { own.author } else { Author::default() };
            Ok(Existing { author, ..own })
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

    /// Two runs in every order; how many orders there were.
    fn run_at_once(behaviour: Behaviour, before: u64, tells: bool) -> usize {
        for schedule in schedules() {
            let old = (1..=before).map(|id| by(id, "us", &prepared("old", "cost"))).collect();
            let world = World::of(old, schedule.clone(), tells);
            let runs = [0, 1].map(|who| {
                let run = Run { world: Arc::clone(&world), who };
                thread::spawn(move || {
                    let result = post(&run, "new", "cost", behaviour);
                    run.end();
                    result
                })
            });
            for run in runs {
                run.join().unwrap().unwrap();
            }
            let left = world.comments.lock().unwrap().1.clone();
            assert_eq!(left.len(), 1, "{behaviour:?} {before} {tells} {schedule:?}: {left:?}");
            assert!(left[0].body.starts_with("new"), "{left:?}");
        }
        schedules().len()
    }

    #[test]
    fn two_runs_at_once_leave_one_comment_whatever_their_order() {
        for before in [0, 1, 3] {
            assert_eq!(run_at_once(Behaviour::Update, before, true), 252);
            assert_eq!(run_at_once(Behaviour::DeleteAndNew, before, true), 252);
        }
        // Where the account is not told, too: what a run has just made is its own.
        for before in [0, 1] {
            assert_eq!(run_at_once(Behaviour::Update, before, false), 252);
        }
    }

    const ALL: [Behaviour; 4] =
        [Behaviour::Update, Behaviour::New, Behaviour::HideAndNew, Behaviour::DeleteAndNew];

    #[test]
    fn other_reports_and_people_are_left_alone() {
        let ours = prepared("x", "cost");
        let quoted: String = ours.lines().map(|line| format!("> {line}\n")).collect();
        let theirs = [
            by(1, "us", "what about [//]: # (cachefit:cost:end) here?"),
            by(2, "us", &prepared("x", "other")),
            by(3, "us", &quoted),
            by(4, "a person", &format!("why?\n\n{quoted}")),
            by(5, "a person", &ours),
        ];
        for tells in [true, false] {
            for behaviour in ALL {
                let world = World::of(theirs.to_vec(), Vec::new(), tells);
                let run = Run { world: Arc::clone(&world), who: 0 };
                let first = post(&run, "one", "cost", behaviour).unwrap();
                // Of the five one has the mark, and a person wrote it.
                let beside = usize::from(behaviour != Behaviour::New);
                assert_eq!(first, Done::Posted { beside }, "{behaviour:?} {tells}");
                post(&run, "two", "cost", behaviour).unwrap();
                let left = world.comments.lock().unwrap().1.clone();
                assert_eq!(left[..5], theirs, "{behaviour:?} {tells}");
                let expected = match behaviour {
                    Behaviour::Update => 1,
                    Behaviour::DeleteAndNew if tells => 1,
                    _ => 2,
                };
                assert_eq!(left.len() - 5, expected, "{behaviour:?} {tells}");
                assert!(left[left.len() - 1].body.starts_with("two"), "{left:?}");
            }
        }
    }

    #[test]
    fn another_program_is_left_alone_and_nothing_is_deleted_where_it_cannot_be_told() {
        let old = [by(1, "another app", &prepared("x", "cost")), by(2, "us", &prepared("x", "cost"))];
        for behaviour in ALL {
            let world = World::of(old.to_vec(), Vec::new(), true);
            post(&Run { world: Arc::clone(&world), who: 0 }, "one", "cost", behaviour).unwrap();
            assert_eq!(world.comments.lock().unwrap().1[0], old[0], "{behaviour:?}");
            let world = World::of(old.to_vec(), Vec::new(), false);
            post(&Run { world: Arc::clone(&world), who: 0 }, "one", "cost", behaviour).unwrap();
            assert!(world.comments.lock().unwrap().1.len() >= 2, "{behaviour:?}");
        }
        let only_theirs = World::of(vec![by(1, "a person", &prepared("x", "cost"))], Vec::new(), true);
        assert!(!is_there(&Run { world: Arc::clone(&only_theirs), who: 0 }, "cost").unwrap());
        let own = World::of(old.to_vec(), Vec::new(), true);
        assert!(is_there(&Run { world: own, who: 0 }, "cost").unwrap());
    }
}
