//! Who asks: tokens for clients with a secret or an assertion, for machines, and what comes with every call.

use std::collections::BTreeMap;

use serde_json::json;

use super::wire::{Answer, Call, Done, Refusal, refuse};
use super::world::{CLIENT, SECRET, TOKEN, World};

/// A token for a client: its secret, or the assertion of a workload, has to be right.
pub fn issue(world: &mut World, call: &Call) -> Answer {
    let form: BTreeMap<String, String> = form_urlencoded::parse(call.text.as_bytes()).into_owned().collect();
    let given = |name: &str| form.get(name).map_or("", String::as_str);
    let proves = given("client_secret") == SECRET || given("client_assertion").contains('.');
    if given("grant_type") != "client_credentials" || given("client_id") != CLIENT || !proves {
        return refuse(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.");
    }
    if !given("scope").ends_with("/.default") {
        return refuse(
            400,
            "invalid_client",
            format!("AADSTS70011: The scope {} is not valid.", given("scope")),
        );
    }
    world.tokens += 1;
    let body = json!({"token_type": "Bearer", "expires_in": world.expires_in, "ext_expires_in": world.expires_in,
        "access_token": TOKEN});
    Ok(Done::new(200, body))
}

/// A token for the machine, as App Service gives it.
pub fn identity(world: &mut World, call: &Call) -> Answer {
    if !call.query.contains_key("resource") {
        return refuse(400, "invalid_client", "the resource is missing");
    }
    world.tokens += 1;
    let body = json!({"token_type": "Bearer", "expires_on": "1999999999", "access_token": TOKEN,
        "resource": call.query["resource"]});
    Ok(Done::new(200, body))
}

/// Whether the caller has signed in.
pub fn check(call: &Call) -> Result<(), Refusal> {
    match call.authorization.strip_prefix("Bearer ") {
        Some(TOKEN) => Ok(()),
        Some(_) => refuse(401, "InvalidAuthenticationToken", "The access token is invalid."),
        None => refuse(
            401,
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        ),
    }
}
