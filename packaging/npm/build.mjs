#!/usr/bin/env node
// Makes the npm packages from finished programs: one package for each platform, and `orgate`, which names them as
// optional dependencies.
//
//   node packaging/npm/build.mjs --binaries DIR --out DIR [--partial]
//
//   --binaries  holds TARGET/orgate or TARGET/orgate.exe, TARGET being a Rust target, and THIRD-PARTY.txt beside it
//   --out       gets a folder for each package and, packed, NAME-VERSION.tgz
//   --partial   a platform without a program is left out instead of being an error; never for a release
//
// The version is the one in Cargo.toml.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");

// Package, Rust target, what npm may install it on. Static Linux programs run with any C library; Windows on arm64 runs
// programs for x64. The launcher has the same table.
const PLATFORMS = [
  { name: "linux-x64", target: "x86_64-unknown-linux-musl", os: "linux", cpu: ["x64"] },
  { name: "linux-arm64", target: "aarch64-unknown-linux-musl", os: "linux", cpu: ["arm64"] },
  { name: "darwin-x64", target: "x86_64-apple-darwin", os: "darwin", cpu: ["x64"] },
  { name: "darwin-arm64", target: "aarch64-apple-darwin", os: "darwin", cpu: ["arm64"] },
  { name: "win32-x64", target: "x86_64-pc-windows-msvc", os: "win32", cpu: ["x64", "arm64"] },
];

function version() {
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
  const found = /^\[workspace\.package\]\nversion = "([^"]+)"$/m.exec(manifest);
  if (!found) throw new Error("Cargo.toml has no workspace.package.version");
  return found[1];
}

function manifest(name, description, more) {
  return {
    name,
    version: version(),
    description,
    license: "Apache-2.0",
    homepage: "https://github.com/orgate/orgate",
    repository: { type: "git", url: "git+https://github.com/orgate/orgate.git" },
    bugs: "https://github.com/orgate/orgate/issues",
    ...more,
    publishConfig: { access: "public", provenance: true },
  };
}

function save(folder, content) {
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(content, null, 2)}\n`);
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
}

function platformPackage(platform, binary, out) {
  const name = `@orgate/${platform.name}`;
  const folder = join(out, platform.name);
  mkdirSync(join(folder, "bin"), { recursive: true });
  const program = join(folder, "bin", platform.os === "win32" ? "orgate.exe" : "orgate");
  copyFileSync(binary, program);
  // Artifact stores lose the mode.
  chmodSync(program, 0o755);
  const notices = join(dirname(binary), "THIRD-PARTY.txt");
  if (existsSync(notices)) copyFileSync(notices, join(folder, "THIRD-PARTY.txt"));
  writeFileSync(
    join(folder, "README.md"),
    `# ${name}\n\nThe program for ${platform.target}, a part of [orgate](https://www.npmjs.com/package/orgate). Install \`orgate\`.\n`,
  );
  save(folder, manifest(name, `orgate for ${platform.target}`, { os: [platform.os], cpu: platform.cpu, files: ["bin", "THIRD-PARTY.txt"], preferUnplugged: true }));
  return name;
}

function mainPackage(platforms, out) {
  const folder = join(out, "orgate");
  cpSync(join(here, "orgate"), folder, { recursive: true });
  chmodSync(join(folder, "bin/orgate.js"), 0o755);
  const description = "A policy gate that fails a change when it makes a Salesforce OAuth security control weaker";
  save(
    folder,
    manifest("orgate", description, {
      keywords: ["salesforce", "sfdx", "oauth", "security", "policy", "sarif", "connected-app", "external-client-app"],
      bin: { orgate: "bin/orgate.js" },
      files: ["bin"],
      engines: { node: ">=18" },
      optionalDependencies: Object.fromEntries(platforms.map((name) => [name, version()])),
    }),
  );
}

function main() {
  const { values } = parseArgs({ options: { binaries: { type: "string" }, out: { type: "string" }, partial: { type: "boolean" } } });
  if (!values.binaries || !values.out) throw new Error("usage: build.mjs --binaries DIR --out DIR [--partial]");
  const out = resolve(values.out);
  const made = [];
  for (const platform of PLATFORMS) {
    const binary = join(values.binaries, platform.target, platform.os === "win32" ? "orgate.exe" : "orgate");
    rmSync(join(out, platform.name), { recursive: true, force: true });
    if (existsSync(binary)) made.push({ ...platform, package: platformPackage(platform, binary, out) });
    else if (!values.partial) throw new Error(`there is no ${binary}`);
  }
  if (made.length === 0) throw new Error(`no program in ${values.binaries}`);
  rmSync(join(out, "orgate"), { recursive: true, force: true });
  mainPackage(made.map((platform) => platform.package), out);
  // The platforms first: that is also the order to publish in.
  for (const folder of [...made.map((platform) => platform.name), "orgate"]) {
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const packed = execFileSync(npm, ["pack", "--silent", "--ignore-scripts", "--pack-destination", out], { cwd: join(out, folder), encoding: "utf8" });
    console.log(packed.trim());
  }
}

try {
  main();
} catch (error) {
  console.error(`packaging/npm: ${error.message}`);
  process.exit(1);
}
