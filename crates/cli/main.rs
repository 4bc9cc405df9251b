//! Entry point of the `orgate` binary.

fn main() -> std::process::ExitCode {
    orgate::run(std::env::args_os())
}
