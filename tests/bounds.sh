#!/usr/bin/env bash
# bounds.sh lowest|newest [pytest arguments]: installs the oldest (of what pyproject.toml names) or the newest releases
# that pyproject.toml permits, imports every module, asks every command for its help, and runs the fast tests.
# TORCH (default torch==2.13.0) is pinned at both ends: its releases on PyPI for Linux carry gigabytes of CUDA. Where
# folders of wheels hold a build for CPUs, name them in PIP_FIND_LINKS.
set -euo pipefail
cd "$(dirname "$0")/.."
end=$1; shift
case $end in
  lowest) resolution=lowest-direct ;;
  newest) resolution=highest ;;
  *) echo "usage: bounds.sh lowest|newest [pytest arguments]" >&2; exit 2 ;;
esac
venv=.venv-$end
test -x "$venv/bin/python" || "${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv
echo "${TORCH:-torch==2.13.0}" > "$venv/overrides.txt"
UV_FIND_LINKS=${UV_FIND_LINKS:-${PIP_FIND_LINKS:-}} "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" \
  --resolution "$resolution" --overrides "$venv/overrides.txt" --upgrade -e '.[dev]'
export OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false
"$venv/bin/python" tests/import_and_help.py
"$venv/bin/python" -m pytest -n "${WORKERS:-2}" -m "not slow and not browser" "${@:-tests}"
