//! The one place through which the variables of a CI platform are read, and what they may hold.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use super::error::CiError;

/// Longest branch name that is taken at its word; git and the platforms stay far below.
const LONGEST_BRANCH: usize = 1024;

type LookUp<'a> = dyn Fn(&str) -> Option<OsString> + 'a;

/// Looks variables up; tests hand in a closure instead of changing the process.
pub(crate) struct Environment<'a> {
    look_up: Box<LookUp<'a>>,
}

impl fmt::Debug for Environment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}

impl<'a> Environment<'a> {
    /// The variables of this process.
    pub(crate) fn process() -> Self {
        Self::new(|name| std::env::var_os(name))
    }

    /// Variables from anywhere.
    pub(crate) fn new(look_up: impl Fn(&str) -> Option<OsString> + 'a) -> Self {
        Self {
            look_up: Box::new(look_up),
        }
    }

    /// A path; an empty variable counts as absent, as it does everywhere below.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        (self.look_up)(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// Whether the variable is `true`.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        (self.look_up)(name).is_some_and(|value| value == "true")
    }

    /// Whether the variable is set to anything but a spelling of "no".
    pub(crate) fn is_on(&self, name: &str) -> bool {
        (self.look_up)(name).is_some_and(|value| {
            let value = value.to_string_lossy().to_ascii_lowercase();
            !matches!(value.as_str(), "" | "0" | "false" | "no" | "off")
        })
    }

    /// Whether the variable holds anything.
    pub(crate) fn has(&self, name: &str) -> bool {
        (self.look_up)(name).is_some_and(|value| !value.is_empty())
    }

    /// Text as it stands.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, CiError> {
        let Some(value) = (self.look_up)(name).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        value
            .into_string()
            .map(Some)
            .map_err(|value| CiError::value(name, &value.to_string_lossy(), "UTF-8 text"))
    }

    /// A full object id; all zeros, which stands for "none", is absent.
    pub(crate) fn id(&self, name: &str) -> Result<Option<String>, CiError> {
        self.text(name)?.map_or(Ok(None), |text| id(name, &text))
    }

    /// A full object id that must be there.
    pub(crate) fn required_id(&self, name: &'static str) -> Result<String, CiError> {
        self.id(name)?.ok_or(CiError::Absent { name })
    }

    /// The name of a branch.
    pub(crate) fn branch(&self, name: &str) -> Result<Option<String>, CiError> {
        self.text(name)?.map(|text| branch(name, &text)).transpose()
    }
}

/// A full object id from `place`; `None` when all its digits are zero.
pub(crate) fn id(place: &str, text: &str) -> Result<Option<String>, CiError> {
    if !matches!(text.len(), 40 | 64) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(CiError::value(place, text, "the full id of a commit"));
    }
    Ok(text.bytes().any(|byte| byte != b'0').then(|| text.to_ascii_lowercase()))
}

/// The name of a branch from `place`, by git's rules for names: no blanks, no control characters, nothing a command
/// line or a refspec would take for more than a name.
pub(crate) fn branch(place: &str, text: &str) -> Result<String, CiError> {
    let odd = |character: char| character.is_control() || character.is_whitespace() || "~^:?*[\\".contains(character);
    let bad = text.is_empty()
        || text.len() > LONGEST_BRANCH
        || text.starts_with(['-', '/'])
        || text.ends_with(['/', '.'])
        || text.contains("..")
        || text.contains("@{")
        || text.contains("//")
        || text.chars().any(odd);
    if bad {
        return Err(CiError::value(place, text, "the name of a branch"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{branch, id};

    #[test]
    fn ids_are_full_and_zeros_mean_none() {
        let full = "0123456789ABCDEF0123456789abcdef01234567";
        assert_eq!(id("X", full).expect("an id"), Some(full.to_ascii_lowercase()));
        assert_eq!(id("X", &"0".repeat(40)).expect("zeros"), None);
        for bad in ["", "HEAD", "0123", "--upload-pack=x", "0123456789abcdef0123456789abcdef0123456g"] {
            assert!(id("X", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn branches_follow_gits_rules() {
        for good in ["main", "release/1.0", "feature/ünï", "a;b$(c)'d"] {
            assert_eq!(branch("X", good).expect("a branch"), good);
        }
        for bad in [
            "",
            "-x",
            "a b",
            "a\nb",
            "a..b",
            "a:b",
            "a@{1}",
            "a^",
            "/a",
            "a/",
            "a\u{1b}[31m",
            "a*",
        ] {
            let error = branch("X", bad).expect_err("not a branch").to_string();
            assert!(!error.contains(['\n', '\u{1b}']), "{error}");
        }
    }
}
