//! Exports of metrics and inventories, recognised by their content. One file a format.

mod assessment;
mod azure_monitor;
mod bounds;
mod cloud_monitoring;
mod cloudwatch_data;
mod cloudwatch_queries;
mod cloudwatch_statistics;
mod commands;
mod datadog;
mod error;
mod format;
mod info;
mod info_runs;
mod inventory_aws;
mod inventory_others;
mod json;
mod monitor;
pub(super) mod names;
mod pages;
mod prometheus_range;
mod prometheus_text;
mod service_error;
mod slots;
mod table;
mod time;
mod unit;
mod unknown;
mod upstash;

pub use commands::{Kind, kind_of};
pub use error::ReadError;
pub use format::Format;
pub(in crate::observe) use info::Dump;

use std::io::{self, BufRead, BufReader, Read};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::judge::untold;
use super::{Observations, Point};
use crate::parallel;
use cloudwatch_data::Answers;
pub(super) use cloudwatch_queries::Queries;

/// Bytes by which a format is recognised.
const HEAD: usize = 64 * 1024;
/// Times before 2015 and further ahead than this are those of a wrong clock.
const FUTURE: i64 = 3600;
const EARLIEST: i64 = 1_420_070_400;

/// A file or a stream.
pub struct Input {
    /// As messages name it.
    pub name: String,
    /// Its content.
    pub content: Box<dyn Read + Send>,
}

/// What readers need beside the content.
pub(super) struct Source<'a> {
    /// As messages name it.
    pub name: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

impl Source<'_> {
    /// The name of the file without folder and ending: what a format without a name of the cache is called by.
    pub fn stem(&self) -> &str {
        let file = self.name.rsplit(['/', '\\']).next().unwrap_or(self.name);
        file.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or(file)
    }
}

/// What stands in one file.
enum Piece {
    Queries(Queries),
    Answers(Answers),
    Dumps(Vec<Dump>),
    Whole(Observations),
}

/// Reads everything, in any order of the files. `now` is the clock, in seconds since 1970.
pub fn read(inputs: Vec<Input>, now: i64) -> Result<Observations, ReadError> {
    let mut all = Observations::default();
    let mut queries = Queries::default();
    let (mut answers, mut dumps) = (Vec::new(), Vec::new());
    let mut nothing: Vec<ReadError> = Vec::new();
    for piece in pieces(inputs, now) {
        match piece {
            Ok(Piece::Queries(more)) => {
                for (id, query) in more {
                    cloudwatch_queries::add(&mut queries, id, query);
                }
            }
            Ok(Piece::Answers(more)) => answers.push(more),
            Ok(Piece::Dumps(more)) => dumps.extend(more),
            Ok(Piece::Whole(one)) => all.merge(one),
            Err(error) if error.nothing => nothing.push(error),
            Err(error) => return Err(error),
        }
    }
    for one in answers {
        let file = one.file.clone();
        let one = cloudwatch_data::joined(one, &queries);
        match or_nothing(&file, Format::CloudWatchData, one) {
            Ok(one) => all.merge(one),
            Err(error) => nothing.push(error),
        }
    }
    all.merge(info_runs::observations(dumps, now));
    let asked = !queries.is_empty();
    let mut all = tidied(all, now)?;
    all.caveats.extend(nothing.iter().map(ReadError::to_string));
    let mut nothing = nothing.into_iter();
    if let Some(mut first) = nothing.next().filter(|_| all.is_empty()) {
        let others: Vec<String> = nothing.map(|other| other.to_string()).collect();
        first.details.extend(error::first_of(&others));
        return Err(first);
    }
    if asked && all.is_empty() {
        return Err(ReadError::new("the input", "holds what is asked of CloudWatch, and no answer")
            .hint("give what `aws cloudwatch get-metric-data` answers to these queries with --from, too"));
    }
    Ok(all)
}

/// Reads what a service answered to `name`, one document after another, as if it stood in a file. An answer without points
/// is no error: there are none.
pub fn answer(name: &str, format: Format, documents: &[Value], now: i64) -> Result<Observations, ReadError> {
    let text: String = documents.iter().map(|document| format!("{document}\n")).collect();
    let source = Source { name, now };
    let content = io::Cursor::new(text.into_bytes());
    let all = match format {
        Format::CloudWatchData => {
            cloudwatch_data::joined(cloudwatch_data::read(&source, content)?, &Queries::default())
        }
        _ => one(&source, format, Box::new(content))?,
    };
    tidied(all, now)
}

/// What servers answered to INFO over a connection, in order.
#[cfg(feature = "local")]
pub(in crate::observe) fn of_info(dumps: Vec<Dump>, now: i64) -> Observations {
    let mut all = info_runs::observations(dumps, now);
    bounds::drop_impossible(&mut all);
    all.tidy();
    all
}

