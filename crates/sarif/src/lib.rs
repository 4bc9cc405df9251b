//! A small SARIF 2.1.0 emitter.
