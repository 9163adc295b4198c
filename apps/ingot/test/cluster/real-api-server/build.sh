#!/usr/bin/env bash
# Builds kube-apiserver, etcd and kubectl (minutes of CPU, 2 GB of cache) and prints where they are, as lines for a shell:
#   eval "$(apps/ingot/test/cluster/real-api-server/build.sh)"
set -euo pipefail
cd "$(dirname "$0")"
out="${INGOT_REAL_API_SERVER:-${XDG_CACHE_HOME:-$HOME/.cache}/ingot-real-api-server}"
mkdir -p "$out"
version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
# Without these the API server does not know its own version.
IFS=. read -r major minor _ <<<"${version#v}"
package=k8s.io/component-base/version
stamp="-s -w -X $package.gitVersion=$version -X $package.gitMajor=$major -X $package.gitMinor=$minor"
CGO_ENABLED=0 nice -n 19 go build -trimpath -o "$out/etcd" go.etcd.io/etcd/server/v3 >&2
for program in kube-apiserver kubectl; do
  CGO_ENABLED=0 nice -n 19 go build -trimpath -ldflags "$stamp" -o "$out/$program" "k8s.io/kubernetes/cmd/$program" >&2
done
echo "export KUBE_APISERVER=$out/kube-apiserver ETCD=$out/etcd KUBECTL=$out/kubectl"
