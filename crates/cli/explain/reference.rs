//! References of controls, such as `rfc:7636`, as people read them.

/// One reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// For people: `RFC 9700, section 2.1.1`.
    pub(crate) label: String,
    /// Where it can be read.
    pub(crate) url: Option<String>,
}

/// Reads a reference as it stands in a policy. What is not known is shown as it is.
pub(crate) fn reference(text: &str) -> Reference {
    let (kind, rest) = text.split_once(':').unwrap_or(("", text));
    let (number, part) = rest.split_once('#').map_or((rest, None), |(number, part)| (number, Some(part)));
    let numeric = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let part = part.filter(|part| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.'));
    let (label, url) = match (kind, part) {
        ("rfc", Some(part)) if numeric => (
            format!("RFC {number}, section {part}"),
            Some(format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{part}")),
        ),
        ("rfc", None) if numeric => (format!("RFC {number}"), Some(format!("https://www.rfc-editor.org/rfc/rfc{number}"))),
        ("cwe", _) if numeric => (
            format!("CWE-{number}"),
            Some(format!("https://cwe.mitre.org/data/definitions/{number}.html")),
        ),
        ("asvs", _) => (format!("OWASP ASVS {rest}"), None),
        _ => (text.to_owned(), None),
    };
    Reference { label, url }
}

#[cfg(test)]
mod tests {
    use super::reference;

    #[test]
    fn known_references_have_a_name_and_an_address() {
        assert_eq!(reference("rfc:9700#2.1.1").label, "RFC 9700, section 2.1.1");
        assert_eq!(
            reference("cwe:294").url.as_deref(),
            Some("https://cwe.mitre.org/data/definitions/294.html")
        );
        assert_eq!(reference("house-rule-7").label, "house-rule-7");
        assert_eq!(reference("rfc:x](http://evil)").url, None);
    }
}
