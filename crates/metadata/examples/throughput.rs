//! How fast the reader is: a profile of 50 MB, the registry, a million names. Run with
//! `cargo run --release -p orgate-metadata --example throughput`.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Instant;

use orgate_core::RepoPath;
use orgate_metadata::component::{classify, read_component};
use orgate_metadata::xml::{Doc, Limits, METADATA};

const BYTES: usize = 50_000_000;
const PATHS: u32 = 1_000_000;
const RUNS: u32 = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let text = profile()?;
    let start = Instant::now();
    let registry = orgate_metadata::builtin::registry()?;
    let loaded = start.elapsed();
    let path = RepoPath::from("force-app/main/default/profiles/Admin.profile-meta.xml");
    let limits = Limits::default();
    let mut out = io::stdout().lock();
    writeln!(out, "registry: {loaded:.1?}")?;
    let other = RepoPath::from("force-app/main/default/objects/Account/fields/Name__c.field-meta.xml");
    let start = Instant::now();
    let ours = (0..PATHS)
        .filter(|_| classify(std::hint::black_box(&other), &registry).is_some())
        .count();
    writeln!(out, "classify: {PATHS} paths, {ours} ours, {:.1?}", start.elapsed())?;
    let elements = Doc::parse(text.as_bytes(), &limits)?.len();
    writeln!(out, "{} bytes, {elements} elements", text.len())?;
    report(&mut out, "parse", text.len(), || Ok(Doc::parse(text.as_bytes(), &limits)?.len()))?;
    report(&mut out, "read", text.len(), || {
        let read = read_component(&path, text.as_bytes(), &registry, &limits)?;
        Ok(read.map_or(0, |component| component.root.children.len()))
    })
}

/// Prints the median of several runs.
fn report(
    out: &mut impl io::Write,
    name: &str,
    bytes: usize,
    mut run: impl FnMut() -> Result<usize, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        std::hint::black_box(run()?);
        times.push(start.elapsed());
    }
    times.sort();
    let median = times.get(times.len() / 2).ok_or("no runs")?;
    let megabytes = f64::from(u32::try_from(bytes)?) / 1e6;
    let speed = megabytes / median.as_secs_f64();
    writeln!(out, "{name}: {median:.1?}, {speed:.0} MB/s")?;
    Ok(())
}

/// A profile like a retrieve of a large org: mostly field permissions, some system permissions.
fn profile() -> Result<String, std::fmt::Error> {
    let mut text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Profile xmlns=\"{METADATA}\">\n    <custom>false</custom>\n");
    for number in 0.. {
        if text.len() >= BYTES {
            break;
        }
        writeln!(
            text,
            "    <fieldPermissions>\n        <editable>true</editable>\n        <field>Object_{}__c.Field_{number}__c</field>\n        <readable>true</readable>\n    </fieldPermissions>",
            number / 100
        )?;
        if number % 50 == 0 {
            writeln!(
                text,
                "    <userPermissions>\n        <enabled>true</enabled>\n        <name>Permission{number}</name>\n    </userPermissions>"
            )?;
        }
    }
    text.push_str("</Profile>\n");
    Ok(text)
}
