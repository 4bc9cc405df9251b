//! How the text of an element is read as a value: booleans, numbers, lists, placeholders, certificates, secrets.
//!
//! Pure functions over text that a hostile author wrote. What cannot be read is `None`, never a guess: a lenient
//! reading here would be a control that decides on something Salesforce reads differently.

mod passwords;

use std::borrow::Cow;

pub use passwords::without_passwords;

/// The white space of XML, which the schema's simple types ignore at both ends. Unicode has more; a no-break space
/// in front of `true` makes it a text that is no boolean.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// Longest text between the two ends of a placeholder. A bound keeps the search linear.
const LONGEST_PLACEHOLDER: usize = 200;

/// The armour of PEM.
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Cuts XML white space at both ends.
pub fn trim(text: &str) -> &str {
    text.trim_matches(BLANKS)
}

/// Reads an `xsd:boolean`: exactly `true`, `false`, `1` or `0`. `TRUE` is not one.
pub fn boolean(text: &str) -> Option<bool> {
    match trim(text) {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Reads an `xsd:int`: an optional sign and decimal digits, within 32 bits.
pub fn integer(text: &str) -> Option<i64> {
    // `FromStr` accepts the same language; it refuses blanks, underscores and lone signs.
    trim(text).parse::<i32>().ok().map(i64::from)
}

/// The entries of a list with one entry a line, whatever ends the lines; empty ones are left out.
pub fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    split(text, |c| matches!(c, '\n' | '\r'))
}

/// The entries of a list with commas between them; empty ones are left out.
pub(crate) fn split_commas(text: &str) -> impl Iterator<Item = &str> {
    split(text, |c| c == ',')
}

fn split(text: &str, at: fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.split(at).map(trim).filter(|entry| !entry.is_empty())
}

/// The first placeholder in a text: something that a deploy replaces, so that the text says nothing about the value.
///
/// Known are `${x}`, `${{x}}`, `{{x}}`, `{!x}`, `<%x%>`, `__X__` and words such as `REPLACE_ME`; and as the whole text, as
/// other signs of it may well stand in a value, the tokens `#{x}#`, `#{x}`, `[[x]]`, `{$x}` and `@x@`.
pub fn placeholder(text: &str) -> Option<&str> {
    let whole = trim(text);
    if is_whole_token(whole) {
        return Some(whole);
    }
    text.char_indices()
        .filter(|(_, c)| matches!(c, '$' | '{' | '<' | '_' | 'R'))
        .find_map(|(at, _)| token_at(text, at))
}

/// Whether a text is nothing but a token with a name in it, as tools replace it: Azure DevOps Replace Tokens, Octopus,
/// Copado, Ant.
fn is_whole_token(text: &str) -> bool {
    let inner = |(open, close): (&str, &str)| text.strip_prefix(open)?.strip_suffix(close);
    [("#{", "}#"), ("#{", "}"), ("[[", "]]"), ("{$", "}"), ("@", "@")]
        .into_iter()
        .filter_map(inner)
        .any(|name| {
            let legal = name.chars().all(|c| word_char(c) || matches!(c, '.' | '-'));
            legal && name.len() <= LONGEST_PLACEHOLDER && name.contains(word_char)
        })
}

/// The placeholder that starts at byte `at`.
fn token_at(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..)?;
    for (open, close) in [("${{", "}}"), ("${", "}"), ("{{", "}}"), ("{!", "}"), ("<%", "%>")] {
        if let Some(inner) = rest.strip_prefix(open) {
            let length = find_close(inner, close)?;
            return rest.get(..open.len() + length + close.len());
        }
    }
    if text.get(..at)?.ends_with(word_char) {
        return None;
    }
    let word = rest.get(..rest.find(|c| !word_char(c)).unwrap_or(rest.len()))?;
    let wrapped = || {
        let name = word.strip_prefix("__")?.strip_suffix("__")?;
        name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(word)
    };
    let told = || {
        let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let tail = word.strip_prefix("REPLACE")?;
        let named = tail.strip_prefix('_').is_some_and(|name| !name.is_empty());
        ((named || tail == "ME") && tail.chars().all(upper)).then_some(word)
    };
    wrapped().or_else(told)
}

