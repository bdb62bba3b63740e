//! Charts of the page, each with its figures in a table below.

use std::fmt::Write as _;

use rust_decimal::prelude::ToPrimitive as _;

use super::{figure as amount, money};
use crate::recommend::{MemoryChoice, MemoryOption, Sweep, Varied};
use crate::report::chart::{Chart, Line, Steps, figure, short};
use crate::report::escape::markup;
use crate::review::{DeploymentCost, Month, Review};
use crate::units::{Bytes, Figure, Usd};

/// All charts that there are figures for.
pub fn all(review: &Review, deployment: &DeploymentCost, index: usize, at: &str) -> String {
    let mut charts = String::new();
    let mut tables = String::new();
    let mut add = |chart: Option<String>, table: String| {
        if let Some(chart) = chart {
            let _ = write!(charts, "<div>{chart}</div>");
        }
        tables.push_str(&table);
    };
    for (i, swept) in deployment.sweeps.iter().enumerate() {
        let (chart, table) = sweep(swept, &format!("s{index}-{i}"), &format!("{at}/sweeps/{i}"));
        add(chart, table);
    }
    if let Some(choice) = &deployment.memory_choice {
        add(hits(choice, index), String::new());
        add(totals(choice, index), memory_table(choice, at));
    }
    let (chart, table) = stair(review, deployment, index, at);
    add(chart, table);
    if charts.is_empty() {
        return tables;
    }
    format!("<h3>Pictures</h3><div class=\"charts\">{charts}</div>\n{tables}")
}

/// Gigabytes, as the axes of memory have them.
fn gigabytes(bytes: f64) -> f64 {
    bytes / 1e9
}

/// A vertical line at the memory that is bought.
fn chosen(choice: &MemoryChoice) -> Vec<(f64, String)> {
    let chosen = choice.options.iter().filter(|option| option.chosen);
    chosen.map(|option| (gigabytes(option.memory), "chosen".to_owned())).collect()
}

/// What share of the reads hits with how much memory.
fn hits(choice: &MemoryChoice, index: usize) -> Option<String> {
    let point = |option: &MemoryOption| (gigabytes(option.memory), option.hit_ratio * 100.0);
    figure(&Chart {
        id: &format!("h{index}"),
        title: "Share of the reads that hit, against memory",
        x: "memory, GB",
        y: "hits, %",
        log: false,
        steps: Steps::Straight,
        lines: vec![Line { name: "hit ratio".into(), points: choice.options.iter().map(point).collect() }],
        marks: chosen(choice),
        band: None,
        show: &short,
    })
}

/// What memory and misses cost together; none without a cost of a miss.
fn totals(choice: &MemoryChoice, index: usize) -> Option<String> {
    let points = |usd: &dyn Fn(&MemoryOption) -> Option<Usd>| {
        let point = |option: &MemoryOption| Some((gigabytes(option.memory), float(usd(option)?)));
        choice.options.iter().filter_map(point).collect::<Vec<(f64, f64)>>()
    };
    let cache = |option: &MemoryOption| option.cache.known().copied();
    let both = |option: &MemoryOption| Some(cache(option)? + option.misses?);
    let line = |name: &str, points: Vec<(f64, f64)>| Line { name: name.into(), points };
    let lines = vec![
        line("cache and misses", points(&both)),
        line("cache", points(&cache)),
        line("misses", points(&|option| option.misses)),
    ];
    let chart = Chart {
        id: &format!("t{index}"),
        title: "Cost of cache and misses, against memory",
        x: "memory, GB",
        y: "USD a month",
        log: false,
        steps: Steps::Straight,
        marks: chosen(choice),
        band: None,
        show: &short,
        lines,
    };
    choice.options.iter().any(|option| option.misses.is_some()).then(|| figure(&chart))?
}

fn memory_table(choice: &MemoryChoice, at: &str) -> String {
    let row = |(i, o)| option(o, &format!("{at}/memory_choice/options/{i}"));
    let rows: String = choice.options.iter().enumerate().map(row).collect();
    let heads = "<th>Memory</th><th>Shape</th><th class=\"n\">Hits</th><th class=\"n\">Cache</th><th class=\"n\">Misses</th>";
    folded("hit ratio and cost against memory", heads, &rows)
}

fn option(option: &MemoryOption, at: &str) -> String {
    format!(
        "<tr><td>{}{}</td><td>{}</td><td class=\"n\">{:.1} %</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        Bytes(option.memory),
        if option.chosen { " (chosen)" } else { "" },
        markup(&option.shape),
        option.hit_ratio * 100.0,
        amount(&format!("{at}/cache"), &option.cache),
        option.misses.map_or_else(String::new, |usd| money(&format!("{at}/misses"), Some(usd)))
    )
}

fn float(usd: Usd) -> f64 {
    usd.0.to_f64().unwrap_or(0.0)
}

/// A title within a sentence.
fn lower(title: &str) -> String {
    title.to_lowercase()
}

fn folded(title: &str, heads: &str, rows: &str) -> String {
    format!(
        "<details><summary>Figures: {title}</summary><div class=\"wide\"><table><thead><tr>{heads}</tr></thead>\
         <tbody>{rows}</tbody></table></div></details>\n"
    )
}

