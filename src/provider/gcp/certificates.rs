//! The certificates that clients check a cache's own by. They are public; without them `connect` names no file.

use super::Gcp;
use super::kind::cache::TLS;
use crate::files::{self, Access};
use crate::plan::{Observed, Ownership, State, Value};

/// The longest file that is kept: Google's certificates are some kilobytes.
const LONGEST: usize = 1 << 20;

/// Whether Google shows those of a cache: it is ours, encrypts and is ready.
pub fn are_shown(found: &Observed) -> bool {
    let encrypted = found.resource.attributes.get(TLS).and_then(Value::as_flag) == Some(true);
    encrypted && found.state == State::Ready && found.ownership == Ownership::Ours
}

/// Keeps them as they are shown now: Google adds the next one before it takes the old one away.
pub fn keep<'a>(cloud: &Gcp, certificates: impl Iterator<Item = &'a str>) {
    let Some(pem) = file_of(certificates) else { return };
    let path = cloud.ca_file();
    if std::fs::read(&path).is_ok_and(|kept| kept == pem.as_bytes()) {
        return;
    }
    // The next look shows them again, so that a folder that cannot be written stops nothing.
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let _ = made.and_then(|()| files::replace(&path, pem.as_bytes(), Access::Kept));
}

/// All of them in one file; none where there is no certificate, or more than any cache has.
fn file_of<'a>(certificates: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut pem = String::new();
    for one in certificates.map(str::trim_end).filter(|one| !one.is_empty()) {
        pem.push_str(one);
        pem.push('\n');
        if pem.len() > LONGEST {
            return None;
        }
    }
    (!pem.is_empty()).then_some(pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_or_too_long_is_not_kept() {
        assert_eq!(file_of(["one\n", "", "two"].into_iter()).as_deref(), Some("one\ntwo\n"));
        assert_eq!(file_of(["", "\n"].into_iter()), None);
        let long = "\u{20ac}".repeat(LONGEST / 3 + 1);
        assert_eq!(file_of([long.as_str()].into_iter()), None);
    }
}
