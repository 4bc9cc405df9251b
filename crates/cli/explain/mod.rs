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

/// What was probably meant: the nearest id, else those that share most words with it.
fn suggestion(id: &str, catalog: &Catalog) -> String {
    let near = nearest(id, catalog.controls().map(|control| &*control.id));
    if !near.is_empty() {
        return near;
    }
    let likely = alike(id, catalog.controls().map(|control| &*control.id));
    if likely.is_empty() {
        return "; `orgate controls` lists them all".to_owned();
    }
    let likely: Vec<String> = likely.iter().map(|id| format!("`{id}`")).collect();
    match likely.as_slice() {
        [one] => format!(", did you mean {one}?"),
        several => format!(", did you mean one of {}?", several.join(", ")),
    }
}

/// What the ids of controls begin with; that alone makes nothing alike.
const FAMILIES: [&str; 3] = ["ca", "eca", "org"];
/// More suggestions help nobody.
const SUGGESTIONS: usize = 5;

/// The ids that share most words with one that does not exist, at least one word beside the family. Those that begin with
/// it come first.
fn alike<'i>(id: &str, known: impl Iterator<Item = &'i str>) -> Vec<&'i str> {
    let id = id.to_lowercase().replace(['_', ' '], "-");
    let words: Vec<&str> = id.split('-').filter(|word| word.len() > 1).collect();
    let same = |word: &str, part: &str| {
        let (short, long) = if word.len() < part.len() { (word, part) } else { (part, word) };
        word == part || (short.len() > 2 && long.starts_with(short) && !FAMILIES.contains(&short))
    };
    let mut found: Vec<(usize, bool, &str)> = known
        .filter_map(|known| {
            let parts: Vec<&str> = known.split('-').collect();
            let shared = words.iter().filter(|word| parts.iter().any(|part| same(word, part)));
            let (families, others): (Vec<&str>, Vec<&str>) = shared.partition(|word| FAMILIES.contains(word));
            (!others.is_empty()).then(|| (families.len().saturating_add(others.len()), known.starts_with(&id), known))
        })
        .collect();
    let most = found.iter().map(|(shared, ..)| *shared).max().unwrap_or_default();
    found.retain(|(shared, ..)| *shared == most);
    found.sort_by_key(|(_, begins, known)| (!begins, *known));
    found.into_iter().map(|(_, _, known)| known).take(SUGGESTIONS).collect()
}

/// Indented JSON without a final line break; hidden characters are escapes.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    sarif::json::write(value, true, &mut bytes).map_err(CliError::Stdout)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn what_shares_most_words_is_meant() {
        let (_, catalog) = super::load(&[]).expect("controls");
        let of = |id: &str| alike(id, catalog.controls().map(|control| &*control.id)).join(" ");
        assert_eq!(of("eca-pkce"), "eca-pkce-left-to-the-org eca-pkce-not-required");
        assert_eq!(of("ECA PKCE required"), "eca-pkce-not-required");
        assert_eq!(of("org_any_api"), "org-any-api-client-granted");
        assert_eq!(
            of("ca-refresh-tokens"),
            "ca-refresh-token-never-expires ca-refresh-token-rotation-disabled ca-refresh-token-secret-optional"
        );
        assert_eq!(of("pkce").split(' ').count(), 5);
        assert_eq!(of("eca-"), "");
        assert_eq!(of("eca-nonsense"), "");
    }
}
