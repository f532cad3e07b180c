# Sourced by the commands of bin/: finds a Python, makes .venv from the lock files, gives $VENV_PYTHON.
# Usage: wanted=base . bin/setup.sh
ROOT=$(cd "$(dirname "$0")/.." && pwd)
VENV_PYTHON="$ROOT/.venv/bin/python"

# Whole: Debian cuts what makes environments off its Python.
is_whole() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }
is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

if [ -x "$VENV_PYTHON" ] && is_recent "$VENV_PYTHON"; then
    found=$VENV_PYTHON
elif is_recent /usr/bin/python3 && is_whole /usr/bin/python3; then
    # Distributions build theirs with profiles of real programs; those built on the spot (pyenv) take a tenth longer.
    found=/usr/bin/python3
else
    found=
    for candidate in python3 python3.11 python3.12 python3.13 python3.14 python; do
        if is_recent "$candidate"; then found=$candidate; break; fi
    done
fi
if [ -z "$found" ]; then
    echo "setup: Python 3.11 or later is needed and was not found" >&2
    exit 1
fi
"$found" "$ROOT/bin/house/bootstrap.py" "$wanted" || exit 1
# An environment made for containers that are thrown away keeps no bytecode: here every process would then compile the
# whole site anew, and every test run rewrite the assertions of every test.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPATH="$ROOT/bin${PYTHONPATH:+:$PYTHONPATH}"
