//! Two commands in turn, so that what else the machine does hits both alike.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Times of one command, sorted.
#[derive(Debug)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    fn at(&self, index: usize) -> f64 {
        self.0.get(index).map_or(f64::NAN, Duration::as_secs_f64) * 1000.0
    }

    pub(crate) fn median(&self) -> f64 {
        self.at(self.0.len() / 2)
    }

    /// Smallest, median and largest, in milliseconds.
    pub(crate) fn show(&self) -> String {
        format!(
            "{:7.1} {:7.1} {:7.1}",
            self.at(0),
            self.median(),
            self.at(self.0.len().saturating_sub(1))
        )
    }
}

/// Runs a command without showing what it prints. Exit code 1 is an answer of the gate, no failure.
fn once(command: &mut Command) -> io::Result<Duration> {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let time = start.elapsed();
    if matches!(status.code(), Some(0 | 1)) {
        return Ok(time);
    }
    Err(io::Error::other(format!("{command:?}: {status}")))
}

/// Runs two commands in turn, each once before it counts.
pub(crate) fn in_turn(mut one: Command, mut other: Command, runs: usize) -> io::Result<(Times, Times)> {
    once(&mut one)?;
    once(&mut other)?;
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..runs {
        times.0.push(once(&mut one)?);
        times.1.push(once(&mut other)?);
    }
    Ok((Times::new(times.0), Times::new(times.1)))
}

/// The same command, started by another program.
fn wrapped(program: &str, arguments: &[&str], command: &Command) -> Command {
    let mut outer = Command::new(program);
    outer.args(arguments).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

/// Peak memory in MiB, where GNU time is installed.
pub(crate) fn peak(command: &Command) -> Option<f64> {
    let output = wrapped("time", &["-f", "peak %M"], command).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let kilobytes: f64 = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("peak "))?
        .trim()
        .parse()
        .ok()?;
    Some(kilobytes / 1024.0)
}

/// Instructions in millions, where valgrind is installed: the only figure that a busy machine does not change.
pub(crate) fn instructions(command: &Command, scratch: &Path) -> Option<f64> {
    let out = format!("--callgrind-out-file={}", scratch.join("callgrind.out").display());
    let output = wrapped("valgrind", &["--tool=callgrind", &out], command).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let count: f64 = text
        .lines()
        .find_map(|line| line.split_once("Collected :"))?
        .1
        .trim()
        .parse()
        .ok()?;
    Some(count / 1e6)
}
