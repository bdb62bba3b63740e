//! Bytes or a file to a profile.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::decode::{Cx, Decode as _};
use super::document::ProfileDoc;
use super::error::{Code, ProfileErrors};
use super::model::Profile;
use super::{observed, tree};

/// No profile needs more bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Reads a profile from a file.
pub fn load(path: &Path) -> Result<Profile, ProfileErrors> {
    let name = path.to_string_lossy();
    let unreadable = |error: &std::io::Error| {
        let hint = match error.kind() {
            std::io::ErrorKind::NotFound => Some("`cachefit init` writes a commented profile to start from"),
            std::io::ErrorKind::IsADirectory => Some("name the profile's file, not its folder"),
            _ => None,
        };
        ProfileErrors::of_file(&name, Code::Unreadable, format!("cannot read the profile: {error}"), hint)
    };
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    parse(&bytes, &name)
}

/// Reads a profile. `file_name` is used in messages only.
pub fn parse(bytes: &[u8], file_name: &str) -> Result<Profile, ProfileErrors> {
    let text = text(bytes, file_name)?;
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        let hint = Some("`cachefit init` writes a commented profile to start from");
        return Err(ProfileErrors::of_file(file_name, Code::MissingKey, "the profile is empty".into(), hint));
    }
    let mut cx = Cx::default();
    let mut observed = Vec::new();
    let profile = tree::read(text, &mut cx)
        .inspect(|root| observed = observed::bounds(text, root))
        .and_then(|root| ProfileDoc::decode(&root, &mut cx))
        .and_then(|document| document.lower(&mut cx));
    match (cx.finish(file_name, text), profile) {
        ((Some(errors), _), _) => Err(errors),
        ((None, warnings), Some(profile)) => Ok(Profile { observed, warnings, ..profile }),
        // Nothing is left out without an error; this keeps a slip from becoming a panic.
        ((None, _), None) => {
            let message = "the profile is not complete".to_owned();
            Err(ProfileErrors::of_file(file_name, Code::MissingKey, message, None))
        }
    }
}

fn text<'a>(bytes: &'a [u8], file: &str) -> Result<&'a str, ProfileErrors> {
    if bytes.len() > MAX_BYTES {
        let message = format!("the file is larger than 1 MiB ({MAX_BYTES} bytes)");
        return Err(ProfileErrors::of_file(
            file,
            Code::Limit,
            message,
            Some("a profile holds sizes and counts, not data"),
        ));
    }
    let line_of = |offset: usize| bytes[..offset].split(|byte| *byte == b'\n').count();
    if let Some(offset) = bytes.iter().position(|b| *b == 0) {
        let message = format!("there is a NUL byte in line {}: this is not a text file", line_of(offset));
        return Err(ProfileErrors::of_file(file, Code::Unreadable, message, None));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let message = format!("line {} is not valid UTF-8", line_of(error.valid_up_to()));
            let hint = Some("save the file in the encoding UTF-8");
            Err(ProfileErrors::of_file(file, Code::Unreadable, message, hint))
        }
    }
}
