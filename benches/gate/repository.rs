//! The repositories that are measured, written by `git fast-import` from nothing but a size: the same bytes everywhere.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Raised whenever what is written below changes, so that no old repository is measured.
const VERSION: u32 = 1;

/// Git, without anybody's configuration.
pub(crate) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .current_dir(folder);
    command
}

fn run(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{command:?} failed: {status}")))
}

/// A connected app, open or not.
fn connected_app(number: usize, open: bool) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ConnectedApp xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    \
         <contactEmail>a@example.com</contactEmail>\n    <label>App {number}</label>\n    <oauthConfig>\n        \
         <callbackUrl>https://example.com/{number}</callbackUrl>\n        <isAdminApproved>true</isAdminApproved>\n        \
         <isClientCredentialEnabled>{open}</isClientCredentialEnabled>\n        <isPkceRequired>true</isPkceRequired>\n        \
         <scopes>Api</scopes>\n    </oauthConfig>\n</ConnectedApp>\n"
    )
}

/// The org's settings for OAuth.
fn oauth_settings(pkce: bool) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OauthOidcSettings xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    \
         <isPkceRequired>{pkce}</isPkceRequired>\n</OauthOidcSettings>\n"
    )
}

/// A profile of about this many bytes.
fn profile(bytes: usize, edit: &str) -> String {
    let mut text =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Profile xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n");
    let mut number = 0;
    while text.len() < bytes {
        let _ = write!(
            text,
            "    <fieldPermissions>\n        <editable>false</editable>\n        <field>Object{}__c.Field{number}__c</field>\n        \
             <readable>true</readable>\n    </fieldPermissions>\n",
            number / 80
        );
        number += 1;
    }
    let _ = writeln!(
        text,
        "    <userPermissions>\n        <enabled>{edit}</enabled>\n        <name>ApiEnabled</name>\n    </userPermissions>\n</Profile>"
    );
    text
}

/// A repository being written.
struct Import<W> {
    to: W,
    mark: usize,
}

impl<W: io::Write> Import<W> {
    /// Starts a commit on a branch; the first has no parent.
    fn commit(&mut self, branch: &str, from: Option<usize>) -> io::Result<usize> {
        self.mark += 1;
        write!(
            self.to,
            "commit refs/heads/{branch}\nmark :{}\ncommitter B <b@example.com> {} +0000\ndata 1\nx\n",
            self.mark,
            1_700_000_000 + self.mark
        )?;
        if let Some(from) = from {
            writeln!(self.to, "from :{from}")?;
        }
        Ok(self.mark)
    }

    fn file(&mut self, path: &str, content: &str) -> io::Result<()> {
        write!(self.to, "M 100644 inline {path}\ndata {}\n{content}\n", content.len())
    }
}

/// Writes a repository into `folder/name`, unless it is there already, and returns its path.
fn create(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut Import<BufWriter<std::process::ChildStdin>>) -> io::Result<()>,
) -> io::Result<PathBuf> {
    let path = folder.join(format!("{name}-v{VERSION}"));
    if path.join("complete").exists() {
        return Ok(path);
    }
    if path.exists() {
        std::fs::remove_dir_all(&path)?;
    }
    std::fs::create_dir_all(&path)?;
    eprintln!("writing {}", path.display());
    run(git(&path).args(["init", "--quiet", "--initial-branch=base", "."]))?;
    let mut child = git(&path).args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn()?;
    let input = child.stdin.take().ok_or_else(|| io::Error::other("no pipe to git"))?;
    let mut import = Import {
        to: BufWriter::new(input),
        mark: 0,
    };
    write(&mut import)?;
    import.to.flush()?;
    drop(import);
    if !child.wait()?.success() {
        return Err(io::Error::other("git fast-import failed"));
    }
    run(git(&path).args(["repack", "-a", "-d", "--quiet"]))?;
    run(git(&path).args(["read-tree", "base"]))?;
    std::fs::write(path.join("complete"), "")?;
    Ok(path)
}

const ROOT: &str = "force-app/main/default";

/// Path and content of the file with this number, in a project with the shape of a real one: a flat folder of classes,
/// many folders of fields, bundles of three files, and a few files of ours (one in two hundred).
fn file(number: usize, edit: &str) -> (String, String) {
    let at = number / 100;
    match number % 100 {
        0..=29 => (format!("{ROOT}/classes/Class{number}.cls"), format!("class C{number} {{{edit}}}\n")),
        30..=69 => (
            format!("{ROOT}/objects/Object{}__c/fields/Field{number}__c.field-meta.xml", at / 2),
            format!("<CustomField><fullName>F{number}{edit}</fullName></CustomField>\n"),
        ),
        70..=90 => (
            format!("{ROOT}/lwc/bundle{at}_{}/part{number}.js", number % 7),
            format!("export const part = \"{number}{edit}\";\n"),
        ),
        91..=97 => (
            format!("{ROOT}/layouts/Layout {number}.layout-meta.xml"),
            format!("<Layout><name>{number}{edit}</name></Layout>\n"),
        ),
        98 => (
            format!("packages/part{}/main/default/labels/Label{number}.label-meta.xml", at % 30),
            format!("<Label>{number}{edit}</Label>\n"),
        ),
        _ if at.is_multiple_of(2) => (
            format!("{ROOT}/connectedApps/App_{at}.connectedApp-meta.xml"),
            connected_app(at, !edit.is_empty()),
        ),
        _ => (
            format!("{ROOT}/flows/Flow{number}.flow-meta.xml"),
            format!("<Flow><label>{number}{edit}</label></Flow>\n"),
        ),
    }
}

