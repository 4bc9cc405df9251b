//! Which paths the settings of a team want to be judged.

use orgate_core::settings::Settings;

use super::glob::Glob;

/// The `include` and `exclude` of settings, read once for all paths.
pub(super) struct Scope {
    include: Vec<Glob>,
    exclude: Vec<Glob>,
}

impl Scope {
    pub(super) fn of(settings: &Settings) -> Self {
        let read = |globs: &[String]| globs.iter().map(|glob| Glob::new(glob.trim_start_matches("./"))).collect();
        Self {
            include: read(&settings.include),
            exclude: read(&settings.exclude),
        }
    }

    /// Whether a path is to be judged. Without `include`, every path is that `exclude` does not name.
    pub(super) fn includes(&self, path: &[u8]) -> bool {
        if self.include.is_empty() && self.exclude.is_empty() {
            return true;
        }
        let parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
        let any = |globs: &[Glob]| globs.iter().any(|glob| glob.matches_parts(&parts));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}