/// In order, and without points of a wrong clock.
fn tidied(mut all: Observations, now: i64) -> Result<Observations, ReadError> {
    let points = !all.series.is_empty();
    let wrong = drop_wrong_points(&mut all, now);
    all.caveats.extend(left_out(wrong));
    let untold = untold(&mut all);
    all.caveats.extend(untold);
    all.tidy();
    if all.is_empty() && wrong > 0 {
        return Err(ReadError::new("the input", "holds only points from before 2015 or from the future")
            .hint("check the clock of the machine that exported them, and that of this one"));
    }
    if all.is_empty() && points {
        let mut error = ReadError::new("the input", "holds no value that a cache can have")
            .hint("check the units of what was exported");
        let caveats: Vec<String> = all.caveats.into_iter().collect();
        error.details.extend(error::first_of(&caveats));
        return Err(error);
    }
    Ok(all)
}

/// What to know of so many points with wrong times.
pub(super) fn left_out(wrong: usize) -> Option<String> {
    let text = || {
        format!(
            "{wrong} points are from before 2015 or from the future and are left out: the clock of their source is wrong"
        )
    };
    (wrong > 0).then(text)
}

/// What was read beside files that hold nothing but metrics.
pub(super) struct Beside {
    /// What they say.
    pub all: Observations,
    /// What answers are asked by.
    pub queries: Queries,
    /// The places of the files of metrics.
    pub metrics: Vec<usize>,
    /// How many points have wrong times.
    pub wrong: usize,
}

/// Reads what tells more than metrics: inventories, queries, INFO.
pub(super) fn beside(
    count: usize,
    open: &(dyn Fn(usize) -> Input + Sync),
    now: i64,
) -> Result<Beside, ReadError> {
    let places: Vec<usize> = (0..count).collect();
    let pieces = parallel::map(&places, |place| {
        let Input { name, content } = open(*place);
        let (format, content) = recognised(&name, content)?;
        if format.holds_metrics_alone() { Ok(None) } else { of_format(&name, format, content, now).map(Some) }
    });
    let mut beside =
        Beside { all: Observations::default(), queries: Queries::default(), metrics: Vec::new(), wrong: 0 };
    let mut dumps = Vec::new();
    for (place, piece) in pieces.into_iter().enumerate() {
        match piece {
            Ok(Some(Piece::Queries(more))) => {
                for (id, query) in more {
                    cloudwatch_queries::add(&mut beside.queries, id, query);
                }
            }
            Ok(Some(Piece::Dumps(more))) => dumps.extend(more),
            Ok(Some(Piece::Whole(one))) => beside.all.merge(one),
            Ok(Some(Piece::Answers(_)) | None) => beside.metrics.push(place),
            Err(error) if error.nothing => _ = beside.all.caveats.insert(error.to_string()),
            Err(error) => return Err(error),
        }
    }
    beside.all.merge(info_runs::observations(dumps, now));
    beside.wrong = drop_wrong_points(&mut beside.all, now);
    Ok(beside)
}

/// What a file of metrics says, and how many points have wrong times.
pub(super) fn metrics(input: Input, queries: &Queries, now: i64) -> Result<(Observations, usize), ReadError> {
    let name = input.name.clone();
    let one = match piece(input, now) {
        Ok(Piece::Whole(one)) => Ok(one),
        Ok(Piece::Answers(answers)) => {
            or_nothing(&name, Format::CloudWatchData, cloudwatch_data::joined(answers, queries))
        }
        Ok(Piece::Queries(_) | Piece::Dumps(_)) => Ok(Observations::default()),
        Err(error) => Err(error),
    };
    let mut one = match one {
        Err(error) if error.nothing => {
            Observations { caveats: [error.to_string()].into(), ..Observations::default() }
        }
        one => one?,
    };
    let wrong = drop_wrong_points(&mut one, now);
    Ok((one, wrong))
}

/// What stands in each file, in their order; files are read on all cores.
fn pieces(inputs: Vec<Input>, now: i64) -> Vec<Result<Piece, ReadError>> {
    let inputs: Vec<Mutex<Option<Input>>> = inputs.into_iter().map(|input| Mutex::new(Some(input))).collect();
    parallel::map(&inputs, |input| {
        let input = input.lock().unwrap_or_else(PoisonError::into_inner).take();
        input.map_or_else(|| Ok(Piece::Dumps(Vec::new())), |input| piece(input, now))
    })
}

fn piece(input: Input, now: i64) -> Result<Piece, ReadError> {
    let Input { name, content } = input;
    let (format, content) = recognised(&name, content)?;
    of_format(&name, format, content, now)
}

