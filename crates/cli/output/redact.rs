//! Lines of metadata files that may be shown: what the registry calls a secret is blanked, wherever it stands, in
//! comments too. Of elements that the registry does not know, those are blanked whose names sound like it.

use std::collections::BTreeMap;

use orgate_core::Registry;

const HIDDEN: &str = "(not shown)";
/// Parts of names of unknown elements whose content is never shown.
const NAMES: [&str; 7] = ["secret", "password", "key", "certificate", "serviceaccount", "credential", "token"];
/// What a harmless element of such a name holds: switches and policies, not keys.
const LONGEST_PLAIN: usize = 40;

/// What may be shown of which element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    /// Blanked whatever it holds.
    Secret,
    /// Blanked unless it is a switch or a block.
    Doubtful,
}

/// Blanks secrets.
#[derive(Clone, Debug)]
pub(crate) struct Redactor {
    /// By type: whether an element of this name is a secret.
    types: BTreeMap<String, BTreeMap<String, bool>>,
}

impl Redactor {
    /// By the fields that the registry knows.
    pub(crate) fn new(registry: &Registry) -> Self {
        let mut types: BTreeMap<String, BTreeMap<String, bool>> = BTreeMap::new();
        for spec in registry.types() {
            let known = types.entry(spec.name.to_string()).or_default();
            for (path, field) in &spec.fields {
                let name = path.rsplit('/').next().unwrap_or(path);
                *known.entry(name.to_owned()).or_default() |= field.secret;
            }
        }
        Self { types }
    }

    /// The lines of a file, harmless to show, with spaces for tabs. `None` for what is not text.
    pub(crate) fn lines(&self, bytes: &[u8]) -> Option<Vec<String>> {
        let lines = self.exact(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))?;
        let widened = lines.iter().map(|line| line.trim_end_matches('\r').replace('\t', "    "));
        Some(widened.collect())
    }

    /// The lines of a file without their line feeds; nothing but secrets is changed.
    pub(crate) fn exact(&self, bytes: &[u8]) -> Option<Vec<String>> {
        let source = std::str::from_utf8(bytes).ok()?;
        let mut here: Vec<&BTreeMap<String, bool>> = self
            .types
            .iter()
            .filter(|(name, _)| source.contains(&format!("<{name}")) || source.contains(&format!(":{name}")))
            .map(|(_, fields)| fields)
            .collect();
        if here.is_empty() {
            here = self.types.values().collect();
        }
        let shown = blanked(source, &|name| kind(&here, name));
        let private = shown.contains("PRIVATE KEY");
        let line = |line: &str| {
            if private && looks_like_key(line) {
                HIDDEN.to_owned()
            } else {
                line.to_owned()
            }
        };
        Some(
            shown
                .split_inclusive('\n')
                .map(|text| line(text.strip_suffix('\n').unwrap_or(text)))
                .collect(),
        )
    }
}

/// An element that several types have is a secret when one of them says so.
fn kind(types: &[&BTreeMap<String, bool>], name: &str) -> Kind {
    let name = name.rsplit(':').next().unwrap_or(name);
    let mut known = types.iter().filter_map(|fields| fields.get(name));
    match known.next() {
        Some(first) if *first || known.any(|secret| *secret) => Kind::Secret,
        Some(_) => Kind::Plain,
        None => {
            let name = name.to_lowercase();
            if NAMES.iter().any(|part| name.contains(part)) {
                Kind::Doubtful
            } else {
                Kind::Plain
            }
        }
    }
}

/// The text with the content of secrets blanked; line feeds stay, so that lines keep their numbers.
fn blanked(source: &str, kind: &dyn Fn(&str) -> Kind) -> String {
    let mut shown = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        shown.push_str(before);
        let inside = tag.get(1..).unwrap_or_default();
        let end = inside
            .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
            .unwrap_or(inside.len());
        let name = inside.get(..end).unwrap_or_default();
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            // An end tag, a comment, an instruction: what is inside is looked at as everything else.
            shown.push('<');
            rest = inside;
            continue;
        }
        let close = tag.find('>').map_or(tag.len(), |close| close.saturating_add(1));
        let (open, after) = tag.split_at(close);
        shown.push_str(open);
        rest = after;
        let kind = kind(name);
        if open.ends_with("/>") || kind == Kind::Plain {
            continue;
        }
        let closing = format!("</{name}");
        let stop = after.find(&closing).unwrap_or(after.len());
        let (content, tail) = after.split_at(stop);
        if content.trim().is_empty() || (kind == Kind::Doubtful && plain(content)) {
            // What is inside is looked at as everything else.
            continue;
        }
        shown.push_str(HIDDEN);
        shown.extend(content.chars().filter(|c| *c == '\n'));
        rest = tail;
    }
    shown.push_str(rest);
    shown
}