/// Bytes up to the closing mark of a placeholder: on the same line, not far away, and after at least one character.
fn find_close(inner: &str, close: &str) -> Option<usize> {
    let mut limit = LONGEST_PLACEHOLDER.min(inner.len());
    while !inner.is_char_boundary(limit) {
        limit -= 1;
    }
    let near = inner.get(..limit)?;
    let end = near.find(close)?;
    let name = near.get(..end)?;
    (!trim(name).is_empty() && !name.contains(['\n', '\r'])).then_some(end)
}

fn word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether the text of a secret element is a secret, and not empty or one of the stand-ins that a retrieve, a
/// template or a careful author puts in its place.
pub fn is_real_secret(text: &str) -> bool {
    // What stands beside a token may be the secret.
    let beside = without_tokens(trim(text));
    let text = trim(&beside);
    // Only a placeholder that is the whole value: `${X}` appended to a key would not unmake the leak.
    // A consumer secret has 8 to 256 letters and digits: what is shorter, one character repeated, or marked as a
    // variable of a shell or a template cannot be one.
    let mut bytes = text.bytes();
    let first = bytes.next();
    let marked = text.len() < 40 && matches!(first, Some(b'$' | b'%' | b'@' | b'<'));
    let stand_in = text.len() < 8
        || marked
        || bytes.all(|byte| Some(byte) == first)
        || says_to_fill_in(text)
        || (text.starts_with("++") && text.ends_with("++"))
        || placeholder(text) == Some(text);
    !stand_in
}

/// A text without the tokens in it that have an end of their own; one that begins with a sign may have it at both ends.
fn without_tokens(text: &str) -> Cow<'_, str> {
    let whole = [("%", "%"), ("@", "@"), ("<", ">")].into_iter().find_map(|(open, close)| {
        let at = text.strip_prefix(open)?.find(close).filter(|at| *at > 0)?;
        Some(open.len() + at + close.len())
    });
    let mut left = String::new();
    let mut behind = whole.filter(|end| *end < text.len()).unwrap_or_default();
    for (at, c) in text.char_indices() {
        if at < behind {
            continue;
        }
        let token = if matches!(c, '$' | '{' | '<') {
            token_at(text, at).or_else(|| call_at(text, at))
        } else {
            None
        };
        match token.filter(|token| token.len() < text.len()) {
            Some(token) => behind = at + token.len(),
            None => left.push(c),
        }
    }
    if left.len() == text.len() { text.into() } else { left.into() }
}

/// The variable of a shell, `$(X)`, that starts at byte `at`.
fn call_at(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..)?;
    let end = find_close(rest.strip_prefix("$(")?, ")")?;
    rest.get(..end + 3)
}

/// Whether a text is nothing but well-known words that ask for a secret: `CHANGE_ME`, `YOUR_CONSUMER_SECRET`,
/// `env:CONSUMER_SECRET`. Every word counts, as what follows an unknown one may be the secret itself.
fn says_to_fill_in(text: &str) -> bool {
    const TEXTS: [&str; 7] = [
        "changeme",
        "dummysecret",
        "placeholder",
        "placeholdervalue",
        "redacted",
        "replaceme",
        "setinorg",
    ];
    // None is the beginning of another one, so that the first that fits is the only one.
    const WORDS: [&str; 16] = [
        "api",
        "app",
        "client",
        "connected",
        "consumer",
        "external",
        "goes",
        "here",
        "key",
        "oauth",
        "org",
        "password",
        "salesforce",
        "secret",
        "token",
        "value",
    ];
    let words = |text: &str| text.to_ascii_lowercase().replace(['_', '-', ' '], "");
    let made_of_words = |text: &str| {
        let mut rest = text;
        while let Some(next) = WORDS.iter().find_map(|word| rest.strip_prefix(word)) {
            rest = next;
        }
        rest.is_empty() && !text.is_empty()
    };
    let plain = words(text);
    let variable = text.strip_prefix("env:").is_some_and(|name| made_of_words(&words(name)));
    variable || TEXTS.contains(&plain.as_str()) || plain.strip_prefix("your").is_some_and(made_of_words)
}

