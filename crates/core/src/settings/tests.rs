use super::*;

fn settings(text: &str) -> Settings {
    Settings::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn a_threshold_includes_its_own_band_and_those_above() {
    use Severity::{Critical, High, Low, Medium};

    for (threshold, included) in [
        (FailOn::Low, vec![Low, Medium, High, Critical]),
        (FailOn::Medium, vec![Medium, High, Critical]),
        (FailOn::High, vec![High, Critical]),
        (FailOn::Critical, vec![Critical]),
        (FailOn::Never, vec![]),
    ] {
        let all = [Low, Medium, High, Critical].into_iter();
        assert_eq!(
            all.filter(|severity| threshold.includes(*severity)).collect::<Vec<_>>(),
            included,
            "{threshold:?}"
        );
    }
}

#[test]
fn nothing_but_comments_is_no_setting() {
    for text in ["", "\n", "# fail-on: never\n", "  # a\n\n\t\n# b"] {
        assert_eq!(settings(text), Settings::default(), "{text:?}");
    }
    assert_eq!(settings("# a\nfail-on: high # b\n").fail_on, Some(FailOn::High));
    assert!(Settings::parse("# a\nfail-on: sometimes\n").is_err());
}

#[test]
fn waivers_are_whole_and_once() {
    let waiver = |subject: &str, reason: &str, person: &str, date: &str| {
        format!("  - {{ control: c, subject: {subject}, reason: {reason}, approved-by: {person}, expires: {date} }}\n")
    };
    let refusal = |list: &[String]| {
        let text = format!("waivers:\n{}", list.concat());
        Settings::parse(&text).map_or_else(|error| error.to_string(), |_| "read".to_owned())
    };
    let good = waiver("a", "r", "p", "'2026-01-31'");
    assert_eq!(refusal(&[good.clone(), waiver("b", "r", "p", "'2026-01-31'")]), "read");
    assert_eq!(refusal(&[good.clone(), good]), "`c` is waived twice for 'a'; keep one");
    for (wrong, field) in [
        (waiver("' '", "r", "p", "'2026-01-31'"), "`subject` is empty"),
        (waiver("a", "' '", "p", "'2026-01-31'"), "`reason` is empty"),
        (waiver("a", "r", "''", "'2026-01-31'"), "`approved-by` is empty"),
        (waiver("a", "r", "p", "'2026-02-30'"), "is no date"),
        (
            waiver("a", "r", "p", "'31.01.2026'"),
            "`expires: 31.01.2026` is no date; write YYYY-MM-DD, such as 2027-03-31",
        ),
    ] {
        let said = refusal(&[wrong]);
        assert!(said.contains(field), "{said}");
    }
}

#[test]
fn what_is_looser_is_told_and_what_is_stricter_is_not() {
    let waiver = |date: &str| format!("waivers:\n  - {{ control: c, subject: a, reason: r, approved-by: p, expires: '{date}' }}\n");
    let (short, long) = (waiver("2026-01-31"), waiver("2026-02-01"));
    for (strict, loose, said) in [
        ("fail-on: medium", "fail-on: high", "`fail-on` goes from `medium` to `high`"),
        ("", "fail-on: never", "`fail-on` goes from `low` to `never`"),
        ("introduced: fail", "introduced: warn", "`introduced` is weaker"),
        ("", "introduced: off", "`introduced` is weaker"),
        ("strict: true", "strict: false", "`strict` is off"),
        ("strict: true", "", "`strict` is off"),
        ("", "controls: { c: off }", "control `c` is set to off"),
        (
            "controls: { c: { severity: high } }",
            "controls: { c: off }",
            "control `c` is set to off",
        ),
        (
            "controls: { c: { severity: high } }",
            "controls: { c: { severity: low } }",
            "control `c` is set to severity low",
        ),
        ("", "exclude: [a]", "`exclude` leaves out `a`"),
        ("exclude: [a]", "exclude: [a, b]", "`exclude` leaves out `b`"),
        ("", &short, "a waiver of `c` for `a` is added"),
        (&short, &long, "the waiver of `c` for `a` is extended"),
    ] {
        assert_eq!(settings(loose).loosened_against(&settings(strict)), [said]);
        assert_eq!(settings(strict).loosened_against(&settings(loose)), [""; 0], "{loose} > {strict}");
        assert_eq!(settings(loose).loosened_against(&settings(loose)), [""; 0], "{loose}");
    }
    let two = short.clone() + &long.replace("waivers:\n", "").replace("subject: a", "subject: b");
    assert_eq!(
        settings(&two).loosened_against(&settings(&short)),
        ["a waiver of `c` for `b` is added"]
    );
    // Of these nobody can tell which way is looser.
    for (base, head, said) in [
        ("", "include: [a]", "`include` changes which files are judged"),
        ("include: [a]", "", "`include` changes which files are judged"),
        ("policies: a", "policies: b", "`policies` names another folder"),
        ("", "controls: { c: { severity: high } }", "control `c` is set to severity high"),
        ("controls: { c: { severity: high } }", "", "control `c` loses its severity"),
        ("", "apps: { A: { client: public } }", "what is declared about app `A` changes"),
        (
            "apps: { A: { client: public } }",
            "apps: { A: { client: confidential } }",
            "what is declared about app `A` changes",
        ),
        ("apps: { A: { client: public } }", "", "what was declared about app `A` is gone"),
        ("", "users: { u: { profile: P } }", "what is declared about user `u` changes"),
        ("users: { u: { profile: P } }", "", "what was declared about user `u` is gone"),
    ] {
        assert_eq!(settings(head).loosened_against(&settings(base)), [said]);
        assert_eq!(settings(head).loosened_against(&settings(head)), [""; 0], "{head}");
    }
}

#[test]
fn what_settings_declare_about_apps_and_users_is_a_fact() {
    let declared = "apps:\n  Billing: { client: public, callback-hosts: [billing.example.com] }\n\
         users:\n  bot@example.com: { profile: Integration }\n";
    let facts = settings(declared).facts();
    assert_eq!(facts.app("Billing").unwrap().callback_hosts, ["billing.example.com"]);
    assert_eq!(facts.users["bot@example.com"].profile.as_deref(), Some("Integration"));
}
