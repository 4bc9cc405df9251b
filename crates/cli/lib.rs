//! The orgate command line: arguments, settings, writers and exit codes.