/// Number of the app that comes as the given one.
fn app(number: usize) -> usize {
    number * 200 + 99
}

/// (a), (b), (e) and the curve: a large project. Branches change one file, one app, 100 files with one app, 5,000 files
/// with 200 apps, and none of the project.
pub(crate) fn large(folder: &Path, files: usize) -> io::Result<PathBuf> {
    create(folder, &format!("large-{files}"), |import| {
        let base = import.commit("base", None)?;
        for number in 0..files {
            let (path, content) = file(number, "");
            import.file(&path, &content)?;
        }
        for number in 0..60 {
            import.file(
                &format!("{ROOT}/profiles/Profile{number}.profile-meta.xml"),
                &profile(4_000, "false"),
            )?;
        }
        import.file(&format!("{ROOT}/settings/OauthOidc.settings-meta.xml"), &oauth_settings(true))?;
        import.file(
            "sfdx-project.json",
            "{\"packageDirectories\": [{\"path\": \"force-app\", \"default\": true}]}\n",
        )?;
        import.file("README.md", "A project.\n")?;
        let apps = files / 200;
        for (branch, changed, changed_apps) in [("h1", 1, 0), ("app1", 1, 1), ("h100", 100, 1), ("h5000", 5_000, 200.min(apps))] {
            import.commit(branch, Some(base))?;
            for number in 0..changed_apps {
                let (path, content) = file(app(number * apps / changed_apps), " ");
                import.file(&path, &content)?;
            }
            let others = changed - changed_apps;
            let plain = (0..files)
                .step_by((files / (others + 1)).max(1))
                .map(|number| number - number % 100 + number % 97);
            for number in plain.take(others) {
                let (path, content) = file(number, " ");
                import.file(&path, &content)?;
            }
        }
        import.commit("none", Some(base))?;
        import.file("README.md", "A project!\n")
    })
}

/// (c): the org's settings change, and every app may depend on them.
pub(crate) fn apps(folder: &Path, apps: usize) -> io::Result<PathBuf> {
    create(folder, &format!("apps-{apps}"), |import| {
        let base = import.commit("base", None)?;
        for number in 0..apps {
            import.file(
                &format!("{ROOT}/connectedApps/App_{number}.connectedApp-meta.xml"),
                &connected_app(number, false),
            )?;
        }
        let settings = format!("{ROOT}/settings/OauthOidc.settings-meta.xml");
        import.file(&settings, &oauth_settings(true))?;
        import.commit("head", Some(base))?;
        import.file(&settings, &oauth_settings(false))
    })
}

/// (d): one huge profile, of which one line changes.
pub(crate) fn huge(folder: &Path, bytes: usize) -> io::Result<PathBuf> {
    create(folder, &format!("profile-{bytes}"), |import| {
        let path = format!("{ROOT}/profiles/Admin.profile-meta.xml");
        let base = import.commit("base", None)?;
        import.file(&path, &profile(bytes, "false"))?;
        import.commit("head", Some(base))?;
        import.file(&path, &profile(bytes, "true"))
    })
}

/// (b): a clone of `large` whose index holds another branch.
pub(crate) fn staged(large: &Path, branch: &str) -> io::Result<PathBuf> {
    clone(large, branch, "staged", |path| {
        run(git(path).args(["read-tree", &format!("origin/{branch}")]))
    })
}

/// (b): a clone of `large` in whose work tree another branch lies, while HEAD and the index are those of the base.
pub(crate) fn checked_out(large: &Path, branch: &str) -> io::Result<PathBuf> {
    clone(large, branch, "worktree", |path| {
        run(git(path).args(["checkout", "--quiet", "--force", "--detach", &format!("origin/{branch}")]))?;
        run(git(path).args(["symbolic-ref", "HEAD", "refs/heads/base"]))?;
        run(git(path).args(["reset", "--quiet", "base"]))
    })
}

fn clone(large: &Path, branch: &str, what: &str, prepare: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
    let name = large.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let path = large.with_file_name(format!("{name}-{what}-{branch}"));
    if path.join("complete").exists() {
        return Ok(path);
    }
    if path.exists() {
        std::fs::remove_dir_all(&path)?;
    }
    let folder = large.parent().unwrap_or(large);
    eprintln!("writing {}", path.display());
    run(git(folder)
        .args(["clone", "--quiet", "--no-checkout", "--branch", "base"])
        .arg(large)
        .arg(&path))?;
    prepare(&path)?;
    std::fs::write(path.join(".git/info/exclude"), "complete\n")?;
    std::fs::write(path.join("complete"), "")?;
    Ok(path)
}

/// (f): a long history, with a branch that left it half way.
pub(crate) fn history(folder: &Path, commits: usize) -> io::Result<PathBuf> {
    let path = create(folder, &format!("history-{commits}"), |import| {
        let mut last = None;
        let mut half = None;
        for number in 0..commits {
            last = Some(import.commit("base", last)?);
            if number == commits / 2 {
                half = last;
            }
            let (path, content) = file(number % 1_000, &format!("/* {number} */"));
            import.file(&path, &content)?;
        }
        import.commit("head", half)?;
        let (path, content) = file(app(1), " ");
        import.file(&path, &content)
    })?;
    run(git(&path).args(["update-ref", "refs/remotes/origin/main", "refs/heads/base"]))?;
    run(git(&path).args(["symbolic-ref", "HEAD", "refs/heads/head"]))?;
    Ok(path)
}
