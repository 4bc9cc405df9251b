use orgate_core::registry::{Absent, FieldKind, FieldSpec, Join, Registry, SubjectKind};

use super::*;

fn built() -> Registry {
    registry().unwrap()
}

fn field<'a>(registry: &'a Registry, path: &str) -> &'a FieldSpec {
    registry.field(path).unwrap_or_else(|| panic!("no {path}")).2
}

fn value(text: &str) -> Absent {
    Absent::Value(text.to_owned())
}

#[test]
fn every_file_loads_and_is_named_after_its_type() {
    let registry = built();
    for (file, text) in files() {
        let name = file.strip_suffix(".yaml").unwrap();
        assert!(registry.get(name).is_some(), "{file}");
        assert!(text.starts_with("# "), "{file} says in its head what it is");
    }
    assert_eq!(registry.types().count(), files().len());
}

#[test]
fn suffixes_select_one_type() {
    let registry = built();
    let mut seen = std::collections::BTreeSet::new();
    for spec in registry.types() {
        assert_eq!(spec.member.is_some(), spec.suffix == "settings");
        for suffix in spec.suffixes() {
            let key = (suffix.to_ascii_lowercase(), spec.member.clone());
            assert!(seen.insert(key), "{}: {suffix}", spec.name);
        }
    }
}

#[test]
fn every_single_boolean_integer_and_enum_says_what_its_absence_means() {
    for spec in built().types() {
        for (path, field) in &spec.fields {
            match field.kind {
                FieldKind::Boolean if !field.many => {
                    assert!(
                        matches!(field.absent, Some(Absent::Undocumented | Absent::Value(_))),
                        "{}/{path}",
                        spec.name
                    );
                }
                FieldKind::Integer | FieldKind::Enum if !field.many => {
                    assert!(field.absent.is_some(), "{}/{path}", spec.name);
                }
                _ => {}
            }
        }
    }
}

#[test]
fn documented_values_are_legal_ones() {
    for spec in built().types() {
        for (path, field) in &spec.fields {
            let Some(Absent::Value(text)) = &field.absent else {
                continue;
            };
            let legal = match field.kind {
                FieldKind::Boolean => orgate_core::lexical::boolean(text).is_some(),
                FieldKind::Integer => orgate_core::lexical::integer(text).is_some(),
                FieldKind::Enum => field.values.contains(text),
                _ => true,
            };
            assert!(legal, "{}/{path}: {text}", spec.name);
        }
    }
}

#[test]
fn joins_follow_the_type() {
    let registry = built();
    for spec in registry.types() {
        if spec.name.starts_with("ExtlClntApp") {
            let element = "externalClientApplication";
            assert_eq!(spec.join, Join::Element(element.to_owned()), "{}", spec.name);
            assert_eq!(spec.subject, Some(SubjectKind::ExternalClientApp));
            assert!(spec.field(element).is_some(), "{}", spec.name);
        } else if spec.suffix == "settings" {
            assert_eq!(spec.join, Join::Org);
            assert_eq!(spec.subject, Some(SubjectKind::Org));
        }
    }
    let named = |name: &str| {
        let spec = registry.get(name).unwrap();
        (spec.join.clone(), spec.subject)
    };
    assert_eq!(named("ConnectedApp"), (Join::Name, Some(SubjectKind::ConnectedApp)));
    assert_eq!(
        named("ExternalClientApplication"),
        (Join::Name, Some(SubjectKind::ExternalClientApp))
    );
    assert_eq!(named("Profile"), (Join::None, None));
    assert_eq!(named("OauthTokenExchangeHandler"), (Join::None, None));
}

