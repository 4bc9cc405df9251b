//! Lines of metadata files that may be shown: the content of elements that hold keys, secrets and passwords is blanked,
//! wherever it stands: in comments, in CDATA, behind tags within.

const HIDDEN: &str = "(not shown)";
/// Parts of element names whose content is never shown.
const NAMES: [&str; 7] = ["secret", "password", "key", "certificate", "serviceaccount", "credential", "token"];
/// A line this long without a blank, in a file that holds a private key, is taken for a part of it.
const LONGEST_PLAIN: usize = 40;

/// Lines of the longest secret: so many in front of a line decide whether it is shown.
pub(crate) const LONGEST_SECRET: u32 = 1000;

/// The lines of a file, harmless to show. `None` for what is not text.
pub(crate) fn lines(bytes: &[u8]) -> Option<Vec<String>> {
    let source = std::str::from_utf8(bytes).ok()?;
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let shown = blanked(source);
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

/// The last of some lines, harmless to show: the lines in front of it tell whether it stands within a secret.
pub(crate) fn last(window: &[u8]) -> Option<String> {
    let shown = blanked(&String::from_utf8_lossy(window));
    let line = shown.rsplit('\n').next()?.trim_end_matches('\r');
    let key = shown.contains("PRIVATE KEY") && looks_like_key(line);
    Some(if key { HIDDEN.to_owned() } else { line.replace('\t', "    ") })
}

fn blanked(source: &str) -> String {
    let mut shown = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        shown.push_str(before);
        let Some((name, open)) = start_tag(tag) else {
            // An end tag, a comment, an instruction: what is inside is looked at as everything else.
            shown.push('<');
            rest = tag.get(1..).unwrap_or_default();
            continue;
        };
        shown.push_str(open);
        rest = tag.get(open.len()..).unwrap_or_default();
        if !open.ends_with("/>") && delicate(name) {
            let (content, tail) = rest.split_at(end_of(rest, name));
            inside(content, &mut shown);
            rest = tail;
        }
    }
    shown.push_str(rest);
    shown
}

/// Name and text of a start tag at the beginning of `text`.
fn start_tag(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('<')?;
    // Before anything is searched for: there may be many `<` and nothing to find.
    if !inside.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return None;
    }
    let end = inside
        .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<'))
        .unwrap_or(inside.len());
    let name = inside.get(..end)?;
    let close = text.find('>').map_or(text.len(), |close| close.saturating_add(1));
    Some((name, text.get(..close)?))
}

/// Where the content of an element ends; an end tag within a comment or a CDATA section is none.
fn end_of(content: &str, name: &str) -> usize {
    let closing = format!("</{name}");
    let mut at = 0;
    while let Some(found) = content.get(at..).and_then(|rest| rest.find('<')) {
        let here = at.saturating_add(found);
        let rest = content.get(here..).unwrap_or_default();
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>")]
            .into_iter()
            .find(|(start, _)| rest.starts_with(start))
            .map(|(_, end)| rest.find(end).map_or(rest.len(), |found| found.saturating_add(end.len())));
        if skipped.is_none() && rest.starts_with(&closing) {
            return here;
        }
        at = here.saturating_add(skipped.unwrap_or(1));
    }
    content.len()
}

/// Tags and line ends stay, and of the texts between the tags those that are switches and policies, not keys.
fn inside(content: &str, shown: &mut String) {
    let mut rest = content;
    while !rest.is_empty() {
        let tag = rest.starts_with("</") || start_tag(rest).is_some();
        let end = if tag {
            rest.find('>').map_or(rest.len(), |close| close.saturating_add(1))
        } else {
            text_end(rest)
        };
        let (piece, tail) = rest.split_at(end);
        if tag || plain(piece) {
            shown.push_str(piece);
        } else {
            shown.push_str(HIDDEN);
            // Line numbers must stay what they are.
            shown.extend(piece.chars().filter(|c| *c == '\n'));
        }
        rest = tail;
    }
}

