#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| orgate_testkit::fuzz::settings::settings(data));
