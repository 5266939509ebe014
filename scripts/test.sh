#!/usr/bin/env bash
# Runs the tests, making the environment first if it is missing. Arguments go to pytest: scripts/test.sh -m "not slow".
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
prepare_environment dev
cd "$ROOT"
exec "$PYTHON" -m pytest "$@"
