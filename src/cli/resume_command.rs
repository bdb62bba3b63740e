//! The command that goes on after a stop, with every option that it needs again.

use std::path::Path;

use super::args::{ConsentArgs, OnOff, TargetArgs};
use crate::units::quoted;

/// `cachefit apply shop.yaml --allow-replace local.server.shop-4`, ready for a shell.
pub fn resume_command(
    command: &str,
    file: &Path,
    target: &TargetArgs,
    consent: Option<&ConsentArgs>,
) -> String {
    let mut words = vec!["cachefit".to_owned(), command.to_owned(), quoted(&file.to_string_lossy())];
    let mut option = |name: &str, value: &str| words.extend([name.to_owned(), quoted(value)]);
    if let Some(server) = &target.server {
        option("--server", &server.to_string_lossy());
    }
    if let Some(day) = target.as_of {
        option("--as-of", &day.to_string());
    }
    for address in consent.iter().flat_map(|c| &c.allow_replace) {
        option("--allow-replace", &address.to_string());
    }
    for step in consent.iter().flat_map(|c| &c.confirm) {
        option("--confirm", step);
    }
    match target.systemd {
        Some(OnOff::On) => words.push("--systemd=on".to_owned()),
        Some(OnOff::Off) => words.push("--systemd=off".to_owned()),
        None => {}
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_repeated_and_quoted() {
        let target = TargetArgs {
            server: Some("/opt/my redis/redis-server".into()),
            systemd: Some(OnOff::Off),
            as_of: None,
        };
        let consent = ConsentArgs {
            allow_replace: vec!["local.server.a-4".parse().unwrap()],
            confirm: vec!["local.server.a-1:write".into()],
        };
        assert_eq!(
            resume_command("apply", Path::new("a.yaml"), &target, Some(&consent)),
            "cachefit apply a.yaml --server '/opt/my redis/redis-server' --allow-replace local.server.a-4 \
             --confirm local.server.a-1:write --systemd=off"
        );
    }
}
