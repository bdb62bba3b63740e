//! Reading `node_types.tsv`.

use super::Service;
use super::node::{
    Burstable, EngineSince, Generation, IoFeatures, NodeType, PlanLimits, PublishedRps, Replicas, Sharding,
    Stage,
};
use super::table::{DataError, Row, Table, Texts};
use crate::units::{Bytes, Engine, Figure};

const TABLE: Table = Table {
    file: "node_types.tsv",
    header: "service\tname\tfamily\tgeneration\tarch\tvcpu\tengine_threads\tmemory\tusable\tusable_estimate\tssd\
        \tnetwork\tnetwork_burst\tconnections\tconnections_note\tio\tcredit_baseline\tcredits_per_hour\tcredits_max\
        \tvalkey_since\tredis_since\tsharding\tshards\treplicas_min\treplicas_max\treplicas_in_price\tsla\tstage\
        \trps_tls\trps_plain\trps_method\tplan\tsource\tas_of\tnote",
};

/// Reads the table; sorted by service and then by family and size, whatever the order of lines.
pub(super) fn parse(text: &'static str, texts: &Texts) -> Result<Vec<NodeType>, DataError> {
    let mut nodes = TABLE.rows(text)?.map(|mut row| node(&mut row, texts)).collect::<Result<Vec<_>, _>>()?;
    nodes.sort_by(|a, b| {
        (a.service, a.family)
            .cmp(&(b.service, b.family))
            .then(a.memory.0.total_cmp(&b.memory.0))
            .then(a.name.cmp(b.name))
    });
    if let Some(pair) = nodes.windows(2).find(|p| p[0].service == p[1].service && p[0].name == p[1].name) {
        return Err(TABLE.error(1, format!("`{}` is there twice", pair[0].name)));
    }
    Ok(nodes)
}

/// The columns in the order of the header.
fn node(row: &mut Row, texts: &Texts) -> Result<NodeType, DataError> {
    let services: Vec<(&str, Service)> = Service::ALL.iter().map(|s| (s.as_str(), *s)).collect();
    let service = row.word(&services)?;
    let name = row.text()?;
    let family = row.text()?;
    let generation = row.word(&[
        ("current", Generation::Current),
        ("older", Generation::Older),
        ("legacy", Generation::Legacy),
        ("previous", Generation::Previous),
    ])?;
    let arch = figure(row.value::<String>()?.and_then(|a| known_arch(&a)), service, "architecture");
    let vcpu = figure(row.value()?, service, "number of CPUs");
    let engine_threads = figure(row.value()?, service, "number of engine threads");
    let memory = Bytes(row.required()?);
    let usable = Bytes(row.required()?);
    let usable_estimate = texts.optional(row)?;
    let ssd = row.value()?.map(Bytes);
    let network = figure(row.value()?, service, "baseline bandwidth");
    let network_burst = row.value()?;
    let max_connections = figure(row.value()?, service, "connection limit");
    let max_connections_note = texts.optional(row)?;
    let io = io_features(row, service)?;
    let burstable = burstable(row)?;
    let engines = engines(row)?;
    let sharding = sharding(row)?;
    let replicas = Replicas { min: row.required()?, max: row.required()?, in_price: yes_no(row)? };
    let sla = yes_no(row)?;
    let stage = stage(row)?;
    let published_rps = published_rps(row, texts)?;
    let plan = plan(row)?;
    let source = texts.required(row)?;
    let as_of = row.text()?;
    let notes = texts.optional(row)?.map_or_else(Vec::new, |note| note.split("; ").collect());
    Ok(NodeType {
        service,
        name,
        family,
        generation,
        arch,
        vcpu,
        engine_threads,
        memory,
        usable,
        usable_estimate,
        ssd,
        network,
        network_burst,
        max_connections,
        max_connections_note,
        io,
        burstable,
        engines,
        sharding,
        replicas,
        sla,
        stage,
        published_rps,
        plan,
        source,
        as_of,
        notes,
    })
}

/// A published figure, or that there is none.
fn figure<T>(value: Option<T>, service: Service, what: &str) -> Figure<T> {
    value.map_or_else(
        || Figure::unknown(format!("the {what} of this size of {} is not published", service.title())),
        Figure::Known,
    )
}

fn known_arch(text: &str) -> Option<&'static str> {
    ["arm64", "x86_64"].into_iter().find(|a| *a == text)
}

fn yes_no(row: &mut Row) -> Result<bool, DataError> {
    row.word(&[("yes", true), ("no", false)])
}

fn io_features(row: &mut Row, service: Service) -> Result<Figure<IoFeatures>, DataError> {
    let text = row.text()?;
    let flag = |i: usize| text.as_bytes().get(i) == Some(&b'y');
    let known = match text.len() {
        0 => None,
        3 => Some(IoFeatures { enhanced_io: flag(0), tls_offload: flag(1), io_multiplexing: flag(2) }),
        _ => return Err(row.error("expected three letters, y or n")),
    };
    Ok(figure(known, service, "I/O threading"))
}

fn burstable(row: &mut Row) -> Result<Option<Burstable>, DataError> {
    let baseline_per_vcpu: Option<f64> = row.value()?;
    let credits_per_hour = row.value()?;
    let credits_max = row.value()?;
    let any = baseline_per_vcpu.is_some() || credits_per_hour.is_some();
    Ok(any.then_some(Burstable { baseline_per_vcpu, credits_per_hour, credits_max }))
}

/// Two columns: a version, `any`, or nothing where the engine is not sold.
fn engines(row: &mut Row) -> Result<Vec<EngineSince>, DataError> {
    let mut engines = Vec::new();
    for engine in [Engine::Valkey, Engine::Redis] {
        let since = row.text()?;
        if !since.is_empty() {
            engines.push(EngineSince { engine, min_version: (since != "any").then_some(since) });
        }
    }
    Ok(engines)
}

fn sharding(row: &mut Row) -> Result<Sharding, DataError> {
    let kind = row.text()?;
    let shards: u32 = row.required()?;
    match kind {
        "optional" => Ok(Sharding::Optional { max: shards }),
        "required" => Ok(Sharding::Required { max: shards }),
        "none" => Ok(Sharding::None),
        "inside" => Ok(Sharding::Inside { shards }),
        _ => Err(row.error("expected optional, required, none or inside")),
    }
}

fn stage(row: &mut Row) -> Result<Stage, DataError> {
    match row.text()? {
        "ga" => Ok(Stage::Ga),
        "preview" => Ok(Stage::Preview),
        text => match text.strip_prefix("retiring ") {
            Some(date) => Ok(Stage::Retiring { date }),
            None => Err(row.error("expected ga, preview or retiring with a date")),
        },
    }
}

fn published_rps(row: &mut Row, texts: &Texts) -> Result<Option<PublishedRps>, DataError> {
    let (tls, plain) = (row.value()?, row.value()?);
    Ok(texts.optional(row)?.map(|method| PublishedRps { tls, plain, method }))
}

/// Six numbers with spaces between, `-` for none.
fn plan(row: &mut Row) -> Result<Option<PlanLimits>, DataError> {
    let text = row.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    let numbers: Vec<Option<f64>> = text.split(' ').map(|n| n.parse().ok()).collect();
    let [commands_per_second, commands_per_month, bandwidth, storage, request, record] = numbers[..] else {
        return Err(row.error("expected six numbers"));
    };
    Ok(Some(PlanLimits {
        commands_per_second,
        commands_per_month,
        bandwidth_per_month: bandwidth.map(Bytes),
        included_storage: storage.map(Bytes),
        max_request: request.map(Bytes),
        max_record: record.map(Bytes),
    }))
}
