"""The release: what it publishes for this machine's platform, and that what it must refuse it refuses."""

import hashlib
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile

import test_wheel
from support import BINARY, ROOT, Case, environment

TARGETS = [*test_wheel.TARGETS]


def script(name, *arguments, check=True, root=ROOT, **env):
    """Runs one of ci/release."""
    done = subprocess.run([root / "ci/release" / name, *arguments], env=environment(**env), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if check and done.returncode != 0:
        raise AssertionError(f"{name}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


VERSION = script("version").stdout.strip()


class Release(Case):
    """The dry run, once, with the program under test in place of a build."""

    @classmethod
    def setUpClass(cls):
        cls.out = pathlib.Path(tempfile.mkdtemp(prefix="orgate-release-"))
        cls.addClassCleanup(shutil.rmtree, cls.out, ignore_errors=True)
        cls.log = script("dry-run", cls.out, ORGATE_BIN=str(BINARY)).stdout
        cls.dist = cls.out / "dist"
        cls.archive = self_archive = f"orgate-v{VERSION}-{test_wheel.here()}.tar.gz"
        assert (cls.dist / self_archive).exists(), cls.log

    def test_the_action_finds_the_archive_in_the_table(self):
        action = (ROOT / ".github/action/run.sh").read_text()
        [pattern] = re.findall(r'grep -E "(.*?)" "\$here/checksums.txt"', action)
        pattern = pattern.replace("$wanted", test_wheel.here()).replace(r"\$", "$")
        lines = (self.dist / "checksums.txt").read_text().splitlines()
        [line] = [line for line in lines if re.search(pattern, line)]
        digest = hashlib.sha256((self.dist / self.archive).read_bytes()).hexdigest()
        self.assertEqual(line, f"{digest}  {self.archive}")
        self.assertTrue(lines[0].startswith("#"), "the comment of the table stays")
        # `target` of the action names what the release builds.
        workflow = (ROOT / ".github/workflows/release.yml").read_text()
        self.assertEqual(sorted(re.findall(r"target: ([\w-]+),", workflow)), sorted(TARGETS))
        for target in TARGETS:
            self.assertIn(re.sub(r"^(x86_64|aarch64)", "%s", target), action)

    def test_binstall_finds_the_archive(self):
        binstall = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["metadata"]["binstall"]
        for asked in [*TARGETS, "x86_64-unknown-linux-gnu"]:
            given = binstall | binstall["overrides"].get(asked, {})
            values = {"repo": "REPO", "version": VERSION, "name": "orgate", "target": asked, "archive-suffix": ".tar.gz", "bin": "orgate", "binary-ext": ""}
            fill = lambda text: re.sub(r"\{ ([\w-]+) \}", lambda match: values[match[1]], text)  # noqa: E731
            target = asked.replace("-gnu", "-musl")
            self.assertEqual(fill(given["pkg-url"]), f"REPO/releases/download/v{VERSION}/orgate-v{VERSION}-{target}.tar.gz")
            self.assertEqual(fill(given["bin-dir"]), f"orgate-v{VERSION}-{target}/orgate")

    def assemble(self, table, *arguments):
        dist, file = self.folder / "dist", self.folder / "table"
        dist.mkdir()
        shutil.copy(self.dist / self.archive, dist)
        file.write_text(f"# comment\n{table}")
        return script("assemble", dist, "--partial", "--check", *arguments, check=False, ORGATE_CHECKSUMS=str(file))

    def test_a_build_with_other_bytes_than_the_table_is_not_published(self):
        done = self.assemble(f"{'0' * 64}  {self.archive}\n")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(self.archive, done.stderr)

    def test_a_build_with_the_bytes_of_the_table_is(self):
        table = (self.dist / "checksums.txt").read_text()
        done = self.assemble("".join(line + "\n" for line in table.splitlines() if not line.startswith("#")))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("::warning", done.stdout)

    def test_an_archive_that_the_table_lacks_is_mentioned(self):
        done = self.assemble("")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"::warning title=orgate::{self.archive}", done.stdout)

    def test_the_same_program_makes_the_same_archive(self):
        program = self.folder / "orgate"
        shutil.copy(BINARY, program)
        script("archive", test_wheel.here(), program, self.folder / "again")
        self.assertEqual((self.folder / "again" / self.archive).read_bytes(), (self.dist / self.archive).read_bytes())

    def test_the_licences_of_others_go_along(self):
        with tarfile.open(self.dist / self.archive) as archive:
            folder = self.archive.removesuffix(".tar.gz")
            names = {name.removeprefix(f"{folder}/") for name in archive.getnames()}
            text = archive.extractfile(f"{folder}/THIRD-PARTY.txt").read().decode()
        self.assertLessEqual({"orgate", "LICENSE", "man/orgate.1", "completions/orgate.bash", "completions/_orgate"}, names)
        for work in ["libgit2-sys", "libz-sys", "quick-xml", "clap", "Linking Exception"]:
            self.assertIn(work.lower(), text.lower())
        for other in ["clap_derive", "proptest", "orgate-core"]:
            self.assertNotIn(f"\n{other} ", text, "not in the program")
        [wheel] = (self.dist / "pypi").glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            self.assertTrue([name for name in archive.namelist() if name.endswith("licenses/THIRD-PARTY.txt")])

    def test_all_that_is_published_was_made(self):
        made = [str(file.relative_to(self.dist)) for file in self.dist.rglob("*") if file.is_file()]
        for wanted in [rf"npm/orgate-{VERSION}\.tgz", r"npm/orgate-linux-\w+-.*\.tgz", r"pypi/.*\.whl", rf"pypi/orgate-{VERSION}\.tar\.gz"]:
            self.assertTrue([name for name in made if re.fullmatch(wanted, name)], wanted)
        self.assertIn("would publish orgate@" + VERSION, self.log)


class Version(Case):
    """One version everywhere."""

    def test_the_tag_must_be_that_of_the_version(self):
        self.assertEqual(script("version", "--tag", f"v{VERSION}").returncode, 0)
        for tag in [VERSION, f"v{VERSION}-rc.1", "v99.0.0", ""]:
            self.assertNotEqual(script("version", "--tag", tag, check=False).returncode, 0, tag)

    def test_it_is_set_and_checked_everywhere(self):
        copy = self.folder / "copy"
        ignored = shutil.ignore_patterns("target", ".git", "fixtures", "fuzz", "node_modules")
        shutil.copytree(ROOT, copy, ignore=ignored)
        script("version", "--set", "7.8.9", root=copy)
        self.assertEqual(script("version", "--tag", "v7.8.9", root=copy).stdout, "7.8.9\n")
        page = copy / "docs/platforms/github.md"
        page.write_text(page.read_text().replace("orgate/orgate@v7.8.9", "orgate/orgate@v7.8.8", 1))
        done = script("version", check=False, root=copy)
        self.assertEqual(done.returncode, 1)
        self.assertIn("docs/platforms/github.md: 7.8.8", done.stderr)

    def test_a_version_without_notes_is_no_release(self):
        self.assertEqual(script("notes", "99.0.0", check=False).returncode, 1)


class Crates(Case):
    """What the packages for crates.io hold. A crate that lacks a file builds here and nowhere else."""

    def listed(self, crate):
        command = ["cargo", "package", "--list", "--allow-dirty", "--offline", "--package", crate]
        return set(subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True).stdout.split())

    def test_the_program_has_all_that_its_build_reads(self):
        files = self.listed("orgate")
        read = [ROOT / "build.rs", ROOT / "LICENSE", *(ROOT / "policies").rglob("*.yaml"), *(ROOT / "fixtures/demo").rglob("*-meta.*")]
        for source in (ROOT / "crates/cli").rglob("*.rs"):
            # What tests alone read does not matter.
            text = source.read_text().split("#[cfg(test)]")[0]
            if not {source.stem, source.parent.name} & {"hostile", "tests"}:
                read += [source.parent / name for name in re.findall(r'include_(?:str|bytes)!\("([^"]+)"\)', text)]
        self.assertGreater(len(read), 80)
        missing = [str(file) for file in read if str(file.resolve().relative_to(ROOT)) not in files]
        self.assertEqual(missing, [])
        self.assertFalse([name for name in files if name.startswith(("fixtures/controls", "fixtures/malformed", ".ci"))])

    def test_the_registry_has_its_types(self):
        files = self.listed("orgate-metadata")
        types = {f"types/{file.name}" for file in (ROOT / "crates/metadata/types").iterdir()}
        self.assertGreater(len(types), 20)
        self.assertLessEqual(types, files)


assert sys.version_info >= (3, 11), "tomllib"
