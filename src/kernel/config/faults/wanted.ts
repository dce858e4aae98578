import { z } from 'zod';
import { addressSchema } from '../schema/provider-schema.ts';
import { unwrap } from '../schema/schema-path.ts';

/** What a setting wants, in words for a message and the reference page: `a whole number from 1 to 10`. */
export function wantedBy(schema: z.ZodType): string {
  const bare = unwrap(schema);
  if (bare === addressSchema) return 'an address such as `http://localhost:8080`';
  if (bare instanceof z.ZodBoolean) return '`true` or `false`';
  if (bare instanceof z.ZodEnum) return `one of ${bare.options.map((option) => `\`${String(option)}\``).join(', ')}`;
  if (bare instanceof z.ZodNumber) return wantedNumber(bare);
  if (bare instanceof z.ZodArray) return 'a list of texts';
  if (bare instanceof z.ZodObject || bare instanceof z.ZodRecord) return 'a section';
  return 'a text';
}

function wantedNumber(schema: z.ZodNumber): string {
  const noun = schema.format === 'safeint' ? 'a whole number' : 'a number';
  const { minValue, maxValue } = schema;
  const isBelow = maxValue !== null && Number.isFinite(maxValue) && maxValue < Number.MAX_SAFE_INTEGER;
  const isAbove = minValue !== null && Number.isFinite(minValue) && minValue > Number.MIN_SAFE_INTEGER;
  if (isAbove && isBelow) return `${noun} from ${minValue} to ${maxValue}`;
  if (isAbove) return `${noun}, at least ${minValue}`;
  return isBelow ? `${noun}, at most ${maxValue}` : noun;
}
