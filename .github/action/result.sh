#!/usr/bin/env bash
# The last step of the action: the gate's exit code is the job's result.
set -euo pipefail

if [ "${ORGATE_UPLOAD:-}" = failure ]; then
  echo "::warning title=orgate::The upload to code scanning failed (see the step before); it needs the permission security-events: write and, in a private repository, code scanning. The result below does not depend on it."
fi

case "${ORGATE_EXIT_CODE:-}" in
  0) exit 0 ;;
  1) exit 1 ;;
  # Nothing recorded means that nobody knows: that is no pass.
  *) exit 2 ;;
esac
