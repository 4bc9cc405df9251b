//! Tracing to standard error, by `-v` or the variable ORGATE_LOG.

use tracing::level_filters::LevelFilter;

use crate::args::{ColorWhen, Global};

/// Starts logging. Called once.
pub(crate) fn start(global: &Global) {
    let level = match (
        std::env::var("ORGATE_LOG").ok().and_then(|text| text.parse::<LevelFilter>().ok()),
        global.verbose,
    ) {
        (Some(level), 0) => level,
        (_, 0) => return,
        (_, 1) => LevelFilter::INFO,
        (_, 2) => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_max_level(level)
        .with_target(false)
        .without_time()
        .finish();
    // A second start, as in tests, keeps the first subscriber.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

impl ColorWhen {
    /// Sets the choice for all streams of this process.
    pub(crate) fn apply(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}
