//! Single files with odd values: duplicates, placeholders, texts that are not legal.

use std::fmt::Write as _;

use super::Random;

/// An element of a generated file: its name and its texts, several when it is duplicated.
pub(super) type Fields = Vec<(&'static str, Vec<String>)>;

/// One generated file.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) root: &'static str,
    pub(super) path: String,
    pub(super) fields: Fields,
    /// Blocks with their fields.
    pub(super) blocks: Vec<(&'static str, Fields)>,
}

const CA_FLAGS: [&str; 10] = [
    "isAdminApproved",
    "isClientCredentialEnabled",
    "isCodeCredentialEnabled",
    "isConsumerSecretOptional",
    "isIntrospectAllTokens",
    "isPkceRequired",
    "isRefreshTokenRotationEnabled",
    "isSecretRequiredForRefreshToken",
    "isSecretRequiredForTokenExchange",
    "isTokenExchangeEnabled",
];
const ECA_FLAGS: [&str; 8] = [
    "isClientCredentialsFlowEnabled",
    "isConsumerSecretOptional",
    "isDeviceFlowEnabled",
    "isPkceRequired",
    "isRefreshTokenRotationEnabled",
    "isSecretRequiredForRefreshToken",
    "isSecretRequiredForTokenExchange",
    "isTokenExchangeEnabled",
];
const SCOPES: [&str; 7] = ["Api", "Basic", "Full", "OpenID", "OfflineAccess", "RefreshToken", "Web"];
const CALLBACKS: [&str; 4] = [
    "https://app.example.com/cb",
    "http://localhost:1717/OauthRedirect",
    "com.example.app:/oauth",
    "https://a.example.com/cb\nhttps://b.example.com/cb",
];
const POLICIES: [&str; 6] = [
    "zero",
    "specific_lifetime:30:DAYS",
    "specific_inactivity:6:MONTHS",
    "specific_lifetime:800:DAYS",
    "specific_lifetime:2160:HOURS",
    "infinite",
];
/// A certificate as far as anybody can tell without a key: one DER sequence that holds an octet string.
pub const CERTIFICATE: &str = "MAoECAECAwQFBgcI";

fn flag(random: &mut Random) -> Vec<String> {
    let one = |random: &mut Random| {
        if random.chance(3) {
            random.pick(&["TRUE", "", "yes", "${FLAG}"])
        } else {
            random.pick(&[
                "true",
                "false",
                "true",
                "false",
                "1",
                "0",
                " true ",
                "tr<!-- - -->ue",
                "<![CDATA[false]]>",
            ])
        }
        .to_owned()
    };
    if random.chance(35) {
        Vec::new()
    } else if random.chance(3) {
        vec![one(random), one(random)]
    } else {
        vec![one(random)]
    }
}

fn flags(names: &[&'static str], random: &mut Random) -> Fields {
    names.iter().map(|name| (*name, flag(random))).collect()
}

fn maybe(percent: usize, values: &[&str], random: &mut Random) -> Vec<String> {
    if random.chance(percent) {
        vec![random.pick(values).to_owned()]
    } else {
        Vec::new()
    }
}

fn some_scopes(random: &mut Random) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for scope in SCOPES {
        if random.chance(30) {
            found.push(scope.to_owned());
        }
    }
    found
}

pub(super) fn connected_app(name: &str, random: &mut Random) -> File {
    let folder = random.pick(&[
        "force-app/main/default/connectedApps",
        "packages/b/connectedApps",
        "odd/place",
        "src/connectedApps",
    ]);
    let meta = if folder.starts_with("src") { "" } else { "-meta.xml" };
    let mut blocks = Vec::new();
    if random.chance(92) {
        let mut fields = flags(&CA_FLAGS, random);
        fields.push(("callbackUrl", maybe(90, &CALLBACKS, random)));
        fields.push(("scopes", some_scopes(random)));
        blocks.push(("oauthConfig", fields));
    }
    if random.chance(70) {
        let relaxations = ["ENFORCE", "ENFORCE_RELAXREFRESH", "BYPASS_2FACTOR", "BYPASS", "Bypass"];
        let fields = vec![
            ("ipRelaxation", maybe(80, &relaxations, random)),
            ("isTokenExchangeFlowEnabled", flag(random)),
            ("refreshTokenPolicy", maybe(80, &POLICIES, random)),
        ];
        blocks.push(("oauthPolicy", fields));
    }
    File {
        root: "ConnectedApp",
        path: format!("{folder}/{name}.connectedApp{meta}"),
        fields: vec![("contactEmail", vec!["a@example.com".into()]), ("label", vec![name.into()])],
        blocks,
    }
}

pub(super) fn eca_file(app: &str, root: &'static str, folder: &str, suffix: &str, random: &mut Random) -> File {
    let stem = match random.below(4) {
        0 => app.to_owned(),
        1 => format!("{app}_x"),
        2 => format!("zz{}", random.below(1000)) + app,
        _ => format!("{app}Settings_defaultPolicy"),
    };
    let folder = random
        .pick(&["force-app/main/default/FOLDER", "packages/b/FOLDER", "odd/place/eca"])
        .replace("FOLDER", folder);
    let mut fields: Fields = vec![("externalClientApplication", vec![app.to_owned()])];
    match root {
        "ExtlClntAppGlobalOauthSettings" => {
            fields.push(("callbackUrl", maybe(90, &CALLBACKS, random)));
            fields.push(("certificate", maybe(50, &[CERTIFICATE, "", "REPLACE_CERT"], random)));
            fields.extend(flags(&ECA_FLAGS, random));
        }
        "ExtlClntAppOauthSettings" => {
            fields.push((
                "commaSeparatedOauthScopes",
                if random.chance(90) {
                    vec![some_scopes(random).join(", ")]
                } else {
                    Vec::new()
                },
            ));
        }
        "ExtlClntAppConfigurablePolicies" => {
            fields.extend(flags(&["isEnabled", "isOauthPluginEnabled"], random));
            for (_, texts) in fields.iter_mut().skip(1) {
                // Mostly on, or nothing would ever be judged.
                if random.chance(70) {
                    *texts = vec!["true".into()];
                }
            }
        }
        _ => {
            let relaxations = ["Enforce", "Enforce_RelaxRefresh", "Bypass_2factor", "Bypass", "ENFORCE"];
            fields.push(("ipRelaxationPolicyType", maybe(80, &relaxations, random)));
            fields.push(("isClientCredentialsFlowEnabled", flag(random)));
            let permitted = ["AdminApprovedPreAuthorized", "AllSelfAuthorized", "AdminApproved"];
            fields.push(("permittedUsersPolicyType", maybe(80, &permitted, random)));
            let types = ["Zero", "SpecificLifetime", "Infinite", "SpecificInactivity"];
            fields.push(("refreshTokenPolicyType", maybe(80, &types, random)));
            fields.push((
                "refreshTokenValidityPeriod",
                vec![random.pick(&["1", "90", "91", "366", "12"]).to_owned()],
            ));
            fields.push((
                "refreshTokenValidityUnit",
                vec![random.pick(&["Days", "Days", "Months", "Hours"]).to_owned()],
            ));
        }
    }
    File {
        root,
        path: format!("{folder}/{stem}.{suffix}-meta.xml"),
        fields,
        blocks: Vec::new(),
    }
}

/// Type, folder and suffix of the files that belong to an External Client App.
pub(super) const ECA_TYPES: [(&str, &str, &str); 4] = [
    ("ExtlClntAppGlobalOauthSettings", "extlClntAppGlobalOauthSets", "ecaGlblOauth"),
    ("ExtlClntAppOauthSettings", "extlClntAppOauthSettings", "ecaOauth"),
    ("ExtlClntAppOauthConfigurablePolicies", "extlClntAppOauthPolicies", "ecaOauthPlcy"),
    ("ExtlClntAppConfigurablePolicies", "extlClntAppPolicies", "ecaPlcy"),
];

pub(super) fn external_app(name: &str, random: &mut Random) -> Vec<File> {
    let mut files = Vec::new();
    if random.chance(80) {
        files.push(File {
            root: "ExternalClientApplication",
            path: format!("force-app/main/default/externalClientApps/{name}.eca-meta.xml"),
            fields: vec![("label", vec![format!("The {name}")])],
            blocks: Vec::new(),
        });
    }
    for (root, folder, suffix) in ECA_TYPES {
        if random.chance(80) {
            files.push(eca_file(name, root, folder, suffix, random));
        }
    }
    files
}

pub(super) fn settings(random: &mut Random) -> Option<File> {
    random.chance(60).then(|| File {
        root: "OauthOidcSettings",
        path: "force-app/main/default/settings/OauthOidc.settings-meta.xml".into(),
        fields: flags(&["isPkceRequired"], random),
        blocks: Vec::new(),
    })
}

/// The file as XML.
pub(super) fn write(file: &File) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{} xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n",
        file.root
    );
    let put = |text: &mut String, indent: &str, fields: &Fields| {
        for (name, texts) in fields {
            for value in texts {
                let _ = writeln!(text, "{indent}<{name}>{value}</{name}>");
            }
        }
    };
    put(&mut text, "    ", &file.fields);
    for (name, fields) in &file.blocks {
        let _ = writeln!(text, "    <{name}>");
        put(&mut text, "        ", fields);
        let _ = writeln!(text, "    </{name}>");
    }
    let _ = writeln!(text, "</{}>", file.root);
    text
}
