"""The npm packages, packed and installed from their archives without a registry."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time

import npm_registry
import test_docs
from support import APP, BINARY, ROOT, Case, app, environment

TARGETS = {
    "linux-x64": "x86_64-unknown-linux-musl",
    "linux-arm64": "aarch64-unknown-linux-musl",
    "darwin-x64": "x86_64-apple-darwin",
    "darwin-arm64": "aarch64-apple-darwin",
    "win32-x64": "x86_64-pc-windows-msvc",
}


def here():
    """The package for this machine, as node calls it."""
    return subprocess.run(["node", "-p", "process.platform + '-' + process.arch"], capture_output=True, text=True, check=True).stdout.strip()


def build(folder, binaries, *arguments):
    """Puts programs where the build script wants them, and runs it."""
    for target, program in binaries.items():
        place = folder / "programs" / target / ("orgate.exe" if "windows" in target else "orgate")
        place.parent.mkdir(parents=True)
        shutil.copy(program, place)
        # As an artifact store hands it out.
        place.chmod(0o644)
    command = ["node", ROOT / "packaging/npm/build.mjs", "--binaries", folder / "programs", "--out", folder / "out", *arguments]
    return subprocess.run(command, env=environment(), capture_output=True, text=True)


class Npm(Case):
    """One installation for all tests; its path holds a blank."""

    @classmethod
    def setUpClass(cls):
        cls.made = pathlib.Path(tempfile.mkdtemp(prefix="orgate-npm-")).resolve()
        cls.addClassCleanup(shutil.rmtree, cls.made, ignore_errors=True)
        done = build(cls.made, {TARGETS[here()]: BINARY}, "--partial")
        assert done.returncode == 0, done.stderr
        cls.prefix = cls.made / "a pre fix"
        cls.prefix.mkdir()
        (cls.prefix / "package.json").write_text('{"private": true}')
        archives = [str(file) for file in (cls.made / "out").glob("*.tgz")]
        command = ["npm", "install", "--offline", "--no-audit", "--no-fund", *archives]
        done = subprocess.run(command, cwd=cls.prefix, env=cls.env(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    @classmethod
    def env(cls, **more):
        """npm looks at nothing of the user's, and finds no other orgate on the PATH."""
        clean = environment(**({"npm_config_cache": str(cls.made / "cache"), "npm_config_userconfig": os.devnull} | more))
        return clean | {"PATH": clean["PATH"].split(os.pathsep, 1)[1]}

    def orgate(self, *arguments, cwd=None, prefix=None, **env):
        launcher = (prefix or self.prefix) / "node_modules/.bin/orgate"
        return subprocess.run([launcher, *arguments], cwd=cwd or self.prefix, env=self.env(**env), capture_output=True, text=True)

    def copy(self):
        """An installation to break."""
        prefix = self.folder / "broken"
        shutil.copytree(self.prefix, prefix, symlinks=True)
        return prefix

    def test_npx_runs_the_demo(self):
        done = subprocess.run(["npx", "--offline", "orgate", "demo"], cwd=self.prefix, env=self.env(), capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("fail: 3 controls got weaker", done.stdout)

    def test_npx_gets_it_from_a_registry(self):
        with npm_registry.serve((self.made / "out").glob("*.tgz")) as registry:
            env = self.env(npm_config_registry=registry, npm_config_cache=str(self.folder / "cache"), HOME=str(self.folder))
            done = subprocess.run(["npx", "--yes", "orgate", "demo"], cwd=self.folder, env=env, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("fail: 3 controls got weaker", done.stdout)

    def test_exit_codes(self):
        repository = self.repository("a work tree")
        repository.write(APP, app())
        repository.commit("sound")
        check = lambda *more: self.orgate("check", "--base", "HEAD", *more, cwd=repository.path)  # noqa: E731
        self.assertEqual(check().returncode, 0)
        repository.write(APP, app(client_credentials=True))
        weak = check()
        self.assertEqual(weak.returncode, 1, weak.stderr)
        self.assertIn("ca-client-credentials-enabled", weak.stdout)
        self.assertEqual(check("--head", "gone").returncode, 2)
        self.assertEqual(self.orgate("--no-such-option").returncode, 2)

    def test_arguments_streams_and_codes_pass_unchanged(self):
        program = self.script('printf "%s|" "$@"; cat; echo err >&2; exit 77')
        arguments = ["a b", "", "'\"$HOME`", "*", "--", "ü"]
        launcher = self.prefix / "node_modules/.bin/orgate"
        done = subprocess.run([launcher, *arguments], env=self.env(ORGATE_NPM_BINARY=program), input="in\n", capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (77, "err\n"))
        self.assertEqual(done.stdout, "|".join(arguments) + "|in\n")

    def test_signals_go_in_and_come_out(self):
        launcher = self.prefix / "node_modules/.bin/orgate"
        done = subprocess.run([launcher], env=self.env(ORGATE_NPM_BINARY=self.script("kill -TERM $$")))
        self.assertEqual(done.returncode, -signal.SIGTERM)
        ready = self.folder / "ready"
        program = self.script(f'trap "exit 9" INT TERM HUP; : > "{ready}"; for n in $(seq 600); do sleep 0.05; done')
        for number in [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]:
            ready.unlink(missing_ok=True)
            child = subprocess.Popen([launcher], env=self.env(ORGATE_NPM_BINARY=program))
            deadline = time.monotonic() + 30
            while not ready.exists():
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
            child.send_signal(number)
            self.assertEqual(child.wait(30), 9, number)

    def test_husky_finds_it_in_node_modules(self):
        repository = self.repository()
        repository.write(APP, app())
        repository.write(".gitignore", "node_modules\n")
        shutil.copytree(self.prefix / "node_modules", repository.path / "node_modules", symlinks=True)
        repository.write(".husky/pre-commit", dict(test_docs.blocks("docs/platforms/pre-commit.md"))[".husky/pre-commit"])
        repository.run("husky")
        repository.commit("sound")
        repository.write(APP, app(client_credentials=True))
        repository.git("add", "--all")
        done = subprocess.run(["git", "commit", "--quiet", "--message=weak"], cwd=repository.path, env=self.env(), capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("ca-client-credentials-enabled", done.stdout + done.stderr)

    def test_without_the_platform_package_it_could_not_judge(self):
        prefix = self.copy()
        shutil.rmtree(prefix / "node_modules/@orgate")
        done = self.orgate("check", prefix=prefix)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn(f"@orgate/{here()}", done.stderr)
        self.assertIn("--include=optional", done.stderr)

    def test_a_package_of_another_version_is_refused(self):
        prefix = self.copy()
        file = prefix / f"node_modules/@orgate/{here()}/package.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"version": "9.9.9"}))
        done = self.orgate("demo", prefix=prefix)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("9.9.9", done.stderr)

    def test_a_platform_without_package_is_told_what_to_do(self):
        preload = self.folder / "preload.cjs"
        preload.write_text("Object.defineProperty(process, 'arch', { value: 'mips' });")
        done = self.orgate("demo", NODE_OPTIONS=f"--require={preload}")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("cargo install", done.stderr)

    def test_a_program_that_cannot_start_is_no_pass(self):
        for program in ["/nowhere/orgate", str(self.folder)]:
            done = self.orgate("demo", ORGATE_NPM_BINARY=program)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(program, done.stderr)

    def script(self, text):
        file = self.folder / "program"
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return str(file)


class Packages(Case):
    """What is in them, for every platform; the programs are stand-ins."""

    def test_all_platforms(self):
        stand_in = self.folder / "stand-in"
        stand_in.write_text("program")
        done = build(self.folder, dict.fromkeys(TARGETS.values(), stand_in))
        self.assertEqual(done.returncode, 0, done.stderr)
        names = [f"orgate-{name}-{self.version()}.tgz" for name in TARGETS] + [f"orgate-{self.version()}.tgz"]
        self.assertEqual(done.stdout.split(), names, "in the order to publish")
        for name, target in TARGETS.items():
            program = "package/bin/orgate" + (".exe" if "windows" in target else "")
            manifest, files = self.unpack(f"orgate-{name}-{self.version()}.tgz")
            self.assertEqual(set(files), {program, "package/package.json", "package/README.md", "package/LICENSE"})
            self.assertEqual(files[program] & 0o111, 0o111, "runs although the artifact store lost the mode")
            self.assertEqual((manifest["name"], manifest["os"]), (f"@orgate/{name}", [name.split("-")[0]]))
            self.assertIn(name.split("-")[1], manifest["cpu"])
            self.assertFalse({"scripts", "dependencies", "libc"} & set(manifest))
        manifest, files = self.unpack(f"orgate-{self.version()}.tgz")
        self.assertEqual(set(files), {"package/bin/orgate.js", "package/package.json", "package/README.md", "package/LICENSE"})
        self.assertEqual(manifest["optionalDependencies"], {f"@orgate/{name}": self.version() for name in TARGETS})
        self.assertFalse({"scripts", "dependencies"} & set(manifest))
        launcher = (ROOT / "packaging/npm/orgate/bin/orgate.js").read_text()
        for name in TARGETS:
            self.assertIn(f'"{name}": "@orgate/{name}"', launcher)

    def test_a_release_never_lacks_a_platform(self):
        stand_in = self.folder / "stand-in"
        stand_in.write_text("program")
        done = build(self.folder, {TARGETS["linux-x64"]: stand_in})
        self.assertEqual(done.returncode, 1)
        self.assertIn("aarch64-unknown-linux-musl", done.stderr)

    def version(self):
        done = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True)
        return done.stdout.split()[1]

    def unpack(self, name):
        with tarfile.open(self.folder / "out" / name) as archive:
            files = {member.name: member.mode for member in archive.getmembers()}
            return json.load(archive.extractfile("package/package.json")), files
