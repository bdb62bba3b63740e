//! Charts as SVG. Palette, sizes and captions are here alone; colours are names for the style of the page, which has
//! them for light and for dark.

use std::fmt::Write as _;

use plotters::prelude::*;

use super::escape::markup;

/// Drawn at this size, which a phone shows at two thirds.
const SIZE: (u32, u32) = (520, 300);
/// Readable when a phone shows two thirds of it.
const FONT: i32 = 14;
/// Stand-ins for colours: the page's style replaces each by a variable.
const SERIES: [RGBColor; 6] = [
    RGBColor(0, 0, 1),
    RGBColor(0, 0, 2),
    RGBColor(0, 0, 3),
    RGBColor(0, 0, 4),
    RGBColor(0, 0, 5),
    RGBColor(0, 0, 6),
];
const INK: RGBColor = RGBColor(0, 0, 0);
const GRID: RGBColor = RGBColor(0, 0, 8);
const MARK: RGBColor = RGBColor(0, 0, 9);
const BAND: RGBColor = RGBColor(0, 0, 10);
/// Shapes of points, so that colour is not all that tells lines apart.
const SHAPES: [&str; 6] = ["\u{25cf}", "\u{25b2}", "\u{25a0}", "\u{2715}", "\u{25c6}", "\u{25cb}"];

/// A line of a chart.
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
}

/// Lines over an axis.
pub struct Chart<'a> {
    /// An id that is unique on the page.
    pub id: &'a str,
    /// What the picture says, for those who do not see it.
    pub title: &'a str,
    /// Under the horizontal axis.
    pub x: &'a str,
    /// Beside the vertical axis.
    pub y: &'a str,
    /// Whether the horizontal axis is logarithmic.
    pub log: bool,
    /// How points are joined.
    pub steps: Steps,
    /// The lines.
    pub lines: Vec<Line>,
    /// Places on the horizontal axis with a word each.
    pub marks: Vec<(f64, String)>,
    /// A shaded part of the horizontal axis.
    pub band: Option<(f64, f64)>,
    /// How a place on the horizontal axis is written.
    pub show: &'a dyn Fn(f64) -> String,
}

/// How points are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// By straight lines.
    Straight,
    /// A value holds from the point before: what is bought for a size serves all smaller ones.
    Down,
    /// A value holds until the next point.
    On,
}

/// The style that gives the stand-ins their colours.
pub fn style() -> String {
    let names = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6"];
    let mut css = String::new();
    let mut rule = |color: RGBColor, name: &str| {
        let hex = format!("#{:02X}{:02X}{:02X}", color.0, color.1, color.2);
        let _ = write!(
            css,
            "svg [stroke=\"{hex}\"]{{stroke:var({name})}}svg [fill=\"{hex}\"]{{fill:var({name})}}"
        );
    };
    for (color, name) in SERIES.iter().zip(names) {
        rule(*color, name);
    }
    rule(INK, "--ink");
    rule(GRID, "--grid");
    rule(MARK, "--mark");
    rule(BAND, "--mark");
    css.push_str("svg [fill=\"#00000A\"]{fill-opacity:.16}");
    // Words on the lines stand out by an edge of the page's colour.
    css.push_str("svg text[fill=\"#000009\"]{paint-order:stroke;stroke:var(--bg);stroke-width:4px}");
    css
}

/// A figure with its legend; none if there is nothing to draw.
pub fn figure(chart: &Chart<'_>) -> Option<String> {
    let points = || chart.lines.iter().flat_map(|line| &line.points);
    if points().count() < 2 {
        return None;
    }
    let low = points().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
    let ends = chart.lines.iter().filter_map(|line| Some(stairs(&line.points, chart.steps).last()?.0));
    let high = points().map(|(x, _)| *x).chain(ends).fold(f64::NEG_INFINITY, f64::max);
    let top = points().map(|(_, y)| *y).fold(0.0, f64::max) * 1.08;
    if !(low.is_finite() && high > low && top > 0.0) || (chart.log && low <= 0.0) {
        return None;
    }
    let mut svg = String::new();
    let drawn = if chart.log {
        logarithmic(chart, (low, high), top, &mut svg)
    } else {
        linear(chart, (low, high), top, &mut svg)
    };
    drawn.ok()?;
    let inner = svg.split_once('>').map_or("", |(_, inner)| inner);
    let (width, height) = SIZE;
    let title = markup(chart.title);
    let mut text = format!(
        "<figure><svg class=\"chart\" role=\"img\" aria-labelledby=\"{0}\" viewBox=\"0 0 {width} {height}\" \
         xmlns=\"http://www.w3.org/2000/svg\"><title id=\"{0}\">{title}</title>{1}",
        chart.id,
        inner.replace('\n', "")
    );
    let _ = write!(text, "<figcaption><b>{title}</b><br>");
    for (i, line) in chart.lines.iter().enumerate() {
        let slot = i % SERIES.len();
        let _ = write!(
            text,
            "<span class=\"key\"><span class=\"s{}\">{}</span> {}</span> ",
            slot + 1,
            SHAPES[slot],
            markup(&line.name)
        );
    }
    text.push_str("</figcaption></figure>");
    Some(text)
}

type Drawn = Result<(), Box<dyn std::error::Error>>;

