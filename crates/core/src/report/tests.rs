//! What a finding says beside its outcome: where it points, on what it rests, what raises the risk, the sentence.
//!
//! A side is a text: `== path` begins a file and is its first line, and every other line is an element, with its children
//! below it and one blank further in. A read is a text too: what for, of which files, which field, and what it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::build::Case;
use super::difference::differences;
use super::*;
use crate::check::{Measure, Member};
use crate::compare::Comparison;
use crate::element::{Component, Element};
use crate::judge::{Judgement, Place, Read, Role, Standing, Why};
use crate::registry::SubjectKind;
use crate::testing::one_control;
use crate::truth::Truth;

mod anchors;
mod evidence;
mod messages;

/// So many bytes has a line, whatever is in it.
const LINE: u32 = 100;

const TYPE: &str = "type: App\nsuffix: app\nfolder: apps\nsubject: connected-app\njoin: name\nfields:\n  url: { kind: string }\n";

/// One side: the files, each with its lines.
#[derive(Default)]
struct Files(BTreeMap<String, (Vec<String>, Arc<Component>)>);

fn files(text: &str) -> Files {
    let mut files = BTreeMap::new();
    for file in text.split("== ").filter(|file| !file.trim().is_empty()) {
        let lines: Vec<String> = file.lines().map(str::to_owned).collect();
        let path = lines[0].clone();
        let mut at = 1;
        let mut root = Element::unplaced("App", "", elements(&lines, &mut at, 0));
        root.span = Span {
            start: LINE,
            end: u32::try_from(lines.len()).unwrap() * LINE + 50,
        };
        let component = Component {
            type_name: "App".into(),
            name: path.trim_end_matches(".app").to_owned(),
            path: RepoPath::from(&*path),
            root,
            notes: Vec::new(),
        };
        files.insert(path, (lines, Arc::new(component)));
    }
    Files(files)
}

/// The elements from a line on that stand so far in.
fn elements(lines: &[String], at: &mut usize, indent: usize) -> Vec<Element> {
    let mut found = Vec::new();
    while let Some(line) = lines.get(*at)
        && column(line) == indent
    {
        let start = (u32::try_from(*at).unwrap() + 1) * LINE + u32::try_from(indent).unwrap();
        *at += 1;
        let children = elements(lines, at, indent + 1);
        let (name, text) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let end = u32::try_from(*at).unwrap() * LINE + 50;
        found.push(Element {
            span: Span { start, end },
            ..Element::unplaced(name, text, children)
        });
    }
    found
}

