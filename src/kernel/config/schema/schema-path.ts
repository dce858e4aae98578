import { z } from 'zod';

/** The schema without its `optional`. */
export function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

/** The schema of a field, as declared (with its notes); undefined where no such field may be. */
function fieldOf(schema: z.ZodType, key: string): z.ZodType | undefined {
  const bare = unwrap(schema);
  if (bare instanceof z.ZodRecord) return bare.valueType as z.ZodType;
  if (!(bare instanceof z.ZodObject)) return undefined;
  const shape = bare.shape as Record<string, z.ZodType>;
  if (Object.hasOwn(shape, key)) return shape[key];
  const rest = bare.def.catchall as z.ZodType | undefined;
  return rest === undefined || rest instanceof z.ZodNever ? undefined : rest;
}

/** The schema at a path; undefined where no such setting may be. */
export function schemaAt(root: z.ZodType, segments: readonly string[]): z.ZodType | undefined {
  let schema: z.ZodType | undefined = root;
  for (const segment of segments) schema = schema && fieldOf(schema, segment);
  return schema;
}

/** Every setting below a schema with its declared schema, in the order written; `<id>` stands for any name. */
export function* settingsBelow(
  schema: z.ZodType,
  prefix: readonly string[] = [],
): Generator<{ readonly segments: readonly string[]; readonly schema: z.ZodType }> {
  const bare = unwrap(schema);
  if (!(bare instanceof z.ZodObject)) {
    yield { segments: prefix, schema };
    return;
  }
  for (const [key, field] of Object.entries(bare.shape)) {
    yield* settingsBelow(field, [...prefix, key]);
  }
  const rest = bare.def.catchall as z.ZodType | undefined;
  if (rest instanceof z.ZodObject) yield* settingsBelow(rest, [...prefix, '<id>']);
}
