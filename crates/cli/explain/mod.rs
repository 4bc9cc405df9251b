//! `orgate explain` and `orgate controls`: what the gate looks at, for people and for programs.

pub(crate) mod list;
pub(crate) mod markdown;
mod text;

use std::path::PathBuf;
use std::sync::Arc;

use orgate_core::explain::{Page, page};
use orgate_core::policy::nearest;
use orgate_core::report::verdict::Verdict;
use orgate_core::{Catalog, Control, Registry};

use crate::args::{ExplainArgs, PageFormat};
use crate::config;
use crate::error::CliError;
use crate::output::{guard, people, stdout};

/// Shows the pages that were asked for.
pub(crate) fn run(arguments: &ExplainArgs) -> Result<Verdict, CliError> {
    let (registry, catalog) = load(&arguments.policies)?;
    refuse_unknown(&arguments.ids, &catalog)?;
    let page = |control: &Arc<Control>| page(control, &catalog, &registry);
    let pages: Vec<Page> = if arguments.all {
        catalog.controls().map(page).collect()
    } else {
        arguments.ids.iter().filter_map(|id| catalog.get(id)).map(page).collect()
    };
    let written = match arguments.format {
        PageFormat::Text => pages.iter().map(text::page).collect::<Vec<_>>().join("\n\n"),
        PageFormat::Markdown => pages.iter().map(markdown::page).collect::<Vec<_>>().join("\n"),
        PageFormat::Json if arguments.all || pages.len() > 1 => json(&pages)?,
        PageFormat::Json => json(&pages.first())?,
    };
    match arguments.format {
        PageFormat::Text => people(&written)?,
        // In Markdown, the reference of a character is the character.
        PageFormat::Markdown => stdout(&guard::defused(&written).replace("\\u{3a}", "&#58;").replace("\\u{23}", "&#35;"))?,
        PageFormat::Json => stdout(&written)?,
    }
    Ok(Verdict::Pass)
}

/// The built-in controls, and those of `folders` on top.
pub(crate) fn load(folders: &[PathBuf]) -> Result<(Registry, Catalog), CliError> {
    let mut files = Vec::new();
    for folder in folders {
        files.extend(config::policies_on_disk(folder)?);
    }
    config::load_text(&files, true)
}

/// Refuses ids that no control has.
pub(crate) fn refuse_unknown(ids: &[String], catalog: &Catalog) -> Result<(), CliError> {
    match ids.iter().find(|id| catalog.get(id).is_none()) {
        Some(id) => Err(CliError::UnknownControl {
            id: id.clone(),
            near: suggestion(id, catalog),
        }),
        None => Ok(()),
    }
}

/// What was probably meant: the nearest id, else every id that holds the words.
fn suggestion(id: &str, catalog: &Catalog) -> String {
    let near = nearest(id, catalog.controls().map(|control| &*control.id));
    if !near.is_empty() {
        return near;
    }
    let words: Vec<String> = id
        .to_lowercase()
        .split(['-', '_', ' '])
        .map(str::to_owned)
        .filter(|word| word.len() > 2)
        .collect();
    let holding: Vec<String> = catalog
        .controls()
        .filter(|control| words.iter().any(|word| control.id.contains(word.as_str())))
        .map(|control| format!("`{}`", control.id))
        .take(5)
        .collect();
    if holding.is_empty() || words.is_empty() {
        "; `orgate controls` lists them all".to_owned()
    } else {
        format!(", did you mean one of {}?", holding.join(", "))
    }
}

/// Indented JSON without a final line break; hidden characters are escapes.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    sarif::json::write(value, true, &mut bytes).map_err(CliError::Stdout)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}