fn column(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Both sides, as the lines of their files.
struct Sides {
    base: Files,
    head: Files,
}

impl Sides {
    /// The first line of an element that the file of this path has not as often on the other side.
    fn lone(one: &Files, other: &Files, path: &RepoPath, span: Span) -> Option<(u32, u32)> {
        let path = path.to_string();
        let (lines, _) = one.0.get(&path)?;
        let known: &[String] = other.0.get(&path).map_or(&[], |(lines, _)| lines);
        let often = |lines: &[String], line: &String| lines.iter().filter(|other| *other == line).count();
        let all = usize::try_from(span.start / LINE).unwrap()..=usize::try_from(span.end / LINE).unwrap();
        all.filter(|at| often(&lines[..*at], &lines[at - 1]) > often(known, &lines[at - 1]))
            .map(|at| (u32::try_from(at).unwrap(), u32::try_from(column(&lines[at - 1])).unwrap() + 1))
            .next()
    }
}

impl Places for Sides {
    fn position(&self, _: Side, _: &RepoPath, offset: u32) -> (u32, u32) {
        (offset / LINE, offset % LINE + 1)
    }
    fn changed(&self, path: &RepoPath, span: Span) -> Option<(u32, u32)> {
        Self::lone(&self.head, &self.base, path, span)
    }
    fn gap(&self, path: &RepoPath, span: Span) -> Option<(RepoPath, u32)> {
        self.holds(path).then(|| (path.clone(), span.start / LINE - 1))
    }
    fn holds(&self, path: &RepoPath) -> bool {
        self.head.0.contains_key(&path.to_string())
    }
    fn lacks(&self, path: &RepoPath, span: Span) -> bool {
        Self::lone(&self.base, &self.head, path, span).is_some()
    }
}

/// What was read: `check a.app,b.app box/inner secret`.
fn read(files: &Files, text: &str) -> Read {
    let mut words = text.split_whitespace();
    let role = match words.next().unwrap() {
        "check" => Role::Check,
        "applies" => Role::Applies,
        "raises" => Role::Raises(0),
        "lowers" => Role::Lowers(0),
        other => panic!("{other}"),
    };
    let paths = words.next().unwrap();
    let field = words.next().unwrap();
    let flags: Vec<&str> = words.collect();
    let (mut values, mut home) = (Vec::new(), None);
    for (_, component) in paths.split(',').filter_map(|path| files.0.get(path)) {
        let place = |element: &Element| Place {
            component: Arc::clone(component),
            span: element.span,
        };
        let mut found = vec![&component.root];
        for name in field.split('/') {
            home.get_or_insert_with(|| place(&component.root));
            if let Some(inner) = found.first() {
                home = Some(place(inner));
            }
            found = found.into_iter().flat_map(|element| element.children_named(name)).collect();
        }
        values.extend(found.into_iter().map(|element| (element.text.clone(), place(element))));
    }
    Read {
        field: format!("App/{field}").into(),
        secret: flags.contains(&"secret"),
        block: flags.contains(&"block"),
        record: flags.contains(&"record"),
        elsewhere: flags.contains(&"elsewhere"),
        role,
        values: values.into(),
        home,
    }
}

fn judgement(standing: Standing, files: &Files, reads: &[&str]) -> Judgement {
    Judgement {
        standing,
        measure: Measure::None,
        length: None,
        raises: Vec::new(),
        lowers: Vec::new(),
        reads: reads.iter().map(|text| read(files, text)).collect(),
        whys: Vec::new(),
        assumed: false,
        counts_when_new: Truth::True,
        counting: Vec::new(),
        unseen: Truth::False,
        others: Vec::new(),
    }
}

/// A control with a check, a sentence and what follows it.
fn control(check: &str, message: &str, more: &str) -> Arc<Control> {
    let (_, catalog) = one_control(&[TYPE], "connected-app", "Doors are open", message, &format!("{check}\n{more}"));
    Arc::clone(catalog.get("weak").unwrap())
}

const CHECK: &str = "{ require: { field: App/url, equals: a } }";

/// A comparison of two sides, to be described.
struct Told {
    sides: Sides,
    control: Arc<Control>,
    comparison: Comparison,
}

/// A regression. The subject is not on a side of which nothing was read.
fn told(base: (&str, &[&str]), head: (&str, &[&str])) -> Told {
    let sides = Sides {
        base: files(base.0),
        head: files(head.0),
    };
    let side = |standing, files, reads: &[&str]| (!reads.is_empty()).then(|| judgement(standing, files, reads));
    Told {
        control: control(CHECK, "m", ""),
        comparison: Comparison {
            outcome: Outcome::Regressed,
            base: side(Standing::Satisfied, &sides.base, base.1),
            head: side(Standing::Violated, &sides.head, head.1),
            members: Vec::new(),
            roles: vec![Role::Check, Role::Applies],
        },
        sides,
    }
}

impl Told {
    fn base(&mut self) -> &mut Judgement {
        self.comparison.base.as_mut().unwrap()
    }

    fn head(&mut self) -> &mut Judgement {
        self.comparison.head.as_mut().unwrap()
    }

    /// A member that stands where the first value of this read does, else around it.
    fn member(&mut self, side: Side, text: &str) {
        let files = if side == Side::Base { &self.sides.base } else { &self.sides.head };
        let read = read(files, text);
        let value = read.values.first().cloned();
        let (text, place) = value.unwrap_or_else(|| ("none".to_owned(), read.home.unwrap()));
        self.comparison.members.push(Member {
            key: text.clone(),
            text,
            place,
        });
    }

    fn case(&self) -> Case<'_> {
        Case {
            control: &self.control,
            subject: SubjectRef {
                kind: SubjectKind::ConnectedApp,
                name: "A".to_owned(),
            },
            copy: String::new(),
            files: None,
            comparison: &self.comparison,
            any_file: None,
            places: &self.sides,
        }
    }

    fn finding(&self) -> Finding {
        self.case().finding()
    }

    /// `head a.app 3:1`, with the end where it is known.
    fn anchor(&self) -> String {
        let anchor = self.case().anchor(&differences(&self.comparison));
        let side = if anchor.side == Side::Base { "base" } else { "head" };
        let end = anchor.end.map(|(line, _)| format!(" to {line}")).unwrap_or_default();
        format!("{side} {} {}:{}{end}", anchor.path, anchor.line, anchor.column)
    }
}
