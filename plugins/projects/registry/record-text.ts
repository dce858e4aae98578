import { createHash } from 'node:crypto';
import type { ProjectRecord } from 'wooster';
import { z } from 'zod';

const recordSchema = z.strictObject({
  name: z.string(),
  folder: z.string(),
  include: z.array(z.string()).default([]),
  exclude: z.array(z.string()).default([]),
  createdAt: z.number(),
  ingestedAt: z.number().optional(),
});

/** Earlier versions wrote no digest. */
const writtenSchema = recordSchema.extend({ digest: z.string().optional() });

function digestOf(record: ProjectRecord): string {
  return createHash('sha256').update(JSON.stringify(record)).digest('hex');
}

/** The text of project.json. Its digest stands first, so that whoever changes the record by hand can delete that line. */
export function toRecordText(record: ProjectRecord): string {
  const { name, folder, include, exclude, createdAt, ingestedAt } = record;
  const written = recordSchema.parse({ name, folder, include, exclude, createdAt, ingestedAt });
  return `${JSON.stringify({ digest: digestOf(written), ...written }, null, 2)}\n`;
}

/** The record that a text tells; `changed` where it is not what was written, `unreadable` where it is no record. */
export function readRecordText(text: string): ProjectRecord | 'changed' | 'unreadable' {
  let found: z.output<typeof writtenSchema>;
  try {
    found = writtenSchema.parse(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
  const { digest, ...record } = found;
  return digest === undefined || digest === digestOf(record) ? record : 'changed';
}
