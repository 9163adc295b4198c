#!/usr/bin/env bash
# Builds what renders the chart in tests, from helm's own engine, into ~/.cache/ingot-helm-render. Takes Go.
set -euo pipefail
cd "$(dirname "$0")"
out="${XDG_CACHE_HOME:-$HOME/.cache}/ingot-helm-render"
mkdir -p "$out"
CGO_ENABLED=0 nice -n 19 go build -trimpath -o "$out/helm-render" . >&2
echo "$out/helm-render"
