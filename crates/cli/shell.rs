//! `orgate completions` and `orgate man`: what a shell and a manual want to know, from the arguments themselves.

use std::path::Path;

use clap::CommandFactory as _;
use orgate_core::report::verdict::Verdict;

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::error::CliError;
use crate::output::stdout;

/// Prints a completion script.
pub(crate) fn completions(arguments: &CompletionsArgs) -> Result<Verdict, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "orgate", &mut script);
    stdout(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Verdict::Pass)
}

/// Prints the manual page, or writes one for every command.
pub(crate) fn man(arguments: &ManArgs) -> Result<Verdict, CliError> {
    let mut root = Cli::command();
    root.build();
    match &arguments.dir {
        None => stdout(page(root)?.trim_end())?,
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|source| CliError::Write {
                path: folder.clone(),
                source,
            })?;
            write_all(&root, "orgate", folder)?;
        }
    }
    Ok(Verdict::Pass)
}

fn page(command: clap::Command) -> Result<String, CliError> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(CliError::Stdout)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn write_all(command: &clap::Command, name: &str, folder: &Path) -> Result<(), CliError> {
    let file = folder.join(format!("{name}.1"));
    let full: &'static str = Box::leak(name.to_owned().into_boxed_str());
    std::fs::write(&file, page(command.clone().name(full).display_name(full))?).map_err(|source| CliError::Write { path: file, source })?;
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set() && below.get_name() != "help")
    {
        write_all(below, &format!("{name}-{}", below.get_name()), folder)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn every_command_shows_examples() {
        fn look(command: &clap::Command) {
            for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
                if below.has_subcommands() {
                    look(below);
                } else if below.get_arguments().any(|argument| !argument.is_global_set()) {
                    let help = below.get_after_help().map(ToString::to_string).unwrap_or_default();
                    assert!(help.contains("Examples:"), "{}", below.get_name());
                }
            }
        }
        let mut root = crate::args::Cli::command();
        root.build();
        look(&root);
    }

    #[test]
    fn every_shell_has_a_script() {
        for shell in <clap_complete::Shell as clap::ValueEnum>::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut crate::args::Cli::command(), "orgate", &mut script);
            assert!(script.len() > 1000, "{shell}");
        }
    }
}
