//! The heat map: apps by controls, one table for each family, with base and head side by side where there are two.

mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use orgate_core::SubjectKind;
use orgate_core::judge::Standing;
use orgate_core::policy::Status;
use orgate_core::posture::{Cell, Posture};

use super::{class, text};
use names::short;

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
    (SubjectKind::Org, "The org"),
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

impl<'p> Map<'p> {
    /// The tables.
    pub(super) fn draw(&self) -> String {
        let mut html = String::from("<div class=\"maps\">\n");
        let cells = Cells {
            base: self.base.map(|base| self.of(base)),
            head: self.of(self.head),
        };
        for (family, title) in FAMILIES {
            let columns = cells.columns(|cell| cell.subject.kind == family && cell.control.per.is_empty());
            if columns.is_empty() {
                continue;
            }
            let controls = cells.controls(&columns);
            let names: Vec<String> = columns.iter().map(|column| name_of(column)).collect();
            let sheet = Sheet {
                title,
                class: "map",
                corner: "control",
                across: names.iter().zip(short(&names)).map(|(name, short)| upright(name, &short)).collect(),
                down: controls.iter().map(|(id, status)| control(id, *status)).collect(),
            };
            self.table(&mut html, &sheet, &cells, &|row, column| {
                Some((controls.get(row)?.0.to_owned(), (*columns.get(column)?).clone()))
            });
            html.push_str("</div>\n");
        }
        self.components(&mut html, &cells);
        html.push_str("</div>\n");
        html
    }

    /// What stands for itself, such as profiles: there may be hundreds, and few controls are about each. So each is a row,
    /// and those of which there is nothing to tell are counted.
    fn components(&self, html: &mut String, cells: &Cells<'p>) {
        const TITLE: &str = "Components that stand for themselves";
        let all = cells.columns(|cell| !cell.control.per.is_empty());
        let telling = cells.telling();
        let (listed, clean): (Vec<&Column>, Vec<&Column>) = all.into_iter().partition(|column| telling.contains(column));
        if listed.is_empty() && clean.is_empty() {
            return;
        }
        if listed.is_empty() {
            let _ = writeln!(html, "<p>{TITLE}: {}, none of them with violations.</p>", clean.len());
            return;
        }
        let controls = cells.controls(&listed);
        let row = |column: &&Column| text(&name_of(column));
        let sheet = Sheet {
            title: TITLE,
            class: "map names",
            corner: "component",
            across: controls.iter().map(|(id, status)| control(id, *status)).collect(),
            down: listed.iter().map(row).collect(),
        };
        self.table(html, &sheet, cells, &|row, column| {
            Some((controls.get(column)?.0.to_owned(), (*listed.get(row)?).clone()))
        });
        if !clean.is_empty() {
            let _ = writeln!(html, "<p class=\"soft more\">and {} more without violations</p>", clean.len());
        }
        html.push_str("</div>\n");
    }

    fn of<'b>(&self, posture: &'b Posture) -> BTreeMap<Key, &'b Cell> {
        let shown = |cell: &&Cell| self.only.is_empty() || self.only.contains(&(cell.subject.kind, cell.subject.name.clone()));
        let key = |cell: &Cell| {
            let column = (cell.subject.kind, cell.subject.name.clone(), cell.copy.clone());
            (cell.control.id.to_string(), column)
        };
        posture.cells.iter().filter(shown).map(|cell| (key(cell), cell)).collect()
    }

    /// A table, but for the end of the box around it.
    fn table(&self, html: &mut String, sheet: &Sheet<'_>, cells: &Cells<'_>, key: &dyn Fn(usize, usize) -> Option<Key>) {
        let Sheet { title, class, corner, .. } = sheet;
        let _ = write!(
            html,
            "<div class=\"scroll\" role=\"region\" aria-label=\"{title}\" tabindex=\"0\"><table class=\"{class}\"><caption>{title}</caption><thead><tr><td>{corner}</td>"
        );
        for name in &sheet.across {
            let _ = write!(html, "<th scope=\"col\">{name}</th>");
        }
        html.push_str("</tr></thead><tbody>\n");
        for (row, name) in sheet.down.iter().enumerate() {
            let _ = write!(html, "<tr><th scope=\"row\">{name}</th>");
            for column in 0..sheet.across.len() {
                let (before, after) = key(row, column).map_or((None, None), |key| cells.both(&key));
                html.push_str("<td>");
                if cells.base.is_some() {
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
        html.push_str("</tbody></table>\n");
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

/// The cells of both sides.
struct Cells<'p> {
    base: Option<BTreeMap<Key, &'p Cell>>,
    head: BTreeMap<Key, &'p Cell>,
}

impl<'p> Cells<'p> {
    fn all(&self) -> impl Iterator<Item = (&Key, &'p Cell)> {
        self.head.iter().chain(self.base.iter().flatten()).map(|(key, cell)| (key, *cell))
    }

    fn both(&self, key: &Key) -> (Option<&'p Cell>, Option<&'p Cell>) {
        let base = self.base.as_ref().and_then(|base| base.get(key));
        (base.copied(), self.head.get(key).copied())
    }

    /// What has a cell that `wanted` accepts.
    fn columns(&self, wanted: impl Fn(&Cell) -> bool) -> Vec<&Column> {
        let found: BTreeSet<&Column> = self.all().filter(|(_, cell)| wanted(cell)).map(|((_, column), _)| column).collect();
        found.into_iter().collect()
    }

    /// The controls that have something to say about these columns.
    fn controls(&self, columns: &[&Column]) -> Vec<(&str, Status)> {
        let columns: BTreeSet<&Column> = columns.iter().copied().collect();
        let found: BTreeMap<&str, Status> = self
            .all()
            .filter(|((_, column), cell)| columns.contains(column) && cell.standing != Standing::NotApplicable)
            .map(|((control, _), cell)| (control.as_str(), cell.control.status))
            .collect();
        found.into_iter().collect()
    }

    /// Where something is violated or unclear, or differs between the sides.
    fn telling(&self) -> BTreeSet<&Column> {
        let tells = |key: &Key, cell: &Cell| {
            let (before, after) = self.both(key);
            cell.counts || cell.standing == Standing::Undecided || (self.base.is_some() && look(before) != look(after))
        };
        self.all()
            .filter(|(key, cell)| tells(key, cell))
            .map(|((_, column), _)| column)
            .collect()
    }
}

/// What stands around the cells of a table, as HTML.
struct Sheet<'s> {
    title: &'s str,
    class: &'s str,
    corner: &'s str,
    across: Vec<String>,
    down: Vec<String>,
}

fn name_of((_, name, copy): &Column) -> String {
    if copy.is_empty() {
        name.clone()
    } else {
        format!("{name} in {copy}")
    }
}

/// A heading that is read from below.
fn upright(name: &str, short: &str) -> String {
    format!("<span title=\"{}\">{}</span>", text(name), text(short))
}

fn control(id: &str, status: Status) -> String {
    let preview = if status == Status::Preview {
        " <span class=\"soft\">preview</span>"
    } else {
        ""
    };
    format!("<code>{}</code>{preview}", text(id))
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
