//! The reference of commands, from the arguments as they are parsed.

use std::fmt::Write as _;

use clap::CommandFactory;

use super::NOTE;
use crate::args::Cli;
use crate::output::fresh;

#[test]
fn the_reference_of_commands_is_fresh() {
    let mut root = Cli::command().term_width(100).max_term_width(100);
    root.build();
    let mut text = format!("{NOTE}\n\n# Commands\n\nWhat `orgate help COMMAND` prints.\n");
    show(&mut text, &mut root, "orgate");
    fresh("docs/reference/commands.md", &text);
}

fn show(text: &mut String, command: &mut clap::Command, name: &str) {
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    let _ = writeln!(text, "\n## `{name}`\n\n```text\n{}\n```", lines.join("\n").trim_end());
    let below: Vec<String> = command
        .get_subcommands()
        .filter(|sub| !sub.is_hide_set() && sub.get_name() != "help")
        .map(|sub| sub.get_name().to_owned())
        .collect();
    for sub in below {
        if let Some(command) = command.find_subcommand_mut(&sub) {
            show(text, command, &format!("{name} {sub}"));
        }
    }
}
