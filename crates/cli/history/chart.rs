//! The risk over time, as a line of blocks and as a drawing.

use std::fmt::Write as _;

use super::Point;
use crate::audit::points;
use crate::html::text;

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Columns of the terminal's line.
const WIDTH: usize = 40;

/// One block for each point, or for the worst of several when there are too many.
pub(super) fn sparkline(list: &[Point]) -> String {
    let most = list.iter().map(|point| point.risk).max().unwrap_or_default().max(1);
    let group = list.len().div_ceil(WIDTH).max(1);
    list.chunks(group)
        .map(|chunk| {
            let risk = chunk.iter().map(|point| point.risk).max().unwrap_or_default();
            let step = risk.saturating_mul(7).div_ceil(most);
            BLOCKS.get(usize::try_from(step).unwrap_or(7)).copied().unwrap_or('█')
        })
        .collect()
}

/// A drawing with steps, one for each commit that changed judged metadata.
pub(super) fn svg(list: &[Point]) -> String {
    let (width, height, left, bottom) = (720_u64, 220_u64, 48_u64, 28_u64);
    let most = list.iter().map(|point| point.risk).max().unwrap_or_default().max(100);
    let steps = u64::try_from(list.len()).unwrap_or(1).max(2).saturating_sub(1);
    let x = |index: usize| {
        left.saturating_add(
            u64::try_from(index)
                .unwrap_or(0)
                .saturating_mul(width.saturating_sub(left).saturating_sub(8))
                / steps,
        )
    };
    let floor = height.saturating_sub(bottom);
    let y = |risk: u64| floor.saturating_sub(risk.saturating_mul(floor.saturating_sub(12)) / most);
    let mut line = String::new();
    for (index, point) in list.iter().enumerate() {
        let _ = if index == 0 {
            write!(line, "M{} {}", x(index), y(point.risk))
        } else {
            write!(line, "H{}V{}", x(index), y(point.risk))
        };
    }
    let (oldest, newest) = (list.first(), list.last());
    let date = |point: Option<&Point>| point.map(|point| text(&point.date)).unwrap_or_default();
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"chart-title\">\n<title id=\"chart-title\">Risk from {} to {}: {} at first, {} at last, {} at most</title>\n",
        date(oldest),
        date(newest),
        points(oldest.map_or(0, |point| point.risk)),
        points(newest.map_or(0, |point| point.risk)),
        points(most)
    );
    for (part, value) in [(0, 0), (1, most / 2), (2, most)] {
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{left}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            width.saturating_sub(8),
            y(value),
            y(value),
            left.saturating_sub(6),
            y(value).saturating_add(if part == 2 { 8 } else { 4 }),
            points(value)
        );
    }
    let _ = writeln!(svg, "<path class=\"line\" d=\"{line}\"/>");
    for (index, point) in list.iter().enumerate() {
        let _ = writeln!(
            svg,
            "<circle cx=\"{}\" cy=\"{}\" r=\"3\"><title>{} {}: {}</title></circle>",
            x(index),
            y(point.risk),
            text(point.commit.get(..10).unwrap_or(&point.commit)),
            text(&point.date),
            points(point.risk)
        );
    }
    let label = height.saturating_sub(8);
    let _ = writeln!(
        svg,
        "<text x=\"{left}\" y=\"{label}\">{}</text><text x=\"{}\" y=\"{label}\" text-anchor=\"end\">{}</text>\n</svg>",
        date(oldest),
        width.saturating_sub(8),
        date(newest)
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(risk: u64) -> Point {
        Point {
            commit: "c".repeat(40),
            date: "2026-01-01".to_owned(),
            risk,
        }
    }

    #[test]
    fn a_line_of_blocks_shows_the_worst() {
        assert_eq!(sparkline(&[point(0), point(500), point(1000)]), "▁▅█");
        assert_eq!(sparkline(&[]), "");
        let many: Vec<Point> = (0..400).map(|index| point(if index == 7 { 900 } else { 0 })).collect();
        assert_eq!(sparkline(&many).chars().filter(|c| *c == '█').count(), 1);
    }

    #[test]
    fn a_drawing_of_one_point_or_none_is_a_drawing() {
        assert!(svg(&[]).contains("</svg>"));
        assert!(svg(&[point(950)]).contains("<circle"));
    }
}
