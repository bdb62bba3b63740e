//! Something that a person should look at, with its place: a breached gate or a problem of a profile.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::profile::{ProfileError, ProfileErrors, Severity as ProblemSeverity};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A gate is breached, or a profile cannot be used.
    Error,
    /// Not what it should be, but nothing is kept back.
    Warning,
    /// To know.
    Note,
}

/// Why a breach is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waived {
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub until: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule, a stable name.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, and by how much.
    pub message: String,
    /// The file, relative, with forward slashes.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What it is about: the profile and its key, `checkout:requirements.budget`.
    pub address: String,
    /// What it should be.
    pub expected: Option<String>,
    /// What it is.
    pub actual: Option<String>,
    /// By how much it is breached; a larger one is worse.
    #[schemars(with = "Option<String>")]
    pub measure: Option<Decimal>,
    /// Whether the baseline has the same, or worse: then it is shown and keeps nothing back.
    pub old: bool,
    /// Why it is accepted; none if it is not.
    pub waived: Option<Waived>,
    /// The same in every run for the same rule and address, whatever the line.
    pub fingerprint: String,
}

impl Finding {
    /// A breached gate; its place and what was expected are added to it.
    pub fn breach(rule: &str, address: String, message: String) -> Self {
        Self {
            rule: rule.to_owned(),
            severity: Severity::Error,
            message,
            file: String::new(),
            line: 1,
            column: 1,
            address,
            expected: None,
            actual: None,
            measure: None,
            old: false,
            waived: None,
            fingerprint: String::new(),
        }
    }

    /// Where it is; the fingerprint follows.
    #[must_use]
    pub fn at(mut self, file: &str, (line, column): (u32, u32)) -> Self {
        file.clone_into(&mut self.file);
        (self.line, self.column) = (line, column);
        self.fingerprint = fingerprint(&self.rule, file, &self.address);
        self
    }

    /// The same finding of a profile that has another name, or lies elsewhere, now.
    pub fn rename(&mut self, was: (&str, &str), is: (&str, &str)) {
        let key = self.address.strip_prefix(was.0).and_then(|rest| rest.strip_prefix(':'));
        if let Some(key) = key.filter(|_| self.file == was.1) {
            self.address = format!("{}:{key}", is.0);
            is.1.clone_into(&mut self.file);
            self.fingerprint = fingerprint(&self.rule, &self.file, &self.address);
        }
    }

    /// Whether it is about the text of a profile, and no gate.
    pub fn is_of_text(&self) -> bool {
        self.rule.starts_with("profile-")
    }

    /// The message, with why it keeps nothing back.
    pub fn said(&self) -> String {
        match (&self.waived, self.old) {
            (Some(w), _) => {
                format!("{} (waived by {} until {}: {})", self.message, w.owner, w.until, w.reason)
            }
            (None, true) => format!("{} (so in the baseline, too)", self.message),
            (None, false) => self.message.clone(),
        }
    }

    /// What it should be and what it is.
    #[must_use]
    pub fn is_not(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        (self.expected, self.actual) = (Some(expected.into()), Some(actual.into()));
        self
    }

    /// By how much it is breached.
    #[must_use]
    pub fn by(mut self, measure: Decimal) -> Self {
        self.measure = Some(measure);
        self
    }

    /// Whether it keeps a change from being merged.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Error && !self.old && self.waived.is_none()
    }

    /// The problems of a profile. They are found again by their kind and key.
    pub fn problems<'e>(errors: &'e ProfileErrors, file: &str) -> impl Iterator<Item = Self> + use<'e> {
        let file = file.to_owned();
        errors.errors.iter().map(move |error| Self::problem(error, &file))
    }

    /// A problem of a profile, or what its author may not have meant.
    pub fn problem(error: &ProfileError, file: &str) -> Self {
        let code = serde_json::to_value(error.code).ok();
        let code = code.as_ref().and_then(|code| code.as_str()).unwrap_or("problem");
        let message = match &error.hint {
            Some(hint) => format!("{}; {hint}", error.message),
            None => error.message.clone(),
        };
        let place = error.location.as_ref().map_or((1, 1), |l| (l.line.max(1), l.column.max(1)));
        let severity = match error.kind {
            ProblemSeverity::Error => Severity::Error,
            ProblemSeverity::Warning => Severity::Warning,
        };
        let finding = Self::breach(&format!("profile-{code}"), error.path.clone(), message).at(file, place);
        Self { severity, expected: error.expected.clone(), ..finding }
    }

    /// By place, then by rule.
    pub fn order(&self, other: &Self) -> Ordering {
        let key = |f: &Self| (f.file.clone(), f.line, f.column, f.rule.clone(), f.address.clone());
        key(self).cmp(&key(other))
    }
}

fn fingerprint(rule: &str, file: &str, address: &str) -> String {
    let hash = Sha256::digest(format!("{rule}\n{file}\n{address}"));
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
