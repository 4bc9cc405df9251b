//! Every writer as a function of a report, so that fuzzers and property tests of other crates reach them. No part of
//! the API.

use orgate_core::report::Report;
use orgate_core::settings::Settings;
use orgate_core::{Catalog, Registry};
use orgate_diff::MemorySnapshot;

use crate::args::{ColorWhen, Format, Global};
use crate::config::Config;
use crate::html;
use crate::output::Output;
use crate::sides::Sides;

/// What a report is written from: both sides, and what they were judged by.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// The report.
    pub report: &'a Report,
    /// What was.
    pub base: &'a MemorySnapshot,
    /// What is.
    pub head: &'a MemorySnapshot,
    /// The metadata types.
    pub registry: &'a Registry,
    /// The controls in force.
    pub catalog: &'a Catalog,
    /// What the team decided.
    pub settings: &'a Settings,
}

/// The formats of [`Written::as_format`], as users name them, and `html`.
pub const FORMATS: [&str; 9] = [
    "text",
    "json",
    "sarif",
    "github",
    "markdown",
    "gitlab-codequality",
    "gitlab-sast",
    "junit",
    "html",
];

impl Written<'_> {
    /// The report in one format, without colours; `None` when it was not written.
    pub fn as_format(&self, name: &str) -> Option<Vec<u8>> {
        let sides = Sides::of_one(Box::new(self.base.clone()), Box::new(self.head.clone()));
        if name == "html" {
            let config = Config {
                settings: self.settings.clone(),
                registry: self.registry.clone(),
                catalog: self.catalog.clone(),
                loosened: Vec::new(),
                from: orgate_core::report::SettingsFrom::Base,
            };
            let today = jiff::civil::date(2026, 1, 1);
            return html::check::page(self.report, &config, &sides, today).ok().map(String::into_bytes);
        }
        let format = <Format as clap::ValueEnum>::from_str(name, false).ok()?;
        let global = Global {
            verbose: 0,
            quiet: false,
            color: ColorWhen::Never,
        };
        let mut bytes = Vec::new();
        let checkouts = crate::output::file::Checkouts::default();
        let output = Output {
            report: self.report,
            sides: &sides,
            registry: self.registry,
            global: &global,
            checkouts: &checkouts,
        };
        output.write_one(format, &mut anstream::StripStream::new(&mut bytes)).ok()?;
        Some(bytes)
    }
}
