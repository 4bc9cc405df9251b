//! Repositories from a seed: many apps with odd files, before and after a change. The same seed gives the same bytes.

use std::fmt::Write as _;

use crate::tree::Tree;

/// `SplitMix64`: small, seeded, the same on every machine.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator for this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).expect("fits")).expect("fits")
    }

    /// True in so many cases of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// An element of a generated file: its name and its texts, several when it is duplicated.
type Fields = Vec<(&'static str, Vec<String>)>;

/// One generated file.
#[derive(Clone, Debug)]
struct File {
    root: &'static str,
    path: String,
    fields: Fields,
    /// Blocks with their fields.
    blocks: Vec<(&'static str, Fields)>,
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

fn connected_app(name: &str, random: &mut Random) -> File {
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

fn eca_file(app: &str, root: &'static str, folder: &str, suffix: &str, random: &mut Random) -> File {
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

const ECA_TYPES: [(&str, &str, &str); 4] = [
    ("ExtlClntAppGlobalOauthSettings", "extlClntAppGlobalOauthSets", "ecaGlblOauth"),
    ("ExtlClntAppOauthSettings", "extlClntAppOauthSettings", "ecaOauth"),
    ("ExtlClntAppOauthConfigurablePolicies", "extlClntAppOauthPolicies", "ecaOauthPlcy"),
    ("ExtlClntAppConfigurablePolicies", "extlClntAppPolicies", "ecaPlcy"),
];

fn external_app(name: &str, random: &mut Random) -> Vec<File> {
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

fn write(file: &File) -> String {
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

fn settings(random: &mut Random) -> Option<File> {
    random.chance(60).then(|| File {
        root: "OauthOidcSettings",
        path: "force-app/main/default/settings/OauthOidc.settings-meta.xml".into(),
        fields: flags(&["isPkceRequired"], random),
        blocks: Vec::new(),
    })
}

/// Changes a few values of a file, and sometimes its name or place.
fn edit(file: &mut File, random: &mut Random) {
    let mut fresh = match file.root {
        "ConnectedApp" => connected_app("X", random),
        "ExternalClientApplication" => return,
        root => {
            let app = file.fields[0].1[0].clone();
            let (_, folder, suffix) = ECA_TYPES.into_iter().find(|one| one.0 == root).expect("known");
            eca_file(&app, root, folder, suffix, random)
        }
    };
    let change = |mine: &mut Fields, theirs: Fields, random: &mut Random| {
        for ((name, texts), (_, other)) in mine.iter_mut().zip(theirs) {
            if *name != "externalClientApplication" && *name != "label" && random.chance(25) {
                *texts = other;
            }
        }
    };
    change(&mut file.fields, std::mem::take(&mut fresh.fields), random);
    for (name, fields) in &mut file.blocks {
        if let Some((_, other)) = fresh.blocks.iter_mut().find(|(theirs, _)| theirs == name) {
            change(fields, std::mem::take(other), random);
        }
    }
    if file.root != "ConnectedApp" && random.chance(10) {
        file.path = fresh.path;
    }
}

/// A second file with global settings, or with scopes, for the same app, beside the first.
fn shadow(files: &mut Vec<File>, random: &mut Random) {
    let (root, _, suffix) = ECA_TYPES[random.below(2)];
    let first = files.iter().find(|file| file.root == root).cloned();
    if let Some(mut file) = first {
        edit(&mut file, random);
        let folder = file.path.rsplit_once('/').expect("a folder").0.to_owned();
        file.path = format!("{folder}/Shadow{}.{suffix}-meta.xml", file.fields[0].1[0]);
        if files.iter().any(|one| one.path.starts_with(&folder) && one.root == file.root) {
            files.push(file);
        }
    }
}

/// Both sides of a change to a repository with so many apps of each family.
pub fn change(seed: u64, apps: usize) -> (Tree, Tree) {
    let mut random = Random::new(seed);
    let random = &mut random;
    let (mut base, mut head) = (Tree::default(), Tree::default());
    let mut put = |before: &[File], after: &[File]| {
        for file in before {
            base.put(&file.path, write(file));
        }
        for file in after {
            head.put(&file.path, write(file));
        }
    };
    for number in 0..apps {
        for files in [
            vec![connected_app(&format!("Ca{number}"), random)],
            external_app(&format!("Eca{number}"), random),
        ] {
            let mut after = files.clone();
            match random.below(20) {
                0 => put(&[], &after),
                1 => put(&files, &[]),
                2..8 => put(&files, &after),
                _ => {
                    for file in &mut after {
                        if random.chance(60) {
                            edit(file, random);
                        }
                    }
                    if random.chance(8) {
                        shadow(&mut after, random);
                    }
                    after.retain(|file| file.root == "ConnectedApp" || !random.chance(6));
                    put(&files, &after);
                }
            }
        }
    }
    let before = settings(random);
    let after = if random.chance(50) { before.clone() } else { settings(random) };
    put(before.as_slice(), after.as_slice());
    // One project, so that the settings are those of every app.
    for side in [&mut base, &mut head] {
        side.put("sfdx-project.json", "{\"packageDirectories\": [{\"path\": \"force-app\"}]}\n");
    }
    (base, head)
}

/// The same change as far as it is one of content: no file comes, goes or moves.
pub fn in_place(base: &Tree, head: &Tree) -> Tree {
    let content = |(path, old): (&Vec<u8>, &Vec<u8>)| (path.clone(), head.files.get(path).unwrap_or(old).clone());
    Tree {
        files: base.files.iter().map(content).collect(),
    }
}
