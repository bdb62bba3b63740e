//! `JUnit` for test tabs: a suite a file, a case a rule. What is old or waived is skipped, not failed.

use std::collections::BTreeMap;

use crate::report::escape::markup;
use crate::review::{Finding, Review, Severity, Status};

/// The document; a file without findings has one case that passes.
pub fn render(review: &Review) -> String {
    let mut suites: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for deployment in review.results.iter().filter(|d| d.status != Status::Removed) {
        suites.entry(&deployment.file).or_default();
    }
    for finding in &review.findings {
        suites.entry(&finding.file).or_default().push(finding);
    }
    let count = |of: fn(&Finding) -> bool| review.findings.iter().filter(|finding| of(finding)).count();
    let tests: usize = suites.values().map(|findings| findings.len().max(1)).sum();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text.push_str(&format!(
        "<testsuites name=\"cachefit cost\" tests=\"{tests}\" failures=\"{}\" errors=\"{}\">\n",
        count(fails),
        count(errs)
    ));
    for (file, findings) in suites {
        text.push_str(&suite(file, &findings));
    }
    text.push_str("</testsuites>\n");
    text
}

/// A breached gate.
fn fails(finding: &Finding) -> bool {
    finding.blocks() && !finding.rule.starts_with("profile-")
}

/// A profile that cannot be used.
fn errs(finding: &Finding) -> bool {
    finding.blocks() && finding.rule.starts_with("profile-")
}

fn suite(file: &str, findings: &[&Finding]) -> String {
    let count = |of: fn(&Finding) -> bool| findings.iter().filter(|finding| of(finding)).count();
    let mut text = format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
        markup(file),
        findings.len().max(1),
        count(fails),
        count(errs),
        count(|finding| !finding.blocks() && finding.severity == Severity::Error)
    );
    if findings.is_empty() {
        text.push_str(&format!("    <testcase name=\"cost gates\" classname=\"{}\"/>\n", markup(file)));
    }
    for finding in findings {
        text.push_str(&case(file, finding));
    }
    text.push_str("  </testsuite>\n");
    text
}

fn case(file: &str, finding: &Finding) -> String {
    let message = markup(&finding.message);
    let place = format!("{}:{}:{}", markup(file), finding.line, finding.column);
    let body = match () {
        () if fails(finding) => {
            format!(
                "<failure type=\"{}\" message=\"{message}\">{place}: {message}</failure>",
                markup(&finding.rule)
            )
        }
        () if errs(finding) => {
            format!(
                "<error type=\"{}\" message=\"{message}\">{place}: {message}</error>",
                markup(&finding.rule)
            )
        }
        () if finding.severity == Severity::Error => {
            let why = match &finding.waived {
                Some(waived) => {
                    format!("waived by {} until {}: {}", waived.owner, waived.until, waived.reason)
                }
                None => "the baseline has it, too".into(),
            };
            format!("<skipped message=\"{}\">{place}: {message}</skipped>", markup(&why))
        }
        () => format!("<system-out>{place}: {message}</system-out>"),
    };
    let name = format!("{} ({})", finding.rule, finding.address);
    format!("    <testcase name=\"{}\" classname=\"{}\">{body}</testcase>\n", markup(&name), markup(file))
}
