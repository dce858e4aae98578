import { parseArgs } from 'node:util';
import { UsageError } from '../../../contracts/errors/host-errors.ts';

/** One option that every command understands. */
export interface GlobalFlag {
  readonly name: string;
  readonly short?: string;
  readonly kind: 'switch' | 'text';
  readonly isList?: boolean;
  /** What stands for the value in help. */
  readonly placeholder?: string;
  readonly choices?: readonly string[];
  readonly summary: string;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** The options of every command, in the order of help. */
export const GLOBAL_FLAGS: readonly GlobalFlag[] = [
  { name: 'json', kind: 'switch', summary: 'print one JSON document on standard output, errors included' },
  { name: 'home', kind: 'text', placeholder: 'folder', summary: 'workspace to use instead of the one found' },
  { name: 'config', kind: 'text', placeholder: 'file', summary: 'configuration file to read after all others' },
  {
    name: 'set',
    kind: 'text',
    isList: true,
    placeholder: 'path=value',
    summary: 'one setting, stronger than any file',
  },
  { name: 'local-only', kind: 'switch', summary: 'nothing leaves this machine, whatever the configuration says' },
  {
    name: 'log-level',
    kind: 'text',
    placeholder: 'level',
    choices: LOG_LEVELS,
    summary: 'what goes to the log file: debug, info, warn or error',
  },
  { name: 'color', kind: 'switch', summary: 'colours although it is no terminal; --no-color for none' },
  { name: 'help', short: 'h', kind: 'switch', summary: 'show help and leave' },
  { name: 'version', short: 'V', kind: 'switch', summary: 'show the version and leave' },
];

/** Values of the global flags; what was not given is absent. */
export interface GlobalValues {
  readonly isJson: boolean;
  readonly isHelp: boolean;
  readonly isVersion: boolean;
  readonly isLocalOnly: boolean;
  readonly home?: string;
  readonly config?: string;
  readonly logLevel?: (typeof LOG_LEVELS)[number];
  readonly hasColor?: boolean;
  /** `path=value` texts. */
  readonly sets: readonly string[];
}

/** What `node:util` wants to know of the global flags. */
export const GLOBAL_PARSE_OPTIONS = Object.fromEntries(
  GLOBAL_FLAGS.map((flag) => [
    flag.name,
    {
      type: flag.kind === 'switch' ? ('boolean' as const) : ('string' as const),
      multiple: flag.isList === true,
      ...(flag.short === undefined ? {} : { short: flag.short }),
    },
  ]),
);

type LogLevel = (typeof LOG_LEVELS)[number];

function toLogLevel(text: string | undefined): LogLevel | undefined {
  if (text === undefined || (LOG_LEVELS as readonly string[]).includes(text)) return text as LogLevel | undefined;
  throw new UsageError(`--log-level ${text} is none of ${LOG_LEVELS.join(', ')}`);
}

/** Reads the global flags wherever they stand; unknown options are left to the command. UsageError for a wrong value. */
export function readGlobalFlags(argv: readonly string[]): GlobalValues {
  const { values } = parseArgs({
    args: [...argv],
    options: GLOBAL_PARSE_OPTIONS,
    strict: false,
    allowPositionals: true,
    allowNegative: true,
  });
  const text = (name: string): string | undefined => {
    const value = values[name];
    if (value === true || value === '') throw new UsageError(`--${name} needs a value`);
    return typeof value === 'string' ? value : undefined;
  };
  const sets = (Array.isArray(values['set']) ? values['set'] : []).map(String);
  const wrong = sets.find((pair) => !/^[^=]+=/.test(pair));
  if (wrong !== undefined) throw new UsageError(`--set ${wrong} is not of the form path=value`);
  return {
    isJson: values['json'] === true,
    isHelp: values['help'] === true,
    isVersion: values['version'] === true,
    isLocalOnly: values['local-only'] === true,
    home: text('home'),
    config: text('config'),
    logLevel: toLogLevel(text('log-level')),
    hasColor: typeof values['color'] === 'boolean' ? values['color'] : undefined,
    sets,
  };
}
