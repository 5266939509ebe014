#!/usr/bin/env bash
# Runs all tests in two processes, making the environment first if it is missing.
# Arguments go to pytest, which then has one process: scripts/test.sh -m "not slow".
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
prepare_environment dev
cd "$ROOT"
[ $# -gt 0 ] || set -- -n 2 --dist loadfile --durations 20
exec "$PYTHON" -m pytest "$@"
