#!/usr/bin/env bash
# Lint, format, types and tests with coverage, as the continuous integration runs them; stops at the first that fails.
# scripts/check.sh            everything
# scripts/check.sh lint types only these (lint, types, tests)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
prepare_environment dev
cd "$ROOT"
[ $# -gt 0 ] || set -- lint types tests
for part in "$@"; do
    echo "== $part"
    case "$part" in
    lint)
        "$PYTHON" -m ruff check .
        "$PYTHON" -m ruff format --check .
        ;;
    types) "$PYTHON" -m mypy ;;
    tests) "$PYTHON" -m pytest --cov --cov-report=term ;;
    *)
        echo "error: expected lint, types or tests, found $part" >&2
        exit 2
        ;;
    esac
done
