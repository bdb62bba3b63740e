//! What metrics tell of an application's commands, against what its profile names.

use crate::compatibility::is_classed;
use crate::observe::{CommandUse, Judged};
use crate::profile::{Application, EditError, Profile, Value, set};

/// Commands of an application that a profile does not name, though clients call them; in capitals.
pub fn unnamed_commands(profile: &Profile, judged: &Judged) -> Vec<String> {
    let Some(seen) = judged.info.as_ref().and_then(|info| info.command_use.as_ref()) else {
        return Vec::new();
    };
    let new = new_commands(seen, &profile.application).into_iter();
    new.map(|name| name.to_ascii_uppercase()).collect()
}

/// Commands that were seen and are not declared. What stands for any command of a kind is none where one of the kind is
/// known by its name.
fn new_commands<'a>(seen: &'a CommandUse, declared: &Application) -> Vec<&'a String> {
    let known = |name: &String| {
        let begin = name.strip_suffix('*');
        let names = declared.commands.iter().chain(&seen.commands);
        let mut others = names.filter(|other| *other != name);
        begin.is_some_and(|begin| others.any(|other| other.starts_with(begin)))
    };
    let new = seen.commands.iter().filter(|name| is_classed(name) && !declared.commands.contains(name));
    new.filter(|name| !known(name)).collect()
}

/// The text of a profile with what was seen of the application's commands. Nothing is taken away: what was not seen may
/// still be in use.
pub fn with_application(text: &str, profile: &Profile, judged: &Judged) -> Result<String, EditError> {
    let Some(seen) = judged.info.as_ref().and_then(|info| info.command_use.as_ref()) else {
        return Ok(text.to_owned());
    };
    let declared = &profile.application;
    let mut text = text.to_owned();
    let source: Vec<&str> = seen.sources.iter().map(String::as_str).collect();
    let source = source.join(" and ");
    let mut put = |key: &str, value: &str| -> Result<(), EditError> {
        text = set(&text, &format!("application.{key}"), &Value::plain(value), Some(&source))?;
        Ok(())
    };
    let list = |names: &[&String]| {
        let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
        format!("[{}]", names.join(", "))
    };
    let mut commands = new_commands(seen, declared);
    commands.extend(&declared.commands);
    commands.sort();
    commands.dedup();
    if commands.len() > declared.commands.len() {
        put("commands", &list(&commands))?;
    }
    if let Some(across) = &seen.across_slots {
        let known = declared.across_slots.as_deref().unwrap_or_default();
        let mut all: Vec<&String> = across.iter().chain(known).collect();
        all.sort();
        all.dedup();
        if declared.across_slots.is_none() || all.len() > known.len() {
            put("across_slots", &list(&all))?;
        }
    }
    if let Some(databases) = seen.databases.filter(|seen| *seen > declared.databases.unwrap_or(1)) {
        put("databases", &databases.to_string())?;
    }
    Ok(text)
}
