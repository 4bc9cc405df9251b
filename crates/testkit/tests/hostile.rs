//! The bodies of the fuzzers in ordinary tests: over everything the fuzzers have kept, and over damaged copies of it.
//!
//! `ORGATE_CASES=10000 cargo test --release -p orgate-testkit --test hostile` asks for more, `ORGATE_SEED=7` for others.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use orgate_testkit::fuzz::{BODIES, Body};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Pieces that mean something to one reader or another.
const PIECES: [&[u8]; 40] = [
    b"\n%%%\n",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<?x ?>",
    b"<!DOCTYPE a>",
    b"&amp;",
    b"&#65;",
    b"&nbsp;",
    b" xsi:nil=\"true\"",
    b" xmlns=\"\"",
    b" xmlns:m=\"http://soap.sforce.com/2006/04/metadata\"",
    b"\xef\xbb\xbf",
    b"</",
    b"/>",
    b"<a>",
    b"</a>",
    b"<isPkceRequired>false</isPkceRequired>",
    b"<consumerSecret>S3CR3TVALUE</consumerSecret>",
    b"true",
    b"false",
    b"${X}",
    b"\r\n",
    b"\n",
    b"\0",
    b"\xff",
    b"\n::error::x",
    b"\x1b[31m",
    b"<script>",
    b"](http://evil.example)",
    b"`",
    b"\n  - ",
    b": ",
    b"not: {all: []}",
    b"40000 a\0",
    b"100644 b\0",
    b"TREE",
    b"\x7f\xff\xff\xff",
    b"<<<<<<< ",
];

#[derive(Clone, Debug)]
enum Edit {
    Insert(Index, &'static [u8]),
    Byte(Index, u8),
    Remove(Index, usize),
    Repeat(Index, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (any::<Index>(), select(&PIECES[..])).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Byte(at, byte)),
        2 => (any::<Index>(), 1..60_usize).prop_map(|(at, count)| Edit::Remove(at, count)),
        1 => (any::<Index>(), 1..200_usize).prop_map(|(at, count)| Edit::Repeat(at, count)),
    ]
}

fn damaged(mut bytes: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for edit in edits {
        let (Edit::Insert(at, _) | Edit::Byte(at, _) | Edit::Remove(at, _) | Edit::Repeat(at, _)) = edit;
        let at = at.index(bytes.len() + 1);
        match edit {
            Edit::Insert(_, piece) => drop(bytes.splice(at..at, piece.iter().copied())),
            Edit::Byte(_, byte) => {
                if let Some(old) = bytes.get_mut(at) {
                    *old = *byte;
                }
            }
            Edit::Remove(_, count) => drop(bytes.drain(at..bytes.len().min(at + count))),
            Edit::Repeat(_, count) => {
                let again = bytes[at..bytes.len().min(at + count)].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
    bytes
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz").join(name)
}

/// Every kept input of a body, sorted by name.
fn kept(name: &str) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for place in ["corpus", "regressions"] {
        for (path, bytes) in orgate_testkit::Tree::read(&folder(place).join(name)).files {
            found.push((format!("{place}/{}", String::from_utf8_lossy(&path)), bytes));
        }
    }
    found
}

fn replay(name: &str, body: Body) -> Result<(), Failed> {
    let inputs = kept(name);
    if inputs.is_empty() {
        return Err(Failed::from("no inputs are kept"));
    }
    for (file, bytes) in inputs {
        if std::panic::catch_unwind(|| body(&bytes)).is_err() {
            return Err(Failed::from(format!("fuzz/{file}: see above")));
        }
    }
    Ok(())
}

fn explore(name: &str, body: Body, cases: u32) -> Result<(), Failed> {
    let inputs: Arc<Vec<Vec<u8>>> = Arc::new(kept(name).into_iter().map(|(_, bytes)| bytes).collect());
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let strategy = (any::<Index>(), vec(edit(), 1..6)).prop_map(move |(which, edits)| damaged(which.get(&inputs).clone(), &edits));
    // The same cases in every run, so that a change is not failed by luck.
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[number("ORGATE_SEED", 0).to_le_bytes()[0]; 32]);
    TestRunner::new_with_rng(config, rng)
        .run(&strategy, |bytes| {
            body(&bytes);
            Ok(())
        })
        .map_err(|error| Failed::from(error.to_string()))
}

fn number(variable: &str, default: u32) -> u32 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases = number("ORGATE_CASES", 100);
    let mut trials = Vec::new();
    for (name, body) in BODIES {
        trials.push(Trial::test(format!("kept::{name}"), move || replay(name, body)));
        trials.push(Trial::test(format!("damaged::{name}"), move || explore(name, body, cases)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
