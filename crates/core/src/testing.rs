//! What unit tests of several modules need: a catalogue of one control.

use crate::policy::Catalog;
use crate::policy::catalog::PolicyFile;
use crate::registry::Registry;

/// These types, and a catalogue with the control `weak`. What stands behind `check:` may go on with further fields.
pub(crate) fn one_control(types: &[&str], subject: &str, title: &str, message: &str, check: &str) -> (Registry, Catalog) {
    let mut registry = Registry::default();
    for text in types {
        registry.add("test.yaml", text).unwrap();
    }
    let text = format!(
        "id: weak\ntitle: {title}\nstatus: stable\nsubject: {subject}\nsource:\n  control: null\n  recommended: null\n  page: null\n  \
         grounds: g\n  cvss: {{ min: 1, max: 2 }}\nmessage: \"{message}\"\nwhy: w\nremediation: r\nexamples:\n  \
         - {{ name: e, base: {{}}, head: {{}}, expect: unchanged }}\ncheck: {check}\n"
    );
    let mut catalog = Catalog::default();
    let file = PolicyFile {
        name: "weak.yaml",
        text: &text,
    };
    catalog.add(&[file], &registry).unwrap();
    (registry, catalog)
}
