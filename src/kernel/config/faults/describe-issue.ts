import type { z } from 'zod';
import { SECRET_MASK, isSecretName } from '../secrets.ts';
import { SETTING_NOTES } from '../schema/setting.ts';
import { schemaAt, settingsBelow, unwrap } from '../schema/schema-path.ts';
import { settingsSchema } from '../schema/settings-schema.ts';
import { nearestName } from './nearest-name.ts';
import { wantedBy } from './wanted.ts';

type Issue = z.core.$ZodIssue;

/** One wrong setting: its path as written, and what is wrong with it. */
interface IssueText {
  readonly segments: readonly string[];
  readonly text: string;
}

/** Says for each issue of a schema which field is wrong, what was found and what is wanted. */
export function describeIssue(issue: Issue, value: unknown): readonly IssueText[] {
  const segments = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ segments: [...segments, key], text: unknownSetting([...segments, key]) }));
  }
  const schema = schemaAt(settingsSchema, segments);
  const found = describeFound(valueAt(value, segments), segments, schema);
  const wanted = schema === undefined ? issue.message : wantedBy(schema);
  return [{ segments, text: `found ${found}, wanted ${wanted}` }];
}

/** Text of an unknown name, with the nearest right one. */
export function unknownSetting(segments: readonly string[]): string {
  const near = nearestSetting(segments);
  return near === undefined ? 'no such setting' : `no such setting; did you mean \`${near}\`?`;
}

function nearestSetting(segments: readonly string[]): string | undefined {
  const parents = segments.slice(0, -1);
  const key = segments.at(-1) ?? '';
  const parent = schemaAt(settingsSchema, parents);
  const siblings = parent === undefined ? [] : Object.keys((unwrap(parent) as Partial<z.ZodObject>).shape ?? {});
  const sibling = nearestName(key, siblings);
  if (sibling !== undefined) return [...parents, sibling].join('.');
  const all = [...settingsBelow(settingsSchema)].filter(({ schema }) => !SETTING_NOTES.get(schema)?.sameAs);
  const elsewhere = all.find(({ segments: other }) => other.at(-1) === key) ?? undefined;
  return (
    elsewhere?.segments.join('.') ??
    nearestName(
      segments.join('.'),
      all.map((one) => one.segments.join('.')),
    )
  );
}

/** The value as it may stand in a message: short, on one line, never a secret. */
export function describeFound(value: unknown, segments: readonly string[], schema?: z.ZodType): string {
  if (segments.some(isSecretName) || (schema !== undefined && SETTING_NOTES.get(schema)?.isSecret)) return SECRET_MASK;
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a section';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}

function valueAt(value: unknown, segments: readonly string[]): unknown {
  let current = value;
  for (const segment of segments) current = (current as Record<string, unknown> | undefined)?.[segment];
  return current;
}
