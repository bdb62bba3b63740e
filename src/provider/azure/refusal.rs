//! What Azure Resource Manager answers when it does not do something, and what that means for the work.

use crate::net::{Answer, NetError};
use crate::provider::call::{CallError, Refusal};

const ABSENT: &[&str] = &[
    "ResourceNotFound",
    "ResourceGroupNotFound",
    "ParentResourceNotFound",
    "NotFound",
    "DatabaseNotFound",
    "ClusterNotFound",
];
const EXISTS: &[&str] = &["NameNotAvailable", "NameAlreadyExists", "ResourceNameConflict"];
const LATER: &[&str] =
    &["TooManyRequests", "SubscriptionRequestsThrottled", "ServerTimeout", "ServiceUnavailable"];
const QUOTA: &[&str] =
    &["QuotaExceeded", "ResourceCountExceedsLimit", "ExceededQuota", "SubscriptionQuotaExceeded"];
const CAPACITY: &[&str] =
    &["SkuNotAvailable", "AllocationFailed", "InsufficientCapacity", "ZonalAllocationFailed"];
const LOCKED: &[&str] = &["ScopeLocked", "RequestDisallowedByPolicy"];

/// What a refusal means, by its code, its words and its status.
pub fn refusal(what: &str, error: &NetError) -> CallError {
    let NetError::Refused(answer) = error else {
        return CallError::new(Refusal::Lost, format!("{what}: {error}"));
    };
    let (code, said) = code_and_message(answer);
    let kind = kind(answer.status, &code, &said);
    let id = answer.request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
    let message = match code.as_str() {
        "" => format!("{what}: HTTP status {}: {said}{id}", answer.status),
        code => format!("{what}: {code}: {said}{id}"),
    };
    let error = CallError { retry_after: answer.retry_after, ..CallError::new(kind, message) };
    match hint(kind, what, &code, &said) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

/// The innermost code that says something: ARM wraps what a resource provider answers.
fn code_and_message(answer: &Answer) -> (String, String) {
    let error = answer.body.get("error").unwrap_or(&answer.body);
    let text = |name: &str| error.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    (text("code").to_owned(), answer.text())
}

fn kind(status: u16, code: &str, said: &str) -> Refusal {
    let is = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(code));
    let lower = said.to_ascii_lowercase();
    match status {
        _ if is(LOCKED) => Refusal::Denied,
        _ if code == "MissingSubscriptionRegistration" => Refusal::Other,
        // Not throttling: another operation holds the network.
        _ if code == "RetryableErrorDueToAnotherOperation" => Refusal::Busy,
        _ if is(EXISTS) => Refusal::Exists,
        _ if is(QUOTA) || lower.contains("quota") && status != 429 => Refusal::Quota,
        _ if is(CAPACITY) => Refusal::Capacity,
        404 => Refusal::Absent,
        _ if is(ABSENT) => Refusal::Absent,
        401 => Refusal::Expired,
        403 => Refusal::Denied,
        408 | 429 => Refusal::Later,
        _ if is(LATER) || status >= 500 => Refusal::Later,
        409 | 412 | 423 => Refusal::Busy,
        400 if lower.contains("busy processing") || lower.contains("another operation") => Refusal::Busy,
        _ => Refusal::Other,
    }
}

fn hint(kind: Refusal, what: &str, code: &str, said: &str) -> Option<String> {
    let lower = said.to_ascii_lowercase();
    if code == "MissingSubscriptionRegistration" {
        let namespace =
            what.split(' ').nth(1).and_then(|path| path.split('/').next()).unwrap_or("Microsoft.Cache");
        return Some(format!(
            "`az provider register --namespace {namespace} --wait`, once in a subscription"
        ));
    }
    if lower.contains("is retiring") || lower.contains("no longer supported") {
        return Some(
            "Azure makes no new caches of this kind: take Azure Managed Redis (`deployment.service: azure-managed-redis`)"
                .to_owned(),
        );
    }
    if code == "ResourceGroupNotFound" {
        return Some(
            "make it with `az group create --name GROUP --location REGION`, or name another one".to_owned(),
        );
    }
    Some(match kind {
        Refusal::Denied if code == "ScopeLocked" => {
            "a lock on the resource or its group hinders it: `az lock list` names it".to_owned()
        }
        Refusal::Denied if code == "RequestDisallowedByPolicy" => {
            "a policy of the organisation hinders it: the answer names it".to_owned()
        }
        Refusal::Denied => {
            "give the identity a role with this action; `cachefit permissions PROFILE` prints the whole role".to_owned()
        }
        Refusal::Expired => "sign in again (`az login`, or a new secret); the same command then goes on".to_owned(),
        Refusal::Quota => "ask for a higher quota in the portal, or delete what is not needed".to_owned(),
        Refusal::Capacity => {
            "Azure has no room for it in this region now: the same command may work later, or take another size or region; \
             high availability is never switched off to make it fit"
                .to_owned()
        }
        Refusal::Exists => {
            "names of caches are unique in a region: give the profile another name, or take over a cache of your own with \
             `cachefit import`"
                .to_owned()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(status: u16, code: &str, message: &str) -> CallError {
        let body = json!({ "error": { "code": code, "message": message } });
        let answer = Answer {
            status,
            body,
            retry_after: None,
            etag: None,
            next: None,
            request_id: Some("7a1b".into()),
        };
        refusal("PUT Microsoft.Cache/redisEnterprise/shop", &NetError::Refused(Box::new(answer)))
    }

    #[test]
    fn refusals_are_told_apart() {
        for (status, code, message, kind) in [
            (404, "ResourceNotFound", "", Refusal::Absent),
            (404, "ResourceGroupNotFound", "", Refusal::Absent),
            (409, "Conflict", "Redis is busy processing a previous update request", Refusal::Busy),
            (429, "RetryableErrorDueToAnotherOperation", "", Refusal::Busy),
            (429, "TooManyRequests", "", Refusal::Later),
            (503, "ServiceUnavailable", "", Refusal::Later),
            (401, "ExpiredAuthenticationToken", "", Refusal::Expired),
            (403, "AuthorizationFailed", "", Refusal::Denied),
            (409, "ScopeLocked", "", Refusal::Denied),
            (409, "MissingSubscriptionRegistration", "", Refusal::Other),
            (400, "QuotaExceeded", "", Refusal::Quota),
            (409, "SkuNotAvailable", "", Refusal::Capacity),
            (
                400,
                "BadRequest",
                "Azure Cache for Redis is retiring, create Azure Managed Redis instance instead.",
                Refusal::Other,
            ),
        ] {
            assert_eq!(of(status, code, message).refusal, kind, "{status} {code}");
        }
    }

    #[test]
    fn an_error_names_call_code_request_and_what_to_do() {
        let error = of(409, "MissingSubscriptionRegistration", "not registered");
        assert!(error.message.contains("PUT Microsoft.Cache/redisEnterprise/shop"), "{}", error.message);
        assert!(error.message.contains("request 7a1b"), "{}", error.message);
        assert!(error.hint.unwrap_or_default().contains("az provider register --namespace Microsoft.Cache"));
        let retiring = of(400, "BadRequest", "Azure Cache for Redis is retiring");
        assert!(retiring.hint.unwrap_or_default().contains("azure-managed-redis"));
    }
}
