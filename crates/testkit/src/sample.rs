//! Small, whole metadata files for scenarios where the content hardly matters.

/// Where the sample app lies.
pub const APP: &str = "force-app/main/default/connectedApps/Billing.connectedApp-meta.xml";

/// A Connected App; the client credentials flow is on or off.
pub fn connected_app(client_credentials: bool) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<ConnectedApp xmlns="http://soap.sforce.com/2006/04/metadata">
    <contactEmail>platform@example.com</contactEmail>
    <label>Billing</label>
    <oauthConfig>
        <callbackUrl>https://billing.example.com/cb</callbackUrl>
        <isAdminApproved>true</isAdminApproved>
        <isClientCredentialEnabled>{client_credentials}</isClientCredentialEnabled>
        <isConsumerSecretOptional>false</isConsumerSecretOptional>
        <isPkceRequired>true</isPkceRequired>
        <isSecretRequiredForRefreshToken>true</isSecretRequiredForRefreshToken>
        <scopes>Api</scopes>
    </oauthConfig>
    <oauthPolicy>
        <ipRelaxation>ENFORCE</ipRelaxation>
        <refreshTokenPolicy>zero</refreshTokenPolicy>
    </oauthPolicy>
</ConnectedApp>
"#
    )
}

/// The line of the element that [`connected_app`] changes.
pub const LINE: u64 = 8;
/// The control that it breaks.
pub const CONTROL: &str = "ca-client-credentials-enabled";

/// A project file with these package directories.
pub fn packages(paths: &[&str]) -> String {
    let entries: Vec<String> = paths.iter().map(|path| format!("{{\"path\": \"{path}\"}}")).collect();
    format!("{{\"packageDirectories\": [{}]}}\n", entries.join(", "))
}
