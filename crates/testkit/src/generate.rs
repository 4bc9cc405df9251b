//! Repositories from a seed: many apps with odd files, before and after a change. The same seed gives the same bytes.

mod file;
mod random;

pub use file::CERTIFICATE;
pub use random::Random;

use crate::tree::Tree;
use file::{ECA_TYPES, Fields, File, connected_app, eca_file, external_app, settings, write};

/// Changes a few values of a file, and sometimes its name or place.
fn edit(file: &mut File, random: &mut Random) {
    let mut fresh = match file.root {
        "ConnectedApp" => connected_app("X", random),
        "ExternalClientApplication" => return,
        root => {
            let app = file.fields[0].1[0].clone();
            let (_, folder, suffix) = ECA_TYPES.into_iter().find(|one| one.0 == root).expect("known");
            eca_file(&app, root, folder, suffix, random)
        }
    };
    let change = |mine: &mut Fields, theirs: Fields, random: &mut Random| {
        for ((name, texts), (_, other)) in mine.iter_mut().zip(theirs) {
            if *name != "externalClientApplication" && *name != "label" && random.chance(25) {
                *texts = other;
            }
        }
    };
    change(&mut file.fields, std::mem::take(&mut fresh.fields), random);
    for (name, fields) in &mut file.blocks {
        if let Some((_, other)) = fresh.blocks.iter_mut().find(|(theirs, _)| theirs == name) {
            change(fields, std::mem::take(other), random);
        }
    }
    if file.root != "ConnectedApp" && random.chance(10) {
        file.path = fresh.path;
    }
}

/// A second file with global settings, or with scopes, for the same app, beside the first.
fn shadow(files: &mut Vec<File>, random: &mut Random) {
    let (root, _, suffix) = ECA_TYPES[random.below(2)];
    let first = files.iter().find(|file| file.root == root).cloned();
    if let Some(mut file) = first {
        edit(&mut file, random);
        let folder = file.path.rsplit_once('/').expect("a folder").0.to_owned();
        file.path = format!("{folder}/Shadow{}.{suffix}-meta.xml", file.fields[0].1[0]);
        if files.iter().any(|one| one.path.starts_with(&folder) && one.root == file.root) {
            files.push(file);
        }
    }
}

/// Both sides of a change to a repository with so many apps of each family.
pub fn change(seed: u64, apps: usize) -> (Tree, Tree) {
    let mut random = Random::new(seed);
    let random = &mut random;
    let (mut base, mut head) = (Tree::default(), Tree::default());
    let mut put = |before: &[File], after: &[File]| {
        for file in before {
            base.put(&file.path, write(file));
        }
        for file in after {
            head.put(&file.path, write(file));
        }
    };
    for number in 0..apps {
        for files in [
            vec![connected_app(&format!("Ca{number}"), random)],
            external_app(&format!("Eca{number}"), random),
        ] {
            let mut after = files.clone();
            match random.below(20) {
                0 => put(&[], &after),
                1 => put(&files, &[]),
                2..8 => put(&files, &after),
                _ => {
                    for file in &mut after {
                        if random.chance(60) {
                            edit(file, random);
                        }
                    }
                    if random.chance(8) {
                        shadow(&mut after, random);
                    }
                    after.retain(|file| file.root == "ConnectedApp" || !random.chance(6));
                    put(&files, &after);
                }
            }
        }
    }
    let before = settings(random);
    let after = if random.chance(50) { before.clone() } else { settings(random) };
    put(before.as_slice(), after.as_slice());
    // One project, so that the settings are those of every app.
    for side in [&mut base, &mut head] {
        side.put(
            "sfdx-project.json",
            "{\"packageDirectories\": [{\"path\": \"force-app\"}, {\"path\": \"packages\"}, {\"path\": \"odd\"}]}\n",
        );
    }
    (base, head)
}

/// The same change as far as it is one of content: no file comes, goes or moves.
pub fn in_place(base: &Tree, head: &Tree) -> Tree {
    let content = |(path, old): (&Vec<u8>, &Vec<u8>)| (path.clone(), head.files.get(path).unwrap_or(old).clone());
    Tree {
        files: base.files.iter().map(content).collect(),
    }
}