/// Switches, numbers and the words of a policy: what nobody uses as a key.
fn plain(content: &str) -> bool {
    let content = content.trim();
    let switch = matches!(content, "" | "true" | "false" | "0" | "1");
    let policy = ["infinite", "zero", "specific_lifetime:", "specific_inactivity:"];
    switch || (content.len() <= LONGEST_PLAIN && policy.iter().any(|word| content.starts_with(word))) || content.starts_with('<')
}

fn looks_like_key(line: &str) -> bool {
    let line = line.trim();
    line.contains("PRIVATE KEY") || (line.len() > LONGEST_PLAIN && !line.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::Redactor;

    fn redactor() -> Redactor {
        Redactor::new(&orgate_metadata::builtin::registry().expect("registry"))
    }

    fn shown(text: &str) -> String {
        redactor().lines(text.as_bytes()).expect("text").join("\n")
    }

    #[test]
    fn switches_stay_and_secrets_go_wherever_they_stand() {
        assert_eq!(
            shown("<isConsumerSecretOptional>true</isConsumerSecretOptional>\n<consumerSecret>abc\ndef</consumerSecret>\n<label>x</label>"),
            "<isConsumerSecretOptional>true</isConsumerSecretOptional>\n<consumerSecret>(not shown)\n</consumerSecret>\n<label>x</label>"
        );
        assert_eq!(
            shown("<!-- <consumerSecret>abc</consumerSecret> -->"),
            "<!-- <consumerSecret>(not shown)</consumerSecret> -->"
        );
        assert_eq!(
            shown("<refreshTokenPolicy>specific_lifetime:24:HOURS</refreshTokenPolicy>"),
            "<refreshTokenPolicy>specific_lifetime:24:HOURS</refreshTokenPolicy>"
        );
        assert!(!shown("<consumerSecret>abc").contains("abc"));
        assert!(!shown("<consumerSecret>true</consumerSecret>").contains("true"));
        assert!(!shown("<m:consumerSecret>abc</m:consumerSecret>").contains("abc"));
        assert!(!shown("<someApiKey>abc</someApiKey>").contains("abc"));
    }

    #[test]
    fn what_the_registry_knows_as_no_secret_is_shown() {
        let policies = "<ExtlClntAppOauthConfigurablePolicies>\n<refreshTokenPolicyType>SpecificLifetime</refreshTokenPolicyType>\n\
                        <refreshTokenValidityPeriod>30</refreshTokenValidityPeriod>\n<refreshTokenValidityUnit>Days</refreshTokenValidityUnit>\n\
                        </ExtlClntAppOauthConfigurablePolicies>";
        assert_eq!(shown(policies), policies);
        let certificate = "<certificate>MIIabc</certificate>";
        assert!(shown(&format!("<ConnectedApp>{certificate}</ConnectedApp>")).contains("MIIabc"));
        assert!(!shown(&format!("<ExtlClntAppPushSettings>{certificate}</ExtlClntAppPushSettings>")).contains("MIIabc"));
    }

    #[test]
    fn every_secret_of_the_registry_is_blanked() {
        let registry = orgate_metadata::builtin::registry().expect("registry");
        let mut count = 0;
        for spec in registry.types() {
            for (path, _) in spec.fields.iter().filter(|(_, field)| field.secret) {
                let name = path.rsplit('/').next().expect("name");
                let text = format!(
                    "<{0}>\n<{name}>S3cr3t</{name}>\n<!-- <{name}>S3cr3t</{name}> -->\n</{0}>",
                    spec.name
                );
                assert!(!shown(&text).contains("S3cr3t"), "{path} of {}", spec.name);
                count += 1;
            }
        }
        assert!(count > 8);
    }

    #[test]
    fn exact_lines_are_the_bytes() {
        let text = "\u{feff}<label>a</label>\r\n\t<x/>\n\nend";
        assert_eq!(redactor().exact(text.as_bytes()).expect("text").join("\n"), text);
    }

    #[test]
    fn a_block_of_a_delicate_name_keeps_its_elements() {
        assert_eq!(
            shown("<oauthTokens>\n<isOn>true</isOn>\n</oauthTokens>"),
            "<oauthTokens>\n<isOn>true</isOn>\n</oauthTokens>"
        );
    }
}
