//! What a role must allow for a call, as roles name it.

use super::wire::{Call, Form, decode};
use crate::cloud::http::Request;

/// The actions that a request needs; none for tokens, which no role gives.
pub fn actions(request: &Request) -> Vec<String> {
    decode(request).map(|call| of(&call)).unwrap_or_default()
}

pub fn of(call: &Call) -> Vec<String> {
    let whole = format!("{}/{}", call.namespace, call.kind);
    match (&call.form, call.method.as_str()) {
        (Form::Token | Form::Identity, _) => Vec::new(),
        (Form::Group, _) => vec!["Microsoft.Resources/subscriptions/resourceGroups/read".to_owned()],
        (Form::Provider, "POST") => vec![format!("{}/register/action", call.namespace)],
        (Form::Provider, _) => vec!["Microsoft.Resources/subscriptions/providers/read".to_owned()],
        (Form::Availability, _) => vec!["Microsoft.Cache/checknameavailability/action".to_owned()],
        (Form::Usages(_), _) => vec!["Microsoft.Network/locations/usages/read".to_owned()],
        (Form::Operation, _) => vec![format!("{}/locations/operationsStatus/read", call.namespace)],
        (Form::Metrics, _) => vec!["Microsoft.Insights/metrics/read".to_owned()],
        (Form::Action(word), _) => vec![format!("{whole}/{word}/action")],
        (Form::List, _) | (Form::One, "GET") => vec![format!("{whole}/read")],
        (Form::One, "DELETE") => vec![format!("{whole}/delete")],
        (Form::One, _) => {
            let mut all = vec![format!("{whole}/write")];
            let joined = "Microsoft.Network/virtualNetworks";
            match call.kind {
                "privateEndpoints" => {
                    all.push(format!("{joined}/subnets/join/action"));
                    let cache = "Microsoft.Cache/redisEnterprise/PrivateEndpointConnectionsApproval/action";
                    all.push(cache.to_owned());
                }
                "privateEndpoints/privateDnsZoneGroups" => {
                    all.push("Microsoft.Network/privateDnsZones/join/action".to_owned());
                }
                "privateDnsZones/virtualNetworkLinks" => all.push(format!("{joined}/join/action")),
                _ => {}
            }
            all
        }
    }
}