/// What stands where a certificate belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CertificateText {
    /// Nothing.
    Absent,
    /// A certificate: PEM, or bare base64 of DER as Salesforce writes it.
    Provided,
    /// A private key, which is a leak.
    PrivateKey,
    /// A name, a placeholder, or anything else that only a deploy could resolve.
    Unclear,
}

/// Tells what the text of a certificate element is. Certificates are not validated, only told apart.
pub fn certificate(text: &str) -> CertificateText {
    let text = trim(text);
    if text.is_empty() {
        return CertificateText::Absent;
    }
    if names_private_key(text.as_bytes()) {
        return CertificateText::PrivateKey;
    }
    let Some(bytes) = armoured(text).and_then(decode_base64) else {
        return CertificateText::Unclear;
    };
    if names_private_key(&bytes) {
        return CertificateText::PrivateKey;
    }
    match der_sequence(&bytes) {
        Some(content) if is_private_key(content) => CertificateText::PrivateKey,
        Some(_) => CertificateText::Provided,
        // Also base64 of a whole PEM file: nobody documents what Salesforce makes of it.
        None => CertificateText::Unclear,
    }
}

/// The base64 of a certificate element, by which two are the same: armour and line breaks mean nothing.
pub(crate) fn certificate_body(text: &str) -> String {
    text.replace(BEGIN, " ").replace(END, " ").split_whitespace().collect()
}

/// What stands between the marks of PEM; the text itself when it has none, `None` when the second is missing.
fn armoured(text: &str) -> Option<&str> {
    match text.split_once(BEGIN) {
        Some((_, rest)) => rest.split_once(END).map(|(body, _)| body),
        None => Some(text),
    }
}

fn names_private_key(bytes: &[u8]) -> bool {
    const MARK: &[u8] = b"PRIVATE KEY";
    bytes.windows(MARK.len()).any(|window| window == MARK)
}

/// The content of the ASN.1 SEQUENCE that fills `bytes` exactly.
fn der_sequence(bytes: &[u8]) -> Option<&[u8]> {
    let (first, content) = der_element(bytes)?;
    (first == 0x30 && content.len() > 1 && bytes.ends_with(content)).then_some(content)
}

/// Tag and content of the DER element at the start of `bytes`; what follows it does not matter.
fn der_element(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if first < 0x80 {
        return Some((tag, rest.get(..usize::from(first))?));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return None;
    }
    let (length, rest) = rest.split_at_checked(count)?;
    let length = length.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
    Some((tag, rest.get(..length)?))
}

/// The DER forms of a private key: a version number where a certificate has its signed part (PKCS #1, #8, #12, SEC 1),
/// or an encryption scheme of PKCS #5 or #12 in front (encrypted PKCS #8).
fn is_private_key(content: &[u8]) -> bool {
    const SCHEMES: [&[u8]; 2] = [
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05],
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c],
    ];
    match content {
        [0x02, 0x01, 0..=1, 0x30 | 0x02 | 0x04, ..] | [0x02, 0x01, 3, 0x30, ..] => true,
        _ => der_element(content)
            .filter(|(tag, _)| *tag == 0x30)
            .and_then(|(_, scheme)| der_element(scheme))
            .is_some_and(|(tag, id)| tag == 0x06 && SCHEMES.iter().any(|s| id.starts_with(s))),
    }
}

/// Decodes base64 with white space anywhere and with or without padding.
///
/// By hand, because it is this one function: a dependency would cost more to review than these lines.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut count, mut padding) = (0_u32, 0_u8, 0_u8);
    for byte in text.bytes() {
        let value = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => continue,
            b'=' => {
                padding += 1;
                if padding > 2 {
                    return None;
                }
                continue;
            }
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        bits = (bits << 6) | u32::from(value);
        count += 1;
        if count == 4 {
            let [_, one, two, three] = bits.to_be_bytes();
            bytes.extend([one, two, three]);
            (bits, count) = (0, 0);
        }
    }
    // 2 or 3 characters are left over for 1 or 2 bytes; padding, if any, fills them up to 4.
    if padding > 0 && count + padding != 4 {
        return None;
    }
    match count {
        0 => {}
        2 => bytes.extend(&(bits << 12).to_be_bytes()[1..2]),
        3 => bytes.extend(&(bits << 6).to_be_bytes()[1..3]),
        _ => return None,
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
