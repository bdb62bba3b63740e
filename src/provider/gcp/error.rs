//! What a refusal of Google's means: <https://cloud.google.com/apis/design/errors>.

use serde_json::Value;

use super::api::Service;
use crate::net::{Answer, NetError};
use crate::provider::call::{CallError, Refusal};

/// A call that did not do what it was for.
pub fn refusal(what: &str, service: Service, error: &NetError) -> CallError {
    let NetError::Refused(answer) = error else {
        return CallError::new(Refusal::Lost, format!("{what}: {error}"));
    };
    let of = |name: &str| answer.body.get("error").and_then(|e| e.get(name)).and_then(Value::as_str);
    let status = of("status").unwrap_or_default();
    let said = answer.text();
    let reason = reason(&answer.body);
    let kind = kind(answer, status, &said, reason.as_deref());
    let said = if status.is_empty() || said.contains(status) {
        format!("{what}: HTTP status {}: {said}", answer.status)
    } else {
        format!("{what}: {status}: {said}")
    };
    let error = CallError { retry_after: answer.retry_after, ..CallError::new(kind, said) };
    with_hint(error, service, reason.as_deref())
}

/// The end of an operation that failed: the same codes as numbers.
pub fn failed(what: &str, error: &Value) -> CallError {
    let message = error.get("message").and_then(Value::as_str).unwrap_or("no reason is given");
    let code = error.get("code").and_then(Value::as_i64).unwrap_or(0);
    let kind = match code {
        5 => Refusal::Absent,
        6 => Refusal::Exists,
        7 => Refusal::Denied,
        8 if is_quota(message) => Refusal::Quota,
        _ => Refusal::Other,
    };
    let error = CallError::new(kind, format!("{what} was accepted and has failed: code {code}: {message}"));
    if message.contains("No service connection policy") {
        return error.with_hint(
            "the network has no service connection policy in this region, or lost it meanwhile: make a new plan with \
             `cachefit plan PROFILE`, which makes one where it may",
        );
    }
    if kind == Refusal::Quota { error.with_hint(QUOTA) } else { error }
}

/// What to do about a quota that is used up.
pub const QUOTA: &str = "ask for more in the Google Cloud console, IAM & Admin, Quotas, Memorystore: a unit is one node, shards \
                     x (1 + replicas); then the same command goes on";

fn kind(answer: &Answer, status: &str, said: &str, reason: Option<&str>) -> Refusal {
    let lower = said.to_ascii_lowercase();
    match (answer.status, status) {
        (401, _) => Refusal::Expired,
        (404, _) => Refusal::Absent,
        (409, "ALREADY_EXISTS") => Refusal::Exists,
        (409 | 412, _) => Refusal::Busy,
        (429, _) | (403, "RESOURCE_EXHAUSTED") if is_rate(&lower, reason) || !is_quota(&lower) => {
            Refusal::Later
        }
        (429, _) | (403, "RESOURCE_EXHAUSTED") => Refusal::Quota,
        // No right helps: the hint says what does.
        (403, _) if reason == Some("SERVICE_DISABLED") => Refusal::Other,
        (403, _) => Refusal::Denied,
        (408 | 499..=599, _) => Refusal::Later,
        // Which words an instance at work uses is not documented; these are those of its recordings.
        (400, "FAILED_PRECONDITION")
            if ["in progress", "is being", "not ready", "is currently"].iter().any(|w| lower.contains(w)) =>
        {
            Refusal::Busy
        }
        _ => Refusal::Other,
    }
}

/// Too many calls a minute, which passes; not too many units, which does not.
fn is_rate(lower: &str, reason: Option<&str>) -> bool {
    reason == Some("RATE_LIMIT_EXCEEDED") || lower.contains("per minute") || lower.contains("rate limit")
}

fn is_quota(message: &str) -> bool {
    let lower = message.to_ascii_lowercase();
    lower.contains("quota") || lower.contains("limit")
}

/// `SERVICE_DISABLED`, from the details.
fn reason(body: &Value) -> Option<String> {
    let details = body.get("error")?.get("details")?.as_array()?;
    details.iter().find_map(|detail| Some(detail.get("reason")?.as_str()?.to_owned()))
}

fn with_hint(error: CallError, service: Service, reason: Option<&str>) -> CallError {
    match error.refusal {
        _ if reason == Some("SERVICE_DISABLED") => {
            let host = service.host();
            error.with_hint(format!("switch the API on: `gcloud services enable {host}`; it takes some minutes"))
        }
        Refusal::Expired => error.with_hint(
            "sign in again: `gcloud auth application-default login`, or look at GOOGLE_APPLICATION_CREDENTIALS; the same \
             command goes on from here",
        ),
        Refusal::Denied => error.with_hint(
            "`cachefit permissions PROFILE --for apply` prints a custom role with what is needed; give it to who runs this, \
             then the same command goes on. Google answers so for a project that does not exist, too: `placement.project` names it",
        ),
        Refusal::Quota => error.with_hint(QUOTA),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::metrics::refused as refused_for;

    fn refused(http: u16, status: &str, message: &str, reason: &str) -> CallError {
        let details = json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason }]);
        let body =
            json!({ "error": { "code": http, "status": status, "message": message, "details": details } });
        let answer =
            Answer { status: http, body, retry_after: None, etag: None, next: None, request_id: None };
        refusal("POST instances", Service::Memorystore, &NetError::Refused(Box::new(answer)))
    }

    #[test]
    fn codes_mean_what_they_say() {
        for (http, status, message, kind) in [
            (401, "UNAUTHENTICATED", "invalid", Refusal::Expired),
            (403, "PERMISSION_DENIED", "denied", Refusal::Denied),
            (404, "NOT_FOUND", "no such instance", Refusal::Absent),
            (409, "ALREADY_EXISTS", "there", Refusal::Exists),
            (409, "ABORTED", "concurrent policy changes", Refusal::Busy),
            (
                429,
                "RESOURCE_EXHAUSTED",
                "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'",
                Refusal::Later,
            ),
            (429, "RESOURCE_EXHAUSTED", "Quota limit 'UnitsPerRegion' has been exceeded", Refusal::Quota),
            (503, "UNAVAILABLE", "try later", Refusal::Later),
            (400, "FAILED_PRECONDITION", "an operation is in progress", Refusal::Busy),
            (400, "FAILED_PRECONDITION", "deletion protection is on", Refusal::Other),
            (400, "INVALID_ARGUMENT", "exactly 1 update_mask field must be specified", Refusal::Other),
        ] {
            assert_eq!(refused(http, status, message, "X").refusal, kind, "{http} {message}");
        }
        let disabled = refused(403, "PERMISSION_DENIED", "not used before", "SERVICE_DISABLED");
        let told = refused_for(disabled.clone(), "monitoring.alerts.list").why();
        assert!(
            told.contains("gcloud services enable") && !told.contains("allow"),
            "no right is missing: {told}"
        );
        assert!(
            disabled
                .hint
                .is_some_and(|hint| hint.contains("gcloud services enable memorystore.googleapis.com"))
        );
    }
}