fn of_format(name: &str, format: Format, content: Box<dyn BufRead>, now: i64) -> Result<Piece, ReadError> {
    let source = Source { name, now };
    Ok(match format {
        Format::Info => Piece::Dumps(info::dumps(&source, content)?),
        Format::CloudWatchQueries => Piece::Queries(cloudwatch_queries::read(content, name)?),
        Format::CloudWatchData => Piece::Answers(cloudwatch_data::read(&source, content)?),
        _ => Piece::Whole(or_nothing(name, format, one(&source, format, content)?)?),
    })
}

/// A file in which nothing was found is an error, unless others hold something.
fn or_nothing(name: &str, format: Format, one: Observations) -> Result<Observations, ReadError> {
    if !one.is_empty() {
        return Ok(one);
    }
    let what = match format {
        Format::AwsInventory | Format::OtherInventory => "names no cache",
        _ => "holds nothing that sizes a cache",
    };
    let mut error = ReadError::nothing(name, what).of(format).hint(format.hint_if_empty());
    let caveats: Vec<String> = one.caveats.into_iter().collect();
    error.details.extend(error::first_of(&caveats));
    Err(error)
}

fn recognised(name: &str, content: Box<dyn Read + Send>) -> Result<(Format, Box<dyn BufRead>), ReadError> {
    let mut content = content;
    let mut head = Vec::new();
    let unreadable = |error: io::Error| ReadError::unreadable(name, &error);
    (&mut content).take(HEAD as u64).read_to_end(&mut head).map_err(unreadable)?;
    if head.starts_with(&[0x1f, 0x8b]) {
        let whole = io::Cursor::new(head).chain(content);
        let unpacked: Box<dyn Read> = Box::new(flate2::read::MultiGzDecoder::new(whole));
        // A file that is packed twice is not what anybody exports.
        return recognised_plain(name, unpacked);
    }
    let whole: Box<dyn Read> = Box::new(io::Cursor::new(head).chain(content));
    recognised_plain(name, whole)
}

fn recognised_plain(name: &str, mut content: Box<dyn Read>) -> Result<(Format, Box<dyn BufRead>), ReadError> {
    let mut head = Vec::new();
    let unreadable = |error: io::Error| ReadError::unreadable(name, &error);
    (&mut content).take(HEAD as u64).read_to_end(&mut head).map_err(unreadable)?;
    if head.starts_with("\u{feff}".as_bytes()) {
        head.drain(..3);
    }
    let valid = str::from_utf8(&head).or_else(|error| str::from_utf8(&head[..error.valid_up_to()]));
    let (rest, any) = unknown::behind_empty(valid.unwrap_or_default());
    let empty = valid.map_or(0, |valid| valid.len() - rest.len());
    if any && empty == head.len() && empty < HEAD {
        let nothing = ReadError::nothing(name, "holds an empty list or object, and nothing else");
        return Err(nothing.hint(Format::CloudWatchData.hint_if_empty()));
    }
    if any {
        head.drain(..empty);
    }
    let format = Format::of(&head).map_err(|why| ReadError::new(name, &why.what).hint(&why.hint))?;
    Ok((format, Box::new(BufReader::with_capacity(HEAD, io::Cursor::new(head).chain(content)))))
}

/// The format of a file or stream; none if it is no export, or cannot be read.
pub fn recognise(input: Input) -> Option<Format> {
    recognised(&input.name, input.content).ok().map(|(format, _)| format)
}

fn one(source: &Source<'_>, format: Format, content: Box<dyn BufRead>) -> Result<Observations, ReadError> {
    match format {
        Format::Monitor => monitor::read(source, content),
        Format::CloudWatchStatistics => cloudwatch_statistics::read(source, content),
        Format::Info | Format::CloudWatchQueries | Format::CloudWatchData => Ok(Observations::default()),
        Format::PrometheusRange => prometheus_range::read(source, content),
        Format::PrometheusText => prometheus_text::read(source, content),
        Format::AzureMonitor => azure_monitor::read(source, content),
        Format::CloudMonitoring => cloud_monitoring::read(source, content),
        Format::Upstash => upstash::read(source, content),
        Format::AwsInventory => inventory_aws::read(source, content),
        Format::OtherInventory => inventory_others::read(source, content),
        Format::Assessment => assessment::read(source, content),
        Format::Datadog => datadog::read(source, content),
        Format::Table => table::read(source, content),
    }
}

/// Leaves out what is no measurement, and says how many points are of a wrong clock.
fn drop_wrong_points(all: &mut Observations, now: i64) -> usize {
    bounds::drop_impossible(all);
    let mut wrong = 0;
    for series in &mut all.series {
        let right = |point: &Point| (EARLIEST..=now + FUTURE).contains(&point.at);
        if series.points.iter().all(right) {
            continue;
        }
        let before = series.points.len();
        series.points.retain(right);
        wrong += before - series.points.len();
    }
    wrong
}
