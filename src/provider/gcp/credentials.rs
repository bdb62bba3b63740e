//! Who asks: application default credentials, found and renewed as every Google tool does it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use google_cloud_auth::credentials::{AccessTokenCredentials, Builder};
use serde_json::Value;

use crate::provider::call::{CallError, Refusal, with_causes};

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Where the credentials come from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    /// The file that the environment names.
    Named(PathBuf),
    /// The file that `gcloud` writes.
    WellKnown(PathBuf),
    /// The machine itself.
    Metadata,
}

/// An identity. Nothing is read before the first call.
pub struct Identity {
    source: Source,
    credentials: Mutex<Option<AccessTokenCredentials>>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Identity {
    /// The identity of an environment.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        Self { source: Source::find(variable), credentials: Mutex::default() }
    }

    /// The project that the credentials belong to, where they name one.
    pub fn project(&self) -> Option<String> {
        let file = self.source.content()?;
        let of = |name: &str| file.get(name)?.as_str().filter(|id| !id.is_empty()).map(str::to_owned);
        of("project_id").or_else(|| of("quota_project_id"))
    }

    /// A token that is good for a while yet.
    pub async fn token(&self) -> Result<String, CallError> {
        let credentials = self.credentials()?;
        credentials.access_token().await.map(|token| token.token).map_err(|error| {
            let passing = error.is_transient() && self.source != Source::Metadata;
            let kind = if passing { Refusal::Later } else { Refusal::NoCredentials };
            let message = format!("no token from {}: {}", self.source, with_causes(&error));
            CallError::new(kind, message).with_hint(self.source.hint())
        })
    }

    fn credentials(&self) -> Result<AccessTokenCredentials, CallError> {
        let mut known = self.credentials.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref() {
            return Ok(known.clone());
        }
        let built = Builder::default().with_scopes([SCOPE]).build_access_token_credentials();
        let built = built.map_err(|error| {
            let why = if error.is_loading() {
                "the file cannot be read"
            } else if error.is_parsing() {
                "the file is no JSON of credentials"
            } else if error.is_missing_field() {
                "the file lacks a field"
            } else if error.is_unknown_type() || error.is_not_supported() {
                "credentials of this type are not known here"
            } else {
                "they cannot be used"
            };
            let message = format!(
                "no credentials for Google Cloud from {}: {why}: {}",
                self.source,
                with_causes(&error)
            );
            CallError::new(Refusal::NoCredentials, message).with_hint(self.source.hint())
        })?;
        *known = Some(built.clone());
        Ok(built)
    }
}

impl Source {
    /// In the order of Google's own tools.
    fn find(variable: impl Fn(&str) -> Option<String>) -> Self {
        if let Some(path) = variable("GOOGLE_APPLICATION_CREDENTIALS") {
            return Self::Named(path.into());
        }
        let folder = if cfg!(windows) {
            variable("APPDATA").map(|root| Path::new(&root).join("gcloud"))
        } else {
            variable("HOME").map(|root| Path::new(&root).join(".config/gcloud"))
        };
        let file = folder.map(|folder| folder.join("application_default_credentials.json"));
        file.filter(|file| file.exists()).map_or(Self::Metadata, Self::WellKnown)
    }

    fn content(&self) -> Option<Value> {
        let (Self::Named(path) | Self::WellKnown(path)) = self else { return None };
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    /// The type that the file says it has.
    fn kind(&self) -> Option<&'static str> {
        Some(match self.content()?.get("type")?.as_str()? {
            "service_account" => "a service account's key",
            "authorized_user" => "a user's sign-in",
            "impersonated_service_account" => "an impersonated service account",
            "external_account" => "workload identity federation",
            "external_account_authorized_user" => "workforce identity federation",
            _ => return None,
        })
    }

    fn hint(&self) -> &'static str {
        match (self, self.kind()) {
            (Self::Metadata, _) => {
                "run `gcloud auth application-default login`, or let GOOGLE_APPLICATION_CREDENTIALS name the file of a service \
                 account's key or of a workload identity federation; on machines of Google the metadata server answers"
            }
            (_, Some("a user's sign-in")) => "sign in again: `gcloud auth application-default login`",
            (_, Some("a service account's key")) => {
                "make a new key of the service account, or look whether it is disabled"
            }
            (_, Some(_)) => {
                "look at the provider of the pool, its audience, and whether the file or address that its token comes from is \
                 there"
            }
            (_, None) => {
                "let GOOGLE_APPLICATION_CREDENTIALS name a file of credentials, or unset it to sign in with gcloud"
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, why) = match self {
            Self::Named(path) => (path, " (GOOGLE_APPLICATION_CREDENTIALS)"),
            Self::WellKnown(path) => (path, ""),
            Self::Metadata => {
                return f.write_str(
                    "the metadata server, since there is neither a named file nor a sign-in of gcloud",
                );
            }
        };
        write!(f, "{}{why}", path.display())?;
        self.kind().map_or(Ok(()), |kind| write!(f, ", {kind}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> Source {
        Source::find(|name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn credentials_are_looked_for_where_googles_tools_look() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().to_str().expect("a path");
        assert_eq!(found(&[("HOME", home)]), Source::Metadata);
        let file = folder.path().join(".config/gcloud/application_default_credentials.json");
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(&file, r#"{"type": "authorized_user", "quota_project_id": "shop-prod"}"#)
            .expect("written");
        let known = found(&[("HOME", home)]);
        assert_eq!(known, Source::WellKnown(file.clone()));
        assert!(known.to_string().ends_with("a user's sign-in") && known.hint().contains("login"), "{known}");
        let named = found(&[("HOME", home), ("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json")]);
        assert_eq!(named, Source::Named("/nowhere.json".into()));
        let identity = Identity::of_environment(|name| (name == "HOME").then(|| home.to_owned()));
        assert_eq!(identity.project().as_deref(), Some("shop-prod"));
        assert!(!format!("{identity:?}").contains("authorized_user"));
    }
}
