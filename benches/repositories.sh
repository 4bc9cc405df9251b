#!/bin/sh
# Writes the repositories that the benchmark measures into a folder: the same bytes on every machine.
set -eu
exec cargo bench --quiet --bench gate -- --generate "${1:?name the folder}"
