//! The number of threads changes nothing but the time.

use orgate_testkit::generate;

use super::{Gate, TestRepo, orgate};

pub(crate) const TESTS: &[(&str, fn())] = &[("threads::one and four give the same bytes", same_bytes)];

fn same_bytes() {
    for seed in 0..3 {
        let (base, head) = generate::change(seed, 150);
        let repo = TestRepo::new();
        base.write(repo.path());
        let old = repo.commit("base");
        repo.clear();
        head.write(repo.path());
        let new = repo.commit("head");
        for format in ["json", "text", "sarif"] {
            let run = |threads: &str| {
                let mut command = orgate(repo.path());
                command.env("RAYON_NUM_THREADS", threads);
                command.args(["check", "--base", &old, "--head", &new, "--output", format]);
                Gate::finish(command)
            };
            let (one, four) = (run("1"), run("4"));
            assert_eq!(one.stdout, four.stdout, "seed {seed}, {format}");
            assert_eq!((one.code, &one.stderr), (four.code, &four.stderr), "seed {seed}, {format}");
            assert!(!one.stdout.is_empty(), "seed {seed}, {format}: {}", one.stderr);
        }
    }
}
