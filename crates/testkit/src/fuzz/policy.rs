//! The policy loader: every problem has a place, and what loads judges without surprise.

use orgate_core::Catalog;
use orgate_core::policy::catalog::PolicyFile;
use orgate_core::settings::Settings;
use orgate_metadata::Limits;

use super::comparison::snapshot;
use crate::library::library;
use crate::sample::{APP, connected_app};
use crate::tree::Tree;

/// Any bytes as a control, and as named conditions.
///
/// # Panics
/// When a promise is broken.
pub fn policy(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // The file's name must be the id: take what stands there.
    let id = text.lines().find_map(|line| line.strip_prefix("id:")).unwrap_or("x").trim();
    let name = format!("{id}.yaml");
    load(&name, &text);
    load("conditions.yaml", &text);
}

fn load(name: &str, text: &str) {
    let library = library();
    let file = [PolicyFile { name, text }];
    let mut catalog = Catalog::default();
    match catalog.add(&file, &library.registry) {
        Ok(()) => {
            let pack = catalog.to_pack().expect("controls are data");
            let again = Catalog::from_pack(&pack).expect("what was packed");
            assert_eq!(again.len(), catalog.len());
            assert_eq!(again.to_pack().expect("controls are data"), pack);
            if !catalog.is_empty() {
                judge(&catalog);
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty() && catalog.is_empty(), "half loaded");
            // YAML ends a line at a carriage return too.
            let lines = u64::try_from(text.matches(['\n', '\r']).count()).expect("fits") + 1;
            for problem in problems {
                assert!(problem.line <= lines, "{problem:?}");
                assert!(!problem.message.is_empty() && !problem.message.contains('\n'), "{problem:?}");
            }
        }
    }
}

fn judge(catalog: &Catalog) {
    let library = library();
    let closed = snapshot(&Tree::default().with(APP, connected_app(false)));
    let open = snapshot(&Tree::default().with(APP, connected_app(true)));
    for (base, head) in [(&closed, &open), (&open, &open)] {
        let report = orgate_diff::gate::run(&orgate_diff::gate::Input {
            base,
            head,
            registry: &library.registry,
            catalog,
            settings: &Settings::default(),
            limits: Limits::default(),
        })
        .expect("memory is read");
        if base == head {
            assert!(report.findings.is_empty() && report.undecided.iter().all(|entry| !entry.new));
        }
    }
}
