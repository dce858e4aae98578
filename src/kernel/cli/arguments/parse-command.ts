import { parseArgs } from 'node:util';
import { UsageError } from '../../../contracts/errors/host-errors.ts';
import { GLOBAL_PARSE_OPTIONS } from './global-flags.ts';

/** Which command is asked for, and what is left for it. */
export interface RequestedCommand {
  /** The friendly word or action id; absent when nothing was asked for. */
  readonly word?: string;
  /** Set in the form `--plugin x --action y`. */
  readonly plugin?: string;
  readonly action?: string;
  /** The command line without the words that chose the command. */
  readonly rest: readonly string[];
}

/** Drops the `--` that a package manager passes through in front of everything. */
export function withoutLeadingDashes(argv: readonly string[]): readonly string[] {
  return argv[0] === '--' ? argv.slice(1) : argv;
}

/** Splits a command line into the command and its own arguments; UsageError for half a `--plugin --action` pair. */
export function parseCommand(argv: readonly string[]): RequestedCommand {
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...GLOBAL_PARSE_OPTIONS, plugin: { type: 'string' }, action: { type: 'string' } },
    strict: false,
    allowPositionals: true,
    allowNegative: true,
    tokens: true,
  });
  const removed = new Set<number>();
  const chosen: { plugin?: string; action?: string } = {};
  for (const token of tokens) {
    if (token.kind === 'option-terminator') break;
    if (token.kind === 'positional') {
      if (chosen.plugin !== undefined || chosen.action !== undefined) continue;
      return { word: token.value, rest: argv.filter((_, position) => position !== token.index) };
    }
    if (token.name !== 'plugin' && token.name !== 'action') continue;
    if (token.value === undefined) throw new UsageError(`--${token.name} needs a name`);
    chosen[token.name] = token.value;
    removed.add(token.index);
    if (!token.inlineValue) removed.add(token.index + 1);
  }
  const rest = argv.filter((_, position) => !removed.has(position));
  if (chosen.plugin === undefined && chosen.action === undefined) return { rest };
  if (chosen.action === undefined) {
    throw new UsageError(`--plugin ${chosen.plugin} needs --action; \`wooster plugins\` shows the actions of each`);
  }
  return { ...chosen, rest };
}
