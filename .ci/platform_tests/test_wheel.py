"""The wheel, installed without an index, and the hook that installs it."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

import test_hooks
from support import APP, BINARY, ROOT, TOOLS, Case, Repository, app, environment

TARGET = "x86_64-unknown-linux-musl"
TARGETS = [TARGET, "aarch64-unknown-linux-musl", "x86_64-apple-darwin", "aarch64-apple-darwin", "x86_64-pc-windows-msvc"]


def build(folder, targets, program, *arguments):
    """Makes wheels of one program."""
    for target in targets:
        place = folder / "programs" / target / ("orgate.exe" if "windows" in target else "orgate")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(program, place)
        place.chmod(0o644)
    command = [sys.executable, ROOT / "packaging/pypi/build.py", "--binaries", folder / "programs", "--out", folder / "wheels", *arguments]
    return subprocess.run(command, env=environment(), capture_output=True, text=True)


def here():
    """The target whose wheel this machine takes."""
    return {"x86_64": TARGETS[0], "aarch64": TARGETS[1]}[os.uname().machine]


class Wheel(Case):
    """Built from the program under test."""

    def test_it_installs_and_runs(self):
        done = build(self.folder, [here()], BINARY, "--partial")
        self.assertEqual(done.returncode, 0, done.stderr)
        wheel = self.folder / "wheels" / done.stdout.strip()
        subprocess.run(["twine", "check", "--strict", str(wheel)], env=environment(), check=True, capture_output=True)
        place = self.folder / "a pre fix"
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        pip = [place / "bin/python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-index", wheel]
        subprocess.run(pip, env=environment(), check=True)
        repository = self.repository()
        repository.write(APP, app())
        repository.commit("sound")
        run = lambda *more: subprocess.run([place / "bin/orgate", *more], cwd=repository.path, env=environment(), capture_output=True, text=True)  # noqa: E731
        self.assertEqual(run("demo").returncode, 0)
        self.assertEqual(run("check", "--base", "HEAD").returncode, 0)
        repository.write(APP, app(client_credentials=True))
        self.assertEqual(run("check", "--base", "HEAD").returncode, 1)
        self.assertEqual(run("check", "--base", "gone").returncode, 2)

    def test_all_platforms(self):
        stand_in, sbom = self.folder / "stand-in", self.folder / "orgate.cdx.json"
        stand_in.write_text("program")
        sbom.write_text("{}")
        wheels = []
        for number in range(2):
            done = build(self.folder, TARGETS, stand_in, "--sbom", str(sbom))
            self.assertEqual(done.returncode, 0, done.stderr)
            wheels.append({file.name: file.read_bytes() for file in (self.folder / "wheels").iterdir()})
        self.assertEqual(wheels[0], wheels[1], "the same input makes the same bytes")
        self.assertEqual(len(wheels[0]), len(TARGETS))
        subprocess.run(["twine", "check", "--strict", *map(str, (self.folder / "wheels").iterdir())], env=environment(), check=True, capture_output=True)
        for file in (self.folder / "wheels").iterdir():
            with zipfile.ZipFile(file) as archive:
                program = [entry for entry in archive.infolist() if ".data/scripts/" in entry.filename]
                self.assertEqual(len(program), 1)
                self.assertEqual(program[0].external_attr >> 16 & 0o111, 0o111)
                self.assertEqual(program[0].filename.endswith(".exe"), "-win_" in file.name)
                names = archive.namelist()
                self.assertTrue(any(name.endswith(".dist-info/sboms/orgate.cdx.json") for name in names))
                self.assertFalse([name for name in names if name.endswith(".py")])

    def test_a_release_never_lacks_a_platform(self):
        stand_in = self.folder / "stand-in"
        stand_in.write_text("program")
        done = build(self.folder, [TARGET], stand_in)
        self.assertEqual(done.returncode, 1)
        self.assertIn("aarch64-unknown-linux-musl", done.stderr)


class Hook:
    """`orgate-python` from a clone of what pre-commit needs of this repository, with the wheel beside it."""

    client = ""

    @classmethod
    def setUpClass(cls):
        cls.made = pathlib.Path(tempfile.mkdtemp(prefix="orgate-wheel-")).resolve()
        cls.addClassCleanup(shutil.rmtree, cls.made, ignore_errors=True)
        done = build(cls.made, [here()], BINARY, "--partial")
        assert done.returncode == 0, done.stderr
        [pin] = re.findall(r"setuptools==\S+", (ROOT / ".ci/platform_tests/requirements.txt").read_text())
        saved = TOOLS / "wheels"
        if not list(saved.glob(f"{pin.replace('==', '-')}-*.whl")):
            download = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps", "--dest", saved, pin]
            subprocess.run(download, check=True)
        for file in saved.iterdir():
            shutil.copy(file, cls.made / "wheels")

    def test_it_installs_the_wheel_and_stops_the_commit(self):
        hooks = Repository(self.folder / "hooks")
        for name in [".pre-commit-hooks.yaml", "pyproject.toml"]:
            hooks.write(name, (ROOT / name).read_text())
        hooks.commit("hooks")
        hooks.git("tag", test_hooks.REV)
        repository = self.repository()
        repository.write(APP, app())
        repository.write(".pre-commit-config.yaml", f"repos:\n  - repo: {hooks.path}\n    rev: {test_hooks.REV}\n    hooks:\n      - id: orgate-python\n")
        repository.commit("a sound app")
        home, wheels = str(self.folder / "home"), str(self.made / "wheels")
        # No index: what is not in the folder of wheels is an error. No orgate on the PATH either.
        env = {"PRE_COMMIT_HOME": home, "PREK_HOME": home, "XDG_CACHE_HOME": home}
        env |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels, "UV_NO_INDEX": "1", "UV_FIND_LINKS": wheels}
        env |= {"PATH": environment()["PATH"].split(os.pathsep, 1)[1]}
        repository.run(self.client, "install", **env)
        repository.write("README.md", "2\n")
        repository.git("add", "--all")
        repository.git("commit", "--quiet", "--message", "harmless", **env)
        repository.write(APP, app(client_credentials=True))
        repository.git("add", "--all")
        done = repository.run("git", "commit", "--quiet", "--message", "weak", check=False, **env)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("ca-client-credentials-enabled", done.stdout + done.stderr)


class PreCommitHook(Hook, Case):
    """pre-commit, which installs with pip."""

    client = "pre-commit"


class PrekHook(Hook, Case):
    """prek, which installs with uv."""

    client = "prek"
