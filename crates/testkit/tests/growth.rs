//! Inputs made to be slow, in growing sizes: four times the input may take at most ten times the work. A quadratic step
//! would take sixteen times.
//!
//! Work is the processor time of this process, so that a busy machine changes nothing; alone in its binary, because other
//! tests would be counted too. Where the system does not tell, only the result counts.

use std::process::ExitCode;

use orgate_core::settings::Settings;
use orgate_testkit::Tree;
use orgate_testkit::fuzz::comparison::report;
use orgate_testkit::sample::{APP, connected_app, packages};

/// Nanoseconds of processor time that all threads of this process have used.
fn used() -> Option<u64> {
    let mut sum = 0;
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        sum += text.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(sum)
}

/// A base and a head of a size.
type Shape = fn(usize) -> (Tree, Tree);

fn app(inside: &str) -> Tree {
    one_app(false, inside)
}

fn one_app(open: bool, inside: &str) -> Tree {
    Tree::default().with(APP, connected_app(open).replace("<oauthConfig>", &format!("<oauthConfig>{inside}")))
}

/// An app that is weaker at head, so that its lines are compared, with what the function makes of one text at base and
/// the other at head.
fn compared(texts: [&str; 2], inside: impl Fn(&str) -> String) -> (Tree, Tree) {
    (one_app(false, &inside(texts[0])), one_app(true, &inside(texts[1])))
}

/// Two sides with as many members each, every one of its own; half of them are on both sides.
fn members(size: usize, element: fn(usize) -> String) -> (Tree, Tree) {
    let side = |first: usize| {
        let (mut within, mut beside) = (String::new(), String::new());
        for number in first..first + size {
            let element = element(number);
            let place = if element.starts_with("<ipRanges>") || element.starts_with("<permissionSetName>") {
                &mut beside
            } else {
                &mut within
            };
            place.push_str(&element);
            place.push('\n');
        }
        let text = connected_app(false).replace("<oauthConfig>", &format!("<oauthConfig>{within}"));
        Tree::default().with(APP, text.replace("</ConnectedApp>", &format!("{beside}</ConnectedApp>")))
    };
    (side(0), side(size / 2))
}

/// A change that brings a replacement so many times, for a value of so many letters.
fn replaced(entries: usize, entry: &str, letters: usize) -> (Tree, Tree) {
    let base = app(&format!("<callbackUrl>{}</callbackUrl>", "a".repeat(letters)));
    let project = format!("{{\"replacements\":[{}]}}", vec![entry; entries].join(","));
    (base.clone(), base.with("sfdx-project.json", project))
}

/// An app that holds what the number gives so many times, beside its OAuth settings, and did not before.
fn beside(size: usize, element: fn(usize) -> String) -> (Tree, Tree) {
    let elements: String = (0..size).map(element).collect();
    let text = connected_app(false);
    let with = text.replace("</ConnectedApp>", &format!("{elements}</ConnectedApp>"));
    (app(""), Tree::default().with(APP, with))
}

/// A blocked app: where it lies, and what it says.
fn blocked(number: usize, key: &str) -> (String, String) {
    let space = "http://soap.sforce.com/2006/04/metadata";
    let text = format!("<BlacklistedConsumer xmlns=\"{space}\"><consumerKey>{key}</consumerKey></BlacklistedConsumer>");
    (format!("a/blacklistedConsumers/B{number}.blacklistedConsumer-meta.xml"), text)
}

fn tree_of(files: impl Iterator<Item = (String, String)>) -> Tree {
    let mut tree = Tree::default();
    files.for_each(|(path, text)| tree.put(&path, text));
    tree
}

/// So many blocked apps, by keys of one kind.
fn blocks(size: usize, kind: &str) -> Tree {
    tree_of((0..size).map(|number| blocked(number, &format!("{kind}{number}"))))
}

/// A whole file of a type that gains what the number gives so many times, and an app that exchanges tokens.
fn file(path: &str, type_name: &str, size: usize, element: fn(usize) -> String) -> (Tree, Tree) {
    let side = |size| {
        let elements: String = (0..size).map(element).collect();
        let space = "http://soap.sforce.com/2006/04/metadata";
        app("<isTokenExchangeEnabled>true</isTokenExchangeEnabled>")
            .with(path, format!("<{type_name} xmlns=\"{space}\">{elements}</{type_name}>"))
    };
    (side(1), side(size))
}

