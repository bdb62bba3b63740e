//! Errors that any operation can give, in the words of each protocol.

use super::params::Refusal;
use super::wire::Protocol;
use crate::cloud::Trouble;

pub fn refusal(trouble: Trouble, protocol: Protocol, service: &str, action: &str) -> Refusal {
    let typed = matches!(protocol, Protocol::Json | Protocol::Rest | Protocol::Cbor);
    match trouble {
        Trouble::Throttled | Trouble::ThrottledFor(_) => {
            let code = match (protocol, typed) {
                (Protocol::Ec2, _) => "RequestLimitExceeded",
                (Protocol::Rest, _) => "TooManyRequestsException",
                (_, true) => "ThrottlingException",
                _ => "Throttling",
            };
            Refusal::new(code, "Rate exceeded").status(if typed { 429 } else { 400 })
        }
        Trouble::Internal => {
            let code = if typed { "InternalServiceError" } else { "InternalFailure" };
            Refusal::new(code, "We encountered an internal error. Please try again.").status(500)
        }
        Trouble::Unavailable => {
            let code = if typed { "ServiceUnavailableException" } else { "ServiceUnavailable" };
            Refusal::new(code, "Service is unable to handle request.").status(503)
        }
        Trouble::Expired => {
            let code = match (protocol, typed) {
                (Protocol::Ec2, _) => "RequestExpired",
                (_, true) => "ExpiredTokenException",
                _ => "ExpiredToken",
            };
            Refusal::new(code, "The security token included in the request is expired").status(403)
        }
        Trouble::Denied => {
            let (code, prefix) = match (protocol, typed) {
                (Protocol::Ec2, _) => ("UnauthorizedOperation", "ec2"),
                (_, true) => ("AccessDeniedException", service),
                _ => ("AccessDenied", service),
            };
            let prefix = if service == "monitoring" { "cloudwatch" } else { prefix };
            let message = format!(
                "User: arn:aws:sts::111122223333:assumed-role/deployer/ci is not authorized to perform: \
                 {prefix}:{action} on resource: * because no identity-based policy allows the \
                 {prefix}:{action} action"
            );
            Refusal::new(code, message).status(403)
        }
        Trouble::Bare(status) => Refusal::new("", "").status(status),
        Trouble::Code(code) => Refusal::new(code, format!("The service says {code}.")),
    }
}