macro_rules! draw {
    ($chart:expr, $range:expr, $top:expr, $svg:expr, $axis:expr) => {{
        let (chart, top) = ($chart, $top);
        let area = SVGBackend::with_string($svg, SIZE).into_drawing_area();
        let mut context = ChartBuilder::on(&area)
            .margin(6)
            .margin_right(18)
            .x_label_area_size(44)
            .y_label_area_size(62)
            .build_cartesian_2d($axis, 0.0..top)?;
        let font = ("sans-serif", FONT);
        context
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(INK)
            .x_labels(6)
            .y_labels(5)
            .x_desc(chart.x)
            .y_desc(chart.y)
            .label_style(font.into_font().color(&INK))
            .axis_desc_style(font.into_font().color(&INK))
            .x_label_formatter(&|x| (chart.show)(*x))
            .y_label_formatter(&|y| short(*y))
            .draw()?;
        if let Some((from, to)) = chart.band {
            let shade = [(from.max($range.0), 0.0), (to.min($range.1), top)];
            context.draw_series([Rectangle::new(shade, BAND.filled())])?;
        }
        for (x, _) in &chart.marks {
            context.draw_series(LineSeries::new([(*x, 0.0), (*x, top)], MARK))?;
        }
        for (i, line) in chart.lines.iter().enumerate() {
            let slot = i % SERIES.len();
            let color = SERIES[slot];
            let path = stairs(&line.points, chart.steps);
            context.draw_series(LineSeries::new(path, color.stroke_width(2)))?;
            let shown = if line.points.len() > 16 { 3 } else { 1 };
            for (x, y) in line.points.iter().step_by(shown) {
                let place = EmptyElement::at((*x, *y));
                match slot % 4 {
                    0 => context.draw_series([place + Circle::new((0, 0), 4, color.filled())])?,
                    1 => context.draw_series([place + TriangleMarker::new((0, 0), 5, color.filled())])?,
                    2 => context.draw_series([place + Rectangle::new([(-4, -4), (4, 4)], color.filled())])?,
                    _ => context.draw_series([place + Cross::new((0, 0), 4, color.stroke_width(2))])?,
                };
            }
        }
        // Words last, so that no line goes through them.
        for (i, (x, word)) in chart.marks.iter().enumerate() {
            let height = top * (0.97 - 0.08 * (i % 4) as f64);
            let right = *x > $range.0 + ($range.1 - $range.0) * 0.6;
            let anchor = if right && !chart.log {
                -(7 * i32::try_from(word.chars().count()).unwrap_or(20)) - 4
            } else {
                4
            };
            let text = EmptyElement::at((*x, height))
                + Text::new(word.clone(), (anchor, 0), font.into_font().color(&MARK));
            context.draw_series([text])?;
        }
        area.present()?;
        Ok(())
    }};
}

fn linear(chart: &Chart<'_>, range: (f64, f64), top: f64, svg: &mut String) -> Drawn {
    draw!(chart, range, top, svg, range.0..range.1)
}

fn logarithmic(chart: &Chart<'_>, range: (f64, f64), top: f64, svg: &mut String) -> Drawn {
    draw!(chart, range, top, svg, (range.0..range.1).log_scale())
}

/// The way from point to point.
fn stairs(points: &[(f64, f64)], steps: Steps) -> Vec<(f64, f64)> {
    let mut path: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        match steps {
            Steps::Straight => {}
            Steps::Down => path.push((pair[0].0, pair[1].1)),
            Steps::On => path.push((pair[1].0, pair[0].1)),
        }
        path.push(pair[1]);
    }
    if let (Steps::On, [.., before, last]) = (steps, points) {
        // The last value holds for as long as the one before it.
        path.push((2.0 * last.0 - before.0, last.1));
    }
    path
}

/// `1.2k`, `350`, `2.5M`.
pub fn short(value: f64) -> String {
    let plain = |value: f64| {
        let text = if value < 10.0 { format!("{value:.2}") } else { format!("{value:.1}") };
        let text = text.trim_end_matches('0').trim_end_matches('.');
        if text.is_empty() { "0".to_owned() } else { text.to_owned() }
    };
    match value {
        v if v >= 1e9 => format!("{}G", plain(v / 1e9)),
        v if v >= 1e6 => format!("{}M", plain(v / 1e6)),
        v if v >= 1e3 => format!("{}k", plain(v / 1e3)),
        0.0 => "0".into(),
        v => plain(v),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_a_title_axes_and_no_colour_of_its_own() {
        let chart = Chart {
            id: "a",
            title: "cost <of> it",
            x: "commands/s",
            y: "USD",
            log: true,
            steps: Steps::Straight,
            lines: vec![Line { name: "x".into(), points: vec![(1.0, 2.0), (10.0, 3.0), (100.0, 30.0)] }],
            marks: vec![(12.0, "break-even".into())],
            band: Some((8.0, 20.0)),
            show: &short,
        };
        let text = figure(&chart).unwrap();
        assert!(text.contains("<title id=\"a\">cost &lt;of&gt; it</title>") && text.contains("break-even"));
        assert!(text.contains("fill=\"#00000A\""), "the band is shaded");
        assert_eq!(figure(&chart).unwrap(), text, "the same again");
        let colors: Vec<&str> = text.split("=\"#").skip(1).map(|rest| &rest[..6]).collect();
        assert!(!colors.is_empty() && colors.iter().all(|c| c.starts_with("00000")), "{colors:?}");
        let none = Chart { lines: vec![], ..chart };
        assert!(figure(&none).is_none());
    }

    #[test]
    fn a_value_that_holds_until_the_next_holds_at_the_end_too() {
        let path = stairs(&[(0.0, 5.0), (1.0, 5.0), (2.0, 9.0)], Steps::On);
        assert_eq!(path[path.len() - 2..], [(2.0, 9.0), (3.0, 9.0)], "{path:?}");
    }
}
