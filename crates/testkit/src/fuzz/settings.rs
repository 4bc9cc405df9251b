//! `orgate.yaml`: what is read can be written and read again, and is not looser than itself.

use orgate_core::settings::Settings;

use crate::library::library;

/// Any bytes as settings.
///
/// # Panics
/// When a promise is broken.
pub fn settings(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Settings::parse(&text) {
        Ok(settings) => {
            assert_eq!(settings.loosened_against(&settings), Vec::<String>::new());
            // JSON is YAML, as long as keys are short.
            let json = serde_json::to_string(&settings).expect("settings are data");
            if !text.contains('\u{0}') && json.is_ascii() && json.len() < 1000 {
                let again = Settings::parse(&json).unwrap_or_else(|error| panic!("{error}\n{json}"));
                assert_eq!(again, settings);
            }
            if let Err(error) = settings.check(&library().catalog) {
                assert!(!error.to_string().is_empty());
            }
            let _ = settings.facts();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
