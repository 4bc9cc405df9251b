#!/usr/bin/env node
// Starts the orgate that the package for this platform holds. Downloads nothing, runs nothing at install time.
//
//   ORGATE_NPM_BINARY  path of another orgate to start instead
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

// What every launcher error ends with: orgate's own code for "could not judge". Never 0, and never 1, which is a finding.
const COULD_NOT_JUDGE = 2;

// The Linux programs are static, so the C library does not matter. Windows on arm64 runs programs for x64.
const PACKAGES = {
  "darwin-arm64": "@orgate/darwin-arm64",
  "darwin-x64": "@orgate/darwin-x64",
  "linux-arm64": "@orgate/linux-arm64",
  "linux-x64": "@orgate/linux-x64",
  "win32-arm64": "@orgate/win32-x64",
  "win32-x64": "@orgate/win32-x64",
};

function giveUp(lines) {
  // Written at once: process.exit does not wait for a stream.
  fs.writeSync(2, `orgate: ${lines.join("\n        ")}\n`);
  process.exit(COULD_NOT_JUDGE);
}

function findBinary() {
  const override = process.env.ORGATE_NPM_BINARY;
  if (override) return override;
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (!name) {
    giveUp([
      `there is no npm package with a program for ${platform}`,
      "Build it with Rust: cargo install orgate --locked",
      "Then run it directly, or set ORGATE_NPM_BINARY to its path.",
    ]);
  }
  let manifest;
  try {
    manifest = require.resolve(`${name}/package.json`);
  } catch {
    giveUp([
      `the package ${name} with the program for ${platform} is not installed`,
      "It is an optional dependency. npm leaves it out with --omit=optional (or optional=false in .npmrc), and when",
      "node_modules or the lock file was made on another platform.",
      "Install again without that: npm install --include=optional orgate",
      "Or set ORGATE_NPM_BINARY to the path of an orgate.",
    ]);
  }
  const version = require(manifest).version;
  const own = require("../package.json").version;
  if (version !== own) {
    giveUp([`${name} is version ${version}, but this is orgate ${own}`, `Install both again: npm install orgate@${own}`]);
  }
  return path.join(path.dirname(manifest), "bin", process.platform === "win32" ? "orgate.exe" : "orgate");
}

function start(binary) {
  let child;
  // A signal to the launcher is meant for the program. One from the terminal reaches both; twice does no harm. Before the
  // program starts, or a signal in between would end the launcher alone.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) {
    try {
      process.on(signal, () => child.kill(signal));
    } catch {
      // Not every platform knows every signal.
    }
  }
  child = spawn(binary, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
  child.on("error", (error) => giveUp([`cannot start ${binary}: ${error.message}`]));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    // End the way the program ended, so that shells and CI see the signal.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // Should the signal not end us at once.
    setTimeout(() => process.exit(128 + (os.constants.signals[signal] || 0)), 1000);
  });
}

start(findBinary());