/// Costs over load or data: a line a service.
fn sweep(sweep: &Sweep, id: &str, at: &str) -> (Option<String>, String) {
    let (title, x) = match sweep.varied {
        Varied::Load => ("Cost against load", "commands a second at the peak"),
        Varied::Data => ("Cost against data size", "keys and values, today"),
    };
    let bytes = |x: f64| format!("{}B", short(x));
    let show: &dyn Fn(f64) -> String = match sweep.varied {
        Varied::Load => &short,
        Varied::Data => &bytes,
    };
    let place = |factor: f64| factor * sweep.unit;
    let lines = sweep.courses.iter().map(|course| Line {
        name: course.service.clone(),
        points: course
            .points
            .iter()
            .filter_map(|point| Some((place(point.factor), float(point.monthly?))))
            .collect(),
    });
    let mut marks = vec![(place(1.0), "today".to_owned())];
    marks
        .extend(sweep.break_even.iter().map(|even| (place(even.factor), format!("x{}", short(even.factor)))));
    let chart = Chart {
        id,
        title,
        x,
        y: "USD a month",
        log: sweep.varied == Varied::Load,
        steps: if sweep.varied == Varied::Data { Steps::Down } else { Steps::Straight },
        lines: lines.filter(|line| line.points.len() > 1).collect(),
        marks,
        band: Some((place(sweep.today.low), place(sweep.today.high))).filter(|(low, high)| high > low),
        show,
    };
    let heads: String =
        sweep.courses.iter().map(|c| format!("<th class=\"n\">{}</th>", markup(&c.service))).collect();
    let count = sweep.courses.first().map_or(0, |course| course.points.len());
    let mut rows = String::new();
    for p in 0..count {
        let factor = sweep.courses[0].points[p].factor;
        let cells: String = sweep
            .courses
            .iter()
            .enumerate()
            .map(|(c, course)| {
                let point = &course.points[p];
                let shape = point.shape.as_ref().map_or_else(|| "nothing fits".into(), |shape| markup(shape));
                let usd = money(&format!("{at}/courses/{c}/points/{p}/monthly"), point.monthly);
                format!("<td class=\"n\">{usd}<br><small>{shape}</small></td>")
            })
            .collect();
        let _ = writeln!(rows, "<tr><td>x{factor} ({})</td>{cells}</tr>", show(place(factor)));
    }
    let even: String = sweep
        .break_even
        .iter()
        .enumerate()
        .map(|(i, even)| {
            let usd = money(&format!("{at}/break_even/{i}/monthly"), Some(even.monthly));
            format!(
                "<p>Break-even at x{} of today ({}), at {usd} USD a month: {} below, {} above.</p>",
                short(even.factor),
                show(place(even.factor)),
                markup(&even.below),
                markup(&even.above)
            )
        })
        .collect();
    let of = match sweep.varied {
        Varied::Load => "commands a second at the peak",
        Varied::Data => "of keys and values",
    };
    let range = chart.band.map_or_else(String::new, |(low, high)| {
        format!("<p>Shaded is today's range, {} to {} {of}.</p>", show(low), show(high))
    });
    let table = folded(&lower(title), &format!("<th>{x}</th>{heads}"), &rows);
    (figure(&chart), format!("{even}{range}{table}"))
}

/// What is paid and borne in each of 24 months, with what is dated.
fn stair(review: &Review, deployment: &DeploymentCost, index: usize, at: &str) -> (Option<String>, String) {
    let months = &deployment.months;
    let points = |of: fn(&Month) -> &Figure<Usd>| {
        let known = months.iter().enumerate().filter_map(|(i, m)| Some((i as f64, float(*of(m).known()?))));
        known.collect::<Vec<(f64, f64)>>()
    };
    let mut lines = vec![Line { name: "amortised".into(), points: points(|m| &m.paid.amortised) }];
    let cash = points(|m| &m.paid.cash);
    if cash != lines[0].points {
        lines.push(Line { name: "cash".into(), points: cash });
    }
    let marks = deployment.cliffs.iter().filter(|cliff| cliff.days >= 0 && cliff.days < 730);
    let marks = marks.map(|cliff| (f64::from(cliff.days) / 30.42, cliff.kind.id().to_owned())).collect();
    let chart = Chart {
        id: &format!("m{index}"),
        title: "The next 24 months",
        x: &format!("months from {}", review.as_of),
        y: "USD a month",
        log: false,
        steps: Steps::On,
        lines,
        marks,
        band: None,
        show: &|x| format!("{x:.0}"),
    };
    let rows: String = months
        .iter()
        .enumerate()
        .map(|(i, month)| {
            format!(
                "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
                month.month,
                amount(&format!("{at}/months/{i}/cash"), &month.paid.cash),
                amount(&format!("{at}/months/{i}/amortised"), &month.paid.amortised)
            )
        })
        .collect();
    let mut text = String::new();
    if !deployment.cliffs.is_empty() {
        let cliff = |(i, cliff): (usize, &crate::recommend::Cliff)| {
            let usd = cliff.monthly.map_or_else(String::new, |usd| {
                format!(": {} USD a month more", money(&format!("{at}/cliffs/{i}/monthly"), Some(usd)))
            });
            format!("<li>{} {}{usd}</li>", cliff.date, markup(&cliff.text))
        };
        let items: String = deployment.cliffs.iter().enumerate().map(cliff).collect();
        let _ = writeln!(text, "<h3>Dated changes ahead</h3><ul>{items}</ul>");
    }
    let was = deployment.before.iter().flat_map(|was| &was.cliffs);
    let gone: String = was
        .filter(|cliff| !deployment.cliffs.contains(cliff))
        .map(|cliff| format!("<li>{} {}</li>", cliff.date, markup(&cliff.text)))
        .collect();
    if !gone.is_empty() {
        let _ = writeln!(text, "<h3>Dated changes that were ahead before</h3><ul>{gone}</ul>");
    }
    if !rows.is_empty() {
        let heads = "<th>Month</th><th class=\"n\">Cash</th><th class=\"n\">Amortised</th>";
        text.push_str(&folded("the next 24 months, USD", heads, &rows));
    }
    (figure(&chart), text)
}
