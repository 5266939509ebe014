#!/usr/bin/env bash
# The environment of the other scripts, which source this file and call `prepare_environment [EXTRA]`:
# makes .venv if it is missing, installs what constraints.txt pins unless that is already done, and sets PYTHON.
# With PYTHON=/path/to/python in the environment, .venv is made from that one.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VENV="$ROOT/.venv"

suitable_python() { # 3.11 to 3.13, able to start
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3.12 python3.13 python3 python; do
        if suitable_python "$candidate"; then
            command -v "$candidate"
            return 0
        fi
        if [ "$candidate" = "${PYTHON:-}" ]; then
            echo "error: PYTHON=$PYTHON is not Python 3.11, 3.12 or 3.13." >&2
            return 1
        fi
    done
    echo "error: no Python 3.11, 3.12 or 3.13 found (looked for python3.11, python3.12, python3.13, python3)." >&2
    echo "Install one, or name it: PYTHON=/path/to/python3.12 $0" >&2
    return 1
}

make_venv() {
    local base
    base="$(find_python)" || return 1
    echo "Making the environment .venv with $("$base" --version 2>&1) ..." >&2
    rm -rf "$VENV"
    if ! "$base" -m venv "$VENV"; then
        rm -rf "$VENV"
        echo "error: $base cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2
        return 1
    fi
}

fingerprint() { # of everything that decides what is installed
    "$VENV/bin/python" - "$ROOT"/{pyproject.toml,constraints.txt,hatch_build.py,tagger/inference/kernels.c} <<'PY'
import hashlib, pathlib, sys
parts = [sys.version.encode(), sys.prefix.encode(), *(pathlib.Path(name).read_bytes() for name in sys.argv[1:])]
print(hashlib.sha256(b"\0".join(parts)).hexdigest())
PY
}

prepare_environment() { # prepare_environment [EXTRA]: an extra of pyproject.toml, such as dev
    local extra="${1:-}" wanted stamp other
    suitable_python "$VENV/bin/python" || make_venv || return 1
    wanted="$(fingerprint)" || return 1
    stamp="$VENV/.installed${extra:+-$extra}"
    for other in "$stamp" "$VENV/.installed-dev"; do # the environment with extras serves those who need none
        if [ -f "$other" ] && [ "$(cat "$other")" = "$wanted" ]; then
            PYTHON="$VENV/bin/python"
            export PATH="$VENV/bin:$PATH"
            return 0
        fi
    done
    echo "Installing into .venv, once; torch is large, so this can take a few minutes ..." >&2
    local pip=("$VENV/bin/python" -m pip install --quiet --disable-pip-version-check -c "$ROOT/constraints.txt")
    "${pip[@]}" "$(grep '^torch==' "$ROOT/constraints.txt")" || return 1 # first, so that nothing else chooses it
    "${pip[@]}" -e "$ROOT${extra:+[$extra]}" || return 1
    echo "$wanted" >"$stamp"
    PYTHON="$VENV/bin/python"
    export PATH="$VENV/bin:$PATH"
}
