//! What cannot be judged counts where it could be before, and where a control asks for it.

use super::*;

#[test]
fn the_first_settings_of_an_org_make_nothing_unknown_that_was_known() {
    let base = connected(true);
    let settings = [
        ("OauthOidc", org_settings(true)),
        (
            "Security",
            metadata(
                "SecuritySettings",
                "    <enableAuditFieldsInactiveOwner>false</enableAuditFieldsInactiveOwner>",
            ),
        ),
    ];
    for (name, text) in settings {
        let head = base.clone().with(&format!("{ROOT}/settings/{name}.settings-meta.xml"), text);
        let report = report(&base, &head, &Settings::default());
        let new: Vec<_> = report
            .undecided
            .iter()
            .filter(|entry| entry.new)
            .map(|entry| &entry.control.id)
            .collect();
        assert!(new.is_empty(), "{name}: {new:?}");
    }
}

#[test]
fn a_broken_file_stops_the_gate_only_where_some_control_reads_its_type() {
    let broken = "<NamedCredential><label>x</NamedCredential>";
    let fatal = |path: &str| {
        let head = project().with(path, broken);
        let report = report(&project(), &head, &Settings::default());
        let file = report
            .unreadable
            .iter()
            .find(|file| file.path.to_string() == path)
            .map(|file| file.fatal);
        file.unwrap_or_else(|| panic!("{path} is told"))
    };
    // Outside of the package directories it is looked at twice, and told once.
    let (outside, whole) = (
        "unpackaged/profiles/A.profile-meta.xml",
        metadata("Profile", "    <custom>true</custom>"),
    );
    let base = project().with(outside, whole.as_str());
    let head = project().with(outside, whole.replace("</custom>", ""));
    let told = report(&base, &head, &Settings::default()).unreadable;
    assert!(matches!(told.as_slice(), [one] if one.fatal), "{told:?}");
    assert!(!fatal(&format!("{ROOT}/namedCredentials/Other.namedCredential-meta.xml")));
    assert!(fatal(&format!("{ROOT}/connectedApps/Other.connectedApp-meta.xml")));
    assert!(fatal(&format!("{ROOT}/profiles/Other.profile-meta.xml")));
}
