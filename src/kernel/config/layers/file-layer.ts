import { z } from 'zod';
import { ConfigError } from '../../../contracts/errors/host-errors.ts';
import { readVariable } from '../environment/read-variable.ts';
import { describeIssue, unknownSetting } from '../faults/describe-issue.ts';
import { schemaAt, unwrap } from '../schema/schema-path.ts';
import { settingsSchema } from '../schema/settings-schema.ts';
import { leavesOf, writeLeaf } from './leaves.ts';
import type { Leaf } from './leaves.ts';
import { fillPlaceholders } from './placeholders.ts';
import { toReading } from './reading.ts';
import type { Reading } from './reading.ts';
import type { Variables } from './variables.ts';

/** A settings file that has been parsed. */
export interface SettingsFile {
  /** As messages name it: `config/local.json`. */
  readonly name: string;
  readonly rank: number;
  readonly content: Record<string, unknown>;
}

/** What one layer says, and what is wrong in it; what is wrong is left out of the readings. */
export interface Layer {
  readonly readings: readonly Reading[];
  readonly faults: readonly ConfigError[];
}

/** Checks a settings file and reads its values; `null` and empty texts are unset. */
export function readFileLayer(file: SettingsFile, variables: Variables): Layer {
  const filled: Record<string, unknown> = {};
  const readings: Reading[] = [];
  const faults: ConfigError[] = [];
  for (const leaf of leavesOf(file.content)) {
    const origin = `${file.name}: ${leaf.segments.join('.')}`;
    const { value, unsetName } = fillLeaf(leaf, variables);
    if (unsetName !== undefined) {
      if (schemaAt(settingsSchema, leaf.segments) === undefined)
        faults.push(fault(file, leaf.segments, unknownSetting(leaf.segments)));
      const reading = toReading({ written: leaf.segments, value: undefined, origin, rank: file.rank, unsetName });
      if (reading.segments[0] === 'providers') readings.push(reading);
      else faults.push(fault(file, leaf.segments, `\${${unsetName}} is not set`));
    } else if (value !== undefined) {
      writeLeaf(filled, leaf.segments, value);
      readings.push(toReading({ written: leaf.segments, value, origin, rank: file.rank }));
    }
  }
  const wrong = check(file, filled);
  faults.push(...wrong.faults);
  const bad = new Set(wrong.origins);
  const isBad = ({ origin }: Reading): boolean =>
    bad.has(origin) || wrong.origins.some((one) => origin.startsWith(`${one}.`));
  return { readings: readings.filter((reading) => !isBad(reading)), faults };
}

function fillLeaf({ segments, value }: Leaf, variables: Variables): { value?: unknown; unsetName?: string } {
  if (value === null || value === '') return {};
  if (segments[0] === 'plugins' || segments[0] === '$schema') return { value };
  if (typeof value !== 'string') return { value };
  const filled = fillPlaceholders(value, variables);
  if (filled.value === '') return {};
  return filled.value === undefined || filled.value === value ? filled : { value: asWanted(filled.value, segments) };
}

/** What a variable fills in is a text; switches and numbers are read from it as from a variable itself. */
function asWanted(text: string, segments: readonly string[]): unknown {
  const schema = schemaAt(settingsSchema, segments);
  const bare = schema && unwrap(schema);
  if (bare instanceof z.ZodBoolean) return readVariable(text, 'boolean');
  return bare instanceof z.ZodNumber ? readVariable(text, 'number') : text;
}

function check(file: SettingsFile, filled: Record<string, unknown>): { faults: ConfigError[]; origins: string[] } {
  const outcome = settingsSchema.safeParse(filled);
  if (outcome.success) return { faults: [], origins: [] };
  const texts = outcome.error.issues.flatMap((issue) => describeIssue(issue, filled));
  return {
    faults: texts.map(({ segments, text }) => fault(file, segments, text)),
    origins: texts.map(({ segments }) => `${file.name}: ${segments.join('.')}`),
  };
}

function fault(file: SettingsFile, segments: readonly string[], text: string): ConfigError {
  const path = segments.join('.');
  const origin = `${file.name}: ${path}`;
  return new ConfigError(`${origin}: ${text}`, { path, origin });
}
