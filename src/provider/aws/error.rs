//! What AWS answers when it does not do something, by its exact codes, and what that means for the work.

use std::error::Error as StdError;

use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::actions::Action;
use crate::provider::ProviderError;

/// The SDK's error with the answer it came from.
pub type SdkError<E> =
    aws_sdk_elasticache::error::SdkError<E, aws_sdk_elasticache::config::http::HttpResponse>;

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is no such thing.
    Absent,
    /// Something of that name is there.
    Exists,
    /// Work on it goes on.
    Busy,
    /// It is that way already.
    NoChange,
    /// Too many calls, or the service has a bad moment.
    Later,
    /// The answer or the call was lost.
    Lost,
    /// No credentials were found.
    NoCredentials,
    /// The credentials have run out or are not known.
    Expired,
    /// The caller may not do this.
    Denied,
    /// A quota is used up.
    Quota,
    /// The zone has no such node left.
    Capacity,
    /// The service's own role is missing.
    NoServiceRole,
    /// The operation is not known at the endpoint.
    NotOffered,
    /// Anything else: only the message tells.
    Refused,
}

/// A call that did not do what it was for.
#[derive(Clone, Debug)]
pub struct AwsError {
    /// The call; none where we refuse it ourselves.
    pub action: Option<Action>,
    /// What kind.
    pub kind: Kind,
    /// The code on the wire.
    pub code: Option<String>,
    /// What AWS says.
    pub message: String,
}

const ABSENT: &[&str] = &[
    "ReplicationGroupNotFoundFault",
    "CacheClusterNotFound",
    "CacheParameterGroupNotFound",
    "ServerlessCacheNotFoundFault",
    "SnapshotNotFoundFault",
    "ServerlessCacheSnapshotNotFoundFault",
    "UserNotFound",
    "UserGroupNotFound",
    "CacheSubnetGroupNotFoundFault",
    "CacheSubnetGroupNotFound",
    "InvalidGroup.NotFound",
    "InvalidGroupId.NotFound",
    "InvalidPermission.NotFound",
    "InvalidSecurityGroupRuleId.NotFound",
    "InvalidSubnetID.NotFound",
    "ResourceNotFoundException",
    "ResourceNotFound",
    "ObjectNotFoundException",
    "NoSuchEntity",
];

const EXISTS: &[&str] = &[
    "ReplicationGroupAlreadyExists",
    "ServerlessCacheAlreadyExistsFault",
    "UserAlreadyExists",
    "UserGroupAlreadyExists",
    "SnapshotAlreadyExistsFault",
    "ServerlessCacheSnapshotAlreadyExistsFault",
    "CacheParameterGroupAlreadyExists",
    "CacheSubnetGroupAlreadyExists",
    "InvalidGroup.Duplicate",
    "InvalidPermission.Duplicate",
    "ResourceAlreadyExistsException",
    "ResourceExistsException",
];

const BUSY: &[&str] = &[
    "InvalidReplicationGroupState",
    "InvalidCacheClusterState",
    "InvalidUserGroupState",
    "InvalidUserState",
    "InvalidServerlessCacheStateFault",
    "InvalidCacheParameterGroupState",
    "InvalidSnapshotState",
    "DependencyViolation",
    "CacheSubnetGroupInUse",
    "ConcurrentUpdateException",
];

const LATER: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "RequestThrottled",
    "RequestThrottledException",
    "APICallRateForCustomerExceeded",
    "TestFailoverNotAvailableFault",
    "InternalError",
    "InternalFailure",
    "InternalServiceError",
    "InternalServiceFault",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "ServiceException",
    "SlowDown",
    "Unavailable",
];

const EXPIRED: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "AuthFailure",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "InvalidCredentialsException",
    "IncompleteSignature",
    "MissingAuthenticationToken",
];

