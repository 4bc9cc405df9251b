#!/usr/bin/env python3
"""Makes the wheels of PyPI from finished programs, so that they hold the very bytes that a release attests.

    packaging/pypi/build.py --binaries DIR --out DIR [--sbom FILE] [--partial]

--binaries holds TARGET/orgate or TARGET/orgate.exe, TARGET being a Rust target, and THIRD-PARTY.txt beside it. --partial leaves out a platform without
a program, which is an error otherwise; never for a release. The same input makes the same bytes.
"""

import argparse
import base64
import hashlib
import pathlib
import re
import stat
import sys
import tomllib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# Static Linux programs run with any C library, Windows on arm64 runs programs for x64. macOS: what Rust supports.
PLATFORMS = {
    "x86_64-unknown-linux-musl": "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
    "aarch64-unknown-linux-musl": "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
    "x86_64-apple-darwin": "macosx_10_12_x86_64",
    "aarch64-apple-darwin": "macosx_11_0_arm64",
    "x86_64-pc-windows-msvc": "win_amd64.win_arm64",
}


def version():
    """The version in Cargo.toml, which must not need Python's own spelling."""
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    found = manifest["workspace"]["package"]["version"]
    if not re.fullmatch(r"\d+\.\d+\.\d+", found):
        sys.exit(f"packaging/pypi: {found} is not a version to publish")
    return found


def metadata(notices):
    """The fields of pyproject.toml as the core metadata wants them."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {version()}",
        f"Summary: {project['description']}",
        f"Keywords: {','.join(project['keywords'])}",
        *(f"Classifier: {classifier}" for classifier in project["classifiers"]),
        f"License-Expression: {project['license']}",
        "License-File: LICENSE",
        *(["License-File: THIRD-PARTY.txt"] if notices else []),
        *(f"Project-URL: {name}, {url}" for name, url in project["urls"].items()),
        f"Requires-Python: {project['requires-python']}",
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(lines) + "\n\n" + (HERE / project["readme"]).read_text(encoding="utf-8")


def wheel(program, tag, out, sbom):
    """Writes one wheel and returns its path."""
    info = f"orgate-{version()}.dist-info"
    tags = "".join(f"Tag: py3-none-{one}\n" for one in tag.split("."))
    notices = program.with_name("THIRD-PARTY.txt")
    files = {
        f"orgate-{version()}.data/scripts/{program.name}": (program.read_bytes(), 0o755),
        f"{info}/METADATA": (metadata(notices.exists()).encode(), 0o644),
        f"{info}/WHEEL": (f"Wheel-Version: 1.0\nGenerator: orgate\nRoot-Is-Purelib: false\n{tags}".encode(), 0o644),
        f"{info}/licenses/LICENSE": ((ROOT / "LICENSE").read_bytes(), 0o644),
    }
    if notices.exists():
        files[f"{info}/licenses/THIRD-PARTY.txt"] = (notices.read_bytes(), 0o644)
    if sbom:
        files[f"{info}/sboms/{sbom.name}"] = (sbom.read_bytes(), 0o644)
    record = "".join(f"{name},{digest(content)},{len(content)}\n" for name, (content, _) in files.items())
    files[f"{info}/RECORD"] = (f"{record}{info}/RECORD,,\n".encode(), 0o644)
    path = out / f"orgate-{version()}-py3-none-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, (content, mode) in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | mode) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return path


def digest(content):
    """As RECORD wants it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--sbom", type=pathlib.Path)
    parser.add_argument("--partial", action="store_true")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    made = 0
    for target, tag in PLATFORMS.items():
        program = given.binaries / target / ("orgate.exe" if "windows" in target else "orgate")
        if program.exists():
            print(wheel(program, tag, given.out, given.sbom).name)
            made += 1
        elif not given.partial:
            sys.exit(f"packaging/pypi: there is no {program}")
    if made == 0:
        sys.exit(f"packaging/pypi: no program in {given.binaries}")


main()
