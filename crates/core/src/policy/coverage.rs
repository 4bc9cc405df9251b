//! What the catalogue covers: every row of the source, with the controls that judge it or the reason why none does.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::catalog::Catalog;
use super::problem::nearest;
use crate::yaml::{self, YamlError};

/// One row of the source.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Name of the source's control.
    pub control: String,
    /// Ids of the controls that judge it.
    #[serde(default)]
    pub controls: Vec<String>,
    /// Why nothing judges it.
    #[serde(default)]
    pub not_judged: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rows: Vec<Row>,
}

/// Reads the rows.
///
/// # Errors
/// [`YamlError`] for what is no list of rows.
pub fn parse(text: &str) -> Result<Vec<Row>, YamlError> {
    yaml::parse::<File>(text).map(|file| file.rows)
}

/// What is wrong with the rows, one sentence each: unknown controls, rows that say neither or both, doubled ids, and
/// controls whose source id no row has.
pub fn problems(rows: &[Row], catalog: &Catalog) -> Vec<String> {
    let mut said = Vec::new();
    let mut seen = BTreeSet::new();
    for row in rows {
        if !seen.insert(&row.id) {
            said.push(format!("`{}` has two rows", row.id));
        }
        if row.controls.is_empty() == row.not_judged.is_none() {
            said.push(format!("`{}` needs `controls` or `not-judged`, and only one of them", row.id));
        }
        for id in row.controls.iter().filter(|id| catalog.get(id).is_none()) {
            let near = nearest(id, catalog.controls().map(|control| &*control.id));
            said.push(format!("`{}` names the control `{id}`, which does not exist{near}", row.id));
        }
    }
    for control in catalog.controls() {
        if let Some(id) = &control.source.id
            && !rows
                .iter()
                .any(|row| row.id == *id || row.id.strip_prefix(id.as_str()).is_some_and(|rest| rest.starts_with('-')))
        {
            said.push(format!("`{}` comes from `{id}`, which has no row", control.id));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::catalog::PolicyFile;
    use crate::registry::Registry;

    fn catalog() -> Catalog {
        let text = "id: weak\ntitle: t\nstatus: stable\nsubject: org\nsource:\n  id: CA-01\n  control: null\n  recommended: null\n  \
                    page: null\n  grounds: g\n  cvss: { min: 1, max: 2 }\ncheck:\n  require: { always: true }\nmessage: m\nwhy: w\n\
                    remediation: r\nexamples:\n  - { name: e, base: {}, head: {}, expect: unchanged }\n";
        let mut catalog = Catalog::default();
        catalog
            .add(&[PolicyFile { name: "weak.yaml", text }], &Registry::default())
            .unwrap();
        catalog
    }

    #[test]
    fn every_row_is_judged_or_says_why_not() {
        let row = |id: &str, rest: &str| format!("  - {{ id: {id}, control: c, {rest} }}\n");
        let said = |rows: &[String]| problems(&parse(&format!("rows:\n{}", rows.concat())).unwrap(), &catalog());
        let judged = row("CA-01", "controls: [weak]");
        assert_eq!(said(&[judged.clone(), row("CA-02", "not-judged: why")]), [""; 0]);
        assert_eq!(said(&[row("CA-01-a", "controls: [weak]")]), [""; 0], "a part of the row");
        assert_eq!(said(&[judged.clone(), judged.clone()]), ["`CA-01` has two rows"]);
        for wrong in ["controls: []", "controls: [weak], not-judged: why"] {
            assert_eq!(
                said(&[judged.clone(), row("CA-02", wrong)]),
                ["`CA-02` needs `controls` or `not-judged`, and only one of them"]
            );
        }
        assert_eq!(
            said(&[judged, row("CA-02", "controls: [weka]")]),
            ["`CA-02` names the control `weka`, which does not exist, did you mean `weak`?"]
        );
        for other in ["CA-02", "CA-012"] {
            assert_eq!(
                said(&[row(other, "controls: [weak]")]),
                ["`weak` comes from `CA-01`, which has no row"]
            );
        }
    }
}
