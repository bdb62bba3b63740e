//! Who asks: the sources of tokens, in the order in which Azure's own tools look for them, and why each had none.

use std::sync::Arc;
use std::time::Duration;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::error::ErrorKind;
use azure_core::http::{ClientOptions, RetryOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureDeveloperCliCredential, ClientAssertionCredentialOptions,
    ClientSecretCredential, ClientSecretCredentialOptions, ManagedIdentityCredential,
    ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
    WorkloadIdentityCredentialOptions,
};
use jiff::Timestamp;

use super::scope::Endpoints;
use super::transport::{Http, Login};
use crate::provider::ProviderError;
use crate::provider::call::{CallError, Refusal, with_causes};

/// A token is replaced this long before it ends: a call that is on its way should not meet the end.
const EARLY: Duration = Duration::from_mins(5);

/// Tokens of one identity, kept until shortly before they end: the command lines of Azure take a second for each.
#[derive(Debug)]
pub struct Tokens {
    sources: Vec<Source>,
    scope: String,
    known: tokio::sync::Mutex<Option<Known>>,
}

/// A token, who gave it, and when it ends.
struct Known {
    token: String,
    source: usize,
    ends: i64,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("source", &self.source).finish_non_exhaustive()
    }
}

/// One source.
#[derive(Debug)]
struct Source {
    name: &'static str,
    /// Whether somebody has set it up: then its failure is told, and no other identity is tried in its place.
    set_up: bool,
    credential: Result<Arc<dyn TokenCredential>, String>,
}

/// What the environment says of credentials.
pub type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Tokens {
    /// Tokens for Azure Resource Manager of a cloud. Makes no call.
    pub fn new(endpoints: &Endpoints, variable: Variable<'_>) -> Result<Self, ProviderError> {
        let (authority, login) = authority(endpoints, variable)?;
        let http = Http::new(login)
            .map_err(|error| ProviderError::permanent(format!("no client for logins: {error}"), None))?;
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host = authority;
        let options = ClientOptions {
            // What is tried again is the engine's to say.
            retry: RetryOptions::none(),
            transport: Some(Transport::new(Arc::new(http))),
            cloud: Some(Arc::new(CloudConfiguration::from(cloud))),
            ..ClientOptions::default()
        };
        let sources = chosen(all(&options, variable), variable("AZURE_TOKEN_CREDENTIALS").as_deref());
        let scope = format!("{}/.default", endpoints.arm);
        Ok(Self { sources, scope, known: tokio::sync::Mutex::default() })
    }

    /// A token. The first source that has one is asked from then on.
    pub async fn token(&self) -> Result<String, CallError> {
        let mut known = self.known.lock().await;
        let now = Timestamp::now().as_second();
        let early = i64::try_from(EARLY.as_secs()).unwrap_or_default();
        match &*known {
            Some(of) if of.ends - early > now => return Ok(of.token.clone()),
            _ => {}
        }
        let first = known.as_ref().map(|of| of.source);
        let mut failures = Vec::new();
        for (index, source) in self.sources.iter().enumerate() {
            if first.is_some_and(|first| first != index) {
                continue;
            }
            match source.token(&self.scope).await {
                Ok((token, ends)) => {
                    *known = Some(Known { token: token.clone(), source: index, ends });
                    return Ok(token);
                }
                Err((why, kind)) if source.set_up || first.is_some() => {
                    return Err(source.refused(kind, &why));
                }
                Err((why, _)) => failures.push(format!("{}: {why}", source.name)),
            }
        }
        let message = format!("no credentials for Azure:\n  {}", failures.join("\n  "));
        Err(CallError::new(Refusal::NoCredentials, message).with_hint(
            "sign in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of an app registration",
        ))
    }

    /// Forgets a token that was not accepted.
    pub async fn forget(&self, token: &str) {
        let mut known = self.known.lock().await;
        if let Some(of) = known.as_mut().filter(|of| of.token == token) {
            of.ends = 0;
        }
    }
}

