use super::*;

/// What is said about a type with these fields.
fn said(fields: &str) -> String {
    let text = format!("type: App\nsuffix: app\nfolder: apps\nsubject: connected-app\njoin: name\nfields:\n{fields}");
    let result = Registry::default().add("App.yaml", &text);
    result.map_or_else(|error| error.to_string(), |()| "taken in".to_owned())
}

#[test]
fn a_field_says_what_its_absence_means_where_a_missing_element_could_mean_anything() {
    for kind in ["boolean", "integer", "enum, values: [A]"] {
        let refusal = said(&format!("  a: {{ kind: {kind} }}\n"));
        assert!(refusal.contains("field `a` must say what its absence means"), "{refusal}");
        assert_eq!(said(&format!("  a: {{ kind: {kind}, absent: undocumented }}\n")), "taken in");
        assert_eq!(said(&format!("  a: {{ kind: {kind}, many: true }}\n")), "taken in");
    }
    assert_eq!(said("  a: { kind: string }\n"), "taken in");
}

#[test]
fn values_belong_to_an_enum_and_children_to_a_block() {
    for fields in ["  a: { kind: enum, absent: nothing }\n", "  a: { kind: string, values: [A] }\n"] {
        assert!(said(fields).contains("`values` belongs to kind `enum`, and only there"), "{fields}");
    }
    let refusal = said("  a: { kind: string }\n  a/b: { kind: string }\n");
    assert!(
        refusal.contains("field `a/b` lies in `a`, which is not a field of kind `block`"),
        "{refusal}"
    );
    assert_eq!(said("  a: { kind: block }\n  a/b: { kind: string }\n"), "taken in");
}

#[test]
fn children_that_extend_a_known_type_belong_to_a_block_too() {
    let add = |fields: &str| {
        let mut registry = Registry::default();
        let of = |fields: &str| format!("type: App\nsuffix: app\nfolder: apps\nfields:\n{fields}");
        registry
            .add("App.yaml", &of("  box: { kind: block }\n  text: { kind: string }\n"))
            .unwrap();
        registry.add("more.yaml", &of(fields)).map_err(|error| error.to_string())
    };
    assert_eq!(add("  box/inner: { kind: string }\n"), Ok(()));
    // Each says what the field is from now on.
    assert_eq!(add("  text: { kind: block }\n  text/inner: { kind: string }\n"), Ok(()));
    for fields in [
        "  text/inner: { kind: string }\n",
        "  box: { kind: string }\n  box/inner: { kind: string }\n",
    ] {
        let refusal = add(fields).unwrap_err();
        assert!(refusal.contains("which is not a field of kind `block`"), "{fields}: {refusal}");
    }
}
