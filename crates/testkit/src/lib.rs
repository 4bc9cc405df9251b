//! Test support for orgate: fixtures, temporary repositories, oracles. Never published.