const DENIED: &[&str] = &["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "OptInRequired"];

const QUOTA: &[(&str, &str)] = &[
    ("ClusterQuotaForCustomerExceeded", "L-DFE45DF3"),
    ("NodeQuotaForCustomerExceeded", "L-DFE45DF3"),
    ("NodeQuotaForClusterExceeded", "L-AF354865"),
    ("NodeGroupsPerReplicationGroupQuotaExceeded", "L-AF354865"),
    ("ServerlessCacheQuotaForCustomerExceededFault", "L-BBCDAECC"),
    ("UserQuotaExceeded", "L-80E085C7"),
    ("UserGroupQuotaExceeded", "L-AD484FC5"),
    ("TagQuotaPerResourceExceeded", "50 tags"),
    ("SnapshotQuotaExceededFault", "20 manual backups a node and day"),
    ("CacheParameterGroupQuotaExceeded", "L-3F15A733"),
    ("CacheSubnetGroupQuotaExceeded", "L-3E7F7726"),
    ("CacheSubnetQuotaExceededFault", "L-A87EE522"),
    ("SecurityGroupLimitExceeded", "L-E79EC296"),
    ("RulesPerSecurityGroupLimitExceeded", "L-0EA8095F"),
    ("LimitExceededException", "the service's limit"),
    ("LimitExceeded", "the service's limit"),
];

impl AwsError {
    /// What the SDK reports about a call.
    pub fn new<E>(action: Action, error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        if let Some(answer) = error.as_service_error() {
            let code = answer.code().map(str::to_owned);
            let mut message = answer.message().unwrap_or_default().to_owned();
            let status = error.raw_response().map_or(0, |r| r.status().as_u16());
            let kind = kind(code.as_deref(), &message, status);
            if code.is_none() && message.is_empty() {
                message = format!("HTTP status {status}, and no word why");
            }
            return Self { action: Some(action), kind, code, message };
        }
        let mut text = chain(error);
        if let Some(answer) = error.raw_response() {
            text = format!("HTTP status {}: {text}", answer.status().as_u16());
        }
        let kind = if text.contains("redential") { Kind::NoCredentials } else { Kind::Lost };
        Self { action: Some(action), kind, code: None, message: text }
    }

    /// Something that we refuse ourselves.
    pub fn refused(message: String) -> Self {
        Self { action: None, kind: Kind::Refused, code: None, message }
    }

    /// An answer that lacks what it must have.
    pub fn unreadable(action: Action, what: &str) -> Self {
        Self { action: Some(action), ..Self::refused(format!("the answer has no {what}")) }
    }

    /// Whether the same call may work in a moment.
    pub fn is_passing(&self) -> bool {
        matches!(self.kind, Kind::Later | Kind::Lost)
    }

    /// The answer, or nothing where there is no such thing.
    pub fn absent_is_none<T>(result: Result<T, Self>) -> Result<Option<T>, Self> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.kind == Kind::Absent => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn kind(code: Option<&str>, message: &str, status: u16) -> Kind {
    let Some(code) = code else {
        return if status >= 500 || status == 429 { Kind::Later } else { Kind::Refused };
    };
    let is = |list: &[&str]| list.contains(&code);
    match code {
        _ if is(ABSENT) => Kind::Absent,
        _ if is(EXISTS) => Kind::Exists,
        _ if is(BUSY) => Kind::Busy,
        _ if is(LATER) => Kind::Later,
        _ if is(EXPIRED) => Kind::Expired,
        _ if is(DENIED) => Kind::Denied,
        _ if QUOTA.iter().any(|(quota, _)| *quota == code) => Kind::Quota,
        "InsufficientCacheClusterCapacity" => Kind::Capacity,
        "ServiceLinkedRoleNotFoundFault" => Kind::NoServiceRole,
        "NoOperationFault" => Kind::NoChange,
        "InvalidParameterCombination" if message.contains("No modifications") => Kind::NoChange,
        // A secret that is on its way out still blocks its name.
        "InvalidRequestException" if message.contains("scheduled for deletion") => Kind::Busy,
        "UnknownOperationException" | "InvalidAction" | "NotImplemented" | "UnsupportedOperation" => {
            Kind::NotOffered
        }
        _ if status >= 500 => Kind::Later,
        _ => Kind::Refused,
    }
}

/// An error with all its causes.
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let more = next.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = next.source();
    }
    text
}

impl From<AwsError> for ProviderError {
    fn from(error: AwsError) -> Self {
        let Some(action) = error.action.map(Action::iam) else {
            return Self::permanent(error.message, None);
        };
        let said = match &error.code {
            Some(code) if error.message.is_empty() => code.clone(),
            Some(code) => format!("{code}: {}", error.message),
            None => error.message.clone(),
        };
        let hint = match error.kind {
            Kind::Later | Kind::Lost | Kind::Busy => {
                return Self::temporary(format!("{action}: {said}"));
            }
            Kind::NoCredentials => {
                let hint = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login`";
                return Self::permanent(format!("no AWS credentials: {said}"), Some(hint.to_owned()));
            }
            Kind::Expired => {
                let hint = "sign in again (`aws sso login`, or new keys); the same command then goes on";
                return Self::permanent(format!("AWS does not accept the credentials: {action}: {said}"), Some(hint.to_owned()));
            }
            Kind::Denied => Some(format!(
                "allow {action} to this identity, or ask whoever limits it by a condition; \
                 `cachefit permissions PROFILE` prints the whole policy"
            )),
            Kind::Quota => {
                let code = error.code.as_deref().unwrap_or_default();
                let quota = QUOTA.iter().find(|(known, _)| *known == code).map_or("", |(_, quota)| quota);
                Some(format!("ask for a higher quota ({quota}) in Service Quotas, or delete what is not needed"))
            }
            Kind::Capacity => {
                Some("AWS has no such node left in a zone: the same command may work later".to_owned())
            }
            Kind::NoServiceRole => Some(
                "`aws iam create-service-linked-role --aws-service-name elasticache.amazonaws.com`, once in an account"
                    .to_owned(),
            ),
            Kind::Exists => {
                let hint = "`cachefit import PROFILE --id ID` takes over a cache that runs already".to_owned();
                return Self::Exists { message: format!("{action}: {said}"), hint: Some(hint) };
            }
            Kind::Absent | Kind::NoChange | Kind::NotOffered | Kind::Refused => None,
        };
        Self::permanent(format!("{action}: {said}"), hint)
    }
}