/// Where the next tag begins; comments and CDATA sections belong to the text.
fn text_end(text: &str) -> usize {
    let tag = |at: &usize| {
        let rest = text.get(*at..).unwrap_or_default();
        *at > 0 && (rest.starts_with("</") || start_tag(rest).is_some())
    };
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('<')) {
        let here = at.saturating_add(found);
        let rest = text.get(here..).unwrap_or_default();
        let end = if rest.starts_with("<!--") {
            Some("-->")
        } else if rest.starts_with("<![CDATA[") {
            Some("]]>")
        } else {
            None
        };
        if end.is_none() && tag(&here) {
            return here;
        }
        let skipped = end.map_or(1, |end| rest.find(end).map_or(rest.len(), |found| found.saturating_add(end.len())));
        at = here.saturating_add(skipped);
    }
    text.len()
}

fn delicate(name: &str) -> bool {
    let name = name.rsplit(':').next().unwrap_or(name).to_lowercase();
    NAMES.iter().any(|part| name.contains(part))
}

/// Switches, numbers and the words of a policy: what nobody uses as a key.
fn plain(content: &str) -> bool {
    let content = content.trim();
    if matches!(
        content,
        "" | "true" | "false" | "0" | "1" | "infinite" | "Infinite" | "zero" | "Zero"
    ) {
        return true;
    }
    let duration = ["specific_lifetime:", "specific_inactivity:"]
        .iter()
        .find_map(|start| content.strip_prefix(start));
    duration.and_then(|rest| rest.split_once(':')).is_some_and(|(number, unit)| {
        let digits = !number.is_empty() && number.len() <= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
        digits && matches!(unit, "HOURS" | "DAYS" | "MONTHS")
    })
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
        for text in [
            "<consumerSecret>abc",
            "<m:consumerSecret>abc</m:consumerSecret>",
            "<consumerSecret><![CDATA[abc]]></consumerSecret>",
            "<consumerSecret><!-- --> abc</consumerSecret>",
            "<consumerSecret><!-- </consumerSecret> -->abc</consumerSecret>",
            "<consumerSecret><![CDATA[</consumerSecret>abc]]></consumerSecret>",
            "<consumerSecret><x>abc</x></consumerSecret>",
            "<consumerSecret><?x abc?></consumerSecret>",
            "<consumerSecret a=\">\">abc</consumerSecret>",
            "<oauthTokens><consumerSecret>abc</consumerSecret></oauthTokens>",
            "<consumerSecret>zero-abc</consumerSecret>",
            "<consumerSecret>infinite abc</consumerSecret>",
            "<consumerSecret>specific_lifetime:abc:DAYS</consumerSecret>",
            "<consumerSecret>\n< abc\n</consumerSecret>",
        ] {
            assert!(!shown(text).contains("abc"), "{text} is shown as {}", shown(text));
            assert_eq!(shown(text).lines().count(), text.lines().count(), "{text}");
        }
    }

    #[test]
    fn one_line_is_shown_as_among_all() {
        let text = "<a>\r\n\t<consumerSecret>\nabc\n</consumerSecret><b>x</b>\n<c/>";
        let ends = text.match_indices('\n').map(|(at, _)| at).chain([text.len()]);
        for (end, shown) in ends.zip(lines(text.as_bytes()).expect("text")) {
            // What follows is not looked at.
            let shown = shown.replace("(not shown)", "");
            assert_eq!(super::last(&text.as_bytes()[..end]), Some(shown));
        }
        let key = format!("-----BEGIN PRIVATE KEY-----\n{}", "k".repeat(64));
        assert_eq!(super::last(key.as_bytes()), Some("(not shown)".to_owned()));
    }

    #[test]
    fn a_block_of_a_delicate_name_keeps_its_elements() {
        assert_eq!(
            shown("<oauthTokens>\n<isOn>true</isOn>\n</oauthTokens>"),
            "<oauthTokens>\n<isOn>true</isOn>\n</oauthTokens>"
        );
    }

    #[test]
    fn many_unfinished_tags_take_no_time() {
        let start = std::time::Instant::now();
        for piece in ["<a ", "<secret>", "<secret><!--", "</secret", "<![CDATA[", "<secret>x<"] {
            assert!(lines(piece.repeat(50_000).as_bytes()).is_some(), "{piece}");
        }
        assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    }
}
