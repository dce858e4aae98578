import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** A call as far as it matters for comparing two. */
export interface PlainCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Arguments that a tool cannot be called without. */
export function requiredArguments(schema: z.ZodObject): readonly string[] {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).required ?? [];
}

/**
 * Whether two calls are of the same tool with equal arguments. Where `deciding` names some, only those count: a small
 * model that calls again likes to vary just the optional ones.
 */
export function isSameCall(left: PlainCall, right: PlainCall, deciding: readonly string[]): boolean {
  if (left.name !== right.name) return false;
  return isDeepStrictEqual(relevant(left, deciding), relevant(right, deciding));
}

function relevant({ args }: PlainCall, deciding: readonly string[]): unknown {
  // An argument that is undefined is one that was not given.
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  return Object.fromEntries(deciding.length === 0 ? given : given.filter(([key]) => deciding.includes(key)));
}
