#!/usr/bin/env bash
# Sets up local models for Wooster: looks for servers, fetches the model inside Wooster, and ends with the health check.
#
# What stands in single quotes with a dollar sign is JavaScript.
# shellcheck disable=SC2016
set -euo pipefail

# npm has nothing to tell here: neither its wheel nor its own news.
export npm_config_progress=false npm_config_update_notifier=false npm_config_loglevel=error

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
fail() {
  local code=$1
  shift
  printf '%s\n' "$@" >&2
  exit "$code"
}

usage() {
  cat <<'TEXT'
Sets up local models for Wooster: bash scripts/setup-local-llm.sh [options]

  0. installs the packages of this checkout, the first time
  1. looks for model servers on this machine, and writes those that it finds into config/local.json
  2. fetches the small model inside Wooster (about 500 MB), if it is not here yet
  3. looks at everything (`wooster doctor`) and ends with the health check (`wooster health`)

It asks before 1 and 2, installs no system software, and a second run changes nothing that is done already.

  --yes            asks nothing and takes the suggested answers; so does a run without a terminal
  --no-download    fetches no model
  --home FOLDER    the workspace (as of every command of Wooster)
  --help           shows this

Exit code 0 when a conversation can run, 69 when not, 64 for a wrong option.
TEXT
}

# within SECONDS COMMAND...: ends the command, and all it started, when it takes longer; then the status is 124.
within() {
  local seconds=$1
  shift
  if command -v timeout >/dev/null; then
    timeout --kill-after=10 "$seconds" "$@"
    return
  fi
  # macOS has no timeout.
  local status=0 pid watcher
  "$@" &
  pid=$!
  (sleep "$seconds" && kill -TERM "$pid") >/dev/null 2>&1 &
  watcher=$!
  wait "$pid" || status=$?
  kill "$watcher" 2>/dev/null || true
  # 143 is the end by the watcher's signal.
  if ((status == 143)); then return 124; fi
  return "$status"
}

# wooster SECONDS WORDS...
wooster() {
  local seconds=$1
  shift
  (cd "$repository" && within "$seconds" npx -y pnpm@12 --silent dev -- "$@" ${home[@]+"${home[@]}"} </dev/null)
}

# read_json EXPRESSION: what JavaScript makes of `result`, the JSON on standard input; nothing where there is none.
read_json() {
  node -e "
    const text = require('node:fs').readFileSync(0, 'utf8');
    const line = text.split('\n').findLast((each) => each.startsWith('{'));
    if (line === undefined) process.exit();
    const result = JSON.parse(line);
    process.stdout.write(String(($1) ?? ''));
  "
}

# ask QUESTION: whether the answer is yes; without a terminal it is.
ask() {
  local answer
  if [[ $is_asking == false ]]; then return 0; fi
  read -r -p "$1 [Y/n] " answer || answer=n
  [[ $answer != [Nn]* ]]
}

# The first command of a fresh checkout installs the packages and the Node that they need.
prepare() {
  step 'Wooster itself'
  local version
  version=$(wooster 1200 --version) ||
    fail 69 'Wooster does not start; the lines above say why. Its packages come from the registry that npm is set to.'
  say "Wooster $(printf '%s' "$version" | tail -n 1) in $repository"
}

find_servers() {
  local found names
  step 'Model servers on this machine'
  found=$(wooster 60 models --discover --json) || {
    say "No server was looked for: $(printf '%s' "$found" | read_json 'result.error?.message')"
    return 0
  }
  names=$(printf '%s' "$found" | read_json '
    result.servers
      .filter((each) => !each.isConfigured && each.engine !== "unknown" && each.note === undefined)
      .map((each) => `  ${each.name} at ${each.address} (models: ${each.models?.length ?? "not told"})`).join("\n")')
  if [[ -z $names ]]; then
    say "$(printf '%s' "$found" | read_json '
      result.servers.filter((each) => each.isConfigured).map((each) => `${each.provider} at ${each.address} is configured already.`).join("\n")
        || "None that is not configured already. Wooster needs none: it brings a model of its own."')"
    return 0
  fi
  say "$names"
  if ! ask 'Write them into config/local.json of the workspace?'; then return 0; fi
  found=$(wooster 60 models --discover --save --json) || {
    say "They were not written: $(printf '%s' "$found" | read_json 'result.error?.message')"
    return 0
  }
  say "$(printf '%s' "$found" | read_json '`Written: ${(result.saved ?? []).join(", ")} into ${result.file}.`')"
}

# tell_of_models CONDITION: what the doctor says of those models inside Wooster for which the JavaScript is true.
tell_of_models() {
  printf '%s' "$looked" | read_json "
    result.findings.filter((each) => each.check === 'embedded-models' && ($1))
      .map((each) => '  ' + each.summary + (each.canFix || !each.remedy ? '' : '\n  -> ' + each.remedy)).join('\n')"
}

fetch_model() {
  local looked missing
  step 'The model inside Wooster'
  looked=$(wooster 60 doctor --json) || true
  missing=$(tell_of_models 'each.canFix')
  if [[ -z $missing ]]; then
    tell_of_models 'true'
    say ''
    return 0
  fi
  say "$missing"
  if [[ $may_download == false ]]; then
    say 'Nothing is fetched (--no-download).'
    return 0
  fi
  if ! ask 'Fetch what is missing now? Otherwise the first question does.'; then return 0; fi
  wooster 3600 setup || say 'It could not be fetched; the line above says why. Everything else goes on.'
}

check() {
  local status=0
  step 'Everything together'
  wooster 60 doctor || status=$?
  if ((status == 124)); then say 'The look took too long and was ended.'; fi
  step 'Health check'
  status=0
  wooster 90 health || status=$?
  if ((status == 0)); then
    step 'Ready'
    say 'Ask something:  npx -y pnpm@12 dev -- ask "What is the capital of France?"'
    say 'Or talk:        npx -y pnpm@12 dev -- chat'
    return 0
  fi
  fail 69 '' 'No conversation can run yet. One of these is enough:' \
    '  - start a model server of yours (Ollama, LM Studio, llama.cpp ...) and run this again; docs/local-servers.md has each' \
    '  - let Wooster fetch its own model: run this again without --no-download and without local-only' \
    '  - put a GGUF file on this machine and name it in embedded.model'
}

main() {
  local is_asking=true may_download=true home=()
  while (($# > 0)); do
    case $1 in
      -h | --help)
        usage
        return
        ;;
      -y | --yes) is_asking=false ;;
      --no-download) may_download=false ;;
      --home)
        (($# > 1)) || fail 64 '--home wants a folder'
        mkdir -p "$2" 2>/dev/null || fail 73 "the folder $2 cannot be made: name one that you can write"
        home=(--home "$(cd "$2" && pwd)")
        shift
        ;;
      *) fail 64 "there is no option $1; --help lists them" ;;
    esac
    shift
  done
  if [[ ! -t 0 || ! -t 1 ]]; then is_asking=false; fi
  if ! command -v npx >/dev/null || ! command -v node >/dev/null; then
    fail 69 'Node with npm is needed and is not here: install Node 20 or later, and run this again.'
  fi
  say 'This sets up local models for Wooster. Nothing is installed into your system.'
  if [[ $is_asking == false ]]; then say 'Nothing is asked: the suggested answers are taken.'; fi
  prepare
  find_servers
  fetch_model
  check
}

main "$@"
