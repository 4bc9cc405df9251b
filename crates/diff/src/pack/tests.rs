//! Every object of a repacked repository is what git says; what is damaged is never an answer.

use orgate_testkit::TestRepo;

use super::*;

/// A pack of one file that is compressed worse than anybody would.
fn wasteful(content: &[u8]) -> Vec<u8> {
    let mut pack = b"PACK\0\0\0\x02\0\0\0\x01".to_vec();
    pack.push(0x30 | u8::try_from(content.len()).unwrap());
    pack.extend([0x78, 0x01]);
    // Blocks that hold nothing, then one that holds all.
    for _ in 0..200 {
        pack.extend([0, 0, 0, 0xff, 0xff]);
    }
    let len = u16::try_from(content.len()).unwrap();
    pack.push(1);
    pack.extend(len.to_le_bytes());
    pack.extend((!len).to_le_bytes());
    pack.extend(content);
    let sums = content.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (a + b) % 65521)
    });
    pack.extend(((sums.1 << 16) | sums.0).to_be_bytes());
    pack.extend([0; 20]);
    pack
}

#[test]
fn what_is_compressed_worse_than_usual_is_read_in_pieces() {
    let folder = TestRepo::folder();
    let content = b"content";
    let id = ObjectId::from_git(git2::Oid::hash_object(ObjectType::Blob, content).unwrap()).unwrap();
    // An index of the first version: counts, then the offset and the id.
    let mut index: Vec<u8> = (0..=255)
        .flat_map(|first| u32::from(first >= id.as_bytes()[0]).to_be_bytes())
        .collect();
    index.extend(12u32.to_be_bytes());
    index.extend(id.as_bytes());
    index.extend([0; 40]);
    let pack = wasteful(content);
    folder.write("pack/pack-1.idx", &index);
    folder.write("pack/pack-1.pack", &pack);
    let read = || Packs::find(std::iter::once(folder.path())).read(id, u64::MAX, Keep::Trees);
    assert!(matches!(read(), Ok(Some(Found::Object(ObjectType::Blob, found))) if **found == *content));
    for at in (12..pack.len() - 20).step_by(11) {
        folder.write("pack/pack-1.pack", [&pack[..at], &[0; 20]].concat());
        assert!(read().is_err(), "{at}");
    }
}

/// A repository whose files grow line by line, so that packs are full of deltas on deltas.
fn packed(ref_deltas: bool) -> TestRepo {
    let repo = TestRepo::new();
    if ref_deltas {
        // What git wrote long ago.
        repo.git(&["config", "pack.indexVersion", "1"]);
    }
    let lines = (0..400).map(|line| format!("line {line} of a file that has many of them\n"));
    let mut text = lines.collect::<Vec<_>>().concat();
    for round in 0..30 {
        text.extend(["round ", &round.to_string(), "\n"]);
        repo.write("deep/er/file.txt", text.as_bytes());
        repo.write(format!("folder/{round}.txt"), format!("{round}").as_bytes());
        repo.commit(&format!("round {round}"));
    }
    // Nothing to be gained by compressing it.
    let mut state = 1u32;
    let noise: Vec<u8> = (0..200_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u8::try_from(state >> 24).unwrap()
        })
        .collect();
    repo.write("noise.bin", &noise);
    repo.commit("noise");
    let offsets = if ref_deltas { "false" } else { "true" };
    repo.git(&["config", "repack.useDeltaBaseOffset", offsets]);
    repo.git(&["repack", "-a", "-d", "-f", "--quiet", "--depth=50", "--window=50"]);
    repo
}

fn objects(repo: &TestRepo) -> Packs {
    Packs::find(std::iter::once(repo.path().join(".git/objects").as_path()))
}

fn ids(repo: &TestRepo) -> Vec<ObjectId> {
    let list = repo.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    list.lines().map(|line| ObjectId::from_hex(line.as_bytes()).unwrap()).collect()
}

#[test]
fn every_packed_object_is_what_git_says() {
    for ref_deltas in [false, true] {
        let repo = packed(ref_deltas);
        let ids = ids(&repo);
        assert!(ids.len() > 100);
        for keep in [Keep::Trees, Keep::Bases] {
            let packs = objects(&repo);
            // What is asked for often is found in another way.
            for id in ids.iter().cycle().take(10 * ids.len()) {
                let hashed = match packs.read(*id, u64::MAX, keep) {
                    Ok(Some(Found::Object(kind, content))) => git2::Oid::hash_object(kind, &content),
                    Ok(Some(Found::Lent(content))) => git2::Oid::hash_object(ObjectType::Tree, &content),
                    _ => panic!("{id} is not found"),
                };
                assert_eq!(ObjectId::from_git(hashed.unwrap()), Some(*id));
            }
        }
    }
}

#[test]
fn a_limit_is_told_before_anything_is_built() {
    let repo = packed(false);
    let packs = objects(&repo);
    for id in ids(&repo) {
        let size: u64 = repo.git(&["cat-file", "-s", &id.to_string()]).trim().parse().unwrap();
        assert!(matches!(packs.read(id, size, Keep::Trees), Ok(Some(Found::Object(..)))));
        if let Some(less) = size.checked_sub(1) {
            assert!(matches!(packs.read(id, less, Keep::Trees), Ok(Some(Found::Larger(_, told))) if told == size));
        }
    }
}

#[test]
fn what_is_unknown_or_damaged_is_no_answer() {
    let repo = packed(false);
    let unknown = ObjectId::from_bytes(&[7; 20]).unwrap();
    assert!(objects(&repo).read(unknown, u64::MAX, Keep::Trees).unwrap().is_none());
    let all = ids(&repo);
    let folder = repo.path().join(".git/objects/pack");
    let name = |extension: &str| {
        let mut files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        files.find(|path| path.extension().is_some_and(|own| own == extension)).unwrap()
    };
    let (pack, table) = (name("pack"), name("idx"));
    let (pack_bytes, table_bytes) = (std::fs::read(&pack).unwrap(), std::fs::read(&table).unwrap());
    let write = |path: &Path, bytes: &[u8]| {
        // Git makes them read-only.
        let _ = std::fs::remove_file(path);
        std::fs::write(path, bytes).unwrap();
    };
    let mut state = 5usize;
    for round in 0..400 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let (path, whole) = if round % 2 == 0 {
            (&pack, &pack_bytes)
        } else {
            (&table, &table_bytes)
        };
        let mut bytes = whole.clone();
        let at = (state >> 20) % bytes.len();
        if round % 5 == 0 {
            bytes.truncate(at);
        } else {
            bytes[at] ^= 1 << (round % 8);
        }
        write(path, &bytes);
        let packs = objects(&repo);
        for id in all.iter().step_by(7) {
            // Nobody computes the hash, as in git; what an answer must not be is a panic, or larger than asked for.
            if let Ok(Some(Found::Object(_, content))) = packs.read(*id, 1 << 20, Keep::Trees) {
                assert!(content.len() <= 1 << 20);
            }
        }
        write(path, whole);
    }
}
