//! The reference of files, from their JSON Schemas.

use std::fmt::Write as _;

use orgate_core::schema;
use serde_json::Value;

use super::NOTE;
use crate::explain::markdown::cell;
use crate::output::fresh;

/// Name, title, introduction, schema file.
const FILES: [(&str, &str, &str, &str); 5] = [
    (
        "settings",
        "Settings: orgate.yaml",
        "The file `orgate.yaml` in the root of a repository. The gate reads it from the base of a comparison, so that a change cannot waive itself.",
        "orgate-settings.v1.json",
    ),
    (
        "policy",
        "Controls: policies/*.yaml",
        "One file is one control; the file's name is its id. `policies/README.md` teaches how to write one.",
        "orgate-control.v1.json",
    ),
    (
        "named-conditions",
        "Named conditions: conditions.yaml",
        "Conditions that several controls use, written once.",
        "orgate-conditions.v1.json",
    ),
    (
        "registry",
        "Metadata types: types/*.yaml",
        "One file describes one metadata type: which file holds what, and what a missing element means.",
        "orgate-registry.v1.json",
    ),
    (
        "report",
        "The JSON report",
        "What `--output json` writes. Within `orgate/v1` fields are added, never renamed or removed.",
        "orgate-report.v1.json",
    ),
];

#[test]
fn the_reference_of_files_is_fresh() {
    for (name, title, introduction, file) in FILES {
        let schema: Value = match name {
            "settings" => schema::settings().into(),
            "policy" => schema::control().into(),
            "named-conditions" => schema::conditions().into(),
            "registry" => schema::registry().into(),
            _ => serde_json::from_str(&read(file)).expect("schema"),
        };
        let mut text = format!("{NOTE}\n\n# {title}\n\n{introduction}\n\nJSON Schema: `schemas/{file}`.\n");
        object(&mut text, None, &schema);
        if let Some(definitions) = schema.get("$defs").and_then(Value::as_object) {
            for (name, definition) in definitions {
                object(&mut text, Some(name), definition);
            }
        }
        fresh(&format!("docs/reference/{name}.md"), &text);
    }
}

fn read(file: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(file);
    std::fs::read_to_string(path).expect("schema file")
}

/// Names of the parsing types say `Raw`; readers need not know.
fn plain(name: &str) -> &str {
    name.strip_prefix("Raw").unwrap_or(name)
}

fn anchor(name: &str) -> String {
    format!("[{}](#{})", plain(name), plain(name).to_lowercase())
}

fn object(text: &mut String, name: Option<&str>, schema: &Value) {
    if let Some(name) = name {
        let _ = writeln!(text, "\n## {}", plain(name));
    }
    if let (Some(_), Some(description)) = (name, schema.get("description").and_then(Value::as_str)) {
        let _ = writeln!(text, "\n{}", cell(description));
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let _ = writeln!(text, "\n| key | value | meaning |\n|---|---|---|");
        for (key, value) in properties {
            let must = if required.contains(&key.as_str()) { " (required)" } else { "" };
            let meaning = value.get("description").and_then(Value::as_str).unwrap_or_default();
            let _ = writeln!(text, "| `{key}`{must} | {} | {} |", kind(value), cell(meaning));
        }
    }
    for alternative in ["oneOf", "anyOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten() {
        let meaning = alternative.get("description").and_then(Value::as_str).unwrap_or_default();
        let _ = writeln!(
            text,
            "\n- {}{}",
            kind(alternative),
            if meaning.is_empty() {
                String::new()
            } else {
                format!(": {}", cell(meaning))
            }
        );
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values: Vec<String> = values
            .iter()
            .map(|value| format!("`{}`", value.as_str().unwrap_or_default()))
            .collect();
        let _ = writeln!(text, "\nOne of {}.", values.join(", "));
    }
}

/// The type of a value, in words.
fn kind(value: &Value) -> String {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        return anchor(reference.rsplit('/').next().unwrap_or(reference));
    }
    if let Some(constant) = value.get("const") {
        return format!("`{}`", constant.as_str().map_or_else(|| constant.to_string(), str::to_owned));
    }
    if let Some(values) = value.get("enum").and_then(Value::as_array) {
        return values
            .iter()
            .map(|value| format!("`{}`", value.as_str().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join(" or ");
    }
    if let Some(list) = ["anyOf", "oneOf"].iter().find_map(|key| value.get(key)?.as_array()) {
        let kinds: Vec<String> = list
            .iter()
            .filter(|one| one.get("type").and_then(Value::as_str) != Some("null"))
            .map(kind)
            .collect();
        return kinds.join(" or ");
    }
    let names: Vec<&str> = match value.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect(),
        _ => Vec::new(),
    };
    match names.as_slice() {
        ["array"] => format!("list of {}", value.get("items").map_or_else(|| "anything".to_owned(), kind)),
        ["object"] => match (
            value.get("additionalProperties"),
            value.get("properties").and_then(Value::as_object),
        ) {
            (Some(inner @ Value::Object(_)), _) => format!("map of {}", kind(inner)),
            (_, Some(properties)) => properties
                .iter()
                .map(|(key, inner)| format!("`{key}:` {}", kind(inner)))
                .collect::<Vec<_>>()
                .join(", "),
            _ => "map".to_owned(),
        },
        ["string"] => "text".to_owned(),
        [] => "anything".to_owned(),
        names => names.join(" or "),
    }
}
