import type { Action } from '../../contracts/commands/action.ts';
import { GLOBAL_FLAGS } from './arguments/global-flags.ts';
import { optionTableOf, type CommandOption } from './arguments/option-table.ts';
import { commandWordOf } from './arguments/parse-arguments.ts';

/** Shells for which there is a completion script. */
export const SHELLS = ['bash', 'zsh'] as const;

type Shell = (typeof SHELLS)[number];

interface Completion {
  readonly word: string;
  readonly flags: readonly string[];
  /** Values of the first positional argument, where the schema or the command list knows them. */
  readonly values: readonly string[];
  readonly choices: readonly { readonly flag: string; readonly values: readonly string[] }[];
}

/** Only plain words go into the script, so that nothing a plugin names itself can become shell code. */
function plainWords(words: readonly string[]): readonly string[] {
  return words.filter((word) => /^[\w./:@+-]+$/.test(word));
}

function flagOf(option: CommandOption): string {
  return option.kind === 'switch' && option.defaultValue === true ? `--no-${option.flag}` : `--${option.flag}`;
}

function completionOf(action: Action, words: readonly string[]): Completion {
  const { options, positionals } = optionTableOf(action);
  const named = options.filter((option) => !positionals.includes(option));
  const first = positionals[0];
  return {
    word: commandWordOf(action),
    flags: plainWords(named.map(flagOf)),
    values: plainWords(action.id === 'help' ? words : (first?.choices ?? [])),
    choices: named.map((option) => ({ flag: `--${option.flag}`, values: plainWords(option.choices) })),
  };
}

const GLOBAL = GLOBAL_FLAGS.flatMap(({ name }) => (name === 'color' ? ['--no-color'] : [`--${name}`]));
const PATH_FLAGS = '--home|--config';

function caseOf(entries: readonly (readonly [string, readonly string[]])[], indent: string): string {
  return entries
    .filter(([, values]) => values.length > 0)
    .map(([pattern, values]) => `${indent}${pattern}) echo "${values.join(' ')}" ;;`)
    .join('\n');
}

/** Shell functions common to both shells: the words for a command and for the value of a flag. */
function wordFunctions(actions: readonly Action[]): string {
  const words = plainWords(actions.map(commandWordOf)).toSorted();
  const commands = actions.map((action) => completionOf(action, words)).filter(({ word }) => words.includes(word));
  const levels = GLOBAL_FLAGS.flatMap(({ name, choices }) => (choices ? [[`*:--${name}`, choices] as const] : []));
  const flags = commands.flatMap(({ word, choices }) =>
    choices.map(({ flag, values }) => [`${word}:${flag}`, values] as const),
  );
  return `_wooster_commands() { echo "${words.join(' ')}"; }
_wooster_flags() {
  case "$1" in
${caseOf(
  commands.map(({ word, flags: own }) => [word, own] as const),
  '    ',
)}
  esac
  echo "${GLOBAL.join(' ')}"
}
_wooster_values() {
  case "$1" in
${caseOf(
  commands.map(({ word, values }) => [word, values] as const),
  '    ',
)}
  esac
}
_wooster_flag_values() {
  case "$1:$2" in
${caseOf([...flags, ...levels], '    ')}
  esac
}`;
}

function bashScript(actions: readonly Action[]): string {
  return `# bash completion for wooster: source <(wooster completion bash)
${wordFunctions(actions)}
_wooster() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" index words
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${COMP_WORDS[index]}" in
      ${PATH_FLAGS}|--set|--log-level) ((index++)) ;;
      -*) ;;
      *) command="\${COMP_WORDS[index]}"; break ;;
    esac
  done
  case "$previous" in
    ${PATH_FLAGS}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  words="$(_wooster_flag_values "$command" "$previous")"
  if [[ -n "$words" ]]; then :
  elif [[ "$current" == -* ]]; then words="$(_wooster_flags "$command")"
  elif [[ -z "$command" ]]; then words="$(_wooster_commands)"
  else words="$(_wooster_values "$command")"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _wooster wooster
`;
}

function zshScript(actions: readonly Action[]): string {
  return `#compdef wooster
# zsh completion for wooster: source <(wooster completion zsh)
${wordFunctions(actions)}
_wooster() {
  local current="\${words[CURRENT]}" previous="\${words[CURRENT-1]}" command="" index=2 found
  while ((index < CURRENT)); do
    case "\${words[index]}" in
      ${PATH_FLAGS}|--set|--log-level) ((index++)) ;;
      -*) ;;
      *) command="\${words[index]}"; break ;;
    esac
    ((index++))
  done
  case "$previous" in
    ${PATH_FLAGS}) _files; return ;;
  esac
  found="$(_wooster_flag_values "$command" "$previous")"
  if [[ -n "$found" ]]; then :
  elif [[ "$current" == -* ]]; then found="$(_wooster_flags "$command")"
  elif [[ -z "$command" ]]; then found="$(_wooster_commands)"
  else found="$(_wooster_values "$command")"
  fi
  if [[ -n "$found" ]]; then compadd -- \${=found}; else _files; fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _wooster wooster
`;
}

/** A completion script for the present actions; a new plugin needs a new script. */
export function completionScript(shell: Shell, actions: readonly Action[]): string {
  return shell === 'bash' ? bashScript(actions) : zshScript(actions);
}
