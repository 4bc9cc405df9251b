//! `orgate check`: compare, report, decide.

use orgate_core::report::verdict::Verdict;
use orgate_core::report::{Report, Thresholds};
use orgate_core::settings::{FailOn, Introduced};
use orgate_diff::Repository;
use orgate_diff::gate::{self, Input};
use orgate_metadata::Limits;

use crate::args::{CheckArgs, FailOnArg, GateArgs, Global, IntroducedArg, SideArgs};
use crate::config::Config;
use crate::error::CliError;
use crate::html;
use crate::output::file::Checkouts;
use crate::output::{self, Output};
use crate::sides::{Sides, below};

/// Runs the gate and writes every report that was asked for.
pub(crate) fn run(arguments: &CheckArgs, global: &Global) -> Result<Verdict, CliError> {
    let targets = output::targets(&arguments.outputs, arguments.html.as_deref())?;
    let sides = Sides::open(&arguments.sides)?;
    let mut wanted = Vec::new();
    for path in &arguments.paths {
        let unknown = || unknown(&arguments.sides, path);
        let whole = sides.place.whole(path).ok_or_else(unknown)?;
        if !sides.knows(&whole)? {
            return Err(unknown());
        }
        wanted.push(whole);
    }
    let (mut report, config) = judge_by(&arguments.gate, &sides)?;
    if !wanted.is_empty() {
        report.restrict(|path| wanted.iter().any(|wanted| below(path, wanted.as_bytes())));
    }
    let verdict = report.verdict();
    let given = &arguments.sides;
    let checkouts = Checkouts::around(given.repo.as_deref(), &[given.base_dir.as_deref(), given.head_dir.as_deref()]);
    let page = arguments.html.as_ref().map_or(Ok(()), |file| {
        let today = today(arguments.gate.today.as_deref())?;
        checkouts.save(file, html::check::page(&report, &config, &sides, today)?.as_bytes())
    });
    let output = Output {
        report: &report,
        sides: &sides,
        registry: &config.registry,
        global,
        checkouts: &checkouts,
    };
    output.write_all(&targets, page)?;
    // The process ends here and gives back all of its memory at once, which is faster than piece by piece.
    std::mem::forget((report, config, sides));
    Ok(verdict)
}

/// A path that is on neither side: `git diff` takes revisions there.
fn unknown(sides: &SideArgs, path: &str) -> CliError {
    let parts: Vec<&str> = path
        .split("..")
        .map(|rev| rev.trim_start_matches('.'))
        .filter(|rev| !rev.is_empty())
        .collect();
    let resolves = |rev: &&str| Repository::open(sides.repo.as_deref()).is_ok_and(|found| found.resolve(rev).is_ok());
    if !parts.is_empty() && parts.iter().all(resolves) {
        CliError::PathIsRevision(path.to_owned())
    } else {
        CliError::UnknownPath(path.to_owned())
    }
}

/// The report on two sides, with settings and waivers applied, and what it was judged by.
pub(crate) fn judge_by(arguments: &GateArgs, sides: &Sides) -> Result<(Report, Config), CliError> {
    let today = today(arguments.today.as_deref())?;
    let config = Config::load(arguments, sides)?;
    let mut report = gate::run(&Input {
        base: sides.base.as_ref(),
        head: sides.head.as_ref(),
        registry: &config.registry,
        catalog: &config.catalog,
        settings: &config.settings,
        limits: Limits::default(),
    })?;
    report.compared.why.clone_from(&sides.why);
    report.loosened.clone_from(&config.loosened);
    report.settings_from = config.from;
    report.apply(&config.settings, thresholds(arguments, &config), today, &config.catalog);
    Ok((report, config))
}

/// As typed, for the settings.
pub(crate) fn fail_on(given: FailOnArg) -> FailOn {
    match given {
        FailOnArg::Low => FailOn::Low,
        FailOnArg::Medium => FailOn::Medium,
        FailOnArg::High => FailOn::High,
        FailOnArg::Critical => FailOn::Critical,
        FailOnArg::Never => FailOn::Never,
    }
}

fn thresholds(arguments: &GateArgs, config: &Config) -> Thresholds {
    let settings = &config.settings;
    let fail_on = arguments.fail_on.map(fail_on);
    let introduced = arguments.introduced.map(|given| match given {
        IntroducedArg::Fail => Introduced::Fail,
        IntroducedArg::Warn => Introduced::Warn,
        IntroducedArg::Off => Introduced::Off,
    });
    Thresholds {
        fail_on: fail_on.or(settings.fail_on).unwrap_or_default(),
        introduced: introduced.or(settings.introduced).unwrap_or_default(),
        strict: arguments.strict || settings.strict.unwrap_or_default(),
    }
}

/// The day on which waivers are judged: as given, else today in UTC.
pub(crate) fn today(given: Option<&str>) -> Result<jiff::civil::Date, CliError> {
    match given {
        Some(text) => day("--today", text),
        None => Ok(jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()),
    }
}

/// A day that an option names.
pub(crate) fn day(option: &'static str, text: &str) -> Result<jiff::civil::Date, CliError> {
    jiff::civil::Date::strptime("%Y-%m-%d", text).map_err(|_| CliError::Day {
        option,
        text: text.to_owned(),
    })
}