/// The facts on which controls decide, checked against the reference a second time.
#[test]
fn defaults_are_those_of_the_reference() {
    let registry = built();
    let absent = |path: &str| field(&registry, path).absent.clone();
    for (path, expected) in [
        ("ConnectedApp/oauthConfig/isPkceRequired", "false"),
        ("ConnectedApp/oauthConfig/isConsumerSecretOptional", "false"),
        ("ConnectedApp/oauthConfig/isSecretRequiredForRefreshToken", "true"),
        ("ConnectedApp/oauthConfig/isClientCredentialEnabled", "false"),
        ("ConnectedApp/oauthConfig/isAdminApproved", "false"),
        ("ConnectedApp/oauthConfig/isIntrospectAllTokens", "false"),
        ("ConnectedApp/oauthConfig/isCodeCredentialPostOnly", "false"),
        ("ConnectedApp/oauthConfig/idTokenConfig/idTokenValidity", "2"),
        ("ConnectedApp/oauthPolicy/ipRelaxation", "ENFORCE"),
        ("ConnectedApp/oauthPolicy/refreshTokenPolicy", "infinite"),
        ("ExtlClntAppGlobalOauthSettings/isPkceRequired", "true"),
        ("ExtlClntAppGlobalOauthSettings/isConsumerSecretOptional", "false"),
        ("ExtlClntAppGlobalOauthSettings/isSecretRequiredForRefreshToken", "true"),
        ("ExtlClntAppGlobalOauthSettings/isNamedUserJwtEnabled", "false"),
        ("ExtlClntAppOauthConfigurablePolicies/isClientCredentialsFlowEnabled", "false"),
        ("ExtlClntAppOauthConfigurablePolicies/isTokenExchangeFlowEnabled", "false"),
        ("ExtlClntAppConfigurablePolicies/isEnabled", "true"),
        ("ExtlClntAppConfigurablePolicies/isOauthPluginEnabled", "true"),
        ("OauthOidcSettings/isPkceRequired", "false"),
        ("OauthOidcSettings/blockOAuthUnPwFlow", "false"),
        ("OauthOidcSettings/oAuthCdCrdtFlowEnable", "false"),
        ("ConnectedAppSettings/enableAdminApprovedAppsOnly", "false"),
        ("SecuritySettings/sessionSettings/enableOauthCorsPolicy", "false"),
        ("SecuritySettings/sessionSettings/forceLogoutOnSessionTimeout", "true"),
        ("SecuritySettings/enableAdminLoginAsAnyUser", "false"),
    ] {
        assert_eq!(absent(path), Some(value(expected)), "{path}");
    }
    for path in [
        "ConnectedApp/oauthConfig/isTokenExchangeEnabled",
        "ConnectedApp/oauthConfig/isSecretRequiredForTokenExchange",
        "ConnectedApp/oauthConfig/isRefreshTokenRotationEnabled",
        "ConnectedApp/oauthConfig/isNamedUserJwtEnabled",
        "ConnectedApp/oauthConfig/isDeviceFlowEnabled",
        "ConnectedApp/oauthPolicy/isTokenExchangeFlowEnabled",
        "ExtlClntAppGlobalOauthSettings/isClientCredentialsFlowEnabled",
        "ExtlClntAppGlobalOauthSettings/isTokenExchangeEnabled",
        "ExtlClntAppGlobalOauthSettings/isRefreshTokenRotationEnabled",
        "ExtlClntAppOauthConfigurablePolicies/ipRelaxationPolicyType",
        "ExtlClntAppOauthConfigurablePolicies/permittedUsersPolicyType",
        "ExtlClntAppOauthConfigurablePolicies/refreshTokenPolicyType",
        "ExternalClientAppSettings/enableConsumerSecretApiAccess",
        "ExternalClientAppSettings/enableClientSecretInRestApiAccess",
        "SecuritySettings/sessionSettings/enforceIpRangesEveryRequest",
        "SecuritySettings/sessionSettings/canConfirmIdentityBySmsOnly",
    ] {
        assert_eq!(absent(path), Some(Absent::Undocumented), "{path}");
    }
    for path in [
        "ConnectedApp/sessionPolicy/sessionTimeout",
        "ExtlClntAppOauthConfigurablePolicies/sessionTimeoutInMinutes",
    ] {
        assert_eq!(absent(path), Some(Absent::Nothing), "{path}");
    }
}

#[test]
fn kinds_are_those_that_controls_rely_on() {
    let registry = built();
    for (path, kind, many) in [
        ("ConnectedApp/oauthConfig/callbackUrl", FieldKind::Lines, false),
        ("ExtlClntAppGlobalOauthSettings/callbackUrl", FieldKind::Lines, false),
        ("ConnectedApp/oauthConfig/scopes", FieldKind::String, true),
        ("ExtlClntAppOauthSettings/commaSeparatedOauthScopes", FieldKind::Commas, false),
        ("ConnectedApp/oauthConfig/certificate", FieldKind::Certificate, false),
        ("ExtlClntAppGlobalOauthSettings/certificate", FieldKind::Certificate, false),
        ("ConnectedApp/oauthPolicy/refreshTokenPolicy", FieldKind::String, false),
        ("ConnectedApp/profileName", FieldKind::String, true),
        ("OauthTokenExchangeHandler/enablements", FieldKind::Block, true),
        ("Profile/userPermissions", FieldKind::Block, true),
        ("SecuritySettings/networkAccess/ipRanges", FieldKind::Block, true),
    ] {
        let spec = field(&registry, path);
        assert_eq!((spec.kind, spec.many), (kind, many), "{path}");
    }
    assert_eq!(
        field(&registry, "ConnectedApp/oauthPolicy/ipRelaxation").values,
        ["ENFORCE", "ENFORCE_RELAXREFRESH", "BYPASS_2FACTOR", "BYPASS"]
    );
}

#[test]
fn whatever_looks_like_a_secret_is_marked_as_one() {
    for spec in built().types() {
        for (path, field) in &spec.fields {
            let last = path.rsplit('/').next().unwrap();
            let telling = ["consumerSecret", "password", "signingKey", "serviceAccount", "ecKey"];
            if telling.contains(&last) && spec.name.as_ref() != "SecuritySettings" {
                assert!(field.secret, "{}/{path}", spec.name);
            }
        }
    }
}

#[test]
fn obsolete_elements_name_their_successor() {
    let registry = built();
    for (path, successor) in [
        (
            "ExtlClntAppGlobalOauthSettings/isClientCredentialEnabled",
            "isClientCredentialsFlowEnabled",
        ),
        ("ExtlClntAppOauthSettings/commaSeperatedOauthScopes", "commaSeparatedOauthScopes"),
    ] {
        assert_eq!(field(&registry, path).replaced_by.as_deref(), Some(successor));
    }
    for spec in registry.types() {
        for (path, field) in &spec.fields {
            let Some(successor) = &field.replaced_by else {
                continue;
            };
            let known = spec.field(successor).is_some() || registry.field(successor).is_some() || registry.get(successor).is_some();
            assert!(known, "{}/{path}: {successor}", spec.name);
        }
    }
}
