//! Passwords: generated here, sent to Secrets Manager, never written anywhere else.

use aws_sdk_secretsmanager::types::Tag;

use super::Work;
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::{AwsError, Kind};
use crate::provider::aws::session::Session;

/// Bytes of chance in a password: 43 characters of 64 kinds, none of which the service refuses.
const RANDOM_BYTES: usize = 32;
/// Days for which a deleted password can be brought back, the fewest that the service has.
const RECOVERY_DAYS: i64 = 7;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Makes or deletes a secret.
pub async fn secret(work: &Work<'_>) -> Result<Outcome, AwsError> {
    let (session, name) = (work.session, work.name());
    if work.step.verb == "delete" {
        let call =
            session.secrets.delete_secret().secret_id(name).recovery_window_in_days(RECOVERY_DAYS).send();
        return match work.is.map(|_| ()) {
            None => Ok(Outcome::Done),
            Some(()) => match session.write(Action::DeleteSecret, call).await {
                Err(error) if error.kind != Kind::Absent => Err(error),
                _ => Ok(Outcome::Done),
            },
        };
    }
    // A secret that is there has its password already: making another would lock clients out.
    if work.is.is_some() {
        return Ok(Outcome::Done);
    }
    let call = || session.secrets.describe_secret().secret_id(name).send();
    let deleted = AwsError::absent_is_none(session.read(Action::DescribeSecret, call).await)?;
    if deleted.is_some_and(|secret| secret.deleted_date().is_some()) {
        let call = session.secrets.restore_secret().secret_id(name).send();
        session.write(Action::RestoreSecret, call).await?;
        return Ok(Outcome::Done);
    }
    let user = work.argument.text("user");
    let value = serde_json::json!({ "username": user, "password": password(work)? }).to_string();
    let tags = work.all_tags().into_iter();
    let tags = tags.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let call = session
        .secrets
        .create_secret()
        .name(name)
        .description(format!("password of {user}, {}", work.description()))
        .client_request_token(token(work)?)
        .secret_string(value)
        .set_tags(Some(tags))
        .send();
    match session.write(Action::CreateSecret, call).await {
        // The first call went through and its answer was lost: its password stands.
        Err(error) if error.kind != Kind::Exists => Err(error),
        _ => Ok(Outcome::Done),
    }
}

/// A new one for every password: it becomes the version, by which a user is told from one that has an older password. A
/// call that is made again finds the secret there.
fn token(work: &Work<'_>) -> Result<String, AwsError> {
    let mut bytes = [0_u8; 16];
    random(work, &mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn random(work: &Work<'_>, bytes: &mut [u8]) -> Result<(), AwsError> {
    getrandom::fill(bytes).map_err(|error| work.refused(&format!("no randomness from the system: {error}")))
}

fn password(work: &Work<'_>) -> Result<String, AwsError> {
    let mut bytes = [0_u8; RANDOM_BYTES];
    random(work, &mut bytes)?;
    let mut password = String::with_capacity(RANDOM_BYTES * 4 / 3 + 1);
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for i in 0..=chunk.len() {
            password.push(char::from(ALPHABET[(word >> (18 - 6 * i)) as usize & 63]));
        }
    }
    Ok(password)
}

/// A password with the version that it has.
pub struct Password {
    /// The password itself.
    pub text: String,
    /// Its version.
    pub version: String,
}

/// The password of a user, read from its secret.
pub async fn read(session: &Session, secret: &str) -> Result<Password, AwsError> {
    let call = || session.secrets.get_secret_value().secret_id(secret).send();
    let answer = session.read(Action::GetSecretValue, call).await?;
    let value: serde_json::Value = answer
        .secret_string()
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| AwsError::unreadable(Action::GetSecretValue, "JSON with a password"))?;
    let text = value.get("password").and_then(|p| p.as_str());
    let text = text.ok_or_else(|| AwsError::unreadable(Action::GetSecretValue, "password"))?.to_owned();
    Ok(Password { text, version: answer.version_id().unwrap_or_default().to_owned() })
}