const SHAPES: [(&str, usize, Shape); 32] = [
    ("many elements of one name", 2000, |size| {
        (app(""), app(&"<scopes>Api</scopes>\n".repeat(size)))
    }),
    ("many scopes", 1000, |size| {
        members(size, |number| format!("<scopes>S{number}</scopes>"))
    }),
    ("many callbacks", 1000, |size| {
        members(size, |number| {
            format!("<callbackUrl>https://h{number}.example.com/cb</callbackUrl>")
        })
    }),
    ("many scopes that are tokens", 1000, |size| {
        members(size, |number| format!("<scopes>${{S{number}}}</scopes>"))
    }),
    ("many callbacks with tokens", 1000, |size| {
        members(size, |number| format!("<callbackUrl>https://${{H{number}}}/cb</callbackUrl>"))
    }),
    ("many address ranges that are none", 3000, |size| {
        members(size, |number| {
            format!("<ipRanges><end>x{number}</end><start>x{number}</start></ipRanges>")
        })
    }),
    ("many profiles that are tokens", 3000, |size| {
        beside(size, |number| format!("<profileName>${{P{number}}}</profileName>"))
    }),
    ("many enablements that are tokens", 3000, |size| {
        let handler = "a/oauthtokenexchangehandlers/T.oauthtokenexchangehandler-meta.xml";
        file(handler, "OauthTokenExchangeHandler", size, |number| {
            format!("<enablements><connectedApp>${{A{number}}}</connectedApp></enablements>")
        })
    }),
    ("many permissions that are neither on nor off", 3000, |size| {
        file("a/permissionsets/P.permissionset-meta.xml", "PermissionSet", size, |number| {
            format!("<userPermissions><enabled>x{number}</enabled><name>U{number}</name></userPermissions>")
        })
    }),
    ("many apps that are tokens in a scope", 3000, |size| {
        file(
            "a/oauthcustomscopes/S.oauthcustomscope-meta.xml",
            "OauthCustomScope",
            size,
            |number| format!("<assignedTo><connectedApp>${{A{number}}}</connectedApp></assignedTo>"),
        )
    }),
    ("many lines of one value", 5000, |size| {
        let side = |first: usize| {
            let lines = (first..first + size).map(|number| format!("https://h{number}.example.com/cb"));
            app(&format!("<callbackUrl>{}</callbackUrl>", lines.collect::<Vec<_>>().join("\n")))
        };
        (side(0), side(size / 2))
    }),
    ("many apps under many rules", 40, |size| {
        let side = |open: bool| {
            let rules = (0..900).map(|number| format!("**/x{number}*/*.cls")).collect::<Vec<_>>().join("\n");
            let mut tree = Tree::default().with("sfdx-project.json", "{}").with(".forceignore", rules);
            for number in 0..size {
                tree.put(&format!("a/b/connectedApps/A{number}.connectedApp-meta.xml"), connected_app(open));
            }
            tree
        };
        (side(false), side(true))
    }),
    ("many blocked apps that change their keys", 200, |size| {
        (blocks(size, "One"), blocks(size, "Two"))
    }),
    ("many blocked apps of one key, half of which change it", 200, |size| {
        let side = |changed: usize| (0..size).map(move |number| blocked(number, if number < changed { "Two" } else { "One" }));
        (tree_of(side(0)), tree_of(side(size / 2)))
    }),
    ("many blocked apps that a manifest deletes", 200, |size| {
        let members: Vec<String> = (0..size).map(|number| format!("<members>B{number}</members>")).collect();
        let members = members.concat();
        let manifest = format!("<Package><types>{members}<name>BlacklistedConsumer</name></types></Package>");
        (blocks(size, "One"), blocks(size, "One").with("destructiveChanges.xml", manifest))
    }),
    ("many address ranges", 1000, |size| {
        // With a gap behind each, so that none is part of another.
        members(size, |number| {
            let address = format!("10.{}.{}.{}", number / 32_768, number / 128 % 256, number % 128 * 2);
            format!("<ipRanges><end>{address}</end><start>{address}</start></ipRanges>")
        })
    }),
    ("many permission sets", 1000, |size| {
        members(size, |number| format!("<permissionSetName>P{number}</permissionSetName>"))
    }),
    ("a profile listed many times, with many permissions", 300, |size| {
        let (base, head) = beside(size, |_| "<profileName>P</profileName>".to_owned());
        let permission = |number| format!("<userPermissions><enabled>true</enabled><name>U{number}</name></userPermissions>");
        let permissions: String = (0..size).map(permission).collect();
        let space = "http://soap.sforce.com/2006/04/metadata";
        let profile = format!("<Profile xmlns=\"{space}\">{permissions}</Profile>");
        let path = "a/profiles/P.profile-meta.xml";
        (base.with(path, profile.clone()), head.with(path, profile))
    }),
    ("many elements nobody knows", 2000, |size| {
        (app(""), app(&"<x>1</x>\n".repeat(size)))
    }),
    ("many replacements of many texts", 200, |size| {
        replaced(
            size,
            "{\"glob\":\"**\",\"stringToReplace\":\"a\",\"replaceWithEnv\":\"X\"}",
            20 * size,
        )
    }),
    ("an expression that looks at all of the rest", 1, |size| {
        replaced(
            1,
            "{\"glob\":\"**\",\"regexToReplace\":\"(?:a|b)*Q|a\",\"replaceWithEnv\":\"X\"}",
            10_000 * size,
        )
    }),
    ("a long line", 20_000, |size| (app(""), app(&"<x/>".repeat(size)))),
    ("a long value", 200_000, |size| {
        (
            app(""),
            app(&format!("<callbackUrl>{}</callbackUrl>", "https://a/ ".repeat(size / 10))),
        )
    }),
    ("many comments within a value", 5000, |size| {
        (
            app(""),
            app(&format!("<isPkceRequired>{}</isPkceRequired>", "t<!-- -->".repeat(size))),
        )
    }),
    ("many hunks", 4000, |size| {
        compared(["<y>1</y>", "<y>2</y>"], |odd| format!("<x>1</x>\n{odd}\n").repeat(size / 2))
    }),
    ("many hunks between lines that occur once", 28_000, |size| {
        compared(["a", "b"], |odd| {
            let lines: Vec<String> = (0..size).map(|at| format!("{at:x}\n{odd}\n")).collect();
            format!("<!--\n{}-->", lines.concat())
        })
    }),
    ("a manifest that names no type at length", 2000, |size| {
        let (members, name) = ("<members/>".repeat(size), "X".repeat(10 * size));
        let manifest = format!("<Package><types>{members}<name>{name}</name></types></Package>");
        (app(""), app("").with("destructiveChanges.xml", manifest))
    }),
    ("many rules files below a long one", 80, |size| {
        let long: Vec<String> = (0..900).map(|number| format!("**/x{number}*/*.cls")).collect();
        let base = app("")
            .with("sfdx-project.json", packages(&["."]))
            .with(".forceignore", long.join("\n"));
        let mut head = base.clone().with(APP, connected_app(true));
        (0..size).for_each(|number| head.put(&format!("p{number}/.forceignore"), "y\n"));
        (base, head)
    }),
    ("projects in projects", 40, |size| {
        let mut path = String::new();
        let mut tree = Tree::default();
        for _ in 0..size {
            path.push_str("d/");
            tree.put(&format!("{path}sfdx-project.json"), packages(&["."]));
        }
        let place = format!("{path}connectedApps/A.connectedApp-meta.xml");
        let side = |open: bool| tree.clone().with(&place, connected_app(open));
        (side(false), side(true))
    }),
    ("many apps", 40, |size| {
        let side = |open: bool| {
            let mut tree = Tree::default();
            for number in 0..size {
                tree.put(&format!("a/connectedApps/A{number}.connectedApp-meta.xml"), connected_app(open));
            }
            tree
        };
        (side(false), side(true))
    }),
    ("many apps beside files with names that nobody can read", 200, |size| {
        let side = |open: bool| {
            let mut tree = Tree::default();
            for number in 0..size {
                tree.put(&format!("a/connectedApps/A{number}.connectedApp-meta.xml"), connected_app(open));
                let nameless = [
                    &b"a/connectedApps/\xff"[..],
                    number.to_string().as_bytes(),
                    b".connectedApp-meta.xml",
                ]
                .concat();
                tree.files.insert(nameless, connected_app(false).into());
            }
            tree
        };
        (side(false), side(true))
    }),
    ("many files of one app", 40, |size| {
        let side = |value: &str| {
            let mut tree = Tree::default();
            for number in 0..size {
                let text = format!(
                    "<ExtlClntAppOauthSettings xmlns=\"http://soap.sforce.com/2006/04/metadata\"><commaSeparatedOauthScopes>{value}\
                     </commaSeparatedOauthScopes><externalClientApplication>A</externalClientApplication></ExtlClntAppOauthSettings>"
                );
                tree.put(&format!("p{number}/extlClntAppOauthSettings/A.ecaOauth-meta.xml"), text);
            }
            tree
        };
        (side("Api"), side("Api, Full"))
    }),
];

fn work(shape: Shape, size: usize) -> Option<u64> {
    let (base, head) = shape(size);
    let before = used();
    std::hint::black_box(report(&base, &head, &Settings::default()));
    Some(used()?.saturating_sub(before?))
}

fn main() -> ExitCode {
    // The registry and the controls are loaded once.
    work(SHAPES[0].2, 1);
    let mut slow = false;
    for (name, size, shape) in SHAPES {
        let curve: Vec<u64> = [size, 2 * size, 4 * size].iter().filter_map(|size| work(shape, *size)).collect();
        let [one, _, four] = curve[..] else { continue };
        // Where there is next to nothing to do, the rest would be measured.
        let too_slow = four > 10 * one.max(2_000_000);
        slow |= too_slow;
        let milliseconds: Vec<u64> = curve.iter().map(|nanoseconds| nanoseconds / 1_000_000).collect();
        println!(
            "{name}: {milliseconds:?} ms for {size} and twice and four times as much{}",
            if too_slow { ": TOO SLOW" } else { "" }
        );
    }
    ExitCode::from(u8::from(slow))
}
