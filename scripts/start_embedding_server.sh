#!/usr/bin/env bash
# Starts the embedding server in a Python environment of its own, which is made the first time.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { printf 'embedding server: %s\n' "$*" >&2; }
fail() {
  say "$2"
  exit "$1"
}

usage() {
  cat <<'TEXT'
Starts the embedding server: bash scripts/start_embedding_server.sh [--prepare] [options of the server]

The first start makes a Python environment from pinned packages; later starts use it and need no network.
  onnxruntime (default)            about 230 MB, a minute
  --backend sentence-transformers  about 5.9 GB, seven minutes or more

  --prepare   makes the environment and ends
  --help      shows this

  EMBEDDING_SERVER_ENV_DIR   where the environments lie (<user cache>/wooster/embedding-server)
  EMBEDDING_SERVER_PYTHON    the Python to make them with, 3.11 or later
  WOOSTER_LOCAL_ONLY         1 fetches nothing: neither packages nor weights

Options of the server:
TEXT
}

cache_folder() {
  if [[ $(uname -s) == Darwin ]]; then
    printf '%s' "$HOME/Library/Caches"
  elif [[ ${XDG_CACHE_HOME:-} == /* ]]; then
    printf '%s' "$XDG_CACHE_HOME"
  else
    printf '%s' "$HOME/.cache"
  fi
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# is_local_only: whether nothing may be sent beyond this machine.
is_local_only() {
  case ${WOOSTER_LOCAL_ONLY:-} in
    1 | [Tt][Rr][Uu][Ee] | [Yy][Ee][Ss] | [Oo][Nn]) return 0 ;;
    *) return 1 ;;
  esac
}

# find_python: sets `python`.
find_python() {
  local candidate
  if [[ -n ${EMBEDDING_SERVER_PYTHON:-} ]]; then
    python=$EMBEDDING_SERVER_PYTHON
    is_new_enough "$python" || fail 69 "EMBEDDING_SERVER_PYTHON ($python) is not a Python 3.11 or later"
    return
  fi
  for candidate in python3 python3.11 python3.12 python3.13; do
    if is_new_enough "$candidate"; then
      python=$candidate
      return
    fi
  done
  fail 69 'Python 3.11 or later is needed: install it, or name it in EMBEDDING_SERVER_PYTHON'
}

# make_environment FOLDER REQUIREMENTS LOG: an environment without a stamp is a broken one and is made anew.
make_environment() {
  local folder=$1 requirements=$2 log=$3
  rm -rf "$folder"
  local pip=("$folder/bin/python" -m pip)
  if "$python" -c 'import ensurepip' >/dev/null 2>&1; then
    "$python" -m venv "$folder" >"$log" 2>&1 || return 1
  elif "$python" -m pip --version >/dev/null 2>&1; then
    # Debian without python3-venv: the environment is made without pip, and the pip of the system fills it.
    "$python" -m venv --without-pip "$folder" >"$log" 2>&1 || return 1
    pip=("$python" -m pip --python "$folder/bin/python")
  else
    fail 69 "$python has neither venv nor pip: install python3-venv (Debian: apt install python3-venv) and start again"
  fi
  "${pip[@]}" install --quiet --disable-pip-version-check --no-input --only-binary :all: --no-deps \
    -r "$requirements" >>"$log" 2>&1
}

# ensure_environment BACKEND: sets `environment`; a finished one is used as it is.
ensure_environment() {
  local backend=$1 requirements=$here/embedding_server/requirements/$1.txt
  local root=${EMBEDDING_SERVER_ENV_DIR:-$(cache_folder)/wooster/embedding-server} sum size started=$SECONDS log
  [[ -f $requirements ]] || fail 64 "there is no back end '$backend': choose onnxruntime or sentence-transformers"
  environment=$root/$backend
  sum=$(cksum <"$requirements")
  if is_made "$sum"; then return; fi
  if is_local_only; then
    fail 77 "the environment of the $backend back end is not made yet, and WOOSTER_LOCAL_ONLY forbids to fetch its packages; nothing was sent"
  fi
  find_python
  mkdir -p "$root" 2>/dev/null || fail 73 "cannot make the folder $root: set EMBEDDING_SERVER_ENV_DIR to one you can write"
  hold "$root/$backend.lock"
  if is_made "$sum"; then return; fi
  size='about 230 MB, a minute'
  [[ $backend == onnxruntime ]] || size='about 5.9 GB, seven minutes or more'
  say "making the environment of the $backend back end in $environment ($size; only this once)"
  log=$root/$backend.log
  if ! make_environment "$environment" "$requirements" "$log"; then
    tail -n 8 "$log" >&2
    fail 69 "the environment could not be made; the lines above and $log say why"
  fi
  printf '%s' "$sum" >"$environment/.made-from"
  rm -f "$log"
  say "the environment is made ($((SECONDS - started)) s)"
}

# is_made SUM: whether the environment was made from these requirements and its Python is still there.
is_made() {
  [[ -f $environment/.made-from && $(<"$environment/.made-from") == "$1" ]] && is_new_enough "$environment/bin/python"
}

# hold FILE: two first starts at once make one environment.
hold() {
  command -v flock >/dev/null || return 0
  exec 9>"$1"
  flock --nonblock 9 && return
  say 'another start is making the environment; waiting for it'
  flock --wait 1800 9 || fail 75 'the other start took more than 30 minutes'
}

main() {
  local arguments=() backend=${EMBEDDING_SERVER_BACKEND:-onnxruntime} prepare=false python environment
  # pnpm hands on the -- that stands before the options.
  [[ ${1:-} != -- ]] || shift
  while (($# > 0)); do
    case $1 in
      -h | --help)
        usage
        find_python
        "$python" "$here/embedding_server.py" --help | sed -n '/^options:/,$p'
        return
        ;;
      --prepare) prepare=true ;;
      --backend)
        (($# > 1)) || fail 64 '--backend wants onnxruntime or sentence-transformers'
        backend=$2
        shift
        ;;
      --backend=*) backend=${1#*=} ;;
      *) arguments+=("$1") ;;
    esac
    shift
  done
  ensure_environment "$backend"
  if [[ $prepare == true ]]; then
    say "ready: $environment"
    return
  fi
  exec 9>&-
  exec "$environment/bin/python" "$here/embedding_server.py" --backend "$backend" ${arguments[@]+"${arguments[@]}"}
}

main "$@"
