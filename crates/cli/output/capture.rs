//! What commands print to standard output, for tests.

use std::cell::RefCell;

thread_local! {
    static PRINTED: RefCell<Option<(bool, Vec<u8>)>> = const { RefCell::new(None) };
}

pub(super) fn add(bytes: &[u8]) -> bool {
    PRINTED.with_borrow_mut(|printed| printed.as_mut().map(|(_, printed)| printed.extend_from_slice(bytes)).is_some())
}

pub(super) fn actions() -> Option<bool> {
    PRINTED.with_borrow(|printed| printed.as_ref().map(|(actions, _)| *actions))
}

/// Runs a command line and gives back what it printed to standard output on this thread.
pub(crate) fn run(actions: bool, arguments: &[&str]) -> String {
    let arguments = std::iter::once("orgate").chain(arguments.iter().copied());
    of(actions, || {
        // The exit code is for other tests.
        let _ = crate::run(arguments.map(Into::into));
    })
}

/// What `print` prints to standard output on this thread.
pub(crate) fn of(actions: bool, print: impl FnOnce()) -> String {
    PRINTED.with_borrow_mut(|printed| *printed = Some((actions, Vec::new())));
    print();
    let (_, bytes) = PRINTED.with_borrow_mut(Option::take).unwrap_or_default();
    String::from_utf8(bytes).expect("text")
}
