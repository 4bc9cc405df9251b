//! Lines of metadata files that may be shown: the content of elements that hold keys, secrets and passwords is blanked,
//! wherever it stands, in comments too.

const HIDDEN: &str = "(not shown)";
/// Parts of element names whose content is never shown.
const NAMES: [&str; 7] = ["secret", "password", "key", "certificate", "serviceaccount", "credential", "token"];
/// What a harmless element of such a name holds: switches and policies, not keys.
const LONGEST_PLAIN: usize = 40;

/// The lines of a file, harmless to show. `None` for what is not text.
pub(crate) fn lines(bytes: &[u8]) -> Option<Vec<String>> {
    let source = std::str::from_utf8(bytes).ok()?;
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
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
        if open.ends_with("/>") || !delicate(name) {
            continue;
        }
        let closing = format!("</{name}");
        let stop = after.find(&closing).unwrap_or(after.len());
        let (content, tail) = after.split_at(stop);
        if plain(content) {
            shown.push_str(content);
        } else {
            shown.push_str(HIDDEN);
            // Line numbers must stay what they are.
            shown.extend(content.chars().filter(|c| *c == '\n'));
        }
        rest = tail;
    }
    shown.push_str(rest);
    let private = shown.contains("PRIVATE KEY");
    Some(
        shown
            .lines()
            .map(|line| {
                if private && looks_like_key(line) {
                    HIDDEN.to_owned()
                } else {
                    line.replace('\t', "    ")
                }
            })
            .collect(),
    )
}

fn delicate(name: &str) -> bool {
    let name = name.rsplit(':').next().unwrap_or(name).to_lowercase();
    NAMES.iter().any(|part| name.contains(part))
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
    use super::lines;

    fn shown(text: &str) -> String {
        lines(text.as_bytes()).expect("text").join("\n")
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
        assert!(!shown("<m:consumerSecret>abc</m:consumerSecret>").contains("abc"));
    }

    #[test]
    fn a_block_of_a_delicate_name_keeps_its_elements() {
        assert_eq!(
            shown("<oauthTokens>\n<isOn>true</isOn>\n</oauthTokens>"),
            "<oauthTokens>\n<isOn>true</isOn>\n</oauthTokens>"
        );
    }
}
