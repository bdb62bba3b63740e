//! An offer for a person.

use crate::catalog::{Listed, NodeType, Offer, Sharding, Stage, Support, copies};
use crate::report::text::{Align, columns, paragraph};
use crate::report::{Report, ReportError, Table};
use crate::units::{Bytes, Count, Figure};

use Align::{Left, Right};

impl Report<Offer<'_>> for Table {
    fn render(&self, offer: &Offer<'_>) -> Result<String, ReportError> {
        let name = offer.node.map_or("", |n| n.name);
        let info = offer.service;
        let mut text = format!("{} of {} in {}\n", self.strong(name), info.service.title(), offer.region);
        text.push_str(&match &offer.sold {
            Figure::Known(true) => String::new(),
            Figure::Known(false) => format!("{}\n", self.alarm("not sold in this region")),
            Figure::Unknown { why } => paragraph("  ? ", "    ", why),
        });
        if let Some(node) = offer.node {
            text.push_str(&self.heading("Data sheet"));
            text.push_str(&columns(&[], &[Left, Left], &sheet(node)));
            text.push_str(&paragraph("  ", "    ", &format!("source: {} ({})", node.source, node.as_of)));
            for note in &node.notes {
                text.push_str(&paragraph("  - ", "    ", note));
            }
        }
        text.push_str(&self.heading("Service"));
        text.push_str(&columns(&[], &[Left, Left], &service(offer)));
        for note in info.notes {
            text.push_str(&paragraph("  - ", "    ", note));
        }
        text.push_str(&self.heading("Prices in this region, USD before tax (~ is an estimate)"));
        if offer.prices.is_empty() && offer.has_a_price() {
            text.push_str("  no price by the node; see what is billed below\n");
        } else if offer.prices.is_empty() {
            text.push_str(&paragraph(
                "  ",
                "  ",
                &format!("none in the snapshot; read them from {}", info.price_source),
            ));
        }
        text.push_str(&listed(&offer.prices));
        if !offer.extras.is_empty() {
            text.push_str(&self.heading("Also billed"));
            text.push_str(&listed(&offer.extras));
        }
        let all = offer.prices.iter().chain(&offer.extras);
        if let Some(said) = copies(all.filter_map(|listed| listed.price.copy)) {
            text.push_str(&paragraph("  ", "  ", &said));
        }
        let elsewhere =
            if offer.regions.is_empty() { "nowhere".to_owned() } else { offer.regions.join(", ") };
        text.push_str(&self.heading("Known to be sold in"));
        text.push_str(&paragraph("  ", "  ", &elsewhere));
        Ok(text)
    }
}

fn figure<T>(figure: &Figure<T>, show: impl Fn(&T) -> String) -> String {
    match figure {
        Figure::Known(value) => show(value),
        Figure::Unknown { why } => format!("unknown: {why}"),
    }
}

fn sheet(node: &NodeType) -> Vec<Vec<String>> {
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let usable = match node.usable_estimate {
        Some(why) => format!("{} (~ {why})", node.usable),
        None => node.usable.to_string(),
    };
    let engines: Vec<String> = node
        .engines
        .iter()
        .map(|e| e.min_version.map_or_else(|| e.engine.to_string(), |v| format!("{} >= {v}", e.engine)))
        .collect();
    let sharding = match node.sharding {
        Sharding::None => "1".to_owned(),
        Sharding::Optional { max } => format!("1, or up to {max} in cluster mode"),
        Sharding::Required { max } => format!("1 to {max}, always in cluster mode"),
        Sharding::Inside { shards } => format!("{shards} inside the size"),
    };
    let stage = match node.stage {
        Stage::Ga => "generally available".to_owned(),
        Stage::Preview => "preview".to_owned(),
        Stage::Retiring { date } => format!("retires {date}"),
    };
    vec![
        row("memory", format!("{}, usable {usable}", node.memory)),
        row("vCPU", figure(&node.vcpu, ToString::to_string)),
        row("engine threads", figure(&node.engine_threads, ToString::to_string)),
        row("network baseline", figure(&node.network, |b| format!("{}/s", Bytes(*b)))),
        row("connections", figure(&node.max_connections, |c| Count(*c).to_string())),
        row(
            "I/O threads",
            figure(&node.io, |io| {
                let yes = |flag: bool| if flag { "yes" } else { "no" };
                format!(
                    "enhanced {}, TLS offload {}, multiplexing {}",
                    yes(io.enhanced_io),
                    yes(io.tls_offload),
                    yes(io.io_multiplexing)
                )
            }),
        ),
        row("engines", engines.join(", ")),
        row("shards", sharding),
        row("replicas", format!("{} to {}", node.replicas.min, node.replicas.max)),
        row("stage", stage),
    ]
}

fn service(offer: &Offer<'_>) -> Vec<Vec<String>> {
    let info = offer.service;
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let policies: Vec<&str> = info.eviction.allowed.iter().map(|p| p.as_str()).collect();
    vec![
        row("policies", format!("{} (default {})", policies.join(", "), info.eviction.default)),
        row("sign-in by cloud identity", support(info.iam_auth)),
        row("users", support(info.acl_users)),
        row("private network", support(info.private_network)),
        row("service level", info.sla.to_owned()),
        row("licence", info.licence.to_owned()),
    ]
}

fn support(support: Support) -> String {
    match support {
        Support::Yes => "yes".into(),
        Support::When { condition } => format!("yes: {condition}"),
        Support::Preview { instead } => format!("in preview; today {instead}"),
        Support::No { instead } => format!("no; instead {instead}"),
    }
}

fn listed(prices: &[Listed]) -> String {
    if prices.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = prices
        .iter()
        .map(|l| {
            let engine = l.engine.map_or_else(String::new, |e| format!(" {e}"));
            let tilde = if l.price.is_estimate() { "~" } else { "" };
            let estimate = l.price.estimate.as_ref().map_or_else(String::new, |e| format!("; {e}"));
            vec![
                format!("{}{engine}, {}", l.item, l.term),
                format!("{tilde}{} {}", l.price.usd, l.price.unit.text()),
                format!("{} ({}){estimate}", l.price.source, l.price.as_of),
            ]
        })
        .collect();
    columns(&[], &[Left, Right, Left], &rows)
}
