import { z } from 'zod';
import { millisecondsSchema, setting } from './setting.ts';

/** Limits of calls; `defaultOf` says in words what holds where one is not set, if it is not a built-in default. */
function limitsSchema(defaultOf: (name: string) => string | undefined) {
  const limit = <Schema extends z.ZodType>(name: string, schema: Schema, meaning: string): z.ZodOptional<Schema> =>
    setting(schema, meaning, { defaultText: defaultOf(name) });
  return z.strictObject({
    connectMs: limit('connectMs', millisecondsSchema, 'Limit for the connection to stand, milliseconds.'),
    loadMs: limit(
      'loadMs',
      millisecondsSchema,
      'Limit for a model to load, milliseconds; besides the first-token limit.',
    ),
    firstTokenMs: limit('firstTokenMs', millisecondsSchema, 'Limit until the first token, milliseconds.'),
    idleMs: limit('idleMs', millisecondsSchema, 'Limit between two tokens, milliseconds.'),
    totalMs: limit('totalMs', millisecondsSchema, 'Limit of a whole attempt, milliseconds.'),
    minTokensPerSecond: limit(
      'minTokensPerSecond',
      z.number().min(0).max(100_000),
      'Slowest rate that is put up with after the first token, tokens a second; `0` is none.',
    ),
    throughputWindowMs: limit(
      'throughputWindowMs',
      millisecondsSchema,
      'Time over which that rate is measured, milliseconds; pauses of whoever reads do not count.',
    ),
  });
}

/** Limits that hold for every provider. */
export const routingLimitsSchema = limitsSchema((name) => (name === 'minTokensPerSecond' ? 'none' : undefined));

/** Limits of one provider, where they differ. */
export const providerLimitsSchema = limitsSchema((name) => `\`routing.limits.${name}\``);
