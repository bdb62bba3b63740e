//! Whether a page that others were to follow is the last one: answers to several questions stand one after another in a file.

use std::collections::BTreeSet;

/// The pages of a file, in their order.
#[derive(Default)]
pub(super) struct Pages<K> {
    /// What the answer tells that is to go on; none if the last page ended its answer.
    open: Option<BTreeSet<K>>,
    /// What other answers told that ended before their last page.
    cut: Vec<BTreeSet<K>>,
}

impl<K: Ord> Pages<K> {
    /// A page by what it tells, such as the names of its metrics; `more` if it says that another one follows. A page goes on
    /// with what those before it tell, or tells nothing; else it is the answer to another question.
    pub fn add(&mut self, tells: BTreeSet<K>, more: bool) {
        let mut all = tells;
        if let Some(open) = self.open.take() {
            if all.is_empty() || !all.is_disjoint(&open) {
                all.extend(open);
            } else {
                self.cut.push(open);
            }
        }
        self.open = more.then_some(all);
    }

    /// Whether a page was announced that is not there.
    pub fn is_one_missing(&self) -> bool {
        !self.cut.is_empty() || self.open.is_some()
    }

    /// What the answers tell of which a page is missing.
    pub fn unfinished(self) -> BTreeSet<K> {
        self.cut.into_iter().chain(self.open).flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_tells_something_else_is_no_next_page() {
        let missing = |pages: &[(&[&str], bool)]| {
            let mut all = Pages::default();
            for (tells, more) in pages {
                all.add(tells.iter().copied().collect(), *more);
            }
            all.is_one_missing()
        };
        assert!(!missing(&[]));
        assert!(!missing(&[(&["a"], false), (&["b"], false)]));
        assert!(missing(&[(&["a"], true)]));
        assert!(!missing(&[(&["a"], true), (&["a"], false), (&["b"], false)]));
        assert!(missing(&[(&["a"], true), (&["b"], false)]));
        assert!(missing(&[(&["a"], true), (&["b"], false), (&["a"], false)]));
        // A last page may be empty; a page of several metrics goes on with some of them.
        assert!(!missing(&[(&["a"], true), (&[], false), (&["b"], false)]));
        assert!(!missing(&[(&["a", "b"], true), (&["b", "c"], true), (&["c"], false)]));
        assert!(missing(&[(&["a"], true), (&[], true), (&["b"], false)]));
        assert!(missing(&[(&[], true), (&["b"], false)]));
    }
}
