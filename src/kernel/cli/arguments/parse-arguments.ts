import { parseArgs } from 'node:util';
import type { z } from 'zod';
import type { Action } from '../../../contracts/commands/action.ts';
import { UsageError } from '../../../contracts/errors/host-errors.ts';
import { coerceText } from '../../coerce-text.ts';
import { didYouMean } from '../../nearest.ts';
import { GLOBAL_FLAGS, GLOBAL_PARSE_OPTIONS } from './global-flags.ts';
import { optionTableOf, type CommandOption, type OptionTable } from './option-table.ts';

/** The name by which a person knows the action. */
export function commandWordOf(action: Action): string {
  return action.command ?? action.id;
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

function tokenize(argv: readonly string[], table: OptionTable): readonly Token[] {
  const own = table.options.flatMap((option) => {
    const entry = { type: option.kind === 'switch' && !option.isList ? ('boolean' as const) : ('string' as const) };
    return [...new Set([option.flag, option.field])].map((name) => [name, entry] as const);
  });
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...Object.fromEntries(own), ...GLOBAL_PARSE_OPTIONS },
    strict: false,
    allowPositionals: true,
    allowNegative: true,
    tokens: true,
  });
  return tokens;
}

/** Collects the values of one command line, field by field. */
class ArgumentValues {
  readonly values: Record<string, unknown> = {};
  readonly #word: string;

  constructor(word: string) {
    this.#word = word;
  }

  fail(what: string): never {
    throw new UsageError(`${this.#word}: ${what}; see \`wooster help ${this.#word}\``);
  }

  put(option: CommandOption, text: string, shown: string): void {
    if (option.choices.length > 0 && option.kind === 'text' && !option.choices.includes(text)) {
      this.fail(`${shown} ${text} is none of ${option.choices.join(', ')}${didYouMean(text, option.choices)}`);
    }
    const element = option.isList && typeof option.schema.items === 'object' ? option.schema.items : option.schema;
    const value = coerceText(text, element);
    if (option.kind === 'number' && typeof value !== 'number') this.fail(`${shown} ${text} is not a number`);
    if (option.kind === 'switch' && typeof value !== 'boolean') this.fail(`${shown} takes true or false, not ${text}`);
    if (option.isList) this.values[option.field] = [...((this.values[option.field] as unknown[]) ?? []), value];
    else this.values[option.field] = value;
  }
}

function takeOption(values: ArgumentValues, table: OptionTable, token: Token & { kind: 'option' }): void {
  const isNegative = token.rawName.startsWith('--no-');
  const plain = isNegative && token.name.startsWith('no-') ? token.name.slice(3) : token.name;
  const option = table.options.find(({ flag, field }) => flag === plain || field === plain);
  const globalName = GLOBAL_FLAGS.find(({ name }) => name === plain)?.name;
  if (globalName !== undefined) return;
  if (option === undefined) {
    const flags = [...table.options.map(({ flag }) => flag), ...GLOBAL_FLAGS.map(({ name }) => name)];
    const known = flags.map((flag) => `--${flag}`);
    values.fail(`unknown option ${token.rawName}${didYouMean(`--${plain}`, known)}`);
  }
  if (isNegative && option.kind !== 'switch')
    values.fail(`${token.rawName} is no switch; give --${option.flag} a value`);
  if (option.kind === 'switch' && !option.isList) {
    values.put(option, isNegative ? 'false' : (token.value ?? 'true'), token.rawName);
    return;
  }
  const isMissing = token.value === undefined || (!token.inlineValue && token.value.startsWith('--'));
  if (isMissing || token.value === undefined) values.fail(`${token.rawName} needs a value`);
  values.put(option, token.value, token.rawName);
}

function takePositionals(values: ArgumentValues, table: OptionTable, texts: readonly string[]): void {
  const last = table.positionals.length - 1;
  for (const [position, option] of table.positionals.entries()) {
    const own = position === last ? texts.slice(position) : texts.slice(position, position + 1);
    if (own.length === 0) continue;
    const shown = `<${option.flag}>`;
    if (option.isList) for (const text of own) values.put(option, text, shown);
    else if (option.kind === 'text' && option.choices.length === 0) values.put(option, own.join(' '), shown);
    else if (own.length > 1) values.fail(`unexpected argument ${own[1]}`);
    else values.put(option, own[0] ?? '', shown);
  }
  if (last < 0 && texts[0] !== undefined) values.fail(`unexpected argument ${texts[0]}`);
}

function describeIssue(issue: z.core.$ZodIssue, table: OptionTable, given: Record<string, unknown>): string {
  const field = String(issue.path[0] ?? '');
  const option = table.options.find((candidate) => candidate.field === field);
  if (option === undefined) return issue.message;
  const shown = table.positionals.includes(option) ? `<${option.flag}>` : `--${option.flag}`;
  return given[field] === undefined ? `${shown} is missing` : `${shown}: ${issue.message}`;
}

/** Reads the arguments of an action by its schema; UsageError names the option and the nearest right name. */
export function parseArguments(action: Action, argv: readonly string[]): Record<string, unknown> {
  const table = optionTableOf(action);
  const values = new ArgumentValues(commandWordOf(action));
  const texts: string[] = [];
  let negativeAt = -1;
  for (const token of tokenize(argv, table)) {
    const text = argv[token.index] ?? '';
    if (token.kind === 'positional') texts.push(token.value);
    else if (token.kind === 'option' && !/^-[\d.]/.test(text)) takeOption(values, table, token);
    else if (token.kind === 'option' && negativeAt !== token.index) {
      // A negative number looks like a group of short options, one token for each digit.
      negativeAt = token.index;
      texts.push(text);
    }
  }
  takePositionals(values, table, texts);
  const checked = action.args.safeParse(values.values);
  if (checked.success) return checked.data;
  return values.fail(checked.error.issues.map((issue) => describeIssue(issue, table, values.values)).join('; '));
}