impl Source {
    async fn token(&self, scope: &str) -> Result<(String, i64), (String, Refusal)> {
        let credential = self.credential.as_ref().map_err(|why| (why.clone(), Refusal::Expired))?;
        let token = credential
            .get_token(&[scope], None)
            .await
            .map_err(|error| (with_causes(&error), kind(&error)))?;
        Ok((token.token.secret().to_owned(), token.expires_on.unix_timestamp()))
    }

    fn refused(&self, kind: Refusal, why: &str) -> CallError {
        let message = format!("Azure gives no token to {}: {why}", self.name);
        if kind != Refusal::Expired {
            return CallError::new(kind, message);
        }
        CallError::new(kind, message).with_hint(
            "sign in again (`az login`, or a new secret), or unset the variables of this source; the same command then goes on",
        )
    }
}

/// Whether a login may work in a moment: too many of them, or no answer.
fn kind(error: &azure_core::Error) -> Refusal {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = next {
        match cause.downcast_ref::<azure_core::Error>().map(azure_core::Error::kind) {
            Some(ErrorKind::HttpResponse { status, .. }) => {
                let status = u16::from(*status);
                return if status == 429 || status >= 500 { Refusal::Later } else { Refusal::Expired };
            }
            Some(ErrorKind::Io | ErrorKind::Connection) => return Refusal::Lost,
            _ => next = cause.source(),
        }
    }
    Refusal::Expired
}

/// The authority, and the server on this machine that stands for it in tests.
fn authority(
    endpoints: &Endpoints,
    variable: Variable<'_>,
) -> Result<(String, Option<Login>), ProviderError> {
    let Some(named) = variable("AZURE_AUTHORITY_HOST") else {
        return Ok((endpoints.authority.clone(), None));
    };
    if let Some(login) = Login::here(&endpoints.authority, &named) {
        return Ok((endpoints.authority.clone(), Some(login)));
    }
    if named.starts_with("https://") {
        return Ok((named, None));
    }
    let message =
        format!("AZURE_AUTHORITY_HOST is {named}: secrets are sent over https, or to this machine only");
    Err(ProviderError::permanent(message, Some(format!("set it to {}", endpoints.authority))))
}

/// All sources, in their order.
fn all(options: &ClientOptions, variable: Variable<'_>) -> Vec<Source> {
    fn made<C: TokenCredential + 'static>(
        result: azure_core::Result<Arc<C>>,
    ) -> Result<Arc<dyn TokenCredential>, String> {
        result.map(|credential| credential as Arc<dyn TokenCredential>).map_err(|error| with_causes(&error))
    }
    let (tenant, client) = (variable("AZURE_TENANT_ID"), variable("AZURE_CLIENT_ID"));
    let environment = match (&tenant, &client, variable("AZURE_CLIENT_SECRET")) {
        (Some(tenant), Some(client), Some(secret)) => {
            let options = ClientSecretCredentialOptions { client_options: options.clone() };
            made(ClientSecretCredential::new(tenant, client.clone(), Secret::new(secret), Some(options)))
        }
        _ if variable("AZURE_CLIENT_CERTIFICATE_PATH").is_some() => {
            Err("certificates (AZURE_CLIENT_CERTIFICATE_PATH) are not read; use a secret or `az login`"
                .to_owned())
        }
        _ => Err("AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not all set".to_owned()),
    };
    let secret = variable("AZURE_CLIENT_SECRET").is_some();
    let file = variable("AZURE_FEDERATED_TOKEN_FILE");
    let workload = match &file {
        None => Err("AZURE_FEDERATED_TOKEN_FILE is not set".to_owned()),
        Some(file) => made(WorkloadIdentityCredential::new(Some(WorkloadIdentityCredentialOptions {
            credential_options: ClientAssertionCredentialOptions { client_options: options.clone() },
            client_id: client.clone(),
            tenant_id: tenant.clone(),
            token_file_path: Some(file.into()),
        }))),
    };
    let managed = made(ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
        user_assigned_id: client.clone().map(UserAssignedId::ClientId),
        client_options: options.clone(),
    })));
    vec![
        Source { name: "environment", set_up: secret && environment.is_ok(), credential: environment },
        Source { name: "workload identity", set_up: file.is_some(), credential: workload },
        Source {
            name: "managed identity",
            set_up: variable("IDENTITY_ENDPOINT").is_some(),
            credential: managed,
        },
        Source { name: "Azure CLI", set_up: false, credential: made(AzureCliCredential::new(None)) },
        Source {
            name: "Azure Developer CLI",
            set_up: false,
            credential: made(AzureDeveloperCliCredential::new(None)),
        },
    ]
}

