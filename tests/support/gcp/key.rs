//! The key of a service account that exists nowhere: made once for all runs of a build, so that none is in the repository.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::world::PROJECT;

/// The file that `GOOGLE_APPLICATION_CREDENTIALS` names.
pub fn file() -> &'static Path {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gcp-service-account.json");
        if !file.exists() {
            let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
            let content = json!({
                "type": "service_account",
                "project_id": PROJECT,
                "private_key_id": "of-the-tests",
                "private_key": key.serialize_pem(),
                "client_email": format!("cachefit@{PROJECT}.iam.gserviceaccount.com"),
                "client_id": "1",
                "token_uri": "http://127.0.0.1:9/token",
            });
            // Several tests begin at once: each has a name of its own until the file is whole.
            let own = file.with_extension(std::process::id().to_string());
            std::fs::write(&own, content.to_string()).unwrap();
            std::fs::rename(&own, &file).unwrap();
        }
        file
    })
}

/// A line of the key, to look for where it should not be.
pub fn secret() -> String {
    let content: Value = serde_json::from_slice(&std::fs::read(file()).unwrap()).unwrap();
    content["private_key"].as_str().unwrap().lines().nth(3).unwrap().to_owned()
}
