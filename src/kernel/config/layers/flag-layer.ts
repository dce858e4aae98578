import { ConfigError } from '../../../contracts/errors/host-errors.ts';
import type { Layer } from './file-layer.ts';
import { leavesOf } from './leaves.ts';
import { RANKS, toReading } from './reading.ts';
import type { Reading, ReadingInput } from './reading.ts';
import { checkValue } from './value-layer.ts';

/** Flags of the command line that set something; all optional. */
export interface ConfigurationFlags {
  /** `--home`: root of the workspace. */
  readonly home?: string;
  /** `--config`: one more file, over `config/local.*`. */
  readonly config?: string;
  /** `--local-only`. */
  readonly localOnly?: boolean;
  /** `--log-level`. */
  readonly logLevel?: string;
  /** `--set path=value`, any number of times; the value is JSON or a plain text. */
  readonly set?: readonly string[];
}

/** The settings that flags give. */
export function readFlagLayer(flags: ConfigurationFlags): Layer {
  const readings: Reading[] = [];
  const faults: ConfigError[] = [];
  const add = (path: readonly string[], given: unknown, origin: string): void => {
    for (const { segments, value } of leavesOf(given, path)) {
      const input: ReadingInput = { written: segments, value, origin, rank: RANKS.flag };
      const fault = checkValue(input);
      if (fault === undefined) readings.push(toReading(input));
      else faults.push(fault);
    }
  };
  for (const assignment of flags.set ?? []) {
    const end = assignment.indexOf('=');
    if (end > 0) add(assignment.slice(0, end).split('.'), plainValue(assignment.slice(end + 1)), 'flag: --set');
    else faults.push(new ConfigError('flag: --set: wanted path=value', { origin: 'flag: --set' }));
  }
  if (flags.logLevel !== undefined) add(['log', 'level'], flags.logLevel, 'flag: --log-level');
  if (flags.localOnly === true) add(['routing', 'localOnly'], true, 'flag: --local-only');
  return { readings, faults };
}

function plainValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // What is not JSON is a plain text: `--set routing.strategy=cloud-first`.
    return text;
  }
}
