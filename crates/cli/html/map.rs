//! The heat map: apps by controls, one table for each family, with base and head side by side where there are two.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use orgate_core::SubjectKind;
use orgate_core::judge::Standing;
use orgate_core::policy::Status;
use orgate_core::posture::{Cell, Posture};

use super::{class, text};

/// Subject and the copy of it.
type Column = (SubjectKind, String, String);
/// Control and column.
type Key = (String, Column);

/// What to draw.
pub(super) struct Map<'a> {
    pub(super) base: Option<&'a Posture>,
    pub(super) head: &'a Posture,
    /// Subjects to show; all when empty.
    pub(super) only: BTreeSet<(SubjectKind, String)>,
    /// Where a cell's evidence is on the page, by control, kind and subject.
    pub(super) links: BTreeMap<(String, SubjectKind, String), String>,
}

const FAMILIES: [(SubjectKind, &str); 3] = [
    (SubjectKind::ConnectedApp, "Connected Apps"),
    (SubjectKind::ExternalClientApp, "External Client Apps"),
    (SubjectKind::Org, "The org, and components that stand for themselves"),
];

/// What the colours and signs mean.
pub(super) fn legend(two: bool) -> String {
    let mut html = String::from("<ul class=\"legend\" aria-label=\"Legend\">\n");
    for (class, sign, meaning) in [
        ("s-critical", "9.5", "violated, critical, with its score"),
        ("s-high", "7.9", "violated, high"),
        ("s-medium", "5.0", "violated, medium"),
        ("s-low", "2.0", "violated, low"),
        ("s-good", "✓", "satisfied"),
        ("s-open", "?", "cannot be judged"),
        ("s-none", "○", "not as recommended, which does not count by itself"),
        ("s-none", "–", "not applicable, or not there"),
    ] {
        let _ = writeln!(
            html,
            "<li><span class=\"cell {class}\" aria-hidden=\"true\">{sign}</span>{meaning}</li>"
        );
    }
    html.push_str("</ul>\n");
    html.push_str(if two {
        "<p class=\"soft\">Each cell shows base on the left and head on the right; a frame marks what changed. A score or a question mark at head leads to its evidence.</p>\n"
    } else {
        "<p class=\"soft\">A score or a question mark leads to its evidence.</p>\n"
    });
    html
}

impl Map<'_> {
    /// The tables.
    pub(super) fn draw(&self) -> String {
        let mut html = String::from("<div class=\"maps\">\n");
        let head = self.cells(Some(self.head));
        let base = self.cells(self.base);
        for (family, title) in FAMILIES {
            let columns: BTreeSet<&Column> = head
                .keys()
                .chain(base.keys())
                .map(|(_, column)| column)
                .filter(|column| column.0 == family)
                .collect();
            if columns.is_empty() {
                continue;
            }
            let rows: BTreeMap<&str, Status> = head
                .iter()
                .chain(&base)
                .filter(|((_, column), cell)| column.0 == family && cell.standing != Standing::NotApplicable)
                .map(|((control, _), cell)| (control.as_str(), cell.control.status))
                .collect();
            self.table(&mut html, title, &columns, &rows, (&base, &head));
        }
        html.push_str("</div>\n");
        html
    }

    fn cells<'b>(&self, posture: Option<&'b Posture>) -> BTreeMap<Key, &'b Cell> {
        let mut cells = BTreeMap::new();
        for cell in posture.iter().flat_map(|posture| &posture.cells) {
            if self.only.is_empty() || self.only.contains(&(cell.subject.kind, cell.subject.name.clone())) {
                let column = (cell.subject.kind, cell.subject.name.clone(), cell.copy.clone());
                cells.insert((cell.control.id.to_string(), column), cell);
            }
        }
        cells
    }

    fn table(
        &self,
        html: &mut String,
        title: &str,
        columns: &BTreeSet<&Column>,
        rows: &BTreeMap<&str, Status>,
        (base, head): (&BTreeMap<Key, &Cell>, &BTreeMap<Key, &Cell>),
    ) {
        let _ = write!(
            html,
            "<div class=\"scroll\" role=\"region\" aria-label=\"{title}\" tabindex=\"0\"><table class=\"map\"><caption>{title}</caption><thead><tr><td>control</td>"
        );
        for column in columns {
            let copy = if column.2.is_empty() {
                String::new()
            } else {
                format!(" in {}", column.2)
            };
            let name = text(&format!("{}{copy}", column.1));
            let _ = write!(html, "<th scope=\"col\"><span title=\"{name}\">{name}</span></th>");
        }
        html.push_str("</tr></thead><tbody>\n");
        for (row, status) in rows {
            let preview = if *status == Status::Preview {
                " <span class=\"soft\">preview</span>"
            } else {
                ""
            };
            let _ = write!(html, "<tr><th scope=\"row\"><code>{}</code>{preview}</th>", text(row));
            for column in columns {
                let key = ((*row).to_owned(), (*column).clone());
                let (before, after) = (base.get(&key).copied(), head.get(&key).copied());
                html.push_str("<td>");
                if self.base.is_some() {
                    let changed = look(before) != look(after);
                    html.push_str("<span class=\"pair\">");
                    html.push_str(&self.cell(before, "base: ", changed, false));
                    html.push_str(&self.cell(after, "head: ", changed, true));
                    html.push_str("</span>");
                } else {
                    html.push_str(&self.cell(after, "", false, true));
                }
                html.push_str("</td>");
            }
            html.push_str("</tr>\n");
        }
        html.push_str("</tbody></table></div>\n");
    }

    fn cell(&self, cell: Option<&Cell>, side: &str, changed: bool, linked: bool) -> String {
        let (class, sign, words) = look(cell);
        let changed = if changed { " changed" } else { "" };
        let link = cell.filter(|_| linked).and_then(|cell| {
            let key = (cell.control.id.to_string(), cell.subject.kind, cell.subject.name.clone());
            self.links.get(&key)
        });
        let inner = format!("<span aria-hidden=\"true\">{sign}</span><span class=\"hidden\">{side}{words}</span>");
        match link {
            Some(id) => format!("<a class=\"cell {class}{changed}\" href=\"#{id}\">{inner}</a>"),
            None => format!("<span class=\"cell {class}{changed}\">{inner}</span>"),
        }
    }
}

/// Class, sign and words of a cell.
fn look(cell: Option<&Cell>) -> (String, String, String) {
    let Some(cell) = cell else {
        return ("s-none".to_owned(), "–".to_owned(), "not there".to_owned());
    };
    match cell.standing {
        Standing::NotApplicable => ("s-none".to_owned(), "–".to_owned(), "not applicable".to_owned()),
        Standing::Satisfied => ("s-good".to_owned(), "✓".to_owned(), "satisfied".to_owned()),
        Standing::Undecided => ("s-open".to_owned(), "?".to_owned(), "cannot be judged".to_owned()),
        Standing::Violated if !cell.counts => (
            "s-none".to_owned(),
            "○".to_owned(),
            "not as recommended, which does not count by itself".to_owned(),
        ),
        Standing::Violated => {
            let grade = cell
                .view
                .grade
                .as_ref()
                .map(|grade| format!(", {}", text(grade)))
                .unwrap_or_default();
            (
                class(cell.severity),
                format!("{}{}", cell.score, if cell.waived.is_some() { "*" } else { "" }),
                format!(
                    "violated, {} {}{grade}{}",
                    cell.severity,
                    cell.score,
                    if cell.waived.is_some() { ", waived" } else { "" }
                ),
            )
        }
    }
}
