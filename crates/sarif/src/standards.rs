//! References of controls, such as `rfc:7636`, as people read them.

/// One reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// For people: `RFC 9700, section 2.1.1`.
    pub label: String,
    /// Where it can be read.
    pub url: Option<String>,
}

/// Reads a reference as it stands in a policy. What is not known is shown as it is.
pub fn reference(text: &str) -> Reference {
    let (kind, rest) = text.split_once(':').unwrap_or(("", text));
    let (number, part) = rest.split_once('#').map_or((rest, None), |(number, part)| (number, Some(part)));
    let numeric = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let dotted = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    let (label, url) = match kind {
        "rfc" if numeric => match part.filter(|part| dotted(part)) {
            Some(part) => (
                format!("RFC {number}, section {part}"),
                Some(format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{part}")),
            ),
            None => (format!("RFC {number}"), Some(format!("https://www.rfc-editor.org/rfc/rfc{number}"))),
        },
        "cwe" if numeric => (
            format!("CWE-{number}"),
            Some(format!("https://cwe.mitre.org/data/definitions/{number}.html")),
        ),
        "asvs" => (format!("OWASP ASVS {rest}"), None),
        _ => (text.to_owned(), None),
    };
    Reference { label, url }
}

/// The tag by which GitHub and GitLab recognise a weakness of the CWE list.
pub(crate) fn cwe_tag(text: &str) -> Option<String> {
    let number: u32 = text.strip_prefix("cwe:")?.parse().ok()?;
    Some(format!("external/cwe/cwe-{number:03}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_as_people_read_them() {
        for (text, label, url) in [
            ("rfc:7636", "RFC 7636", Some("https://www.rfc-editor.org/rfc/rfc7636")),
            (
                "rfc:9700#2.1.1",
                "RFC 9700, section 2.1.1",
                Some("https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1"),
            ),
            ("cwe:294", "CWE-294", Some("https://cwe.mitre.org/data/definitions/294.html")),
            ("asvs:5.0.0-10.4.6", "OWASP ASVS 5.0.0-10.4.6", None),
            ("rfc:x](http://evil)", "rfc:x](http://evil)", None),
            ("something", "something", None),
            ("house-rule-7", "house-rule-7", None),
        ] {
            let reference = reference(text);
            assert_eq!((reference.label.as_str(), reference.url.as_deref()), (label, url));
        }
    }

    #[test]
    fn weaknesses_become_tags() {
        assert_eq!(cwe_tag("cwe:79").as_deref(), Some("external/cwe/cwe-079"));
        assert_eq!(cwe_tag("cwe:x"), None);
        assert_eq!(cwe_tag("rfc:7636"), None);
    }
}
