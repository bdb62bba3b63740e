//! `cachefit connect`

use crate::cli::Exit;
use crate::cli::args::{ConnectArgs, ConnectFormat};
use crate::cli::error::Failure;
use crate::cli::inputs;
use crate::cli::printer::Printer;
use crate::cli::target::provider;
use crate::demand::Demand;
use crate::provider::{Connection, RestAccess};
use crate::report::connect::{Client, ConnectReport};
use crate::report::{Json, Report as _, Table};
use crate::units::{Provider, quoted};

pub fn run(printer: &Printer, args: &ConnectArgs) -> Result<Exit, Failure> {
    let input = inputs::profile(printer, &args.profile)?;
    let (kind, provider) = provider(&input, &args.target)?;
    let name = &input.profile.name;
    let Some(connection) = provider.connection()? else {
        let hint = format!("`cachefit apply {}` starts it", input.file);
        return Err(Failure::new("not-running", format!("no server of {name} runs"), Some(hint)));
    };
    let rest = provider.rest(&connection);
    let over_https = over_https(args, rest.as_ref(), kind)?;
    let user = if over_https { None } else { user(args.user.as_deref(), &connection)? };
    // Servers on this machine let nobody in without a user.
    if user.is_none() && kind == Provider::Local {
        let hint = "add one below `security.users` in the profile and apply it".to_owned();
        let message = "the profile has no user that a client could sign in as";
        return Err(Failure::new("no-user", message, Some(hint)));
    }
    let password = match &user {
        Some(user) if args.reveal => provider.reveal(user)?,
        _ => None,
    };
    let rest_token = match &rest {
        Some(rest) if over_https && args.reveal => provider.reveal(rest.user)?,
        _ => None,
    };
    let connections = Demand::of(&input.profile).connections;
    let file = quoted(&args.profile.to_string_lossy());
    let profile = name.clone();
    let report = ConnectReport { profile, file, connection, user, password, rest, rest_token, connections };
    let text = match (args.client, args.format) {
        (Some(client), ConnectFormat::Table) => report.snippet(client),
        (_, ConnectFormat::Json) => Json.render(&report)?,
        (_, ConnectFormat::Env) => report.env()?,
        (None, ConnectFormat::Table) => Table { color: printer.color() }.render(&report)?,
    };
    printer.data(&text)?;
    Ok(Exit::Done)
}

/// Whether the client, or the token that is asked for, is that of the provider's API over HTTPS.
fn over_https(args: &ConnectArgs, rest: Option<&RestAccess>, kind: Provider) -> Result<bool, Failure> {
    let (named, client) = (args.user.as_deref(), args.client.is_some_and(Client::is_over_https));
    let Some(rest) = rest else {
        if client {
            let message =
                format!("this client sends commands over HTTPS, which the provider {kind} does not take");
            let hint =
                "leave `--client` out, or name another: `cachefit connect --help` lists them".to_owned();
            return Err(Failure::new("client", message, Some(hint)));
        }
        return Ok(false);
    };
    if client && let Some(named) = named.filter(|named| *named != rest.user) {
        let message = format!("over HTTPS nobody signs in as {named}: the database's own token lets in");
        let hint = format!("leave `--user` out, or say `--user {}`", rest.user);
        return Err(Failure::new("unknown-user", message, Some(hint)));
    }
    Ok(client || named == Some(rest.user))
}

/// The user that was named, or the first of the profile; none if it has none.
fn user(named: Option<&str>, connection: &Connection) -> Result<Option<String>, Failure> {
    let names: Vec<&str> = connection.users.iter().map(|c| c.user.as_str()).collect();
    match named {
        Some(name) if names.contains(&name) => Ok(Some(name.to_owned())),
        Some(name) => {
            let hint = if names.is_empty() {
                "the deployment has no users".to_owned()
            } else {
                format!("there is {}", names.join(", "))
            };
            Err(Failure::new("unknown-user", format!("no user `{name}`"), Some(hint)))
        }
        None => Ok(names.first().map(|name| (*name).to_owned())),
    }
}