/// Those that `AZURE_TOKEN_CREDENTIALS` leaves, as Azure's own libraries read it.
fn chosen(all: Vec<Source>, word: Option<&str>) -> Vec<Source> {
    let names: &[&str] = match word.map(str::to_ascii_lowercase).as_deref() {
        Some("prod") => &["environment", "workload identity", "managed identity"],
        Some("dev") => &["Azure CLI", "Azure Developer CLI"],
        Some("environmentcredential") => &["environment"],
        Some("workloadidentitycredential") => &["workload identity"],
        Some("managedidentitycredential") => &["managed identity"],
        Some("azureclicredential") => &["Azure CLI"],
        Some("azuredeveloperclicredential") => &["Azure Developer CLI"],
        _ => return all,
    };
    all.into_iter().filter(|source| names.contains(&source.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints() -> Endpoints {
        Endpoints {
            arm: "https://management.azure.com".into(),
            authority: "https://login.microsoftonline.com".into(),
        }
    }

    fn named(tokens: &Tokens) -> Vec<(&str, bool, bool)> {
        tokens.sources.iter().map(|s| (s.name, s.set_up, s.credential.is_ok())).collect()
    }

    #[test]
    fn sources_come_in_the_order_of_azures_own_tools() {
        let tokens = Tokens::new(&endpoints(), &|_| None).unwrap();
        let names: Vec<&str> = named(&tokens).iter().map(|(name, ..)| *name).collect();
        assert_eq!(
            names,
            ["environment", "workload identity", "managed identity", "Azure CLI", "Azure Developer CLI"]
        );
        assert!(tokens.sources.iter().all(|source| !source.set_up));
        let dev = |name: &str| (name == "AZURE_TOKEN_CREDENTIALS").then(|| "dev".to_owned());
        assert_eq!(Tokens::new(&endpoints(), &dev).unwrap().sources.len(), 2);
    }

    #[test]
    fn a_secret_in_the_environment_is_used_and_never_shown() {
        let set = |name: &str| match name {
            "AZURE_TENANT_ID" => Some("11111111-2222-3333-4444-555555555555".to_owned()),
            "AZURE_CLIENT_ID" => Some("66666666-7777-8888-9999-000000000000".to_owned()),
            "AZURE_CLIENT_SECRET" => Some("hunter2hunter2".to_owned()),
            _ => None,
        };
        let tokens = Tokens::new(&endpoints(), &set).unwrap();
        assert_eq!(named(&tokens)[0], ("environment", true, true));
        assert!(!format!("{tokens:?}").contains("hunter2"));
    }

    #[test]
    fn logins_go_over_https_or_stay_on_this_machine() {
        let at = |address: &'static str| {
            authority(&endpoints(), &move |name| (name == "AZURE_AUTHORITY_HOST").then(|| address.to_owned()))
        };
        assert!(at("http://127.0.0.1:1").unwrap().1.is_some());
        assert_eq!(at("https://login.microsoftonline.us").unwrap().0, "https://login.microsoftonline.us");
        assert!(at("http://login.example.org").is_err());
    }
}
