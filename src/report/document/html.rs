//! A document as one page in one file: no request, no script, light and dark.

use super::{Align, Block, Document, Rows, Section, Sentence, Tone};
use crate::report::escape::markup;

const CSS: &str = ":root{--bg:#fff;--ink:#1b1f24;--soft:#4a5058;--line:#c4c9d0;--bad:#a40e26;--good:#116329;--box:#f3f5f7}\
@media(prefers-color-scheme:dark){:root{--bg:#14171b;--ink:#e8eaed;--soft:#b6bcc4;--line:#4a525c;--bad:#ff9492;--good:#6fdd8b;\
--box:#1e2329}}*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}\
main{max-width:1120px;margin:0 auto;padding:16px}h1{font-size:1.6rem;margin:.3em 0}h2{font-size:1.25rem;margin:1.4em 0 .4em;\
border-top:1px solid var(--line);padding-top:.7em}.answer{font-size:1.2rem}.wide{overflow-x:auto}table{border-collapse:collapse;\
width:100%;font-size:.92rem}th,td{padding:.25em .6em .25em 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}\
th{color:var(--soft);font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}tr.sum td{font-weight:700}\
.bad{color:var(--bad)}.good{color:var(--good)}summary{cursor:pointer;color:var(--soft)}footer{margin-top:2em;color:var(--soft);\
font-size:.9rem;border-top:1px solid var(--line)}@media print{:root{--bg:#fff;--ink:#000;--soft:#333;--line:#999;--bad:#900;\
--good:#050}main{max-width:none;padding:0}}";

impl Document {
    /// Everything, as a page.
    pub(in crate::report) fn html(&self) -> String {
        let title = markup(&self.name);
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src 'unsafe-inline'\">\
             <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\">\
             <title>{title}</title><style>{CSS}</style></head><body><main>\n<h1>{title}</h1>\n"
        );
        page.push_str(&format!("<p class=\"answer\">{}</p>\n", sentence(&self.answer)));
        page.extend(self.sections.iter().map(section));
        let foot: String = self.foot.iter().map(|line| format!("<p>{}</p>", markup(line))).collect();
        page.push_str(&format!("<footer>{foot}</footer>\n</main></body></html>\n"));
        page
    }
}

fn section(section: &Section) -> String {
    let summary = blocks(&section.summary);
    let detail = blocks(&section.detail);
    if summary.is_empty() && detail.is_empty() {
        return String::new();
    }
    let title = section.title.as_deref().map_or_else(String::new, |t| format!("<h2>{}</h2>\n", markup(t)));
    let detail = if detail.is_empty() {
        String::new()
    } else {
        format!("<details><summary>Details</summary>\n{detail}</details>\n")
    };
    format!("<section>{title}{summary}{detail}</section>\n")
}

fn blocks(blocks: &[Block]) -> String {
    blocks.iter().map(block).collect()
}

fn block(block: &Block) -> String {
    match block {
        Block::Text(text) => format!("<p>{}</p>\n", sentence(text)),
        Block::Note(note) => format!("<p class=\"bad\">{}</p>\n", markup(note)),
        Block::Items(items) => list(items.iter().map(|(what, text)| (what.as_str(), text.as_str()))),
        Block::Facts(facts) => list(facts.iter().map(|(what, text)| (*what, text.as_str()))),
        Block::Rows(rows) => table(rows),
    }
}

fn list<'t>(items: impl Iterator<Item = (&'t str, &'t str)>) -> String {
    let item = |(what, text): (&str, &str)| {
        let what = if what.is_empty() { String::new() } else { format!("<b>{}</b>: ", markup(what)) };
        format!("<li>{what}{}</li>\n", markup(text))
    };
    let items: String = items.map(item).collect();
    if items.is_empty() { String::new() } else { format!("<ul>\n{items}</ul>\n") }
}

fn table(rows: &Rows) -> String {
    let class = |i: usize| if rows.aligns.get(i) == Some(&Align::Right) { " class=\"n\"" } else { "" };
    let head: String = rows
        .header
        .iter()
        .enumerate()
        .map(|(i, name)| format!("<th{}>{}</th>", class(i), markup(name)))
        .collect();
    let last = rows.cells.len().saturating_sub(1);
    let line = |(at, row): (usize, &Vec<String>)| {
        let cells: String = row
            .iter()
            .enumerate()
            .map(|(i, cell)| format!("<td{}>{}</td>", class(i), markup(cell)))
            .collect();
        let sum = if rows.sum && at == last { " class=\"sum\"" } else { "" };
        format!("<tr{sum}>{cells}</tr>\n")
    };
    let body: String = rows.cells.iter().enumerate().map(line).collect();
    format!(
        "<div class=\"wide\"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>\n"
    )
}

fn sentence(text: &Sentence) -> String {
    let safe = Sentence { marked: markup(&text.marked), rest: markup(&text.rest), tone: text.tone };
    safe.show(|marked, tone| match tone {
        Tone::Answer => format!("<strong>{marked}</strong>"),
        Tone::Alarm => format!("<strong class=\"bad\">{marked}</strong>"),
    })
}
