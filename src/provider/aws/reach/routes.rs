//! Where route tables send what goes from one subnet to another.

use aws_sdk_ec2::types::{Filter, Route, RouteState, RouteTable};

use super::{bits, contains};
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::network::Subnet;
use crate::provider::aws::session::Session;

/// What a route table says of a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// The network's own route leads there.
    Open,
    /// None does.
    Closed(String),
    /// Another one does, and where that ends is not looked at.
    Unknown(String),
}

/// The route tables of some VPCs.
pub async fn tables(session: &Session, mut vpcs: Vec<String>) -> Result<Vec<RouteTable>, AwsError> {
    vpcs.sort_unstable();
    vpcs.dedup();
    let filter = Filter::builder().name("vpc-id").set_values(Some(vpcs)).build();
    let mut all = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let call = || {
            let call = session.ec2.describe_route_tables().filters(filter.clone());
            call.set_next_token(token.clone()).send()
        };
        let page = session.read(Action::DescribeRouteTables, call).await?;
        token = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
        all.extend(page.route_tables.unwrap_or_default());
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// The way from one subnet to another: of the routes that hold the range the narrowest decides.
pub fn way(tables: &[RouteTable], from: &Subnet, to: &Subnet) -> Way {
    let own = |t: &&RouteTable| t.associations().iter().any(|a| a.subnet_id() == Some(from.id.as_str()));
    let main = |t: &&RouteTable| {
        t.vpc_id() == Some(from.vpc.as_str()) && t.associations().iter().any(|a| a.main() == Some(true))
    };
    let Some(table) = tables.iter().find(own).or_else(|| tables.iter().find(main)) else {
        return Way::Unknown(format!("no route table of {} was found", from.id));
    };
    let id = table.route_table_id().unwrap_or_default();
    let range = |route: &&Route| route.destination_cidr_block().map(str::to_owned);
    // A narrower route takes a part of the subnet away.
    let part = table.routes().iter().find(|route| {
        let within = range(route).is_some_and(|r| r != to.cidr && contains(&to.cidr, &r));
        within && judged(route, id, from, to) != Way::Open
    });
    if let Some(part) = part {
        return judged(part, id, from, to);
    }
    let whole = table.routes().iter().filter(|route| range(route).is_some_and(|r| contains(&r, &to.cidr)));
    match whole.max_by_key(|route| range(route).map_or(0, |r| bits(&r))) {
        Some(route) => judged(route, id, from, to),
        None => Way::Closed(format!(
            "the route table {id} of {} has no route to {} ({})",
            from.id, to.id, to.cidr
        )),
    }
}

fn judged(route: &Route, table: &str, from: &Subnet, to: &Subnet) -> Way {
    let range = route.destination_cidr_block().unwrap_or_default();
    let way = format!("the route {range} in {table}, from {} to {}", from.id, to.id);
    if route.state() == Some(&RouteState::Blackhole) {
        return Way::Closed(format!("{way}, is a black hole: what it led to is gone"));
    }
    let targets = [
        route.gateway_id(),
        route.nat_gateway_id(),
        route.transit_gateway_id(),
        route.vpc_peering_connection_id(),
        route.network_interface_id(),
        route.instance_id(),
    ];
    match targets.into_iter().flatten().next() {
        Some("local") => Way::Open,
        target => Way::Unknown(format!(
            "{way}, leads to {}, and where that ends is not looked at",
            target.unwrap_or("something else")
        )),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::RouteTableAssociation;

    use super::*;

    fn table(subnet: Option<&str>, routes: Vec<Route>) -> RouteTable {
        let link = RouteTableAssociation::builder().main(subnet.is_none());
        let link = link.set_subnet_id(subnet.map(str::to_owned)).build();
        RouteTable::builder()
            .route_table_id("rtb")
            .vpc_id("vpc-1")
            .associations(link)
            .set_routes(Some(routes))
            .build()
    }

    fn route(range: &str, target: &str) -> Route {
        Route::builder().destination_cidr_block(range).gateway_id(target).build()
    }

    #[test]
    fn the_narrowest_route_of_the_subnets_own_table_decides() {
        let [from, to] = ["10.0.0.0/24", "10.0.1.0/24"].map(|cidr| Subnet::for_test(cidr, "vpc-1", cidr));
        let local = || route("10.0.0.0/16", "local");
        let main = || table(None, vec![local(), route("0.0.0.0/0", "nat-1")]);
        let between = |tables: &[RouteTable]| way(tables, &from, &to);
        assert_eq!(between(&[main()]), Way::Open);
        assert!(matches!(between(&[]), Way::Unknown(_)));
        let own = |routes| [main(), table(Some(&from.id), routes)];
        assert!(matches!(between(&own(vec![route("10.9.0.0/16", "local")])), Way::Closed(_)));
        let firewall = vec![local(), route("10.0.1.0/24", "vpce-1")];
        assert!(matches!(between(&own(firewall)), Way::Unknown(why) if why.contains("vpce-1")));
        let part = vec![local(), route("10.0.1.128/25", "igw-1")];
        assert!(matches!(between(&own(part)), Way::Unknown(_)));
        let gone =
            Route::builder().destination_cidr_block("10.0.1.0/24").state(RouteState::Blackhole).build();
        assert!(matches!(between(&own(vec![local(), gone])), Way::Closed(_)));
    }
}
